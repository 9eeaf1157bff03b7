"""What is answered to a message that is only kept yet: the database is away, so nobody knows the phone.

Pure but for a count of answers. The words of the message alone decide. Only a plain call for rescue, and a
matter that is no secret, is answered in words; all else hears `OK`, since this phone may have told of a
crime before, and may be in wrong hands now. No reference is made up, and no more is promised than is done.
"""

import threading
import time
from collections.abc import Mapping

from alerts import replies, wording
from communities import identity, phones
from reports.intake import Incoming, told_type
from reports.models import Report
from reports.reading import read
from reports.taxonomy import TAXONOMY, IncidentType, ReplyMode, ResponsePhase

RECEIPT = "OK"  # in any language
# As with the database, but counted by each process for itself.
MOST_ANSWERS, WINDOW_S, MOST_PHONES = 5, 1800.0, 50_000

_answered: dict[bytes, list[float]] = {}
_lock = threading.Lock()


def to_sms(form: Mapping[str, str]) -> str:
    """The text that answers an SMS that was kept; "" for silence. One segment. Never raises."""
    text, sender = form.get("Body", ""), phones.sender(form.get("From", ""))
    country = phones.country_of(sender) or form.get("FromCountry", "")[:2].upper() or None
    reply = replies.parse(text)
    if not _may_answer(sender):
        return ""
    if reply.verb is not None and reply.reference:
        language = wording.for_crew(read("", sender_country=country).language)
        digit = replies.DIGIT_OF_VERB.get(reply.verb, "")
        return wording.sms(language, "crew", "kept", digit=digit, reference=reply.reference)
    if reply.verb is not None:
        return ""  # a key alone: a crew would take `OK` for taken over, which nobody can say now
    return to_report(Incoming(source=Report.Source.SMS, external_id="", text=text, sender_country=country))


def to_report(seen: Incoming) -> str:
    """The answer to a report that was kept; "" for one that asks for none. One segment."""
    found = read(seen.text, language=seen.language, sender_country=seen.sender_country)
    type_ = told_type(seen, found)
    mode = TAXONOMY[type_].reply
    if "no_reply" in found.flags:
        return ""
    secret = seen.quiet or mode in (ReplyMode.QUIET, ReplyMode.NONE)
    if secret or type_ == IncidentType.UNCLASSIFIED or found.response_phase == ResponsePhase.ATTACK:
        return RECEIPT
    name = "kept_full" if mode == ReplyMode.FULL and not found.safe_now else "kept_received"
    return wording.sms(wording.for_reporter(found.language), "reporter", name, drill=found.drill)


def _may_answer(sender: str) -> bool:
    """The brake on two machines that answer each other."""
    who, now = identity.keyed_hash(sender), time.monotonic()
    with _lock:
        if len(_answered) > MOST_PHONES:
            _answered.clear()
        times = _answered[who] = [at for at in _answered.get(who, ()) if at > now - WINDOW_S]
        if len(times) >= MOST_ANSWERS:
            return False
        times.append(now)
    return True
