"""Alarms as texts: to the operations number and the duty desk, straight to the carrier.

Not as Notification rows: the dispatcher that would send those may be what the alarm is about.
"""

import logging
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q

from alerts import alarms, candidates
from alerts.models import Alarm, AlarmText, Station
from alerts.transports.base import Message, TransportError, get_transport
from communities import phones
from communities.ids import uuid7

log = logging.getLogger(__name__)

SMS = 160
MOST = 50  # alarms looked at for one text
MOST_NUMBERS = 5  # texted about one alarm
RETRY = timedelta(minutes=1)  # after every number refused


def send_due(now: datetime) -> int:
    """Text every alarm that is due, one text a number however many alarms there are; return how many left.

    What no number took goes to the rescue centres at once, and to all of them again after RETRY.
    """
    due = list(alarms.standing().filter(text_due_at__lte=now).select_related("incident")[:MOST])
    if not due:
        return 0
    for_alarm = {alarm.pk: numbers(alarm, now) for alarm in due}
    if not any(for_alarm.values()):
        log.error("%d alarms, and no number to text: set OPERATIONS_NUMBER", len(due))
    left, heard = _send(due, for_alarm, now)
    unheard = [alarm for alarm in due if alarm.pk not in heard]
    if unheard:  # their numbers are dead: somebody must hear it
        tried = {number for found in for_alarm.values() for number, _ in found}
        others = [(number, station_id) for number, station_id in of_centres() if number not in tried]
        more, heard_too = _send(unheard, {alarm.pk: others for alarm in unheard}, now)
        left, heard = left + more, heard | heard_too
    for alarm in due:
        fields = {"text_due_at": now + RETRY}
        if alarm.pk in heard:
            fields = {"texts": alarm.texts + 1, "text_due_at": now + alarms.pause(alarm.texts + 1)}
        # Not where an officer has taken it meanwhile.
        Alarm.objects.filter(pk=alarm.pk, text_due_at=alarm.text_due_at).update(**fields)
    return left


def _send(due: list[Alarm], for_alarm: dict, now: datetime) -> tuple[int, set]:
    """Send one text a number, all at once; return how many left, and which alarms somebody hears of."""
    wanted: dict[tuple[str, object], list[Alarm]] = defaultdict(list)
    for alarm in due:
        for number in for_alarm[alarm.pk]:
            wanted[number].append(alarm)
    if not wanted:
        return 0, set()
    if not connection.in_atomic_block:
        connection.close()  # none is held while a carrier takes its time
    said = {to: words([alarm.text for alarm in about]) for to, about in wanted.items()}
    with ThreadPoolExecutor(MOST_NUMBERS) as pool:
        answers = dict(zip(wanted, pool.map(lambda to: send(to[0], said[to]), wanted), strict=True))
    AlarmText.objects.bulk_create(
        AlarmText(station_id=to[1], text=said[to], at=now, carrier_id=carrier_id[:80], error=error[:300])
        for to, (carrier_id, error) in answers.items()
    )
    taken = [to for to, (_, error) in answers.items() if not error]
    return len(taken), {alarm.pk for to in taken for alarm in wanted[to]}


def send(number: str, text: str) -> tuple[str, str]:
    """Hand one text to the carrier now; return its id and "", or "" and what was wrong. Never raises."""
    message = Message(id=str(uuid7()), to=number, text=text, priority=1, valid_for_s=3600)
    try:
        return get_transport("sms").send(message), ""
    except TransportError as error:
        log.error("an alarm could not be texted (%s)", error.code or error)
        return "", str(error) or error.code or "refused"
    except Exception as error:  # a fault of ours must not end the auditor
        log.exception("an alarm could not be texted")
        return "", type(error).__name__


def words(said: list[str]) -> str:
    """One SMS about alarms: as many as fit in words, of the rest how many. GSM-7 by being ASCII."""
    said = [text.encode("ascii", "replace").decode() for text in said]
    head, tail = "SUAR ALARM: ", "; +{} more, see the desk"
    shown = said[0][: SMS - len(head) - (len(tail) if len(said) > 1 else 0)]
    count = 1
    for text in said[1:]:
        rest = len(said) - count - 1
        if len(f"{head}{shown}; {text}") + (len(tail) if rest else 0) > SMS:
            break
        shown, count = f"{shown}; {text}", count + 1
    return head + shown + (tail.format(len(said) - count) if len(said) > count else "")


def numbers(alarm: Alarm, now: datetime) -> list[tuple[str, object]]:
    """Who hears of an alarm: (number, station id or None). The operations number of all;
    of one incident its duty desk besides; without either the rescue centres.
    """
    found = of_operations() if alarm.incident is None or phones.of_operations() else []
    if alarm.incident is not None:
        duty, centres = candidates.desks(alarm.incident, candidates.datum(alarm.incident, now), None)
        found += [(station.duty_phone, station.pk) for station in ([duty] if duty else centres)]
    unique: dict[str, object] = {}
    for number, station_id in found or of_centres():
        unique.setdefault(number, station_id)
    return list(unique.items())[:MOST_NUMBERS]


def of_operations() -> list[tuple[str, object]]:
    """Who hears of the service as a whole."""
    number = phones.of_operations()
    return [(number, None)] if number else of_centres()


def of_centres() -> list[tuple[str, object]]:
    """The rescue centres' numbers, else any desk's."""
    with_phone = Station.objects.exclude(duty_phone="").order_by("code")
    centres = with_phone.filter(Q(kind=Station.Kind.MRCC) | Q(kind=Station.Kind.MRSC, parent__isnull=True))
    found = centres if centres.exists() else with_phone
    return list(found.values_list("duty_phone", "pk")[:MOST_NUMBERS])
