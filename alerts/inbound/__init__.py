"""One SMS in → one row, one answer. A crew or a duty officer may be answering; else it is a report.

The HTTP webhook and the simulated phones call the same function.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from alerts.inbound import crews, desks, fishers
from alerts.models import DispatchTransition, InboundMessage, PatrolUnit, Station
from communities import identity, phones
from reports import intake
from reports.models import Report, Transition

# Two machines that answer each other stop here; what comes in is never limited.
MOST_ANSWERS = 5
# A crew or a desk hears what became of each digit; this many in half an hour only a machine sends.
MOST_ANSWERS_TO_ROSTER = 30
ANSWERS_WINDOW = timedelta(minutes=30)


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
    external_id = key_of(form, raw)
    intake.hold_key(f"twilio:{external_id}")  # a repeat waits, so that it finds the first one's answer
    text = intake.storable(form.get("Body", ""))[0]
    sender = phones.sender(form.get("From", ""))
    sender_hash = identity.keyed_hash(sender)
    first, number = external_id, 1
    while repeat := InboundMessage.objects.filter(carrier="twilio", external_id=external_id).first():
        if repeat.text == text and bytes(repeat.sender_hash) == sender_hash:
            return repeat.reply
        number += 1  # other words, or another phone's, under a known id: they are kept and answered too
        external_id = f"{first}#{number}"
    unit = PatrolUnit.objects.filter(phone=sender).select_related("station").first() if sender else None
    station = Station.objects.filter(duty_phone=sender).first() if sender and unit is None else None
    if unit is not None:
        answer = crews.text_of(unit, form, external_id, now)
    elif station is not None or _is_operations(sender):
        answer = desks.text_of(station, form, external_id, now)
    else:
        answer = fishers.text_of(sender, form, external_id, now)
    reply = answer.text
    most = MOST_ANSWERS_TO_ROSTER if unit or station else MOST_ANSWERS
    if reply and _answered_enough(sender_hash, answer.report, most, now):
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


def _is_operations(sender: str) -> bool:
    """The number that is called where no desk can be reached, and no desk's own."""
    return bool(sender) and sender == phones.of_operations()


def _answered_enough(sender_hash: bytes, report: Report | None, most: int, now: datetime) -> bool:
    """The brake on answers: a human acts on the matter before this number hears more from a machine."""
    since = now - ANSWERS_WINDOW
    answered = InboundMessage.objects.filter(sender_hash=sender_hash, received_at__gt=since).exclude(reply="")
    if answered.count() < most:
        return False
    acted_at = _last_human_act(report, since) if report else None
    return acted_at is None or answered.filter(received_at__gt=acted_at).count() >= most


def _last_human_act(report: Report, since: datetime) -> datetime | None:
    """When an officer, a desk or a crew last acted on the report's matter after `since`."""
    officer = Q(by__isnull=False) | Q(field="duty")  # a desk's "I have it" comes by telephone
    acts = [
        Transition.objects.filter(officer, incident=report.incident_id),
        DispatchTransition.objects.filter(
            dispatch__incident=report.incident_id, via__in=("app", "sms", "voice", "officer")
        ),
    ]
    times = [rows.filter(at__gt=since).aggregate(last=Max("at"))["last"] for rows in acts]
    return max(filter(None, times), default=None)


def key_of(form: Mapping[str, str], raw: bytes) -> str:
    """The carrier's message id; a body without one is known by its content."""
    given = form.get("MessageSid") or form.get("SmsMessageSid") or form.get("SmsSid") or ""
    return given[:80] if given.strip() else "raw:" + hashlib.sha256(raw).hexdigest()
