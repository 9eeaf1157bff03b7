"""What four actors may do to a few incidents, and what the rows must say after whatever they did.

The acts are those of the product: an officer's desk, a crew's three ways to answer, the dispatcher's rungs and
sends, a carrier's words about what it took. Carriers and the ranking are false; rows, locks and triggers real.
"""

import random
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

from django.contrib.gis.geos import Point
from django.db import connection
from django.utils import timezone

from alerts import candidates, delivery, dispatch, escalation, inbound, receipts, rungs, spoken, states
from alerts.inbound import desks
from alerts.models import Dispatch, Escalation, Notification, PatrolUnit
from alerts.transports.base import TransportError
from communities.models import User
from reports import decisions, dismissals, workflow
from reports.models import Incident
from reports.states import INCIDENT
from tests import factories

TRANSPORTS = dict.fromkeys(Notification.Channel.values, f"{__name__}.Fickle")
FISHERS = [f"+44770090021{n}" for n in range(3)]
DISTRESS = "SOS bot karam 3 orang"
ROWS = (
    "reports_incident reports_report reports_transition alerts_escalation alerts_dispatch alerts_dispatchtransition"
    " alerts_notification"
).split()


class Fickle:
    """A carrier that takes two messages of three."""

    def send(self, message) -> str:
        throw = random.random()
        if throw > 0.33:
            return f"SIM{uuid4().hex}"
        raise TransportError(permanent=throw < 0.11, ambiguous=throw > 0.22, code="30003")


def rank_for(incident: Incident, where, now, **asked) -> dict:
    """Every unit that has not said no or been sent home, in the order of their names: a false ranking."""
    gone = incident.dispatches.filter(status__in=("declined", "cannot_continue", "stood_down"))
    units = PatrolUnit.objects.exclude(pk__in=gone.values("unit")).order_by("call_sign")
    rows = [
        {"call_sign": sign, "distance_m": 9000.0, "eta_s": 1200, "bearing_deg": 45.0, "why": []}
        for sign in units.values_list("call_sign", flat=True)
    ]
    return {"ranked": rows, "passed_over": [], "support": [], "waters": {}}


def people() -> SimpleNamespace:
    """Two desks and a centre, five units, three officers and three fishers; their rows are never deleted."""
    agency = factories.Agency()
    centre = factories.Station(code="MRCC", kind="mrcc", agency=agency, duty_phone="+447700900562")
    stations = [
        factories.Station(code=f"B{n}", agency=agency, parent=centre, duty_phone=f"+44770090050{n}")
        for n in range(2)
    ]
    units = [
        factories.PatrolUnit(station=stations[n % 2], phone=f"+44770090000{n}", call_sign=f"MY-TEST-{n}")
        for n in range(5)
    ]
    crew = factories.User()
    units[0].crew.add(crew)
    factories.Device(reporter=None, user=crew, push_kind="token", push_target="simulated")
    officers = [
        factories.User(role=role, agency=agency, is_staff=True)
        for role in (User.Role.DISPATCHER, User.Role.DISPATCHER, User.Role.SUPERVISOR)
    ]
    fishers = [factories.Identity(phone=phone).reporter for phone in FISHERS]
    return SimpleNamespace(stations=[*stations, centre], units=units, officers=officers, fishers=fishers)


class Matters:
    """The incidents of one sequence, with the people around them."""

    def __init__(self, cast: SimpleNamespace, rng: random.Random) -> None:
        self.cast = cast
        self.ids = []
        for fisher in rng.sample(cast.fishers, 2):
            incident = factories.Incident(
                type="sinking",
                emergency_phase=rng.choice(("NONE", "DISTRESS")),
                priority=rng.choice((1, 1, 2, 4)),
            )
            for _ in range(rng.choice((1, 2))):
                factories.Report(incident=incident, reporter=fisher, type="sinking")
            self.ids.append(incident.pk)
        if rng.random() < 0.8:
            escalation.want(self.ids[0], now=timezone.now())
            rungs.carry_out(self.ids[0], now=timezone.now())

    def incident(self, rng: random.Random):
        return self.ids[0] if rng.random() < 0.8 else self.ids[1]

    def dispatch(self, rng: random.Random) -> Dispatch | None:
        return _any(rng, Dispatch.objects.filter(incident__in=self.ids).select_related("unit", "incident"))

    def notification(self, rng: random.Random) -> Notification | None:
        rows = Notification.objects.filter(incident__in=self.ids)
        return _any(rng, rows.select_related("incident", "dispatch", "station"))

    def report(self, rng: random.Random):
        return rng.choice(list(Incident.objects.get(pk=self.incident(rng)).reports.all()) or [None])


def _any(rng: random.Random, rows):
    return rng.choice(list(rows) or [None])


def _later(rng: random.Random):
    return timezone.now() + timedelta(seconds=rng.choice((0, 0, 70, 700, 4000)))


# --- The dispatcher ---


def carries_out(matters: Matters, rng: random.Random) -> None:
    incident_id = matters.incident(rng)
    if Escalation.objects.filter(pk=incident_id).exists():
        rungs.carry_out(incident_id, now=_later(rng))


def sweeps(matters: Matters, rng: random.Random) -> None:
    delivery.return_leases(_later(rng))
    escalation.sweep(timezone.now())


def sends(matters: Matters, rng: random.Random) -> None:
    now = _later(rng)
    urgent = rng.random() < 0.7
    for note in delivery.claim(
        rng.choice(Notification.Channel.values), 3, urgent=urgent, worker="fuzz", now=now
    ):
        if rng.random() < 0.9:  # else this dispatcher died
            delivery.deliver(note, now=now)


# --- A crew ---

VERBS = (
    *(dispatch.acknowledge,) * 4,
    dispatch.decline,
    dispatch.under_way,
    dispatch.on_scene,
    dispatch.complete,
    dispatch.cannot_continue,
)


def presses_in_the_app(matters: Matters, rng: random.Random) -> None:
    if row := matters.dispatch(rng):
        rng.choice(VERBS)(row.pk, via="app")


def texts_a_digit(matters: Matters, rng: random.Random) -> None:
    if row := matters.dispatch(rng):
        body = f"{rng.choice('1112345679')} {row.incident.reference if rng.random() < 0.9 else ''}"
        _text(row.unit.phone, body)


def presses_in_a_call(matters: Matters, rng: random.Random) -> None:
    if row := matters.notification(rng):
        spoken.press(row, rng.choice("1123"))


def offers_after_all(matters: Matters, rng: random.Random) -> None:
    if row := matters.dispatch(rng):
        dispatch.offer_again(row.pk, via="app")


def _text(phone: str, body: str) -> None:
    form = {"MessageSid": f"SM{uuid4().hex}", "From": phone, "Body": body}
    inbound.receive(form, repr(form).encode())


# --- An officer ---


def _reason(rng: random.Random) -> str:
    return rng.choice(("because", "because", "because", " "))


def desk(act: Callable) -> Callable:
    """An act that takes an incident, the officer and a reason."""

    def done(matters: Matters, rng: random.Random) -> None:
        act(matters.incident(rng), by=rng.choice(matters.cast.officers), reason=_reason(rng))

    done.__name__ = act.__name__
    return done


def takes(matters: Matters, rng: random.Random) -> None:
    act = rng.choice((decisions.take, decisions.take, decisions.release))
    act(matters.incident(rng), rng.choice(matters.cast.officers))


def overrides(incident_id, **said) -> None:
    decisions.override_priority(incident_id, random.choice((1, 2, 4, None)), **said)


def corrects(incident_id, **said) -> None:
    decisions.correct(incident_id, position=Point(100.4, 4.1 + random.random() / 10, srid=4326), **said)


def closes(incident_id, **said) -> None:
    dispatch.close(incident_id, outcome="recorded", **said)


def suspends(incident_id, **said) -> None:
    dispatch.suspend(incident_id, **said)


def reopens(incident_id, **said) -> None:
    workflow.advance(incident_id, Incident.Status.OPEN, **said)


def tasks(matters: Matters, rng: random.Random) -> None:
    cast = matters.cast
    dispatch.task(matters.incident(rng), rng.choice(cast.units).pk, by=rng.choice(cast.officers))


def merges(matters: Matters, rng: random.Random) -> None:
    ids = rng.sample(matters.ids, 2)
    dispatch.merge(*ids, by=rng.choice(matters.cast.officers), reason="same matter")


def parts(matters: Matters, rng: random.Random) -> None:
    if row := matters.report(rng):
        new = decisions.part(row.pk, by=rng.choice(matters.cast.officers), reason=_reason(rng))
        matters.ids.append(new.pk)


def dismisses(matters: Matters, rng: random.Random) -> None:
    if row := matters.report(rng):
        officer = rng.choice(matters.cast.officers)
        waiting = row.dismissals.filter(outcome="").first()
        if waiting is not None:
            rng.choice((dismissals.confirm, dismissals.withdraw))(waiting.pk, by=officer)
        else:
            rng.choice((dismissals.dismiss, dismissals.propose))(row.pk, by=officer, reason=_reason(rng))


def has_it(matters: Matters, rng: random.Random) -> None:
    station, now = rng.choice(matters.cast.stations), timezone.now()
    desks.officer_has_it(station, matters.incident(rng), via="sms", now=now)


# --- Carriers, and the fisher who texts through them ---


def tells(matters: Matters, rng: random.Random) -> None:
    if row := matters.notification(rng):
        said, code = rng.choice(list(receipts.TWILIO)), rng.choice(("", "30003", "30005", "30006", "21610"))
        moved = receipts.record(row.pk, said, code=code, carrier_id="SM", now=timezone.now())
        if moved is not None and moved.status == Notification.Status.FAILED_PERM:
            delivery.next_channel(moved, now=timezone.now())


def brings_a_report(matters: Matters, rng: random.Random) -> None:
    _text(rng.choice(FISHERS), rng.choice((DISTRESS, "masih hanyut", "dah selamat")))


#: Actor to its acts, the common ones more than once.
ACTORS: dict[str, tuple[Callable, ...]] = {
    "dispatcher": (carries_out, carries_out, sends, sends, sends, sweeps),
    "crew": (
        *(presses_in_the_app, texts_a_digit) * 3,
        presses_in_a_call,
        offers_after_all,
    ),
    "officer": (
        takes, has_it, tasks, tasks, merges, parts, dismisses,
        *map(
            desk,
            (
                dispatch.request_unit, dispatch.request_unit, dispatch.stop_ladder, dispatch.stand_down,
                dispatch.hand_over, overrides, corrects, closes, suspends, reopens, reopens,
            ),
        ),
    ),
    "carrier": (tells, tells, tells, tells, brings_a_report),
}  # fmt: skip


def refused(error: Exception) -> bool:
    """Whether it is a true "no" that a person gets, a 409, and no fault."""
    return getattr(error, "problem_status", None) == 409


# --- What the rows must say ---


def _pairs(table) -> str:
    return "{" + ",".join(f"{old}>{new}" for old, following in table.items() for new in following) + "}"


_STORY = """
SELECT {key} FROM (
    SELECT {key}, new AS state, 1 AS moves FROM {journal} WHERE {only}
    UNION ALL SELECT {key}, old, -1 FROM {journal} WHERE {only}
    UNION ALL SELECT id, '{first}', 1 FROM {table}
    UNION ALL SELECT id, status, -1 FROM {table}
) AS told GROUP BY {key}, state HAVING sum(moves) <> 0
"""
_OF_INCIDENTS = {
    "table": "reports_incident", "journal": "reports_transition", "key": "incident_id", "first": "open",
    "only": "field = 'status'",
}  # fmt: skip
_OF_DISPATCHES = {
    "table": "alerts_dispatch", "journal": "alerts_dispatchtransition", "key": "dispatch_id",
    "first": "proposed", "only": "true",
}  # fmt: skip
_ENGAGED = "('acknowledged', 'en_route', 'on_scene')"
_LEAD = f"EXISTS (SELECT FROM alerts_dispatch d WHERE d.incident_id = i.id AND role = 'lead' AND d.status IN {_ENGAGED})"
#: What is wrong, to the query that finds it.
WRONG = {
    "an incident took a step that the table does not list": f"""
        SELECT incident_id FROM reports_transition
        WHERE field = 'status' AND old || '>' || new <> ALL ('{_pairs(INCIDENT)}'::text[])""",
    "a dispatch took a step that the table does not list": f"""
        SELECT dispatch_id FROM alerts_dispatchtransition
        WHERE old || '>' || new <> ALL ('{_pairs(states.DISPATCH)}'::text[])""",
    "an incident's story does not lead to its status": _STORY.format(**_OF_INCIDENTS),
    "a dispatch's story does not lead to its status": _STORY.format(**_OF_DISPATCHES),
    "an end that no officer wrote": """
        SELECT incident_id FROM reports_transition WHERE field = 'status' AND by_id IS NULL
        AND new IN ('open', 'suspended', 'stood_down', 'handed_over', 'merged', 'closed')""",
    "responding without a unit": f"""
        SELECT id FROM reports_incident i WHERE status IN ('responding', 'on_scene') AND NOT EXISTS
        (SELECT FROM alerts_dispatch d WHERE d.incident_id = i.id AND d.status IN {_ENGAGED})""",
    "two leads": f"""
        SELECT incident_id FROM alerts_dispatch WHERE role = 'lead' AND status IN {_ENGAGED}
        GROUP BY incident_id HAVING count(*) > 1""",
    "a unit in two places": f"""
        SELECT unit_id FROM alerts_dispatch WHERE status IN {_ENGAGED} GROUP BY unit_id HAVING count(*) > 1""",
    "somebody is called to what has ended": """
        SELECT i.id FROM reports_incident i
        LEFT JOIN alerts_dispatch d ON d.incident_id = i.id
            AND d.status NOT IN ('declined', 'completed', 'cannot_continue', 'stood_down')
        LEFT JOIN alerts_escalation e ON e.incident_id = i.id AND e.state IN ('wanted', 'running')
        WHERE i.status NOT IN ('open', 'dispatching', 'responding', 'on_scene', 'suspended')
            AND (d.id IS NOT NULL OR e.incident_id IS NOT NULL)""",
    "a lead whose incident says that nobody goes": f"""
        SELECT id FROM reports_incident i WHERE status IN ('open', 'dispatching') AND {_LEAD}""",
    "a unit is wanted and no ladder climbs": f"""
        SELECT i.id FROM reports_incident i LEFT JOIN alerts_escalation e ON e.incident_id = i.id
        WHERE i.status IN ('dispatching', 'responding', 'on_scene') AND NOT {_LEAD}
            AND (e.state IS NULL OR e.state = 'answered' OR (e.state = 'stopped' AND e.stopped_by_id IS NULL))""",
    "a merged incident that keeps reports": """
        SELECT i.id FROM reports_incident i JOIN reports_report r ON r.incident_id = i.id
        WHERE i.status = 'merged'""",
    "a message without the time of its state": """
        SELECT id FROM alerts_notification
        WHERE (status IN ('accepted', 'delivered', 'read') AND accepted_at IS NULL)
            OR (status IN ('delivered', 'read') AND delivered_at IS NULL)
            OR (status = 'leased' AND leased_until IS NULL)""",
}


def wrong() -> list[str]:
    """Everything in the database that must not be, named with the row's id."""
    query = " UNION ALL ".join(
        f"SELECT {n}, id::text FROM ({sql}) AS q(id)" for n, sql in enumerate(WRONG.values())
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [f"{list(WRONG)[number]}: {key}" for number, key in cursor.fetchall()]


def fingerprint() -> dict[str, str]:
    """What all rows of a matter say, a hash a table: equal where an act has left nothing."""
    with connection.cursor() as cursor:
        found = {}
        for table in ROWS:
            cursor.execute(f"SELECT md5(string_agg(t::text, ' ' ORDER BY t::text)) FROM {table} t")
            found[table] = cursor.fetchone()[0]
        return found


def clear() -> None:
    """Forget all incidents and what hangs on them, keep the people; units are free again."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE reports_incident, alerts_inboundmessage CASCADE")
        cursor.execute("UPDATE alerts_patrolunit SET status = 'available'")


def false_ranking(patch: Callable) -> None:
    """`patch(object, name, value)` puts the false ranking in place of the true one."""
    patch(candidates, "rank_for", rank_for)
