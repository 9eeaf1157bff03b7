"""The roster: which stations and patrol units there are, imported from CSV files.

What a file says is written; what it is silent about (language, parent, readiness, a duty phone) is filled in
once, when the row is made, and afterwards belongs to whoever edits it in the admin.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.gis.geos import Point
from django.db import transaction

from alerts.models import Dispatch, PatrolUnit, Station
from communities import csvfiles, phones
from communities.csvfiles import Changes, Fault, FaultyFile, Row
from communities.languages import Language
from communities.models import Agency
from communities.sphere import Position
from reports.taxonomy import Capability

DATA = Path(__file__).parent / "data" / "patrol"
STATIONS = DATA / "bases.csv"
UNITS = DATA / "units_sample.csv"
STATION_COLUMNS = ("base_id", "name", "agency", "country", "lat", "lon")
UNIT_COLUMNS = (
    "callsign", "kind", "base_id", "cruise_kn", "range_nm", "crew", "status", "alert_channel", "unit_kind",
    "capabilities", "crew_phone",
)  # fmt: skip

#: Other rosters' words for the statuses of DOMAIN section 6.
STATUS_WORDS = {
    "maintenance": PatrolUnit.Status.OUT_OF_SERVICE,
    "off_duty": PatrolUnit.Status.OFF_WATCH,
    "on_task": PatrolUnit.Status.EN_ROUTE,
}
LANGUAGES = {
    "MY": Language.MALAY, "BN": Language.MALAY, "ID": Language.INDONESIAN, "PH": Language.FILIPINO,
    "VN": Language.VIETNAMESE, "TH": Language.THAI,
}  # fmt: skip
COUNTRIES = {
    "MY": "Malaysia", "BN": "Brunei", "ID": "Indonesia", "PH": "Philippines", "SG": "Singapore",
    "TH": "Thailand", "VN": "Vietnam",
}  # fmt: skip
#: Seconds from the call to casting off or taking off, at base, until the agency says otherwise.
READINESS_S = {PatrolUnit.Kind.BOAT: 600, PatrolUnit.Kind.AIRCRAFT: 1200, PatrolUnit.Kind.SHORE: 600}

# +44 7700 900000 to 900999 is kept for fiction by the British regulator: no message can reach a stranger.
FICTIONAL = "+447700900"
_DUTY_PHONES = [f"{FICTIONAL}{number:03}" for number in (*range(500, 1000), *range(100, 200))]


@dataclass(frozen=True, slots=True)
class StationRow:
    """One line of a stations file; None and "" are what it does not say."""

    line: int
    code: str
    name: str
    agency: str
    country: str
    position: Position
    kind: str
    duty_phone: str
    language: str
    parent: str


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One line of a units file."""

    line: int
    call_sign: str
    kind: str
    description: str
    station: str
    speed_kn: float
    range_nm: float | None
    crew_size: int | None
    status: str
    alert_channel: str
    capabilities: tuple[str, ...]
    phone: str
    language: str
    readiness_s: int | None


def read_stations(path: Path = STATIONS) -> list[StationRow]:
    """Read a stations file: STATION_COLUMNS, and where it has them kind, duty_phone, language, parent.

    Raises FaultyFile.
    """
    rows = csvfiles.read(path, STATION_COLUMNS, _station)
    faults = _repeated(path, [(row.line, "base_id", row.code) for row in rows])
    codes = {row.code for row in rows}
    faults += [
        Fault(path.name, row.line, f"its parent {row.parent} is in no line of this file")
        for row in rows
        if row.parent and row.parent not in codes
    ]
    if faults:
        raise FaultyFile(faults)
    return rows


def read_units(path: Path = UNITS) -> list[UnitRow]:
    """Read a units file: UNIT_COLUMNS, and where it has them language and readiness_s. Raises FaultyFile."""
    rows = csvfiles.read(path, UNIT_COLUMNS, _unit)
    faults = _repeated(path, [(row.line, "callsign", row.call_sign) for row in rows])
    faults += _repeated(path, [(row.line, "crew_phone", row.phone) for row in rows if row.phone])
    if faults:
        raise FaultyFile(faults)
    return rows


@transaction.atomic
def import_stations(
    rows: list[StationRow], *, file: str = STATIONS.name, taken: Iterable[str] = ()
) -> Changes:
    """Write agencies, stations and one rescue co-ordination centre a country; say what changed.

    With simulated carriers a station without a duty phone gets a fictional one that is not `taken`; with real
    carriers it stays without. Raises FaultyFile, nothing written.
    """
    known = {
        station.code: station
        for station in Station.objects.select_for_update(of=("self",)).select_related("agency")
    }
    crews = {
        phone: call_sign
        for call_sign, phone in PatrolUnit.objects.exclude(phone="").values_list("call_sign", "phone")
    }
    faults = [
        Fault(file, row.line, f"{row.duty_phone} is the crew phone of {crews[row.duty_phone]}")
        for row in rows
        if row.duty_phone in crews
    ]
    if faults:
        raise FaultyFile(faults)
    used = {
        *taken,
        *crews,
        *(row.duty_phone for row in rows),
        *(station.duty_phone for station in known.values()),
    }
    free = (phone for phone in _DUTY_PHONES if phone not in used) if settings.SIMULATED_CARRIERS else iter(())
    changes, agencies = Changes(), {}
    for row in rows:
        if row.agency not in agencies:
            agencies[row.agency], _ = Agency.objects.get_or_create(
                name=row.agency, defaults={"country": row.country}
            )
        station = known.get(row.code)
        said = {"name": row.name, "agency": agencies[row.agency], "position": Point(*row.position, srid=4326)}
        said |= {
            name: value
            for name, value in (
                ("kind", row.kind),
                ("duty_phone", row.duty_phone),
                ("language", row.language),
            )
            if value
        }
        if station is None:
            once = {"language": LANGUAGES.get(row.country, Language.ENGLISH), "duty_phone": next(free, "")}
            known[row.code] = Station.objects.create(code=row.code, **(once | said))
            changes.created.append(row.code)
        else:
            _update(station, said, row.code, changes)
    _set_centres(rows, known, free, changes)
    return changes


def _set_centres(rows: list[StationRow], known: dict[str, Station], free, changes: Changes) -> None:
    """Give each country its centre, and each station the one it reports to; a parent already set stays."""
    for country in dict.fromkeys(row.country for row in rows):
        of_country = [row for row in rows if row.country == country]
        code = next((row.code for row in of_country if row.kind == Station.Kind.MRCC), f"MRCC-{country}")
        if code not in known:
            first = known[of_country[0].code]
            known[code] = Station.objects.create(
                code=code,
                name=f"MRCC {COUNTRIES.get(country, country)}",
                kind=Station.Kind.MRCC,
                agency=first.agency,
                position=first.position,
                language=first.language,
                duty_phone=next(free, ""),
            )
            changes.created.append(code)
        for row in of_country:
            station, parent = known[row.code], known[row.parent or code]
            if station != parent and (station.parent_id is None or row.parent):
                if station.parent_id != parent.pk and row.code not in changes.created:
                    changes.updated.setdefault(row.code, {})["parent"] = (station.parent_id, parent.code)
                station.parent = parent
                station.save(update_fields=["parent"])


@transaction.atomic
def import_units(
    rows: list[UnitRow], *, file: str = UNITS.name, reset_status: bool = False
) -> tuple[Changes, list[str]]:
    """Write patrol units by call sign; return what changed, and the units whose own status was kept.

    Once a unit has been tasked its status is its crew's word and is left alone; `reset_status` takes the
    file's, but never for a unit that is on its way or on scene now. Raises FaultyFile, nothing written.
    """
    stations = {station.code: station for station in Station.objects.select_related("agency")}
    known = {unit.call_sign: unit for unit in PatrolUnit.objects.select_for_update(of=("self",))}
    _check_units(rows, file, stations, known)
    engaged = set(Dispatch.objects.engaged().values_list("unit_id", flat=True))
    tasked = engaged if reset_status else set(Dispatch.objects.values_list("unit_id", flat=True))
    # Two units may swap phones; no moment may show both with one.
    moving = [
        row.call_sign for row in rows if row.call_sign in known and known[row.call_sign].phone != row.phone
    ]
    PatrolUnit.objects.filter(call_sign__in=moving).update(phone="")
    changes, kept = Changes(), []
    for row in rows:
        station = stations[row.station]
        said = {
            name: getattr(row, name)
            for name in (
                "kind",
                "description",
                "speed_kn",
                "range_nm",
                "crew_size",
                "status",
                "alert_channel",
                "phone",
            )
        }
        said |= {"station": station, "capabilities": list(row.capabilities)}
        said |= {name: getattr(row, name) for name in ("language", "readiness_s") if getattr(row, name)}
        unit = known.get(row.call_sign)
        if unit is None:
            once = {
                "language": LANGUAGES.get(station.agency.country, Language.ENGLISH),
                "readiness_s": READINESS_S[row.kind],
            }
            PatrolUnit.objects.create(call_sign=row.call_sign, **(once | said))
            changes.created.append(row.call_sign)
            continue
        if unit.pk in tasked and unit.status != row.status:
            kept.append(row.call_sign)
            del said["status"]
        _update(unit, said, row.call_sign, changes)
    return changes, kept


def _check_units(
    rows: list[UnitRow], file: str, stations: dict[str, Station], known: dict[str, PatrolUnit]
) -> None:
    here = {row.call_sign for row in rows}
    elsewhere = {
        unit.phone: unit.call_sign for unit in known.values() if unit.phone and unit.call_sign not in here
    }
    duty = {station.duty_phone: station.code for station in stations.values() if station.duty_phone}
    faults = []
    for row in rows:
        if row.station not in stations:
            faults.append(Fault(file, row.line, f"there is no station {row.station}"))
        if row.phone in elsewhere:
            faults.append(
                Fault(
                    file,
                    row.line,
                    f"{row.phone} is the phone of {elsewhere[row.phone]}, which is not in this file",
                )
            )
        if row.phone in duty:
            faults.append(
                Fault(file, row.line, f"{row.phone} is the duty phone of station {duty[row.phone]}")
            )
    if faults:
        raise FaultyFile(faults)


def _update(row, said: dict, key: str, changes: Changes) -> None:
    """Save the fields of `row` that differ from what the file says, and only those."""
    different = {
        name: (getattr(row, name), value)
        for name, value in said.items()
        if not _same(getattr(row, name), value)
    }
    if not different:
        changes.unchanged += 1
        return
    for name, (_, value) in different.items():
        setattr(row, name, value)
    row.save(update_fields=list(different))
    changes.updated[key] = different


def _same(old, new) -> bool:
    if isinstance(new, Point):
        return (old.x, old.y) == (new.x, new.y)
    return old == new


def _station(row: Row) -> StationRow:
    kind = row.one_of("kind", Station.Kind.values, default="-") if row.values.get("kind") else ""
    # The sample names no kinds; of its bases one says that it is the national headquarters.
    national = "national hq" in row.text("zone_or_district", 200, optional=True).lower()
    country = row.country()
    return StationRow(
        line=row.line,
        code=row.text("base_id", 20),
        name=row.text("name", 120),
        agency=row.text("agency", 120),
        country=country,
        position=row.position(),
        kind=kind or (Station.Kind.MRCC if national else ""),
        duty_phone=_phone(row, "duty_phone", country),
        language=row.one_of("language", Language.values) if row.values.get("language") else "",
        parent=row.text("parent", 20, optional=True),
    )


def _unit(row: Row) -> UnitRow:
    status = row.text("status", 20)
    status = STATUS_WORDS.get(status, status)
    if status not in PatrolUnit.Status.values:
        words = ", ".join((*PatrolUnit.Status.values, *STATUS_WORDS))
        raise ValueError(f"status is {status!r}, not one of {words}")
    capabilities = tuple(
        dict.fromkeys(word.strip() for word in row.text("capabilities", 400).split("|") if word.strip())
    )
    unknown = [word for word in capabilities if word not in Capability.values]
    if unknown:
        raise ValueError(f"capabilities holds {unknown[0]!r}, not one of {', '.join(Capability.values)}")
    return UnitRow(
        line=row.line,
        call_sign=row.text("callsign", 20),
        kind=row.one_of("unit_kind", PatrolUnit.Kind.values),
        description=row.text("kind", 60, optional=True),
        station=row.text("base_id", 20),
        speed_kn=row.number("cruise_kn", most=1000),
        range_nm=row.number("range_nm", most=20_000, optional=True),
        crew_size=row.whole("crew", most=1000, optional=True),
        status=str(status),
        alert_channel=row.one_of("alert_channel", PatrolUnit.AlertChannel.values),
        capabilities=capabilities,
        phone=_phone(row, "crew_phone"),
        language=row.one_of("language", Language.values) if row.values.get("language") else "",
        readiness_s=row.whole("readiness_s", most=86_400, optional=True),
    )


def _phone(row: Row, name: str, country: str | None = None) -> str:
    """E.164, or "" where the file has none. A fictional number is refused once messages really leave."""
    text = row.text(name, 40, optional=True)
    if not text:
        return ""
    number = phones.normalise(text, country)
    if number.startswith(FICTIONAL) and not settings.SIMULATED_CARRIERS:
        raise ValueError(f"{name} {number} is a number kept for fiction; nobody would be reached")
    return number


def _repeated(path: Path, keys: list[tuple[int, str, str]]) -> list[Fault]:
    first: dict[str, int] = {}
    return [
        Fault(path.name, line, f"{name} {key} is on line {first[key]} already")
        for line, name, key in keys
        if first.setdefault(key, line) != line
    ]
