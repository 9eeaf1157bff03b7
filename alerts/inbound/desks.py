"""What a duty officer texts: "1 REF" is "I have it"; other words are a report."""

import logging
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from alerts import escalation, messages, replies
from alerts.inbound.fishers import Answer, report
from alerts.models import Escalation, InboundMessage, Notification, Station
from alerts.replies import Verb
from communities import identity
from reports import workflow
from reports.models import Incident

log = logging.getLogger(__name__)


def text_of(station: Station, form: Mapping[str, str], external_id: str, now: datetime) -> Answer:
    """`1 REF`: "I have it" silences the calls to that desk alone; units are called until one answers."""
    reply = replies.parse(form.get("Body", ""))
    kind, language = InboundMessage.Kind.DUTY, station.language
    if reply.verb is Verb.STOP:
        log.error("roster fault: the duty phone of %s texted STOP", station.code)
        return Answer("", kind)
    if reply.verb is None and not reply.reference:
        reporter = identity.reporter_for(station.duty_phone)
        phone = station.duty_phone
        return report(form, external_id, now, flags=("from_duty_phone",), reporter=reporter, sender=phone)
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
