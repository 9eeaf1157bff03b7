"""What a duty officer texts: "1 REF" is "I have it"; other words are a report."""

import logging
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from alerts import desk_calls, escalation, messages, replies
from alerts.inbound.fishers import Answer, report
from alerts.models import Escalation, InboundMessage, Notification, Station
from alerts.replies import Verb
from communities import identity, phones
from reports import workflow
from reports.models import Incident

log = logging.getLogger(__name__)


def text_of(station: Station | None, form: Mapping[str, str], external_id: str, now: datetime) -> Answer:
    """`1 REF`: "I have it" silences the calls to that desk alone; units are called until one answers.

    None as `station` is the operations number, which is called where no desk can be reached.
    """
    reply = replies.parse(form.get("Body", ""))
    kind, language = InboundMessage.Kind.DUTY, station.language if station else "en"
    number = station.duty_phone if station else phones.of_operations()
    if reply.verb is Verb.STOP:
        log.error("roster fault: the duty phone of %s texted STOP", station.code if station else "operations")
        return Answer("", kind)
    if reply.verb in (None, Verb.OK) and not reply.reference:
        reporter = identity.reporter_for(number)
        return report(form, external_id, now, flags=("from_duty_phone",), reporter=reporter, sender=number)
    asked = _asked(station)
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


def _asked(station: Station | None):
    """The matters this desk was called about: open ones, and any with a crew's silence not yet answered."""
    mine = Notification.objects.filter(desk_calls.to(station))
    about_a_crew = mine.filter(purpose=Notification.Purpose.CHECK, acknowledged_at__isnull=True)
    called = Q(pk__in=mine.values("incident"), status__in=Incident.OPEN_STATUSES)
    return Incident.objects.filter(called | Q(pk__in=about_a_crew.values("incident"))).order_by(
        "-received_at"
    )


@transaction.atomic
def officer_has_it(station: Station | None, incident_id, *, via: str, now: datetime) -> None:
    """A desk took the matter: no more calls to it, and a look that was asked for is answered."""
    incident = workflow.lock(incident_id)
    mine = incident.notifications.filter(desk_calls.to(station))
    mine.filter(acknowledged_at__isnull=True).update(acknowledged_at=now)
    mine.waiting().update(status=Notification.Status.CANCELLED)
    who = station.code if station else "operations"
    workflow.record(incident, "duty", "", f"{who} has it by {via}", by=None, now=now)
    if incident.taken_at is None:
        incident.taken_at = now
        incident.save(update_fields=["taken_at"])
    if Escalation.objects.live().filter(incident=incident, purpose=Escalation.Purpose.LOOK).exists():
        escalation.answer(incident)
