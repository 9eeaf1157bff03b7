"""Stations and patrol units, from the shipped sample or an agency's own files."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from alerts import roster
from alerts.models import Station
from communities.csvfiles import Changes, FaultyFile


class Command(BaseCommand):
    help = "Import stations and patrol units. Safe to run again: it updates, and says what changed."

    def add_arguments(self, parser):
        parser.add_argument("--stations", type=Path, help="CSV file instead of the shipped sample")
        parser.add_argument("--units", type=Path, help="CSV file instead of the shipped sample")
        parser.add_argument(
            "--reset-status",
            action="store_true",
            help="take the file's status also for units that have been tasked",
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would change, change nothing")

    def handle(self, *, stations, units, reset_status, dry_run, verbosity, **options):
        if not settings.SIMULATED_CARRIERS and not (stations or units):
            raise CommandError(
                "The shipped units are made up. Name the agency's own files with --stations and --units."
            )
        own_files = stations or units
        # With a file of one's own the other sample is not wanted: its stations may be in already.
        stations = stations or (None if own_files else roster.STATIONS)
        units = units or (None if own_files else roster.UNITS)
        try:
            with transaction.atomic():
                unit_rows = roster.read_units(units) if units else []
                if stations:
                    taken = [row.phone for row in unit_rows]
                    changes = roster.import_stations(
                        roster.read_stations(stations), file=stations.name, taken=taken
                    )
                    self.tell("Stations", changes, verbosity)
                if units:
                    changes, kept = roster.import_units(unit_rows, file=units.name, reset_status=reset_status)
                    self.tell("Patrol units", changes, verbosity)
                    if kept:
                        self.stdout.write(f"  status kept, as they have been tasked: {', '.join(kept)}")
                silent = list(Station.objects.filter(duty_phone="").values_list("code", flat=True))
                transaction.set_rollback(dry_run)
                if silent:
                    self.stderr.write(f"Without a duty phone, so nobody to call there: {', '.join(silent)}")
        except FaultyFile as error:
            raise CommandError(f"Nothing was imported:\n{error}") from None
        if dry_run:
            self.stdout.write("Dry run: nothing was changed.")

    def tell(self, what: str, changes: Changes, verbosity: int) -> None:
        self.stdout.write(f"{what}: {changes}")
        for key, fields in changes.updated.items():
            self.stdout.write(
                f"  {key}: " + ", ".join(f"{name} {old} → {new}" for name, (old, new) in fields.items())
            )
        if verbosity > 1 and changes.created:
            self.stdout.write(f"  new: {', '.join(changes.created)}")
