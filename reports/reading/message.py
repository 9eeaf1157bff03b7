"""From the concepts a text names to its incident type, phases and the priority it may not fall below."""

import re
from dataclasses import dataclass, field

from reports.taxonomy import TAXONOMY, Category, EmergencyPhase, IncidentType, ResponsePhase, Severity

from . import likeness, safety
from .tables import CLASSES, FILLERS
from .words import BREAKS, Words

# Where a text names several matters, the first of these that it names is its type. Pirates come before the
# wounds they caused because the answer must then be quiet; a rescue comes before every other crime.
RESCUE_ORDER = (
    "abandoning_ship",
    "sinking",
    "listing_capsizing",
    "fire_explosion",
    "man_overboard",
    "collision",
    "flooding",
    "grounding",
    "broken",
    "afloat",
    "medical",
    "fall",
    "disabled_adrift",
    "beacon_alert",
    "overdue_missing",
)
SECURITY_FIRST = ("kidnap", "piracy_armed_robbery", "terrorism")
SECURITY_ORDER = (
    "human_trafficking",
    "irregular_migration",
    "iuu_destructive",
    "smuggling",
    "iuu_foreign",
    "iuu_gear_zone",
    "pollution_oil",
    "nav_hazard",
    "suspicious_vessel",
    "tip",
)
# These mean danger anywhere; the rest where the text is short, tells a position, or speaks of boats and sea.
ANYWHERE = frozenset(
    "sinking listing_capsizing man_overboard abandoning_ship beacon_alert distress plea urgency "
    "safe_now drill thanks past grave negation maritime kidnap".split()
)
_OF_THE_SEA = ("maritime", "iuu_destructive", "iuu_foreign", "iuu_gear_zone", "abandoning_ship")
SHORT_TEXT = 8  # words
IN_WATER = frozenset(("man_overboard", "afloat", "broken"))
_HOURS = re.compile(r"(\d{1,3})\s?(?:jam|hours?|hrs?|oras|gio|tieng|ชั่วโมง|மணி)")
_CONCEPTS = {"death": "medical", "mine": "nav_hazard", "arson": "harassment"}
_TYPES = {"afloat": "abandoning_ship", "broken": "sinking", "fall": "man_overboard"}
# Dangers that a film, a debt, a telephone in the water or a day long past can have as well.
_FIGURES = frozenset(
    "abandoning_ship sinking listing_capsizing fire_explosion man_overboard fall afloat broken flooding"
    " collision grounding overdue_missing medical".split()
)
_OVER = _FIGURES - {"overdue_missing", "medical"}
_PERSONS = frozenset(CLASSES["person"])
_DANGERS = frozenset((*RESCUE_ORDER, *SECURITY_FIRST, *SECURITY_ORDER, "distress", "plea", "urgency"))
UNREAD_WORDS = 3
BY_LIKENESS = "by_likeness"  # the flag of a type that is only guessed
GUESSES = {
    Category.EMERGENCY: IncidentType.UNDESIGNATED_DISTRESS,
    Category.SUSPICIOUS: IncidentType.TIP,
}
LEAST_TO_COMPARE = 12  # bytes of letters: two short words, four Chinese signs
# What the rules have understood needs no guess.
_UNDERSTOOD = frozenset(("drill", "safe_now", "figure_of_speech", "position_corrected"))
_IDLE = BREAKS | FILLERS
# A crime or hazard beside which these are what it did, not a call for rescue.
_YIELDS_TO = {
    "nav_hazard": ("", "disabled_adrift", "medical"),
    "human_trafficking": ("", "disabled_adrift", "medical"),
    "pollution_oil": ("", "medical"),
    "smuggling_drugs": ("disabled_adrift", "afloat"),
}


@dataclass(slots=True)
class Matter:
    """What a text is about. Phases and severity differ from the type's own row where the words say more."""

    type: str = IncidentType.UNCLASSIFIED
    emergency_phase: str = EmergencyPhase.NONE
    response_phase: str = ResponsePhase.NONE
    severity: str = Severity.UNKNOWN
    injured: bool = False
    priority_floor: int | None = None
    flags: set[str] = field(default_factory=set)


def judge(text: str, words: Words, *, tried_position: bool, place: str) -> Matter:
    """Weigh the concepts of `words`; `text` is folded. Nothing matched: unclassified, a human reads it."""
    matter = Matter()
    at_sea = tried_position or bool(place) or any(words.names(concept) for concept in _OF_THE_SEA)
    ashore = not at_sea and words.names("ashore")
    at_sea = at_sea or (words.count <= SHORT_TEXT and not ashore)
    present, denied = _present(words, at_sea, ashore, matter)
    _hear_talk(words, present, matter, tried_position)
    matter.injured = "medical" in present
    _leave_out_figures(words, present, matter, tried_position)
    _choose_type(words, present, matter, tried_position, place)
    if matter.type == IncidentType.UNCLASSIFIED and "safe_now" in present and safety.turns(words):
        matter.flags.add("safe_but")
    if matter.type == IncidentType.UNCLASSIFIED and tried_position and _says_more(words, present):
        matter.flags.add("unread_words")
    _set_phases(text, present, matter)
    _set_floor(present, denied, matter, brief=words.count <= SHORT_TEXT)
    understood = matter.flags & _UNDERSTOOD or "thanks" in present
    if matter.type == IncidentType.UNCLASSIFIED and not understood and _tells(text, matter, tried_position):
        _guess(text, matter)
    return matter


def _tells(text: str, matter: Matter, tried_position: bool) -> bool:
    """Whether there are words to compare; the letters of a position are none."""
    if tried_position and text.isascii():
        return "unread_words" in matter.flags
    return len("".join(filter(str.isalpha, text)).encode()) >= LEAST_TO_COMPARE


def _guess(text: str, matter: Matter) -> None:
    """What no rule knows may look like an emergency or a tip: a human looks, no boat goes by it."""
    category = likeness.liken(text)
    if category is None:
        return
    matter.flags.add(BY_LIKENESS)
    matter.type = GUESSES[category]
    # A tip keeps phase none: nobody knows when it was, and it must not rank below a text that nobody read.
    if category == Category.EMERGENCY:
        matter.emergency_phase, matter.priority_floor = EmergencyPhase.ALERT, 2


def _hear_talk(words: Words, present: set[str], matter: Matter, tried_position: bool) -> None:
    """What the text says of itself: a drill or no more, safe now, the place was wrong, do not answer."""
    if _names_any(words, "drill_over") and present & _DANGERS:
        present.discard("drill")
    corrected = [hit for hit in words.hits if hit.concept == "position_corrected"]
    slips = [hit for hit in words.hits if hit.concept == "mistake"]
    safe = [hit for hit in words.hits if hit.concept == "safe_now" and not hit.negated]
    # "silap, 4 12.0U" and "posisi silap" are of the place, not of the danger.
    of_place = [(hit.start, hit.end) for hit in corrected] + [
        (hit.start, hit.end) for hit in slips if tried_position
    ]
    if all(any(a <= hit.start and hit.end <= b for a, b in of_place) for hit in safe):
        present.discard("safe_now")
    if corrected or (tried_position and slips and "safe_now" not in present):
        matter.flags.add("position_corrected")
    if _names_any(words, "no_reply"):
        matter.flags.add("no_reply")
    if "safe_now" in present:
        present |= (standing := safety.weigh(words, present))
        present &= standing
    matter.flags |= {name for name in ("drill", "safe_now") if name in present}


def _names_any(words: Words, concept: str) -> bool:
    return any(hit.concept == concept for hit in words.hits)


def _says_more(words: Words, present: set[str]) -> bool:
    """Whether something stands beside a position that nobody read: it may be the danger."""
    said = [token for token in words.tokens if token.isalpha() and token not in _IDLE]
    known = {"safe_now", "drill", "thanks", "position_corrected", "mistake"}
    return len(said) >= UNREAD_WORDS and not present & known


def _leave_out_figures(words: Words, present: set[str], matter: Matter, tried_position: bool) -> None:
    """Take out the danger of a film, of a day long past, of a telephone that fell; a human still looks."""
    if tried_position or "distress" in present:
        return
    if "story" in present:
        figures = _FIGURES | {"nav_hazard"}
    elif "long_ago" in present and "overdue_missing" not in present:
        figures = _OVER
    elif "belongings" in present and _PERSONS.isdisjoint(words.tokens):
        figures = {"man_overboard", "overdue_missing", "disabled_adrift"}
    elif {"thanks", "past", "safe_now"} <= present:
        figures = _FIGURES | {"disabled_adrift"}
    else:
        return
    if present & figures:
        present -= figures
        matter.flags.add("figure_of_speech")


def _present(words: Words, at_sea: bool, ashore: bool, matter: Matter) -> tuple[set[str], set[str]]:
    """Concepts the text affirms, and concepts of danger it denies."""
    present, denied = set(), set()
    for hit in words.hits:
        concept = _CONCEPTS.get(hit.concept, hit.concept)
        if hit.negated:
            denied.add(concept)
            continue
        if not at_sea and (concept not in ANYWHERE or (ashore and concept in RESCUE_ORDER)):
            if concept in RESCUE_ORDER or concept in SECURITY_FIRST:
                matter.flags.add("no_sea_word")
            continue
        if hit.doubtful and concept in RESCUE_ORDER:
            matter.flags.add("doubtful_word")
        if hit.concept != concept:
            present.add(hit.concept)
        present.add(concept)
    return present, denied - present


def _choose_type(words: Words, present: set[str], matter: Matter, tried_position: bool, place: str) -> None:
    security = _security_type(present)
    rescue = next((concept for concept in RESCUE_ORDER if concept in present), "")
    if any(concept in present for concept in SECURITY_FIRST):
        matter.type = next(concept for concept in SECURITY_FIRST if concept in present)
    elif {"weapons", "boarding"} <= present or ("weapons" in present and "distress" in present):
        matter.type = IncidentType.PIRACY_ARMED_ROBBERY
    elif "harassment" in present and rescue in ("", "collision", "medical", "disabled_adrift"):
        matter.type = IncidentType.HARASSMENT
    elif "iuu_destructive" in present and rescue in ("", "fire_explosion"):
        # Who was hurt by it needs a doctor, whoever threw it.
        matter.type = IncidentType.MEDICAL if matter.injured else IncidentType.IUU_DESTRUCTIVE
    elif rescue in _YIELDS_TO.get(security, ()):
        matter.type = security
    elif rescue:
        matter.type = _TYPES.get(rescue, rescue)
    elif "distress" in present or "urgency" in present:
        matter.type = IncidentType.UNDESIGNATED_DISTRESS
    elif security:
        matter.type = security
        if present & {"plea", "unsafe"}:
            matter.flags.add("plea_word")
    elif "plea" in present or ("safe_now" not in present and _names_any(words, "plea")):
        _weigh_plea(words, present, matter, tried_position, place)
    if matter.type == IncidentType.UNCLASSIFIED and _names_any(words, "unsafe"):
        _weigh_fear(present, matter)
    if matter.type != IncidentType.UNCLASSIFIED and "distress" in present and matter.type not in RESCUE_ORDER:
        matter.flags.add("distress_word")


def _weigh_plea(words: Words, present: set[str], matter: Matter, tried_position: bool, place: str) -> None:
    """A plea and nothing else: distress, unless denied, in thanks, or in a long text without a where.

    "We are safe, please tell my family" asks for less than "safe now, but help".
    """
    idle = len(set(words.tokens)) > SHORT_TEXT and not tried_position and not place
    safe = "safe_now" in present and not _names_any(words, "contrast")
    if "plea" in present and "thanks" not in present and not idle and not safe:
        matter.type = IncidentType.UNDESIGNATED_DISTRESS
    else:
        matter.flags.add("plea_word")


def _weigh_fear(present: set[str], matter: Matter) -> None:
    """Lost, without water, not safe: urgent where the text is of the sea; else a human looks."""
    if "unsafe" in present:
        matter.type = IncidentType.UNDESIGNATED_DISTRESS
        present.add("urgency")
    else:
        matter.flags.add("no_sea_word")


def _security_type(present: set[str]) -> str:
    if "transfer" in present:
        present.add("smuggling" if present & {"drugs", "weapons", "goods"} else "suspicious_vessel")
    if "smuggling" in present or "fuel_transfer" in present:
        if "irregular_migration" in present:
            return IncidentType.IRREGULAR_MIGRATION
        for concept, kind in (
            ("drugs", "drugs"),
            ("weapons", "weapons"),
            ("goods", "goods"),
            ("fuel", "fuel"),
        ):
            if concept in present:
                return f"smuggling_{kind}"
        return IncidentType.SMUGGLING_FUEL if "fuel_transfer" in present else IncidentType.SMUGGLING_GOODS
    if "drugs" in present:
        return IncidentType.SMUGGLING_DRUGS
    first = next((concept for concept in SECURITY_ORDER[:3] if concept in present), "")
    if first:
        return first
    if "iuu_foreign" in present or {"foreign", "fishing"} <= present:  # a foreign boat with forbidden gear
        return IncidentType.IUU_FOREIGN
    found = next((concept for concept in SECURITY_ORDER if concept in present), "")
    if not found and "weapons" in present:
        return IncidentType.SUSPICIOUS_VESSEL
    return found


def _set_phases(text: str, present: set[str], matter: Matter) -> None:
    row = TAXONOMY[matter.type]
    matter.emergency_phase, matter.response_phase = row.emergency_phase, row.response_phase
    matter.severity = row.severity
    distress = EmergencyPhase.DISTRESS
    if (
        matter.type == IncidentType.UNDESIGNATED_DISTRESS
        and "distress" not in present
        and "urgency" in present
    ):
        matter.emergency_phase = EmergencyPhase.ALERT
    elif row.emergency_phase == EmergencyPhase.ALERT and (
        present & {"distress", "plea", "flooding", "fire_explosion", "grave", *IN_WATER}
    ):
        matter.emergency_phase = distress
    elif matter.type == IncidentType.OVERDUE_MISSING:
        matter.emergency_phase = _overdue(text, present)
    elif matter.type == IncidentType.HARASSMENT:
        attack = (
            matter.injured
            or present & {"weapons", "distress", "plea", "collision", "arson", *IN_WATER}
            or _rammed(text)
        )
        matter.response_phase = ResponsePhase.ATTACK if attack else ResponsePhase.IN_PROGRESS
        matter.emergency_phase = distress if attack else EmergencyPhase.NONE
    elif matter.type == IncidentType.NAV_HAZARD and "mine" in present:
        matter.emergency_phase, matter.severity = EmergencyPhase.ALERT, Severity.SEVERE
    if "past" in present:
        matter.flags.add("past_time")
        attacked = matter.response_phase == ResponsePhase.ATTACK
        if row.category == Category.SUSPICIOUS and row.response_phase != ResponsePhase.NONE and not attacked:
            matter.response_phase = ResponsePhase.HISTORIC


def _rammed(text: str) -> bool:
    return bool(
        re.search(
            r"water cannon|meriam air|voi rong|ramm|rempuh|ฉีดน้ำ|ไล่ชน|binobomba|binabangga|tong tau", text
        )
    )


def _overdue(text: str, present: set[str]) -> str:
    """1 h past plan is uncertainty, 3 h alert, 6 h distress; not said or since yesterday: distress."""
    hours = _HOURS.search(text)
    if hours is None or "past" in present or present & {"distress", "plea"}:
        return EmergencyPhase.DISTRESS
    late = int(hours[1])
    if late >= 6:
        return EmergencyPhase.DISTRESS
    return EmergencyPhase.ALERT if late >= 3 else EmergencyPhase.UNCERTAINTY


def _set_floor(present: set[str], denied: set[str], matter: Matter, *, brief: bool) -> None:
    if matter.emergency_phase == EmergencyPhase.DISTRESS or matter.response_phase == ResponsePhase.ATTACK:
        matter.priority_floor = 1
    elif (
        matter.emergency_phase == EmergencyPhase.ALERT
        or "plea_word" in matter.flags
        or matter.flags & {"no_sea_word", "figure_of_speech", "unread_words", "safe_but"}
        # "Do not reply" and little else is said under duress; a machine says it at length.
        or (brief and "no_reply" in matter.flags and matter.type == IncidentType.UNCLASSIFIED)
    ):
        matter.priority_floor = 2
    elif matter.type == IncidentType.UNCLASSIFIED and any(_is_distress(c) for c in denied):
        matter.flags.add("denied_word")
        matter.priority_floor = 2


def _is_distress(concept: str) -> bool:
    return concept == "distress" or (
        concept in RESCUE_ORDER
        and TAXONOMY[_TYPES.get(concept, concept)].emergency_phase == EmergencyPhase.DISTRESS
    )
