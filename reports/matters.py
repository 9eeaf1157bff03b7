"""Which of one phone's open matters a text belongs to."""

import re
from collections.abc import Iterable

from communities.sphere import great_circle_m
from reports.models import Incident, Report
from reports.taxonomy import TAXONOMY, IncidentType

NEAR_M = 5 * 1852  # besides what both positions may be wrong by
_SAYS_NOTHING = (IncidentType.UNCLASSIFIED, IncidentType.UNDESIGNATED_DISTRESS)
_REFERENCE = re.compile(r"(?<![0-9A-Z])[0-9A-Z]{5}(?![0-9A-Z])")


def plainly(report: Report, matters: list[Incident]) -> Incident | None:
    """The one of `matters` that an unsaved report names, tells the kind of, or lies near; None if in doubt.

    A phone knows a matter by the references of its own reports.
    """
    said = _REFERENCE.findall(report.text.upper())
    if said:
        named = set(
            Report.objects.filter(
                reporter=report.reporter, incident__in=matters, reference__in=said[:20]
            ).values_list("incident", flat=True)
        )
        if found := _only(one for one in matters if one.pk in named):
            return found
    if report.type not in _SAYS_NOTHING:
        if found := _only(one for one in matters if one.type == report.type):
            return found
        category = TAXONOMY[report.type].category
        if found := _only(one for one in matters if TAXONOMY[one.type].category == category):
            return found
    if report.position is not None:
        return _only(one for one in matters if _near(report, one))
    return None


def _near(report: Report, incident: Incident) -> bool:
    if incident.position is None:
        return False
    doubt_m = (report.position_error_m or 0) + (incident.position_error_m or 0)
    return great_circle_m(report.lon_lat, incident.lon_lat) <= NEAR_M + doubt_m


def _only(found: Iterable[Incident]) -> Incident | None:
    found = list(found)
    return found[0] if len(found) == 1 else None
