"""Free text in, facts out: what happened, where, how many, in which language.

Pure and deterministic: no database, no network, no clock; the same text gives the same reading under the same
`READING_VERSION`. Nothing here raises, whatever the text.
"""

from dataclasses import asdict, dataclass, field

from reports.taxonomy import Category, EmergencyPhase, IncidentType, ResponsePhase, Severity, category_of

from . import calls, codes, coordinates, links, message
from . import language as languages
from . import places as named_places
from . import words as keywords
from .folding import MAX_CHARS, fold, repair_digits
from .message import BY_LIKENESS, GUESSES
from .pairs import in_service_box
from .people import count_persons
from .place_index import Named, PlaceIndex

__all__ = ["BY_LIKENESS", "GUESSES", "READING_VERSION", "Reading", "read"]

READING_VERSION = "4"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says. Positions are (lon, lat) in degrees WGS84, errors metres.

    `position_status`: ok, ambiguous (the likelier is given, `candidates` has all), out_of_area, none.
    `priority_floor`: 1..5, the lowest priority the words allow; None where they ask for nothing.
    `language`: "" where nothing tells it. `place`: a place as named, not looked up.
    """

    type: str = IncidentType.UNCLASSIFIED.value
    category: str = Category.OTHER.value
    emergency_phase: str = EmergencyPhase.NONE.value
    response_phase: str = ResponsePhase.NONE.value
    severity: str = Severity.UNKNOWN.value
    position: tuple[float, float] | None = None
    position_error_m: float | None = None
    position_source: str | None = None
    position_status: str = "none"
    candidates: list[tuple[float, float, str]] = field(default_factory=list)
    persons_on_board: int | None = None
    language: str = ""
    place: str = ""
    flags: list[str] = field(default_factory=list)
    priority_floor: int | None = None
    drill: bool = False
    safe_now: bool = False
    reading_version: str = READING_VERSION

    def as_dict(self) -> dict:
        """All of it, ready for JSON; `latitude` and `longitude` in place of `position`."""
        facts = asdict(self)
        lon, lat = facts.pop("position") or (None, None)
        facts["candidates"] = [list(candidate) for candidate in self.candidates]
        return {**facts, "latitude": lat, "longitude": lon}


def read(
    text: str,
    *,
    language: str | None = None,
    usual_language: str | None = None,
    sender_country: str | None = None,
    places: PlaceIndex | None = None,
    near: tuple[float, float] | None = None,
    village: str = "",
) -> Reading:
    """Read one message.

    `language` is the reporter's own setting (BCP 47) and wins; `usual_language` is what they wrote before and
    yields to a text that is clearly in another. `sender_country` is a calling code, a number
    in E.164 or an ISO country. `places` turns names into positions; without it names are only told.
    `near` is (lon, lat) where the phone was last, None unknown; `village` the id of the reporter's community,
    whose own names are read first. Anything that is not text reads as empty.
    """
    if not isinstance(text, str):
        text = ""
    text = text.encode("utf-8", "replace").decode("utf-8")[:MAX_CHARS]
    found_links = links.find_links(text)
    for link in reversed(found_links):
        text = text[: link.start] + " # " + text[link.end :]
    found_codes = codes.find_codes(text)
    for code in reversed(found_codes):
        text = text[: code.start] + " # " + text[code.end :]
    folded = calls.plain(fold(text))
    repaired = repair_digits(folded)
    words = keywords.find(coordinates.THREE_WORDS.sub(" # ", folded))
    told_by = {"setting": language, "usual": usual_language, "sender_country": sender_country}
    spoken = languages.tell(text, words, **told_by)
    south = (
        spoken == "id" or languages.calling_code(sender_country) == "62" or (near is not None and near[1] < 0)
    )
    found = coordinates.find(repaired, language=spoken, south=south, near=near)
    if found.position and found.position[1] < 0:  # Malay of the south is Indonesian
        spoken = languages.tell(text, words, **told_by, lean="id")
    source = "typed" if found.position else None
    if (
        repaired != folded
        and found.position
        and coordinates.position(folded, language=spoken) != found.position
    ):
        found.flags.add("digits_repaired")
    if code_source := _take_code(found, found_codes):
        source = code_source
    if _take_link(found, found_links):
        source = "map_link"
    place = named_places.mentioned(folded)
    matter = message.judge(folded, words, tried_position=found.tried, place=place)
    if found.position is None and places is not None:
        options = {"index": places, "language": spoken, "near": near, "village": village}
        known = matter.type != IncidentType.UNCLASSIFIED and BY_LIKENESS not in matter.flags
        at_sea = known or words.names("maritime")
        where = named_places.find(folded, at_sea=at_sea, **options)
        source = _take_place(found, where)
        if where.name and where.name != place:
            place = where.name
            matter = message.judge(folded, words, tried_position=found.tried, place=place)
    shorts = [code.short for code in found_codes if code.short]
    if shorts and source in (None, "named_place"):
        named = places and named_places.near_code(folded, places, language=spoken, near=near, village=village)
        source = _take_short_code(found, shorts[0], named, near) or source
    blanked = _blank(repaired, found.spans)
    flags = found.flags | matter.flags
    return Reading(
        type=str(matter.type),
        category=str(category_of(matter.type, matter.response_phase, matter.injured)),
        emergency_phase=str(matter.emergency_phase),
        response_phase=str(matter.response_phase),
        severity=str(matter.severity),
        position=found.position,
        position_error_m=found.error_m,
        position_source=source,
        position_status=found.status,
        candidates=found.candidates,
        persons_on_board=count_persons(blanked, attack=_is_attack(words)),
        language=spoken,
        place=place,
        flags=sorted(flags),
        priority_floor=matter.priority_floor,
        drill="drill" in flags,
        safe_now="safe_now" in flags,
    )


def _is_attack(words: keywords.Words) -> bool:
    return any(words.names(concept) for concept in ("piracy_armed_robbery", "kidnap", "boarding", "weapons"))


def _blank(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + "#" * (end - start) + text[end:]
    return text


def _take_link(found: coordinates.Found, found_links: list[links.Link]) -> bool:
    """Let a link's position stand first, a typed one elsewhere be a candidate. True if a link gave it."""
    if not found_links:
        return False
    for link in found_links:
        if link.lat is None:
            continue
        pair = coordinates.from_decimals(link.lat, link.lon, link.error_m)
        found.tried = True
        if pair is None:
            found.flags.add("invalid_position")
            continue
        coordinates.put_first(found, [pair], "link")
        return True
    if found.position is None:
        found.tried = True
        found.flags.add("link_without_position")
    return False


def _take_code(found: coordinates.Found, found_codes: list[codes.Code]) -> str | None:
    """Let the positions that codes spell stand before typed ones. Returns the source of the one taken."""
    found.tried |= bool(found_codes)
    spelled = [code for code in found_codes if code.pair is not None]
    if not spelled:
        found.flags |= {f"{code.system}_unread" for code in found_codes if not code.short}
        return None
    coordinates.put_first(found, [code.pair for code in spelled], "code")
    return "plus_code" if spelled[0].system == "plus_code" else "typed"


def _take_place(found: coordinates.Found, where: named_places.Where) -> str | None:
    if where.position is None:
        return None
    found.position, found.error_m, found.status = where.position, where.error_m, where.status
    found.candidates = where.candidates
    found.flags |= where.flags
    if not in_service_box(*where.position):
        found.status = "out_of_area"
    return where.source


def _take_short_code(found: coordinates.Found, short: str, named: Named | None, near) -> str | None:
    """Short plus codes repeat each degree: a place in the text says which, or where the phone was."""
    stands = [place.position for place in named.places[:5]] if named else [near] if near else []
    pairs = [pair for stand in stands if (pair := codes.recover(short, stand))]
    if not pairs:
        found.flags.add("plus_code_needs_place")
        return None
    coordinates.put_first(found, pairs, "code")
    if not (named and named.settled) and found.status == "ok":
        found.status = "ambiguous"
        found.flags.add("plus_code_near_last_area")
    return "plus_code"
