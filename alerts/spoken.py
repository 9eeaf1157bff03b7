"""What a call says and which key it takes, as TwiML.

A call asks twice; a wrong key asks again, a few times; silence, a voicemail and a hung-up call are no answer.
The same key told twice does the same once and hears the same words: the carrier repeats a webhook that it
thinks we missed.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from twilio.twiml import TwiML
from twilio.twiml.voice_response import Gather, Say, VoiceResponse

from alerts import dispatch, messages, receipts
from alerts.inbound import crews, desks
from alerts.models import Dispatch, Notification
from alerts.workflow import DispatchNotAllowed

# Twilio's voice and language tag, by our languages. Named, since the vendor's default would read Malay or
# Filipino words as English. All are of the standard kind, which takes the tag that spells a reference.
VOICES = {
    "en": ("Google.en-GB-Standard-A", "en-GB"),
    "ms": ("Google.ms-MY-Standard-A", "ms-MY"),
    "id": ("Google.id-ID-Standard-A", "id-ID"),
    "fil": ("Google.fil-PH-Standard-A", "fil-PH"),
    "vi": ("Google.vi-VN-Standard-A", "vi-VN"),
    "th": ("Google.th-TH-Standard-A", "th-TH"),
    "ta": ("Google.ta-IN-Standard-C", "ta-IN"),
}
GOES, CANNOT = "1", "2"
KEY_WITHIN_S = 8
MOST_TURNS = 3  # how often one call asks for another key


def answered(notification: Notification, *, answered_by: str = "") -> VoiceResponse:
    """The call was picked up: say the alert and ask for a key.

    A machine (`answered_by` as Twilio's detection names it) hears it once, unasked. Who has answered by
    another way, or is not wanted any more, hears that.
    """
    response = VoiceResponse()
    if answered_by.startswith(("machine", "fax")):
        _say(response, notification, notification.text)
    elif overtaken := _overtaken(notification):
        _say_twice(response, notification, overtaken)
    else:
        _ask(response, notification, turn=1)
    response.hangup()
    return response


def pressed(notification: Notification, digits: str, *, turn: int = 1) -> VoiceResponse:
    """A key was pressed: act on it and say so; for another ask again, MOST_TURNS times in all."""
    response = VoiceResponse()
    if digits in _keys(notification):
        _say_twice(response, notification, press(notification, digits))
    elif turn < MOST_TURNS:
        _ask(response, notification, turn=turn + 1)
    else:
        _say(response, notification, _answer(notification, "nothing_changed"))
    response.hangup()
    return response


def press(notification: Notification, digits: str, *, now: datetime | None = None) -> str:
    """Act on a key pressed during a call; return what the voice says then. Other keys repeat the alert."""
    now = now or timezone.now()
    if digits not in _keys(notification):
        return notification.text
    if _is_word_of_a_crew(notification):
        # A key that answers a question or a stand-down counts as the same digit in a text.
        form = {"Body": f"{digits} {notification.reference}"}
        with transaction.atomic():
            crews.text_of(notification.unit, form, f"voice:{notification.pk}", now, via="voice")
        return _answer(notification, "distress" if digits == "9" else "noted")
    if notification.station_id or notification.operations:
        notification.refresh_from_db(fields=["acknowledged_at"])
        if notification.acknowledged_at is None:
            desks.officer_has_it(notification.station, notification.incident_id, via="voice", now=now)
        return _answer(notification, "officer_noted")
    try:
        with transaction.atomic():
            if digits == GOES:
                dispatch_id = notification.dispatch_id
                if notification.dispatch.status == Dispatch.Status.DECLINED:
                    dispatch_id = dispatch.offer_again(dispatch_id, via="voice", now=now).pk
                dispatch.acknowledge(dispatch_id, via="voice", now=now)
                return _answer(notification, "confirmed")
            dispatch.decline(notification.dispatch_id, via="voice", now=now)
            return _answer(notification, "declined")
    except dispatch.AlreadyTaken as taken:
        return _answer(notification, "taken", call_sign=taken.lead.unit.call_sign)
    except DispatchNotAllowed:
        return _answer(notification, "nothing_changed")


def _keys(notification: Notification) -> tuple[str, ...]:
    """Which keys mean something in this call."""
    if _is_word_of_a_crew(notification):
        return crews.KEYS_IN_A_CALL
    if notification.station_id or notification.operations:
        return (GOES,)
    return (GOES, CANNOT) if notification.dispatch_id else ()


def _is_word_of_a_crew(notification: Notification) -> bool:
    """A question to a crew, or its stand-down: no alert."""
    purposes = (Notification.Purpose.CHECK, Notification.Purpose.STAND_DOWN)
    return notification.unit_id is not None and notification.purpose in purposes


def _overtaken(notification: Notification) -> str:
    """What to say in place of an alert that needs no answer any more; "" where it does."""
    if notification.dispatch_id is None or notification.purpose != Notification.Purpose.ALERT:
        return ""
    status = notification.dispatch.status
    if status in Dispatch.ENGAGED_STATUSES:
        return _answer(notification, "confirmed")
    wanted = status in (*Dispatch.OPEN_STATUSES, Dispatch.Status.DECLINED) and notification.incident.is_open
    calls_for_unit = notification.purpose in Notification.CALLS_FOR_A_UNIT
    return _answer(notification, "nothing_changed") if calls_for_unit and not wanted else ""


def _answer(notification: Notification, kind: str, **values: str) -> str:
    return messages.spoken_answer(
        kind,
        language=notification.language,
        reference=notification.reference,
        drill=notification.incident.drill,
        **values,
    )


def _ask(response: VoiceResponse, notification: Notification, *, turn: int) -> None:
    """Say it twice and wait for one key; where none comes, once more."""
    for times in (2, 1):
        gather = Gather(
            num_digits=1,
            timeout=KEY_WITHIN_S,
            action=f"{receipts.voice_url(notification.pk)}&turn={turn}",
            method="POST",
        )
        for number in range(times):
            if number:
                gather.pause(length=1)
            _say(gather, notification, notification.text)
        response.append(gather)


def _say_twice(response: VoiceResponse, notification: Notification, text: str) -> None:
    _say(response, notification, text)
    response.pause(length=1)
    _say(response, notification, text)


def _say(parent: TwiML, notification: Notification, text: str) -> None:
    """Say `text` in its language's voice, or in English's where there is none; spell its reference."""
    voice, language = VOICES.get(notification.language, VOICES["en"])
    say = Say(voice=voice, language=language)
    spelled = ", ".join(notification.reference)
    for number, piece in enumerate(text.split(spelled) if spelled else [text]):
        if number:
            say.say_as(notification.reference, interpret_as="characters")
        if piece:
            say.append(piece)
    parent.append(say)
