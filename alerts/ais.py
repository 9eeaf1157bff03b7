"""AIS sentences (NMEA 0183 VDM and VDO, with or without tag blocks) as what was heard. Pure.

pyais decodes; this keeps apart what is broken, joins parts, and says None where AIS says "not available"
(ITU-R M.1371-5, annex 8).
"""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pyais.exceptions import AISBaseException
from pyais.messages import AISSentence, NMEASentenceFactory

LONGEST_LINE = 1024  # NMEA says 82, tag blocks are longer; more is no sentence
MOST_WAITING = 500  # messages of which a part is still missing
PARTS_WITHIN = timedelta(seconds=10)
CLOCK_SLACK = timedelta(minutes=2)
LONGEST_DELAY = timedelta(days=1)  # what a receiver may have buffered

POSITION_TYPES = frozenset({1, 2, 3, 9, 18, 19, 27})
STATIC_TYPES = frozenset({5, 19, 24})
TEXT_TYPES = frozenset({12, 14})
_NO_LATITUDE, _NO_LONGITUDE = 91, 181
_NO_SPEED = {1: 102.3, 9: 1023, 27: 63}
_NO_COURSE_FROM = 360


@dataclass(frozen=True, slots=True)
class Heard:
    """One AIS message: degrees WGS 84, knots, degrees true, metres. None or empty: not told.

    `second`: of the minute in which the position was taken. `sent_at`: by the receiver's clock (tag block).
    """

    type: int
    mmsi: str
    latitude: float | None = None
    longitude: float | None = None
    second: int | None = None
    speed_kn: float | None = None
    course_deg: float | None = None
    nav_status: int | None = None
    name: str = ""
    call_sign: str = ""
    ship_type: int | None = None
    length_m: int | None = None
    text: str = ""
    sent_at: datetime | None = None

    def heard_at(self, now: datetime) -> datetime | None:
        """By the receiver's clock if it told, else now; None where that clock is nonsense or too long ago."""
        if self.sent_at is None:
            return now
        return min(self.sent_at, now) if now - LONGEST_DELAY <= self.sent_at <= now + CLOCK_SLACK else None

    def position_at(self, heard_at: datetime) -> datetime:
        """When the position was taken: the last time before `heard_at` with the second that was told."""
        if self.second is None:
            return heard_at
        moment = heard_at.replace(second=self.second, microsecond=0)
        # Two seconds: the clock of the receiver may be a little behind that of GPS.
        return moment - timedelta(minutes=1) if moment > heard_at + timedelta(seconds=2) else moment


class Decoder:
    """Turns lines into Heard. `counts` says how many of which kind came: see COUNTED.

    One for each place that lines come from, since parts of a message follow each other there.
    """

    COUNTED = ("messages", "parts", "bad_checksum", "broken", "other", "incomplete")

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._waiting: dict[tuple, tuple[datetime, dict[int, AISSentence], datetime | None]] = {}

    def hear(self, line: bytes, now: datetime) -> Heard | None:
        """What the line says, or None: part of a message, no AIS, or broken. Any bytes; never raises."""
        line = line.strip()
        if not line or line[:1] not in (b"!", b"\\", b"$"):
            self.counts["other"] += 1  # comments, empty lines
            return None
        if len(line) > LONGEST_LINE:
            self.counts["broken"] += 1
            return None
        # The library is fed what a radio picks up, and raises many kinds besides its own.
        try:
            return self._hear(line, now)
        except AISBaseException:
            self.counts["broken"] += 1
        except Exception:
            self.counts["broken"] += 1
        return None

    def _hear(self, line: bytes, now: datetime) -> Heard | None:
        sentence = NMEASentenceFactory.produce(line)
        if sentence.TYPE != AISSentence.TYPE:
            self.counts["other"] += 1
            return None
        if not sentence.is_valid:
            self.counts["bad_checksum"] += 1
            return None
        sent_at = _tag_time(sentence)
        if sentence.frag_cnt > 1:
            self.counts["parts"] += 1
            whole = self._join(sentence, sent_at, now)
            if whole is None:
                return None
            sentence, sent_at = whole
        heard = _heard(sentence.decode(), sent_at)
        self.counts["messages"] += 1
        return heard

    def _join(
        self, part: AISSentence, sent_at: datetime | None, now: datetime
    ) -> tuple[AISSentence, datetime | None] | None:
        """The whole message once all its parts are there. A part that comes twice begins a new message."""
        key = (part.talker_id, part.type, part.seq_id, part.channel, part.frag_cnt)
        since, parts, first_sent = self._waiting.pop(key, (now, {}, None))
        if part.frag_num in parts or now - since > PARTS_WITHIN:
            self.counts["incomplete"] += 1
            since, parts, first_sent = now, {}, None
        parts[part.frag_num] = part
        first_sent = first_sent or sent_at
        if len(parts) == part.frag_cnt:
            return AISSentence.assemble_from_iterable([parts[number] for number in sorted(parts)]), first_sent
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.pop(next(iter(self._waiting)))
            self.counts["incomplete"] += 1
        self._waiting[key] = since, parts, first_sent
        return None


def _heard(message, sent_at: datetime | None) -> Heard:
    kind = int(message.msg_type)
    latitude, longitude = getattr(message, "lat", None), getattr(message, "lon", None)
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        latitude = longitude = None
    second = getattr(message, "second", None)
    speed, course = getattr(message, "speed", None), getattr(message, "course", None)
    bow, stern = getattr(message, "to_bow", None), getattr(message, "to_stern", None)
    status = getattr(message, "status", None)
    return Heard(
        type=kind,
        mmsi=f"{int(message.mmsi):09}"[-9:],
        latitude=latitude,
        longitude=longitude,
        second=int(second) if second is not None and 0 <= second <= 59 else None,
        speed_kn=None if speed is None or speed >= _NO_SPEED.get(kind, 102.3) else float(speed),
        course_deg=None if course is None or course >= _NO_COURSE_FROM else float(course),
        nav_status=int(status) if kind in {1, 2, 3, 27} and status is not None else None,
        name=_words(getattr(message, "shipname", None) or getattr(message, "name", None))[:20],
        call_sign=_words(getattr(message, "callsign", None))[:7],
        ship_type=_positive(getattr(message, "ship_type", None)),
        length_m=_positive(int(bow) + int(stern)) if bow is not None and stern is not None else None,
        text=_words(getattr(message, "text", None)) if kind in TEXT_TYPES else "",
        sent_at=sent_at,
    )


def _words(value: object) -> str:
    return value.replace("@", "").strip() if isinstance(value, str) else ""


def _positive(value: object) -> int | None:
    return int(value) or None if isinstance(value, int) else None


def _tag_time(sentence: AISSentence) -> datetime | None:
    """The receiver's UNIX time in a tag block with a right checksum; seconds or milliseconds."""
    block = sentence.tag_block
    if block is None:
        return None
    block.init()
    if not block.is_valid or not block.receiver_timestamp:
        return None
    try:
        seconds = float(block.receiver_timestamp)
        return datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
