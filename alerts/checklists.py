"""What a desk does not forget, by type: short lists in the order in which things are done.

Data, to be read by a duty officer; from the phases and run cards of the SAR manuals in our own words, for the
operating agency to tune. A tick is kept by the item's key: keys are never reused for another sentence.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from alerts.models import ChecklistTick
from reports.models import Incident
from reports.taxonomy import IncidentType as T

#: Every sentence once, by its key.
ITEMS = {
    # What every rescue asks.
    "position": _("Position confirmed with the caller or a second source"),
    "persons": _("Persons on board known: how many, children, injured"),
    "lifejackets": _("Told to wear lifejackets, save battery and show a light"),
    "vessels": _("Vessels near it asked to help"),
    "centre": _("Rescue co-ordination centre told"),
    "weather": _("Weather and current at the scene entered"),
    "air": _("Search from the air asked for"),
    "accounted": _("Every person accounted for by name or number"),
    "family": _("Family or village told by the liaison officer"),
    # By kind.
    "abandon": _("Caller knows: stay with the boat as long as it floats, keep together"),
    "beacon_owner": _("Owner and last port of the beacon asked"),
    "fire_gas": _("Fuel and gas shut off, people on the side where the wind comes from"),
    "fire_unit": _("Unit with fire-fighting gear asked for"),
    "doctor": _("Doctor or medical advice by radio connected"),
    "medic_data": _("Age, breathing, bleeding, consciousness noted"),
    "ambulance": _("Ambulance ordered to the landing place"),
    "mob_time": _("Time and place where the person was last seen noted"),
    "mob_turn": _("The boat itself searches back along its track"),
    "tow": _("Drift towards shore, reef or traffic lane checked; tow asked for"),
    "anchor": _("Told to anchor or stream a sea anchor"),
    "pump": _("Pump asked for"),
    "tide": _("Tide, hull and leaks checked; not refloated alone"),
    "other_ship": _("The other ship named and told to stand by"),
    "overdue_plan": _("Route, crew, radio, fuel and usual grounds asked of family and harbour"),
    "overdue_ports": _("Harbours and other boats on the way asked"),
    # Security.
    "no_call": _("Nobody calls or texts the reporter: the phone may be in wrong hands"),
    "police": _("Marine police and navy told"),
    "share": _("Regional information centre told"),
    "evidence": _("Photos and the reporter's words kept for evidence"),
    "description": _("Boat described: type, colour, marks, persons, weapons, course"),
    "hostages": _("Number and names of those taken known"),
    "approach": _("Unit knows of weapons and how to approach"),
    "customs": _("Customs told"),
    "fisheries": _("Fisheries department told"),
    "zone": _("Zone and licence checked on the chart and in the register"),
    "migrants_rescue": _("Boat seaworthy? If not, treated as a rescue first"),
    "welfare": _("Shelter, interpreter and victim support asked for"),
    "gear": _("Gear and catch to be photographed"),
    # All else.
    "oil_source": _("Source, size and drift of the slick noted"),
    "environment": _("Environment department told"),
    "warning": _("Navigational warning asked for"),
    "uxo": _("Nobody touches it; bomb disposal told"),
    "read_text": _("The reporter's own words read by a human in that language"),
}
_RESCUE = ("position", "persons", "lifejackets", "vessels", "centre", "weather", "accounted", "family")
_QUIET = ("no_call", "description", "position", "evidence")


def _rescue(*own: str, without: tuple[str, ...] = ()) -> tuple[str, ...]:
    first, last = _RESCUE[:3], _RESCUE[3:]
    return tuple(key for key in (*first, *own, *last) if key not in without)


LISTS: dict[str, tuple[str, ...]] = {
    T.FIRE_EXPLOSION: _rescue("fire_gas", "fire_unit", "abandon", "ambulance"),
    T.FLOODING: _rescue("pump", "abandon"),
    T.COLLISION: _rescue("other_ship", "pump", "ambulance"),
    T.GROUNDING: _rescue("tide", "tow"),
    T.LISTING_CAPSIZING: _rescue("abandon", "air"),
    T.SINKING: _rescue("abandon", "air", "ambulance"),
    T.DISABLED_ADRIFT: _rescue("anchor", "tow"),
    T.UNDESIGNATED_DISTRESS: _rescue("read_text", "abandon"),
    T.ABANDONING_SHIP: _rescue("abandon", "air", "ambulance"),
    T.MAN_OVERBOARD: _rescue("mob_time", "mob_turn", "air", "ambulance"),
    T.MEDICAL: _rescue("doctor", "medic_data", "ambulance", without=("vessels",)),
    T.OVERDUE_MISSING: _rescue("overdue_plan", "overdue_ports", "air", without=("lifejackets",)),
    T.BEACON_ALERT: _rescue("beacon_owner", "air", without=("lifejackets",)),
    T.PIRACY_ARMED_ROBBERY: (*_QUIET, "persons", "approach", "police", "share", "vessels", "accounted"),
    T.KIDNAP: (*_QUIET, "hostages", "approach", "police", "share", "family"),
    T.TERRORISM: (*_QUIET, "approach", "police", "share", "accounted"),
    T.SUSPICIOUS_VESSEL: (*_QUIET, "approach", "share"),
    T.SMUGGLING_GOODS: (*_QUIET, "approach", "customs"),
    T.SMUGGLING_FUEL: (*_QUIET, "approach", "customs"),
    T.SMUGGLING_DRUGS: (*_QUIET, "approach", "police", "customs"),
    T.SMUGGLING_WEAPONS: (*_QUIET, "approach", "police", "customs"),
    T.IRREGULAR_MIGRATION: ("migrants_rescue", *_QUIET, "persons", "welfare", "police"),
    T.HUMAN_TRAFFICKING: (*_QUIET, "persons", "welfare", "police"),
    T.IUU_FOREIGN: (*_QUIET, "zone", "fisheries", "share"),
    T.IUU_GEAR_ZONE: (*_QUIET, "zone", "gear", "fisheries"),
    T.IUU_DESTRUCTIVE: (*_QUIET, "approach", "gear", "fisheries"),
    T.HARASSMENT: (*_QUIET, "persons", "approach", "police"),
    T.POLLUTION_OIL: ("position", "oil_source", "evidence", "environment", "warning"),
    T.NAV_HAZARD: ("position", "description", "uxo", "warning"),
    T.TIP: ("no_call", "read_text", "evidence"),
    T.UNCLASSIFIED: ("read_text", "position", "persons"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One line of an incident's checklist, with the newest tick of it, if any."""

    key: str
    text: str
    tick: ChecklistTick | None

    @property
    def done(self) -> bool:
        return self.tick is not None and self.tick.done


def checklist(incident: Incident) -> list[Item]:
    """The list of the incident's type; what was ticked before the type was changed stays on it."""
    newest = {tick.item: tick for tick in incident.ticks.select_related("by")}
    keys = [*LISTS.get(incident.type, ()), *(key for key, tick in newest.items() if tick.done)]
    return [Item(key, ITEMS[key], newest.get(key)) for key in dict.fromkeys(keys) if key in ITEMS]


def still_open(incident: Incident) -> list[Item]:
    """What nobody has ticked yet."""
    return [item for item in checklist(incident) if not item.done]
