import sys

from django.core.management.base import BaseCommand

from alerts.searoutes import sea_distance
from communities.jsonlines import answer_lines, read_position


class Command(BaseCommand):
    help = "Read {id, from, to} as JSON lines; write {id, distance_m, path, reachable, ...}. No database."
    requires_system_checks = []

    def handle(self, **options):
        for line in answer_lines(getattr(sys.stdin, "buffer", sys.stdin), answer):
            self.stdout.write(line)


def answer(row: dict) -> dict:
    """Measure the way between two positions; ValueError where one is missing or unreadable."""
    start, end = read_position(row.get("from"), "from"), read_position(row.get("to"), "to")
    if start is None or end is None:
        raise ValueError("from and to are both needed")
    way = sea_distance(start, end)
    return {
        "distance_m": None if way.distance_m is None else round(way.distance_m, 1),
        "path": [[round(lon, 5), round(lat, 5)] for lon, lat in way.path],
        "reachable": way.reachable,
        "method": way.method,
        "snapped_m": [round(metres, 1) for metres in way.snapped_m],
    }
