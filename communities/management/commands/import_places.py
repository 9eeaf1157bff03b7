"""Names on the chart, from the shipped gazetteer."""

import time
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from communities import places
from communities.csvfiles import FaultyFile


class Command(BaseCommand):
    help = "Import the shipped gazetteer, or a file like it. Safe to run again."

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="*", type=Path, help="CSV files instead of the shipped gazetteer")
        parser.add_argument(
            "--islands",
            action="store_true",
            help="also the Indonesian island register (Open Database License, source named on every row)",
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would change, change nothing")

    def handle(self, *, files, islands, dry_run, **options):
        files = files or [places.GAZETTEER, places.WATERS]
        if islands:
            files.append(places.INDONESIAN_ISLANDS)
        try:
            with transaction.atomic():
                for file in files:
                    self.import_file(file)
                transaction.set_rollback(dry_run)
        except FaultyFile as error:
            raise CommandError(f"Nothing was imported:\n{error}") from None
        if dry_run:
            self.stdout.write("Dry run: nothing was changed.")

    def import_file(self, file: Path) -> None:
        began = time.monotonic()
        rows = places.read_file(file)
        self.stdout.write(f"{file.name}: {len(rows):,} places")
        changes = places.import_rows(
            rows, progress=lambda done, total: self.stdout.write(f"  {done:,} of {total:,}")
        )
        self.stdout.write(f"{file.name}: {changes} ({time.monotonic() - began:.1f} s)")
