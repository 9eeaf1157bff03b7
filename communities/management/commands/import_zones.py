from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from communities import zones
from communities.csvfiles import FaultyFile


class Command(BaseCommand):
    help = "Load sectors and waters from a GeoJSON file. Safe to run again; deletes nothing."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would change, write nothing")

    def handle(self, *, file, dry_run, **options):
        try:
            changes = zones.import_zones(zones.read_zones(file), dry_run=dry_run)
        except FaultyFile as faulty:
            raise CommandError(str(faulty)) from None
        self.stdout.write(f"Zones: {changes}" + (" (dry run: nothing written)" if dry_run else ""))
        for name, different in changes.updated.items():
            self.stdout.write(f"  {name}: {', '.join(different)}")
