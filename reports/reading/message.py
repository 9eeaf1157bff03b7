"""From the concepts a text names to its incident type, phases and the priority it may not fall below."""

import re
from dataclasses import dataclass, field

from reports.taxonomy import TAXONOMY, Category, EmergencyPhase, IncidentType, ResponsePhase, Severity

from .words import Words

# Where a text names several matters, the first of these that it names is its type. Pirates come before the
# wounds they caused because the answer must then be quiet; a rescue comes before every other crime.
RESCUE_ORDER = (
    "abandoning_ship",
    "sinking",
    "listing_capsizing",
    "fire_explosion",
    "man_overboard",
    "flooding",
    "collision",
    "grounding",
    "medical",
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
    "safe_now drill thanks past grave negation maritime".split()
)
SHORT_TEXT = 8  # words
IN_WATER = frozenset(("man_overboard",))
_HOURS = re.compile(r"(\d{1,3})\s?(?:jam|hours?|hrs?|oras|gio|tieng|ชั่วโมง|மணி)")
_CONCEPTS = {"death": "medical", "mine": "nav_hazard"}
_CANCELLED_BY_SAFE = frozenset(("", "undesignated_distress", "medical", "overdue_missing"))


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
    at_sea = tried_position or bool(place) or words.names("maritime")
    ashore = not at_sea and words.names("ashore")
    at_sea = at_sea or (words.count <= SHORT_TEXT and not ashore)
    present, denied = _present(words, at_sea, ashore, matter)
    matter.flags |= {name for name in ("drill", "safe_now") if name in present}
    matter.injured = "medical" in present
    _choose_type(words, present, matter, tried_position, place)
    if "safe_now" in present and matter.type in _CANCELLED_BY_SAFE | {IncidentType.UNDESIGNATED_DISTRESS}:
        matter.type = IncidentType.UNCLASSIFIED
    _set_phases(text, present, matter)
    _set_floor(present, denied, matter)
    return matter


def _present(words: Words, at_sea: bool, ashore: bool, matter: Matter) -> tuple[set[str], set[str]]:
    """Concepts the text affirms, and concepts of danger it denies."""
    present, denied = set(), set()
    for hit in words.hits:
        concept = _CONCEPTS.get(hit.concept, hit.concept)
        if hit.negated:
            denied.add(concept)
            continue
        if not at_sea and (concept not in ANYWHERE or (ashore and concept in RESCUE_ORDER)):
            if concept in RESCUE_ORDER:
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
        matter.type = IncidentType.IUU_DESTRUCTIVE
    elif security in ("nav_hazard", "human_trafficking", "pollution_oil") and rescue in (
        "",
        "disabled_adrift",
        "medical",
    ):
        matter.type = security
    elif rescue:
        matter.type = rescue
    elif "distress" in present or "urgency" in present:
        matter.type = IncidentType.UNDESIGNATED_DISTRESS
    elif security:
        matter.type = security
        if "plea" in present:
            matter.flags.add("plea_word")
    elif any(hit.concept == "plea" for hit in words.hits):
        _weigh_plea(words, present, matter, tried_position, place)
    if matter.type != IncidentType.UNCLASSIFIED and "distress" in present and matter.type not in RESCUE_ORDER:
        matter.flags.add("distress_word")


def _weigh_plea(words: Words, present: set[str], matter: Matter, tried_position: bool, place: str) -> None:
    """A plea and nothing else: distress, unless denied, in thanks, or in a long text without a where."""
    idle = len(set(words.tokens)) > SHORT_TEXT and not tried_position and not place
    if "plea" in present and "thanks" not in present and not idle:
        matter.type = IncidentType.UNDESIGNATED_DISTRESS
    else:
        matter.flags.add("plea_word")


def _security_type(present: set[str]) -> str:
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
        present & {"distress", "plea"} or "flooding" in present or present & IN_WATER or "grave" in present
    ):
        matter.emergency_phase = distress
    elif matter.type == IncidentType.OVERDUE_MISSING:
        matter.emergency_phase = _overdue(text, present)
    elif matter.type == IncidentType.HARASSMENT:
        attack = (
            matter.injured
            or present & {"weapons", "distress", "plea", "collision", *IN_WATER}
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


def _set_floor(present: set[str], denied: set[str], matter: Matter) -> None:
    if matter.emergency_phase == EmergencyPhase.DISTRESS or matter.response_phase == ResponsePhase.ATTACK:
        matter.priority_floor = 1
    elif (
        matter.emergency_phase == EmergencyPhase.ALERT
        or "plea_word" in matter.flags
        or "no_sea_word" in matter.flags
    ):
        matter.priority_floor = 2
    elif matter.type == IncidentType.UNCLASSIFIED and any(_is_distress(c) for c in denied):
        matter.flags.add("denied_word")
        matter.priority_floor = 2


def _is_distress(concept: str) -> bool:
    return concept == "distress" or (
        concept in RESCUE_ORDER and TAXONOMY[concept].emergency_phase == EmergencyPhase.DISTRESS
    )
