"""Zones from a file: what is written, what a second run changes, and what is refused with its reason."""

import json

import pytest
from django.core.management import CommandError, call_command

from communities.models import Zone
from tests import factories

pytestmark = pytest.mark.django_db
SQUARE = {"type": "Polygon", "coordinates": [[[100, 4], [101, 4], [101, 5], [100, 5], [100, 4]]]}
BOWTIE = {"type": "Polygon", "coordinates": [[[100, 4], [101, 5], [101, 4], [100, 5], [100, 4]]]}


def feature(kind="eez", name="Indonesia", geometry=SQUARE, **properties):
    return {"type": "Feature", "properties": {"kind": kind, "name": name, **properties}, "geometry": geometry}


@pytest.fixture
def load(tmp_path):
    """`load(feature, …)` writes a file and imports it; `load(content=…)` takes anything."""

    def load(*features, content=None, **options):
        path = tmp_path / "zones.geojson"
        content = (
            json.dumps({"type": "FeatureCollection", "features": features}) if content is None else content
        )
        path.write_text(content)
        call_command("import_zones", path, **options)

    return load


def test_zones_are_written_once_and_changed_by_name(load, agency):
    both = [feature(country="ID"), feature("sector", "Perak", agency=agency.name, srr="Malaysia")]
    load(*both)
    load(*both)
    assert Zone.objects.count() == 2
    sector = Zone.objects.get(kind="sector")
    assert (sector.agency, sector.srr, sector.state, sector.area.geom_type) == (
        agency,
        "Malaysia",
        "MY",
        "MultiPolygon",
    )
    load(feature(country="TH"))
    assert Zone.objects.get(kind="eez").state == "TH"
    assert Zone.objects.count() == 2


def test_a_dry_run_writes_nothing(load):
    load(feature(), dry_run=True)
    assert not Zone.objects.exists()


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (feature(kind="lake"), "kind is lake"), (feature(name=""), "name is empty"), (feature(name=7), "name is empty"),
        (feature(name="x" * 121), "name"), (feature(country="Indonesia"), "country"), (feature(country="id"), "two capital letters"),
        (feature(geometry=BOWTIE), "crosses itself"), (feature(geometry=None), "not a GeoJSON"),
        (feature(geometry={"type": "Point", "coordinates": [1, 2]}), "not a GeoJSON"),
        (feature(agency="Nobody"), "no agency is called Nobody"), (7, "is no feature"), ({}, "is no feature"),
    ],
)  # fmt: skip
def test_a_fault_refuses_the_whole_file(load, bad, reason):
    with pytest.raises(CommandError, match=reason):
        load(feature(name="good"), bad)
    assert not Zone.objects.exists()


def test_two_of_one_name_are_a_fault(load):
    with pytest.raises(CommandError, match="a second eez is called Indonesia"):
        load(feature(), feature())


@pytest.mark.parametrize(
    "content",
    [
        "",
        "7",
        "[]",
        "{}",
        '{"features": 7}',
        "[" * 100_000,
        "\ud83d".encode("utf-16", "surrogatepass").decode("latin-1"),
    ],
)
def test_what_is_no_geojson_is_refused(load, content):
    with pytest.raises(CommandError, match="is no GeoJSON FeatureCollection"):
        load(content=content)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_zones", tmp_path / "nowhere.geojson")


def test_an_agencys_country_counts_where_no_other_is_named():
    abroad = factories.Agency(name="Bakamla", country="ID")
    assert factories.Zone(agency=abroad).state == "ID"
    assert factories.Zone(agency=abroad, country="th").state == "TH"
    assert factories.Zone().state == ""
