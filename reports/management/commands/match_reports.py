import math
import re
import sys
from datetime import datetime

from django.core.management.base import BaseCommand

from communities.jsonlines import answer_lines, read_position, read_time
from reports.matching import Earlier, Sighting, best_match

HALF_A_DAY_S = 12 * 3600


class Command(BaseCommand):
    help = (
        "Read reports as JSON lines; write which earlier one tells of the same incident. Needs no database."
    )
    requires_system_checks = []

    def handle(self, **options):
        answer = Matcher().answer
        for line in answer_lines(getattr(sys.stdin, "buffer", sys.stdin), answer):
            self.stdout.write(line)


class Matcher:
    """Compares each report with those before it; keeps them all in memory, about 1.5 kB each and its text."""

    def __init__(self):
        self.earlier = Earlier()

    def answer(self, row: dict) -> dict:
        """Find the earlier report of the same incident; ValueError where time or position cannot be read."""
        at, at_error_s = read_when(row.get("at"))
        error_m = row.get("position_error_m")
        known = (
            isinstance(error_m, (int, float)) and not isinstance(error_m, bool) and 0 <= error_m < math.inf
        )
        sighting = Sighting(
            id=_hashable(row.get("id")),
            at=at,
            position=read_position(row.get("position")),
            position_error_m=float(error_m) if known else None,
            type=_word(row.get("type")),
            text=_word(row.get("text")),
            vessel=_word(row.get("vessel")),
            at_error_s=at_error_s,
        )
        best = best_match(sighting, self.earlier.near(sighting), self.earlier.companions)
        self.earlier.add(sighting, same_as=best[0] if best else None)
        if best is None:
            return {"same_as": None, "why": []}
        return {"same_as": best[0], "score": round(best[1], 3), "why": best[2]}


def read_when(value) -> tuple[datetime, float]:
    """Read a time and how many seconds it may be off.

    A bare date is noon give or take 12 h; so is noon to the second, which is how a bare date is written
    where a time is demanded.
    """
    at = read_time(value)
    if re.fullmatch(r"\d{4}-?\d\d-?\d\d", value.strip()):
        return at.replace(hour=12), HALF_A_DAY_S
    is_noon = re.search(r"T12:?00(:?00(\.0+)?)?(Z|[+-]\d\d:?\d\d)?$", value.strip())
    return at, HALF_A_DAY_S if is_noon else 0.0


def _word(value) -> str:
    return value if isinstance(value, str) else ""


def _hashable(id):
    return id if isinstance(id, (str, int, float, type(None))) else str(id)
