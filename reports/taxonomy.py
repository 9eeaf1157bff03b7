"""What can happen at sea: the incident types, their phases, severity, run card and reply.

One row a type, as the desk prints it. Everything that depends on the type of an
incident (priority, who is sent, what the reporter is told) reads this table.
Sources: GMDSS nature of distress (ITU-R M.493), AIS area notices (IMO SN.1/Circ.289),
classes of the Information Fusion Centre; phases of the SAR Convention. Defaults of
severity, capability and reply are proposals for the operating agency to tune.
"""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Category(TextChoices):
    EMERGENCY = "emergency", _("emergency")
    SUSPICIOUS = "suspicious", _("suspicious")
    OTHER = "other", _("other")


class EmergencyPhase(TextChoices):
    """SAR Convention phases; `NONE` where no rescue is in question."""

    NONE = "NONE", _("none")
    UNCERTAINTY = "UNCERTAINTY", _("uncertainty")
    ALERT = "ALERT", _("alert")
    DISTRESS = "DISTRESS", _("distress")


class ResponsePhase(TextChoices):
    """How fresh a security matter is."""

    NONE = "NONE", _("none")
    HISTORIC = "HISTORIC", _("historic")
    SUSPECTED = "SUSPECTED", _("suspected")
    IN_PROGRESS = "IN_PROGRESS", _("in progress")
    ATTACK = "ATTACK", _("attack")


class Severity(TextChoices):
    """CAP 1.2 words."""

    EXTREME = "Extreme", _("extreme")
    SEVERE = "Severe", _("severe")
    MODERATE = "Moderate", _("moderate")
    MINOR = "Minor", _("minor")
    UNKNOWN = "Unknown", _("unknown")


class ReplyMode(TextChoices):
    """What the reporter's phone may show. QUIET: a seized phone must not betray its owner."""

    FULL = "FULL", _("full")
    RECEIVED = "RECEIVED", _("received")
    QUIET = "QUIET", _("quiet")
    NONE = "NONE", _("none")


class Capability(TextChoices):
    SAR_SURFACE = "sar_surface", _("surface search and rescue")
    AIR_SEARCH = "air_search", _("air search")
    MEDICAL = "medical", _("medical")
    FIRE_FIGHTING = "fire_fighting", _("fire fighting")
    PUMP = "pump", _("pump")
    TOW = "tow", _("tow")
    FAST_INTERCEPT = "fast_intercept", _("fast intercept")
    BOARDING = "boarding", _("boarding")
    ARMED_BOARDING = "armed_boarding", _("armed boarding")
    COMMAND = "command", _("command")
    WELFARE = "welfare", _("welfare")
    POLLUTION = "pollution", _("pollution response")
    SURVEY = "survey", _("survey")


class IncidentType(TextChoices):
    FIRE_EXPLOSION = "fire_explosion", _("fire or explosion")
    FLOODING = "flooding", _("flooding")
    COLLISION = "collision", _("collision")
    GROUNDING = "grounding", _("grounding")
    LISTING_CAPSIZING = "listing_capsizing", _("listing or capsizing")
    SINKING = "sinking", _("sinking")
    DISABLED_ADRIFT = "disabled_adrift", _("disabled and adrift")
    UNDESIGNATED_DISTRESS = "undesignated_distress", _("undesignated distress")
    ABANDONING_SHIP = "abandoning_ship", _("abandoning ship")
    MAN_OVERBOARD = "man_overboard", _("man overboard")
    MEDICAL = "medical", _("medical")
    OVERDUE_MISSING = "overdue_missing", _("overdue or missing")
    BEACON_ALERT = "beacon_alert", _("beacon alert")
    PIRACY_ARMED_ROBBERY = "piracy_armed_robbery", _("piracy or armed robbery")
    KIDNAP = "kidnap", _("kidnap")
    TERRORISM = "terrorism", _("terrorism")
    SUSPICIOUS_VESSEL = "suspicious_vessel", _("suspicious vessel")
    SMUGGLING_GOODS = "smuggling_goods", _("smuggling of goods")
    SMUGGLING_FUEL = "smuggling_fuel", _("smuggling of fuel")
    SMUGGLING_DRUGS = "smuggling_drugs", _("smuggling of drugs")
    SMUGGLING_WEAPONS = "smuggling_weapons", _("smuggling of weapons")
    IRREGULAR_MIGRATION = "irregular_migration", _("irregular migration")
    HUMAN_TRAFFICKING = "human_trafficking", _("human trafficking")
    IUU_FOREIGN = "iuu_foreign", _("illegal fishing, foreign vessel")
    IUU_GEAR_ZONE = "iuu_gear_zone", _("illegal fishing, gear or zone")
    IUU_DESTRUCTIVE = "iuu_destructive", _("illegal fishing, blast or poison")
    HARASSMENT = "harassment", _("harassment")
    POLLUTION_OIL = "pollution_oil", _("oil pollution")
    NAV_HAZARD = "nav_hazard", _("hazard to navigation")
    TIP = "tip", _("tip")
    UNCLASSIFIED = "unclassified", _("unclassified")


@dataclass(frozen=True, slots=True)
class TypeRow:
    """The defaults of one incident type.

    `dsc` and `ais` are the symbol numbers of the standards, None where there is none;
    `capabilities` is the run card, most wanted first.
    """

    type: IncidentType
    category: Category
    emergency_phase: EmergencyPhase
    response_phase: ResponsePhase
    severity: Severity
    capabilities: tuple[Capability, ...]
    reply: ReplyMode
    ifc: str = ""
    dsc: int | None = None
    ais: int | None = None

    @property
    def lead_capability(self) -> Capability | None:
        """What the first unit must be able to do; the rest of the run card asks for support.

        Any boat that can rescue leads wherever the reporter is answered openly (oil, hazards and what nobody
        could classify too): special gear never holds up the first boat.
        """
        if self.reply != ReplyMode.QUIET:
            return Capability.SAR_SURFACE
        return self.capabilities[0] if self.capabilities else None


_E, _S, _O = Category.EMERGENCY, Category.SUSPICIOUS, Category.OTHER
_P, _R = EmergencyPhase, ResponsePhase
_C, _V, _M = Capability, Severity, ReplyMode
_T = IncidentType


def _rescue(type, phase, severity, *capabilities, dsc=None, ais=None):
    return TypeRow(type, _E, phase, _R.NONE, severity, capabilities, _M.FULL, "MI", dsc, ais)


def _security(type, phase, severity, ifc, *capabilities, category=_S, dsc=None, ais=None):
    emergency = _P.DISTRESS if phase == _R.ATTACK and category == _E else _P.NONE
    return TypeRow(type, category, emergency, phase, severity, capabilities, _M.QUIET, ifc, dsc, ais)


TAXONOMY: dict[str, TypeRow] = {
    row.type: row
    for row in (
        _rescue(
            _T.FIRE_EXPLOSION,
            _P.DISTRESS,
            _V.EXTREME,
            _C.SAR_SURFACE,
            _C.FIRE_FIGHTING,
            _C.MEDICAL,
            dsc=100,
            ais=69,
        ),
        _rescue(_T.FLOODING, _P.DISTRESS, _V.SEVERE, _C.SAR_SURFACE, _C.PUMP, dsc=101, ais=68),
        _rescue(_T.COLLISION, _P.ALERT, _V.SEVERE, _C.SAR_SURFACE, _C.MEDICAL, dsc=102, ais=71),
        _rescue(_T.GROUNDING, _P.ALERT, _V.MODERATE, _C.SAR_SURFACE, _C.TOW, dsc=103, ais=70),
        _rescue(
            _T.LISTING_CAPSIZING, _P.DISTRESS, _V.EXTREME, _C.SAR_SURFACE, _C.AIR_SEARCH, dsc=104, ais=72
        ),
        _rescue(
            _T.SINKING, _P.DISTRESS, _V.EXTREME, _C.SAR_SURFACE, _C.AIR_SEARCH, _C.MEDICAL, dsc=105, ais=65
        ),
        _rescue(_T.DISABLED_ADRIFT, _P.ALERT, _V.MODERATE, _C.TOW, _C.SAR_SURFACE, dsc=106, ais=64),
        _rescue(_T.UNDESIGNATED_DISTRESS, _P.DISTRESS, _V.SEVERE, _C.SAR_SURFACE, dsc=107),
        _rescue(_T.ABANDONING_SHIP, _P.DISTRESS, _V.EXTREME, _C.SAR_SURFACE, _C.AIR_SEARCH, dsc=108, ais=66),
        _rescue(_T.MAN_OVERBOARD, _P.DISTRESS, _V.EXTREME, _C.SAR_SURFACE, _C.AIR_SEARCH, dsc=110, ais=74),
        _rescue(_T.MEDICAL, _P.ALERT, _V.SEVERE, _C.MEDICAL, _C.FAST_INTERCEPT, ais=67),
        _rescue(_T.OVERDUE_MISSING, _P.UNCERTAINTY, _V.SEVERE, _C.AIR_SEARCH, _C.SAR_SURFACE),
        TypeRow(_T.BEACON_ALERT, _E, _P.DISTRESS, _R.NONE, _V.SEVERE, (_C.SAR_SURFACE,), _M.NONE, "MI", 112),
        _security(
            _T.PIRACY_ARMED_ROBBERY,
            _R.ATTACK,
            _V.EXTREME,
            "TRAPS",
            _C.ARMED_BOARDING,
            _C.FAST_INTERCEPT,
            category=_E,
            dsc=109,
            ais=73,
        ),
        _security(
            _T.KIDNAP,
            _R.ATTACK,
            _V.EXTREME,
            "TRAPS",
            _C.ARMED_BOARDING,
            _C.COMMAND,
            category=_E,
            dsc=109,
            ais=73,
        ),
        _security(
            _T.TERRORISM,
            _R.ATTACK,
            _V.EXTREME,
            "MT",
            _C.ARMED_BOARDING,
            _C.COMMAND,
            category=_E,
            dsc=109,
            ais=73,
        ),
        _security(_T.SUSPICIOUS_VESSEL, _R.SUSPECTED, _V.MODERATE, "MT", _C.FAST_INTERCEPT),
        _security(_T.SMUGGLING_GOODS, _R.IN_PROGRESS, _V.MODERATE, "CS", _C.ARMED_BOARDING),
        _security(_T.SMUGGLING_FUEL, _R.IN_PROGRESS, _V.MODERATE, "CS", _C.ARMED_BOARDING),
        _security(_T.SMUGGLING_DRUGS, _R.IN_PROGRESS, _V.SEVERE, "CS", _C.ARMED_BOARDING, _C.COMMAND),
        _security(_T.SMUGGLING_WEAPONS, _R.IN_PROGRESS, _V.SEVERE, "CS", _C.ARMED_BOARDING, _C.COMMAND),
        _security(
            _T.IRREGULAR_MIGRATION, _R.IN_PROGRESS, _V.SEVERE, "IHM", _C.SAR_SURFACE, _C.ARMED_BOARDING
        ),
        _security(_T.HUMAN_TRAFFICKING, _R.IN_PROGRESS, _V.SEVERE, "IHM", _C.ARMED_BOARDING, _C.WELFARE),
        _security(_T.IUU_FOREIGN, _R.IN_PROGRESS, _V.MODERATE, "IUU", _C.ARMED_BOARDING),
        _security(_T.IUU_GEAR_ZONE, _R.IN_PROGRESS, _V.MINOR, "IUU", _C.BOARDING),
        _security(_T.IUU_DESTRUCTIVE, _R.IN_PROGRESS, _V.MODERATE, "IUU", _C.BOARDING),
        _security(_T.HARASSMENT, _R.ATTACK, _V.SEVERE, "MI", _C.FAST_INTERCEPT, category=_E),
        TypeRow(_T.POLLUTION_OIL, _S, _P.NONE, _R.NONE, _V.MODERATE, (_C.POLLUTION,), _M.RECEIVED, "Others"),
        TypeRow(_T.NAV_HAZARD, _S, _P.NONE, _R.NONE, _V.MINOR, (_C.SURVEY,), _M.RECEIVED, "Others"),
        TypeRow(_T.TIP, _S, _P.NONE, _R.HISTORIC, _V.UNKNOWN, (), _M.QUIET),
        TypeRow(_T.UNCLASSIFIED, _O, _P.NONE, _R.NONE, _V.UNKNOWN, (), _M.RECEIVED),
    )
}


# Whose reporters hear nothing but a receipt.
QUIET_TYPES = [row.type for row in TAXONOMY.values() if row.reply == ReplyMode.QUIET]


def category_of(type: str, response_phase: str = "", injured: bool = False) -> Category:
    """The category of a type; harassment is an emergency only under attack or with injury."""
    row = TAXONOMY[type]
    if type == IncidentType.HARASSMENT and response_phase not in ("", ResponsePhase.ATTACK) and not injured:
        return Category.SUSPICIOUS
    return row.category
