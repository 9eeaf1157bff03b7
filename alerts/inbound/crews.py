"""What a crew texts: a digit for its task, "9" for its own distress, or words that are a report."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction

from alerts import desk_calls, dispatch, joined, messages, replies, watches
from alerts.inbound import own_distress, slips
from alerts.inbound.fishers import Answer, report
from alerts.models import Dispatch, InboundMessage, PatrolUnit, Watch
from alerts.replies import Verb
from alerts.workflow import DispatchNotAllowed
from communities import identity
from reports import intake
from reports.models import Incident
from reports.questions import CREW_DISTRESS
from reports.reading import read
from reports.taxonomy import IncidentType

KEYS_IN_A_CALL = ("0", "3", "4", "5", "6", "9")
SAID_AGAIN = timedelta(hours=12)

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


def text_of(
    unit: PatrolUnit, form: Mapping[str, str], external_id: str, now: datetime, *, via: str = "sms"
) -> Answer:
    """`via` voice: a key pressed in a call, as the same digit in a text."""
    reply = replies.parse(form.get("Body", ""))
    language, kind = unit.language, InboundMessage.Kind.REPLY
    if reply.verb is not Verb.STOP:
        owed = _owed(unit, reply)  # before this very word resets the clock
        watches.heard(unit.pk, now=now)
        if owed:
            return _pay(unit, owed, reply.verb, via, now)
    if reply.verb is Verb.OK:
        if reply.reference:
            return Answer(messages.keys(language=language), kind)
        reply = replies.Reply(None, "", reply.rest)
    if reply.verb is Verb.IN_DISTRESS:
        fields = {"type": IncidentType.UNDESIGNATED_DISTRESS}
        return _crew_in_distress(unit, form, external_id, now, **fields)
    if reply.verb is Verb.STOP:
        desk_calls.roster_fault(unit, now=now)
        return Answer("", kind)
    mine = list(unit.dispatches.answerable().select_related("incident").order_by("-created_at"))
    if reply.reference and _called(mine, reply.reference) is None:
        reply = replace(reply, reference=joined.goes_on_as(unit, reply.reference) or reply.reference)
    if reply.verb is None and mine and _called(mine, reply.reference) is None:
        reply = replies.Reply(None, "", reply.rest)  # "9 4W4N" has the five characters of a reference
    if reply.verb is None and not reply.reference:
        if _is_service_word(form.get("Body", "")):
            return Answer(messages.keys(language=language), kind)
        if own_distress.told_in(form.get("Body", "")):
            return _crew_in_distress(unit, form, external_id, now)
        meant = slips.meant_by(form.get("Body", ""), [one.incident.reference for one in mine])
        if meant is None:
            return _sighting(unit, form, external_id, mine, now)
        if meant.reply is None:
            return Answer(_ask_which(unit, meant.digit, mine), kind)
        if meant.reply.verb is Verb.IN_DISTRESS:
            return _crew_in_distress(unit, form, external_id, now, type=IncidentType.UNDESIGNATED_DISTRESS)
        reply = meant.reply
    drill = _all_drills(mine)
    if reply.verb in (None, Verb.KEYS):
        text = messages.keys(language=language, drill=drill)
        return Answer(text, kind, dispatch=_called(mine, reply.reference))
    chosen = replies.resolve(reply, [(one.incident.reference, one.status, one) for one in mine])
    if isinstance(chosen, replies.Ambiguous):
        fitting = [candidate[2] for candidate in chosen.candidates]
        return Answer(_ask_which(unit, replies.DIGIT_OF_VERB[reply.verb], fitting), kind)
    if chosen is None:
        return Answer(_cannot_take(unit, reply, mine, now), kind, dispatch=_called(mine, reply.reference))
    more = _named_besides(reply, chosen[2], mine)
    if more and reply.verb is not Verb.DECLINE:  # a crew goes to one place at a time
        return Answer(_ask_which(unit, replies.DIGIT_OF_VERB[reply.verb], [chosen[2], *more]), kind)
    texts = [_act(unit, reply, one, now, via) for one in (chosen[2], *more)]
    return Answer(" ".join(texts), kind, dispatch=chosen[2])


def _named_besides(reply: replies.Reply, chosen: Dispatch, mine: list[Dispatch]) -> list[Dispatch]:
    """Other calls of this unit that the same text names and its digit fits: "2 M4XK2 7K3Q9"."""
    named = {replies.mended(word) for word in replies.words_of(reply.rest)}
    fits = replies.TAKEN_IN.get(reply.verb, ())
    others = [one for one in mine if one != chosen and one.incident.reference in named]
    return [one for one in others if one.status in fits]


def _sighting(
    unit: PatrolUnit, form: Mapping[str, str], external_id: str, mine: list[Dispatch], now: datetime
) -> Answer:
    """A crew sees a boat in trouble like anybody else, and answers what it is asked."""
    body = form.get("Body", "")
    told = slips.without_references(body, [one.incident.reference for one in mine]) if mine else body
    if read(told).position != read(body).position:  # a reference such as 4W4N is no position
        form = {**form, "Body": told}
    reporter = identity.reporter_for(unit.phone)
    return report(form, external_id, now, flags=("from_patrol_unit",), reporter=reporter, sender=unit.phone)


def _ask_which(unit: PatrolUnit, digit: int, mine: list[Dispatch]) -> str:
    return messages.which_reference(
        language=unit.language,
        digit=digit,
        open_references=[one.incident.reference for one in mine],
        drill=_all_drills(mine),
    )


def _all_drills(mine: list[Dispatch]) -> bool:
    return bool(mine) and all(one.incident.drill for one in mine)


def _owed(unit: PatrolUnit, reply: replies.Reply) -> list[Watch]:
    """The watches that this reply settles: "0" what was asked for, "5" the way home if the crew was asked."""
    named = {"dispatch__incident__reference": reply.reference} if reply.reference else {}
    mine = Watch.objects.open().filter(unit=unit, **named).select_related("dispatch__incident")
    if reply.verb is Verb.OK:
        receipts = list(mine.filter(kind=Watch.Kind.RECEIPT))
        asked = mine.filter(kind__in=(Watch.Kind.ARRIVAL, Watch.Kind.WELFARE), asked_at__isnull=False)
        # At sea a crew may say so unasked.
        return receipts or list(asked) or list(mine.filter(kind=Watch.Kind.WELFARE))
    if reply.verb is Verb.COMPLETE and not unit.dispatches.engaged().exists():
        return list(mine.filter(kind=Watch.Kind.WELFARE, asked_at__isnull=False))
    return []


def _pay(unit: PatrolUnit, owed: list[Watch], verb: Verb, via: str, now: datetime) -> Answer:
    kind = InboundMessage.Kind.REPLY
    by_dispatch = {watch.dispatch_id: watch for watch in owed}
    if len(by_dispatch) > 1:
        references = [watch.dispatch.incident.reference for watch in by_dispatch.values()]
        digit = replies.DIGIT_OF_VERB[verb]
        return Answer(
            messages.which_reference(language=unit.language, digit=digit, open_references=references), kind
        )
    ((_, watch),) = by_dispatch.items()
    if verb is Verb.COMPLETE:
        watches.in_harbour(watch, via=via, now=now)
        said = "in_harbour"
    else:
        said = watches.confirm(watch.dispatch, via=via, now=now)
    incident = watch.dispatch.incident
    text = messages.status_noted(
        said, language=unit.language, reference=incident.reference, at=now, drill=incident.drill
    )
    return Answer(text, kind, dispatch=watch.dispatch)


def _act(unit: PatrolUnit, reply: replies.Reply, chosen: Dispatch, now: datetime, via: str = "sms") -> str:
    said = {"language": unit.language, "reference": chosen.incident.reference, "drill": chosen.incident.drill}
    try:
        with transaction.atomic():
            if reply.verb is Verb.ACKNOWLEDGE:
                again = chosen.status == Dispatch.Status.DECLINED
                going = dispatch.offer_again(chosen.pk, via=via, now=now) if again else chosen
                dispatch.acknowledge(going.pk, via=via, now=now)
                return messages.unit_confirmed(**said, at=now)
            _ACTIONS[reply.verb](chosen.pk, via=via, reason=intake.storable(reply.rest)[0], now=now)
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
        return _act(unit, reply, known, now)
    status, stamp = _SAID_BEFORE.get(reply.verb, ("", ""))
    if known.status == status:
        return messages.status_noted(reply.verb.value, **said, at=getattr(known, stamp) or now)
    return messages.not_now(**said, digit=replies.DIGIT_OF_VERB[reply.verb])


def _crew_in_distress(
    unit: PatrolUnit, form: Mapping[str, str], external_id: str, now: datetime, **fields
) -> Answer:
    """`9`, or words of its own: the patrol unit itself needs rescue. A new P1, and its tasks go to others.

    It lies where the text says, else at the unit's last fix. Said again it is the same distress; what the
    crew texts after it joins it.
    """
    reporter = identity.reporter_for(unit.phone)
    known = Incident.objects.of_reporter(reporter, now).filter(flags__contains=[CREW_DISTRESS]).first()
    fix = getattr(unit, "fix", None)
    if fix is not None and read(form.get("Body", "")).position is None:
        fields["position"] = (fix.longitude, fix.latitude)
    answer = report(
        form,
        external_id,
        now,
        reporter=reporter,
        sender=unit.phone,
        flags=("from_patrol_unit", CREW_DISTRESS),
        new_matter=known is None,
        **fields,
    )
    incident = answer.report.incident
    if not incident.place:
        incident.place = unit.call_sign
        incident.save(update_fields=["place"])
    # Its own rescue is watched by its own incident now.
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


def _called(dispatches: list[Dispatch], reference: str) -> Dispatch | None:
    return next((one for one in dispatches if one.incident.reference == reference), None)
