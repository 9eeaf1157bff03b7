"""One SMS in → one row, one answer. A crew or a duty officer may be answering; else it is a report.

The HTTP webhook and the simulated phones call the same function.
"""

import hashlib
import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from alerts import calls, dispatch, escalation, feedback, messages, replies
from alerts.models import Dispatch, Escalation, InboundMessage, Notification, PatrolUnit, Station
from alerts.replies import Verb
from alerts.workflow import DispatchNotAllowed
from communities import identity, phones
from reports import intake, workflow
from reports.models import Incident, Report
from reports.taxonomy import IncidentType

log = logging.getLogger(__name__)

# Two machines that answer each other stop here; what comes in is never limited.
MOST_ANSWERS = 5
ANSWERS_WINDOW = timedelta(minutes=30)
SAID_AGAIN = timedelta(hours=12)
CREW_DISTRESS = "patrol_unit_in_distress"
# On the report, and by it on the incident, for an officer to reach the phone by another road.
STOP_FLAGS = ("stop_word", "carrier_may_mute")

_ACTIONS = {
    Verb.ACKNOWLEDGE: dispatch.acknowledge,
    Verb.DECLINE: dispatch.decline,
    Verb.UNDER_WAY: dispatch.under_way,
    Verb.ON_SCENE: dispatch.on_scene,
    Verb.COMPLETE: dispatch.complete,
    Verb.CANNOT_CONTINUE: dispatch.cannot_continue,
}
# A step told twice is answered as the first time: crews repeat what they hear no answer to.
_SAID_BEFORE = {
    Verb.UNDER_WAY: (Dispatch.Status.EN_ROUTE, "under_way_at"),
    Verb.ON_SCENE: (Dispatch.Status.ON_SCENE, "on_scene_at"),
    Verb.COMPLETE: (Dispatch.Status.COMPLETED, "ended_at"),
    Verb.CANNOT_CONTINUE: (Dispatch.Status.CANNOT_CONTINUE, "ended_at"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said back, and what the message turned out to be."""

    text: str
    kind: str
    report: Report | None = None
    dispatch: Dispatch | None = None


@transaction.atomic
def receive(form: Mapping[str, str], raw: bytes, *, now: datetime | None = None) -> str:
    """Take one message in; return the text to answer with ("" for silence).

    `form` is the carrier's form as decoded text, `raw` its body as it came. The same
    MessageSid again changes nothing and returns the same answer. Twilio's documented
    parameters are used: MessageSid, From, Body, MediaUrl…, Latitude, Longitude.
    """
    now = now or timezone.now()
    # The body is repaired, and flagged as such, by intake; no other field may stop a message either.
    form = {name: value if name == "Body" else intake.storable(value)[0] for name, value in form.items()}
    external_id = _external_id(form, raw)
    intake.hold_key(f"twilio:{external_id}")  # a repeat waits, so that it finds the first one's answer
    text = intake.storable(form.get("Body", ""))[0]
    first, number = external_id, 1
    while repeat := InboundMessage.objects.filter(carrier="twilio", external_id=external_id).first():
        if repeat.text == text:
            return repeat.reply
        number += 1  # other words under a known id: they are kept and answered too
        external_id = f"{first}#{number}"
    sender = phones.sender(form.get("From", ""))
    sender_hash = identity.keyed_hash(sender)
    unit = PatrolUnit.objects.filter(phone=sender).select_related("station").first() if sender else None
    station = Station.objects.filter(duty_phone=sender).first() if sender and unit is None else None
    if unit is not None:
        answer = _from_crew(unit, form, external_id, now)
    elif station is not None:
        answer = _from_duty_officer(station, form, external_id, now)
    else:
        answer = _from_fisher(sender, form, external_id, now)
    reply = answer.text
    # The brake is for strangers' machines; a crew or a desk always hears what became of its word.
    if unit is None and station is None and reply and _answered_enough(sender_hash, now):
        reply = ""
    InboundMessage.objects.create(
        external_id=external_id,
        kind=answer.kind,
        sender_hash=sender_hash,
        raw_encrypted=identity.encrypt(raw),
        text=text,
        unit=unit,
        station=station,
        reporter=answer.report.reporter if answer.report and unit is None and station is None else None,
        report=answer.report,
        dispatch=answer.dispatch,
        reply=reply,
        received_at=now,
    )
    return reply


# --- A fisher ---


def _from_fisher(sender: str, form: Mapping[str, str], external_id: str, now: datetime) -> Answer:
    # To a fisher CANCEL or STOP is a word and ends nothing; their carrier may take it for an opt-out.
    stop = replies.parse(form.get("Body", "")).verb is Verb.STOP
    return _report(
        form,
        external_id,
        now,
        reporter=identity.reporter_for(sender) if sender else None,
        sender=sender,
        flags=STOP_FLAGS if stop else (),
    )


def _report(
    form: Mapping[str, str], external_id: str, now: datetime, *, reporter=None, sender="", **fields
) -> Answer:
    country = phones.country_of(sender) or form.get("FromCountry", "")[:2].upper()
    receipt = intake.receive(
        intake.Incoming(
            source=Report.Source.SMS,
            external_id=external_id,
            text=form.get("Body", ""),
            reporter=reporter,
            sender_country=country or None,
            first_byte_at=now,
            extra={"sender_country": country, **_media(form)},
            **{"position": _pin(form), **fields},
        ),
        now=now,
    )
    report = receipt.conflict or receipt.report
    return Answer(feedback.hear(report, now=now), InboundMessage.Kind.REPORT, report=report)


def _media(form: Mapping[str, str]) -> dict:
    """Photos still to be fetched from the carrier, kept beside the text."""
    count = form.get("NumMedia", "0")
    if not (count.isdecimal() and len(count) < 3 and int(count)):
        return {}
    return {
        "media": [
            {"url": form.get(f"MediaUrl{n}", "")[:500], "type": form.get(f"MediaContentType{n}", "")[:60]}
            for n in range(min(int(count), 10))
        ]
    }


def _pin(form: Mapping[str, str]) -> tuple[float, float] | None:
    """(lon, lat) of a location that a chat app attached; None if there is none, or it is nowhere on earth."""
    try:
        lon, lat = float(form["Longitude"]), float(form["Latitude"])
    except (KeyError, ValueError):
        return None
    on_earth = math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90
    return (lon, lat) if on_earth and (lon, lat) != (0, 0) else None


def _answered_enough(sender_hash: bytes, now: datetime) -> bool:
    """The brake on answers: a human acts before this number hears more from a machine."""
    since = now - ANSWERS_WINDOW
    return (
        InboundMessage.objects.filter(sender_hash=sender_hash, received_at__gt=since)
        .exclude(reply="")
        .count()
        >= MOST_ANSWERS
    )


# --- A crew ---


def _from_crew(unit: PatrolUnit, form: Mapping[str, str], external_id: str, now: datetime) -> Answer:
    reply = replies.parse(form.get("Body", ""))
    language, kind = unit.language, InboundMessage.Kind.REPLY
    if reply.verb is Verb.IN_DISTRESS:
        return _crew_in_distress(unit, form, external_id, now)
    if reply.verb is Verb.STOP:
        calls.roster_fault(unit, now=now)
        return Answer("", kind)
    if reply.verb is None and not reply.reference:
        # A crew sees a boat in trouble like anybody else.
        if _is_service_word(form.get("Body", "")):
            return Answer(messages.keys(language=language), kind)
        # A crew sees a boat in trouble like anybody else, and answers what it is asked.
        reporter = identity.reporter_for(unit.phone)
        return _report(
            form, external_id, now, flags=("from_patrol_unit",), reporter=reporter, sender=unit.phone
        )
    mine = list(unit.dispatches.answerable().select_related("incident").order_by("-created_at"))
    drill = bool(mine) and all(one.incident.drill for one in mine)
    if reply.verb in (None, Verb.KEYS):
        text = messages.keys(language=language, drill=drill)
        return Answer(text, kind, dispatch=_called(mine, reply.reference))
    chosen = replies.resolve(reply, [(one.incident.reference, one.status, one) for one in mine])
    if isinstance(chosen, replies.Ambiguous):
        open_references = [candidate[0] for candidate in chosen.candidates]
        digit = replies.DIGIT_OF_VERB[reply.verb]
        return Answer(
            messages.which_reference(
                language=language, digit=digit, open_references=open_references, drill=drill
            ),
            kind,
        )
    if chosen is None:
        return Answer(_cannot_take(unit, reply, mine, now), kind, dispatch=_called(mine, reply.reference))
    return Answer(_act(unit, reply, chosen[2], now), kind, dispatch=chosen[2])


def _act(unit: PatrolUnit, reply: replies.Reply, chosen: Dispatch, now: datetime) -> str:
    said = {"language": unit.language, "reference": chosen.incident.reference, "drill": chosen.incident.drill}
    try:
        with transaction.atomic():
            if reply.verb is Verb.ACKNOWLEDGE:
                dispatch.acknowledge(chosen.pk, via="sms", now=now)
                return messages.unit_confirmed(**said, at=now)
            _ACTIONS[reply.verb](chosen.pk, via="sms", reason=intake.storable(reply.rest)[0], now=now)
    except dispatch.AlreadyTaken as taken:
        lead = taken.lead
        return messages.late_ack(**said, call_sign=lead.unit.call_sign, at=lead.acknowledged_at)
    except DispatchNotAllowed:
        return messages.not_now(**said, digit=replies.DIGIT_OF_VERB[reply.verb])
    if reply.verb is Verb.DECLINE:
        return messages.declined_noted(**said, at=now)
    return messages.status_noted(reply.verb.value, **said, at=now)


def _cannot_take(unit: PatrolUnit, reply: replies.Reply, mine: list[Dispatch], now: datetime) -> str:
    """A true answer to a digit that no open dispatch takes: said twice, too late, or unknown."""
    language = unit.language
    newest = unit.dispatches.select_related("incident").order_by("-created_at")
    known = _called(mine, reply.reference) if reply.reference else (mine[0] if len(mine) == 1 else None)
    if known is None and not reply.reference:
        # A bare digit said once more, after its task took it.
        status, _ = _SAID_BEFORE.get(reply.verb, ("", ""))
        known = newest.filter(status=status, created_at__gte=now - SAID_AGAIN).first()
    if known is None and reply.reference:
        known = newest.filter(incident__reference=reply.reference).first()
        if known is not None and known.status == Dispatch.Status.STOOD_DOWN:
            return messages.stand_down(language=language, reference=reply.reference, at=known.ended_at or now)
    if known is None:
        open_references = [one.incident.reference for one in mine]
        return messages.dispatch_not_found(
            language=language, reference=reply.reference, open_references=open_references
        )
    said = {"language": language, "reference": known.incident.reference, "drill": known.incident.drill}
    if reply.verb is Verb.ACKNOWLEDGE and known.status in Dispatch.ENGAGED_STATUSES:
        return messages.unit_confirmed(**said, at=known.acknowledged_at or now)
    if reply.verb is Verb.DECLINE and known.status == Dispatch.Status.DECLINED:
        return messages.declined_noted(**said, at=known.ended_at or now)
    if reply.verb is Verb.ACKNOWLEDGE and known.status == Dispatch.Status.DECLINED:
        return _act(unit, reply, dispatch.offer_again(known.pk, via="sms", now=now), now)
    status, stamp = _SAID_BEFORE.get(reply.verb, ("", ""))
    if known.status == status:
        return messages.status_noted(reply.verb.value, **said, at=getattr(known, stamp) or now)
    return messages.not_now(**said, digit=replies.DIGIT_OF_VERB[reply.verb])


def _crew_in_distress(unit: PatrolUnit, form: Mapping[str, str], external_id: str, now: datetime) -> Answer:
    """`9`: the patrol unit itself needs rescue. A new P1 at its last fix, and its tasks go to others.

    Said again it is the same distress; what the crew texts after it joins it.
    """
    reporter = identity.reporter_for(unit.phone)
    known = Incident.objects.of_reporter(reporter, now).filter(flags__contains=[CREW_DISTRESS]).first()
    fix = getattr(unit, "fix", None)
    answer = _report(
        form,
        external_id,
        now,
        reporter=reporter,
        sender=unit.phone,
        type=IncidentType.UNDESIGNATED_DISTRESS,
        position=(fix.longitude, fix.latitude) if fix else None,
        flags=("from_patrol_unit", CREW_DISTRESS),
        new_matter=known is None,
    )
    incident = answer.report.incident
    if not incident.place:
        incident.place = unit.call_sign
        incident.save(update_fields=["place"])
    for engaged in unit.dispatches.engaged():
        dispatch.cannot_continue(engaged.pk, via="sms", reason="unit in distress", now=now)
    for asked in unit.dispatches.filter(status=Dispatch.Status.ALERTING):
        dispatch.decline(asked.pk, via="sms", reason="unit in distress", now=now)
    PatrolUnit.objects.filter(pk=unit.pk).update(status=PatrolUnit.Status.IN_DISTRESS)
    text = messages.status_noted("in_distress", language=unit.language, reference=incident.reference, at=now)
    return Answer(text, InboundMessage.Kind.REPORT, report=answer.report)


def _is_service_word(body: str) -> bool:
    """START after a STOP (the roster fault asks for it), or a lone 0: nothing that anybody saw at sea."""
    return body.strip(" .!").upper() in {"START", "UNSTOP", "YES", "0"}


# --- A duty officer ---


def _from_duty_officer(station: Station, form: Mapping[str, str], external_id: str, now: datetime) -> Answer:
    """`1 REF`: "I have it" silences the calls to that desk alone; units are called until one answers."""
    reply = replies.parse(form.get("Body", ""))
    kind, language = InboundMessage.Kind.DUTY, station.language
    if reply.verb is Verb.STOP:
        log.error("roster fault: the duty phone of %s texted STOP", station.code)
        return Answer("", kind)
    if reply.verb is None and not reply.reference:
        reporter = identity.reporter_for(station.duty_phone)
        phone = station.duty_phone
        return _report(form, external_id, now, flags=("from_duty_phone",), reporter=reporter, sender=phone)
    asked = Incident.objects.open().filter(notifications__station=station).distinct().order_by("-received_at")
    if reply.reference:
        asked = asked.filter(reference=reply.reference)
    matters = list(asked)
    if not matters:
        return Answer(messages.dispatch_not_found(language=language, reference=reply.reference), kind)
    if len(matters) > 1 or reply.verb is not Verb.ACKNOWLEDGE:
        open_references = [one.reference for one in matters]
        return Answer(
            messages.which_reference(language=language, digit=1, open_references=open_references), kind
        )
    incident = matters[0]
    officer_has_it(station, incident.pk, via="sms", now=now)
    return Answer(
        messages.officer_noted(language=language, reference=incident.reference, at=now, drill=incident.drill),
        kind,
    )


@transaction.atomic
def officer_has_it(station: Station, incident_id, *, via: str, now: datetime) -> None:
    """A desk took the matter: no more calls to it, and a look that was asked for is answered."""
    incident = workflow.lock(incident_id)
    incident.notifications.filter(station=station, acknowledged_at__isnull=True).update(acknowledged_at=now)
    incident.notifications.filter(station=station).waiting().update(status=Notification.Status.CANCELLED)
    workflow.record(incident, "duty", "", f"{station.code} has it by {via}", by=None, now=now)
    if incident.taken_at is None:
        incident.taken_at = now
        incident.save(update_fields=["taken_at"])
    if Escalation.objects.live().filter(incident=incident, purpose=Escalation.Purpose.LOOK).exists():
        escalation.answer(incident)


# --- Keys ---


def _external_id(form: Mapping[str, str], raw: bytes) -> str:
    """The carrier's message id; a body without one is known by its content."""
    given = form.get("MessageSid") or form.get("SmsMessageSid") or form.get("SmsSid") or ""
    return given[:80] if given.strip() else "raw:" + hashlib.sha256(raw).hexdigest()


def _called(dispatches: list[Dispatch], reference: str) -> Dispatch | None:
    return next((one for one in dispatches if one.incident.reference == reference), None)
