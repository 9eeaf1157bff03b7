"""A distress call in the spool, as it is texted to duty desks: its words, and nobody's name or number.

Nothing here needs a database. `what_it_tells` reads a kept request, `text_for` words it for a desk.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO

import phonenumbers
from django.conf import settings

from alerts import messages, replies, wording
from alerts.gsm7 import segments
from alerts.replies import Verb
from alerts.webhooks import form_of
from communities import identity, phones
from communities.parsers import forgiving_json
from reports import spool
from reports.intake import told_type
from reports.known_places import LazyIndex
from reports.reading import read
from reports.serializers import incoming
from reports.taxonomy import Category, IncidentType, category_of

MOST_SEGMENTS = 3
#: What nobody can read, and what is empty, is texted when it has waited for so long, as with the database.
UNREAD_AFTER = timedelta(minutes=5)
HIDDEN = "[...]"

_LINK = re.compile(r"\S*(?:://|www\.)\S*", re.IGNORECASE)
_DOT_IN_A_NAME = re.compile(r"(?<=\w)\.(?=[^\W\d]{2})")
_BETWEEN = r"[\s().-]{0,2}"  # digits of one number
#: Fewer last digits than these may be a position's.
_FEWEST_DIGITS = 7

# From the shipped files, since the database is away; loaded when a first text names a place.
_places = LazyIndex()


@dataclass(frozen=True, slots=True)
class Told:
    """What a kept request tells a desk. `who` is a keyed hash, `call_sign` set by whoever knows that hash.

    `at_once`: plainly a distress; else it is texted only after UNREAD_AFTER.
    """

    at: datetime
    words: str = field(repr=False)
    who: str = field(repr=False)
    position: tuple[float, float] | None
    persons_on_board: int | None
    country: str
    drill: bool
    at_once: bool
    own_distress: bool = False


def what_it_tells(kept: spool.Kept) -> Told | None:
    """A call for help or a text that nobody can read; None for all else. Never raises for hostile content."""
    if kept.kind == "sms":
        return _of_sms(kept)
    return _of_app(kept) if kept.kind == "app" else None


def _of_sms(kept: spool.Kept) -> Told | None:
    form = form_of(kept.body)
    text, sender = form.get("Body", ""), phones.sender(form.get("From", ""))
    reply = replies.parse(text)
    distress = reply.verb is Verb.IN_DISTRESS  # of a crew; to a fisher a lone 9 is a number
    if reply.verb is not None and not distress:
        return None
    country = phones.country_of(sender) or form.get("FromCountry", "")[:2].upper()
    found = read(text, sender_country=country or None, places=_places)
    return _told(
        kept, found, found.type, text, sender, country, position=found.position, own_distress=distress
    )


def _of_app(kept: spool.Kept) -> Told | None:
    seen = incoming(forgiving_json(BytesIO(kept.body))[0])
    found = read(seen.text, language=seen.language, places=None if seen.position else _places)
    who = kept.headers.get("authorization") or kept.key
    return _told(
        kept,
        found,
        told_type(seen, found),
        seen.text,
        who,
        "",
        position=seen.position or found.position,
        persons=seen.persons_on_board,
    )


def _told(
    kept,
    found,
    type_: str,
    text: str,
    sender: str,
    country: str,
    *,
    position,
    persons=None,
    own_distress=False,
) -> Told | None:
    emergency = category_of(type_, found.response_phase) == Category.EMERGENCY or found.priority_floor == 1
    at_once = emergency or "unread_words" in found.flags
    if not (at_once or own_distress or type_ == IncidentType.UNCLASSIFIED):
        return None
    words = text
    if not words.strip() and type_ != IncidentType.UNCLASSIFIED:
        words = type_.replace("_", " ").upper()
    return Told(
        at=kept.received_at,
        words=inert(without_numbers(words, sender)),
        who=identity.keyed_hash(sender).hex(),
        position=position,
        persons_on_board=persons if persons is not None else found.persons_on_board,
        country=country,
        drill=found.drill,
        at_once=at_once,
        own_distress=own_distress,
    )


def without_numbers(text: str, sender: str) -> str:
    """The text without telephone numbers: the sender may have written down its own.

    The sender's own number goes in any spelling. Another one goes too, unless the position that the text
    reads as would go with it.
    """
    if own := _own_number(sender):
        text = own.sub(HIDDEN, text)
    position = read(text).position
    for match in reversed(list(phonenumbers.PhoneNumberMatcher(text, settings.DEFAULT_COUNTRY))):
        hidden = text[: match.start] + HIDDEN + text[match.end :]
        if read(hidden).position == position:
            text = hidden
    return text


def _own_number(sender: str) -> re.Pattern | None:
    """What finds a number in any spelling, with or without its country and area."""
    try:
        number = phonenumbers.parse(sender)
        code, digits = str(number.country_code), str(number.national_number)
    except phonenumbers.NumberParseException:
        code, digits = "", re.sub(r"\D", "", sender)
    if len(digits) < _FEWEST_DIGITS:
        return None
    before = rf"(?:\+?(?:00)?{_BETWEEN.join(code)}{_BETWEEN})?(?:\(?0\)?{_BETWEEN})?" if code else ""
    area, subscriber = digits[:-_FEWEST_DIGITS], digits[-_FEWEST_DIGITS:]
    spelled = _BETWEEN.join(subscriber)
    if area:
        spelled = rf"(?:{before}{_BETWEEN.join(area)}{_BETWEEN})?{spelled}"
    return re.compile(spelled)


def inert(text: str) -> str:
    """One line that does nothing on a phone: no control or direction marks, no link, no quotation mark."""
    plain = "".join(
        " " if unicodedata.category(char)[0] in "CZ" else char
        for char in text.encode("utf-8", "replace").decode()
    )
    plain = _DOT_IN_A_NAME.sub(". ", _LINK.sub("[link]", plain)).replace('"', "'")
    return " ".join(plain.split())


def text_for(told: Told, language: str, call_sign: str = "") -> str:
    """The text to a desk: at most three segments, the words clipped, never the position."""
    language = wording.for_crew(language)
    where = messages.position_sms(*told.position, language) if told.position else ""
    pob = told.persons_on_board
    values = {
        "time": told.at.astimezone(UTC).strftime("%H%MZ"),
        "where": where or wording.entry(language, "crew", "position_unknown"),
        "pob": wording.entry(language, "crew", "pob", n=pob) if pob is not None else "",
    }
    mark = wording.drill_mark(language, told.drill)
    words = f"{call_sign}: {told.words}" if call_sign else told.words
    while True:
        said = wording.entry(language, "duty", "kept_distress", words=words, **values)
        text = wording.tidy(f"{mark} {said}")
        if segments(text)[2] <= MOST_SEGMENTS or not words:
            return text
        words = words[: min(len(words) - 1, len(words) * 9 // 10)].rstrip()
