"""Zones from a GeoJSON file: sectors, territorial seas, economic zones, disputed and closed waters.

A FeatureCollection of polygons in WGS 84. The properties of a feature are those of `Zone`: `kind`, `name`,
and where they are known `agency` (its name), `country` (ISO 3166, two letters) and `srr`.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from django.contrib.gis.geos import MultiPolygon
from django.core.exceptions import ValidationError
from django.db import transaction

from communities.charts import AreaField
from communities.csvfiles import Changes, Fault, FaultyFile, Row
from communities.models import Agency, Zone

LARGEST_FILE = 200 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ZoneRow:
    """One feature of the file."""

    number: int
    kind: str
    name: str
    area: MultiPolygon
    agency: str
    country: str
    srr: str


def read_zones(path: Path) -> list[ZoneRow]:
    """Read a file; raises FaultyFile with every fault, a feature counting as a line."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise ValueError(f"larger than {LARGEST_FILE // 1024**2} MB")
        content = json.loads(path.read_bytes())
        features = content["features"]
        if not isinstance(features, list):
            raise TypeError
    except (OSError, UnicodeDecodeError, ValueError, RecursionError, KeyError, TypeError) as problem:
        raise FaultyFile([Fault(path.name, 0, f"is no GeoJSON FeatureCollection ({problem})")]) from None
    rows, faults, seen = [], [], set()
    for number, feature in enumerate(features, 1):
        try:
            row = _zone(number, feature)
            if (row.kind, row.name) in seen:
                raise ValueError(f"a second {row.kind} is called {row.name}")
            seen.add((row.kind, row.name))
            rows.append(row)
        except ValueError as fault:
            faults.append(Fault(path.name, number, str(fault)))
    if faults:
        raise FaultyFile(faults)
    return rows


@transaction.atomic
def import_zones(rows: list[ZoneRow], *, dry_run: bool = False) -> Changes:
    """Write the zones; one of the same kind and name is replaced, none is deleted. Raises FaultyFile.

    Agencies are named, never made: a misspelt one would be nobody's.
    """
    agencies = {agency.name: agency for agency in Agency.objects.all()}
    faults = [
        Fault("zones", row.number, f"no agency is called {row.agency}")
        for row in rows
        if row.agency and row.agency not in agencies
    ]
    if faults:
        raise FaultyFile(faults)
    changes = Changes()
    for row in rows:
        wanted = {"agency": agencies.get(row.agency), "country": row.country, "srr": row.srr}
        zone = Zone.objects.filter(kind=row.kind, name=row.name).first()
        if zone is None:
            Zone.objects.create(kind=row.kind, name=row.name, area=row.area, **wanted)
            changes.created.append(row.name)
            continue
        old = {name: getattr(zone, name) for name in wanted}
        different = {
            name: (str(old[name] or ""), str(new or "")) for name, new in wanted.items() if old[name] != new
        }
        if not zone.area.equals_exact(row.area, 1e-9):
            different["area"] = ("", "drawn anew")
        if not different:
            changes.unchanged += 1
            continue
        zone.area = row.area
        for name, value in wanted.items():
            setattr(zone, name, value)
        zone.save()
        changes.updated[row.name] = different
    transaction.set_rollback(dry_run)
    return changes


def _zone(number: int, feature) -> ZoneRow:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        raise ValueError("is no feature with properties")
    said = Row(number, {name: value for name, value in properties.items() if isinstance(value, str)})
    kind = said.text("kind", 12)
    if kind not in Zone.Kind.values:
        raise ValueError(f"kind is {kind}, not one of {', '.join(Zone.Kind.values)}")
    country = said.text("country", 2, optional=True)
    if country and not (len(country) == 2 and country.isascii() and country.isalpha() and country.isupper()):
        raise ValueError(f"country is {country}, not two capital letters")
    try:
        area = AreaField().clean(json.dumps(feature.get("geometry")))
    except ValidationError as fault:
        raise ValueError(" ".join(fault.messages)) from None
    return ZoneRow(
        number, kind, said.text("name", 120), area, said.text("agency", 120, optional=True), country,
        said.text("srr", 60, optional=True),
    )  # fmt: skip
