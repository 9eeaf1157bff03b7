from collections import Counter
from datetime import timedelta

from django.core.management.base import BaseCommand
from django.utils import timezone

from communities.sphere import great_circle_m
from reports.models import Report
from reports.reading import BY_LIKENESS

NAUTICAL_MILE_M = 1852
BANDS_NM = (1, 5, 20, 100)


class Command(BaseCommand):
    help = (
        "Count where officers read something else than the machine did: types, positions, persons on board. "
        "Counts alone, no text, no position, no name. Drills are left out."
    )

    def add_arguments(self, parser):
        parser.add_argument("--days", type=int, help="only reports of the last so many days")
        parser.add_argument("--reading-version", help="only what this version of the reader has read")

    def handle(self, *, days=None, reading_version=None, **options):
        reports = Report.objects.filter(drill=False)
        if days is not None:
            reports = reports.filter(received_at__gte=timezone.now() - timedelta(days=days))
        if reading_version:
            reports = reports.filter(reading_version=reading_version)
        corrected = reports.exclude(corrected_reading={})
        tables = {"Type": Counter(), "Position": Counter(), "Persons on board": Counter()}
        for machine, officer in corrected.values_list("reading", "corrected_reading").iterator():
            count(machine, officer, tables)
        self.stdout.write(f"{corrected.count()} of {reports.count()} reports were corrected.")
        for title, rows in tables.items():
            self.stdout.write(f"\n{title}: {sum(rows.values())}")
            for (read, corrected_to), number in sorted(rows.items(), key=lambda row: (-row[1], row[0])):
                arrow = f" -> {corrected_to}" if corrected_to else ""
                self.stdout.write(f"{number:6}  {read}{arrow}")


def count(machine: dict, officer: dict, tables: dict[str, Counter]) -> None:
    """Add one corrected report: `machine` is what was read, `officer` what is right of it."""
    if "type" in officer:
        guessed = " (guessed from likeness)" if BY_LIKENESS in machine.get("flags", ()) else ""
        tables["Type"][(machine.get("type") or "unclassified") + guessed, officer["type"]] += 1
    if "position" in officer:
        lon, lat = machine.get("longitude"), machine.get("latitude")
        read = None if lon is None or lat is None else [lon, lat]
        tables["Position"][band(read, officer["position"]), ""] += 1
    if "persons_on_board" in officer:
        read, right = machine.get("persons_on_board"), officer["persons_on_board"]
        tables["Persons on board"][_number(read), _number(right)] += 1


def band(read, right) -> str:
    """How far the machine's position was from the officer's, both [lon, lat] or None, in words."""
    if read is None:
        return "none was read"
    if right is None:
        return "none is right"
    apart_nm = great_circle_m(tuple(read), tuple(right)) / NAUTICAL_MILE_M
    below = 0
    for limit in BANDS_NM:
        if apart_nm <= limit:
            return f"{below} to {limit} NM apart"
        below = limit
    return f"over {below} NM apart"


def _number(persons: int | None) -> str:
    return "none" if persons is None else str(persons)
