"""What the pane of one incident shows; the template is console/_incident.html."""

from datetime import datetime

from django.utils import timezone

from alerts import asked_rankings, checklists
from alerts.console import access, incident_chart, incident_page, timeline
from alerts.console.acts import ACTS, held_by_another
from alerts.console.acts.base import UNDO_WITHIN
from alerts.console.forms import escalation_of, is_held
from alerts.console.nearby import nearby
from alerts.console.rows import clocks_of
from alerts.models import DeskAct, PatrolUnit
from communities.charts import position_text
from reports import dismissals
from reports.models import Incident, Report

#: Acts that the pane shows at once; all others are a step away.
FIRST = (
    "take", "release", "request-unit", "task", "question", "note", "stand-down", "close", "reopen",
)  # fmt: skip
#: Acts that stand beside what they are about, and in no list.
BESIDE = (
    "tick", "dismiss-proposal", "fresh-ranking", "confirm-dismissal", "withdraw-dismissal",
)  # fmt: skip
MOST_RANKED = 12
MOST_UNDO = 5


def pane_of(incident: Incident, user, now: datetime | None = None) -> dict:
    """The template's context, all of it read from the rows as they are now."""
    now = now or timezone.now()
    reports = list(
        incident_page.reports_seen(incident, user).prefetch_related("attachments", "dismissals__proposed_by")
    )
    story = timeline.story(incident)
    offered = [act for act in ACTS.values() if act.offered(incident, user)]
    ranking, ranked_at = asked_rankings.newest(incident)
    return {
        "incident": incident,
        "where": position_text(*incident.lon_lat) if incident.lon_lat else "",
        "position_source": incident_page.position_source(incident),
        "clocks": [
            (clock, clock.state(now)) for clock in clocks_of(incident, list(incident.dispatches.all()))
        ],
        "mine": incident.held_by_id == user.pk and is_held(incident, now),
        "held": is_held(incident, now),
        "held_by_another": held_by_another(incident, user),
        "first_acts": [act for name in FIRST for act in offered if act.name == name],
        "more_acts": [act for act in offered if act.name not in (*FIRST, *BESIDE)],
        "offered": {act.name for act in offered},
        "facts": [*incident_page.facts_of(incident), *incident_page.scene_of(incident)],
        "reports": [_report(report, incident, user) for report in reports],
        "told": list(incident.dispatches.answerable().select_related("unit").order_by("created_at")),
        "terms": incident.score_terms,
        "ladder": escalation_of(incident),
        "climb": incident_page.climb_of(incident),
        "watches": incident_page.words_owed(incident),
        "ranking": ranking_shown(incident, ranking, user),
        "ranked_at": ranked_at,
        "asked_ranking": getattr(incident, "asked_ranking", None),
        "vessels": incident_page.vessels_near(incident),
        "nearby": nearby(incident, access.incidents_for(user), now),
        "checklist": checklists.checklist(incident),
        "questions": list(incident.questions.select_related("answered_by").order_by("-asked_at")[:6]),
        "story": story[: timeline.LATEST],
        "older": story[timeline.LATEST :],
        "kinds": timeline.KINDS,
        "undoable": undoable(incident, now),
        "chart": incident_chart.chart_of(incident, reports),
        "read_at": now,
    }


def ranking_shown(incident: Incident, ranking: dict, user) -> dict:
    """A kept ranking in words, each unit with the id by which it can be tasked, unless it is told already.

    Another desk's units are shown where they are proposed; of those passed over only their number is
    (`unseen`), for the reason tells where and how busy each of them is.
    """
    ranked = ranking.get("ranked", [])[:MOST_RANKED]
    support = ranking.get("support", [])
    passed_over = ranking.get("passed_over", [])
    signs = {row.get("call_sign") for row in (*ranked, *passed_over)}
    signs |= {row["unit"].get("call_sign") for row in support if row.get("unit")}
    ids = dict(PatrolUnit.objects.filter(call_sign__in=signs).values_list("call_sign", "pk"))
    mine = access.units_for(user).filter(call_sign__in=signs).values_list("call_sign", flat=True)
    hidden = ids.keys() - set(mine)
    told = {
        row.unit.call_sign: row.get_status_display()
        for row in incident.dispatches.select_related("unit").order_by("created_at")
    }

    def shown(row: dict, more: dict) -> dict:
        sign = row.get("call_sign", "?")
        answerable = told.get(sign)
        return more | {"call_sign": sign, "told": answerable or "", "pk": ids.get(sign)}

    return {
        "ranked": [shown(row, incident_page.ranked_shown(row)) for row in ranked],
        "support": [shown(row.get("unit") or {}, incident_page.support_shown(row)) for row in support],
        "passed_over": [
            shown(row, {"why": row.get("reason", "")})
            for row in passed_over
            if row.get("call_sign") not in hidden
        ],
        "unseen": sum(row.get("call_sign") in hidden for row in passed_over),
        "waters": ranking.get("waters", {}),
        "weather": ranking.get("weather", ""),
    }


def undoable(incident: Incident, now: datetime) -> list[DeskAct]:
    """Acts on this incident that can still be taken back, the newest first."""
    rows = incident.desk_acts.filter(before__isnull=False, undone_by__isnull=True, at__gte=now - UNDO_WITHIN)
    return list(rows.select_related("by").order_by("-at", "-id")[:MOST_UNDO])


def _report(report: Report, incident: Incident, user) -> dict:
    waiting = next((row for row in report.dismissals.all() if not row.outcome), None)
    return incident_page.report_shown(report, at_desk=True) | {
        "photos": list(report.attachments.all()),
        "waiting": waiting,
        "may_confirm": waiting is not None and dismissals.may_confirm(waiting, user),
        "can_dismiss": waiting is None and report.status == Report.Status.RECEIVED and incident.is_open,
    }
