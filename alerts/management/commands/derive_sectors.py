"""Sectors for a demonstration, drawn round the stations."""

from django.core.management.base import BaseCommand, CommandError

from alerts import sectors


class Command(BaseCommand):
    help = "Draw a sector round each station, for a demonstration. Safe to run again."

    def add_arguments(self, parser):
        parser.add_argument("--force", action="store_true", help="although sectors of an agency are loaded")

    def handle(self, *, force, **options):
        own = sectors.loaded().count()
        if own and not force:
            raise CommandError(
                f"{own} sectors are loaded already; derived ones would lie over them (--force)."
            )
        changes, gone = sectors.derive()
        self.stdout.write(f"Sectors: {changes}" + (f", {gone} of former stations removed" if gone else ""))
