"""What the chart draws."""

import gzip
import json
from datetime import timedelta
from uuid import UUID

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.utils import timezone

from alerts.console.sea import DISTRESS, DRILL, TAKEN
from alerts.models import SceneWeather
from reports.models import Incident
from tests import factories
from tests.browser import rows

pytestmark = pytest.mark.django_db
SEA = "/console/sea/"


@pytest.fixture
def desk(client, dispatcher):
    client.force_login(dispatcher)
    return client


def test_incidents_are_columns_of_one_length_the_urgent_first(desk):
    later = factories.Incident(queue_rank=2, type="iuu_foreign", priority=4, drill=True)
    first = factories.Incident(
        queue_rank=1, type="sinking", priority=1, emergency_phase="DISTRESS", taken_at=timezone.now()
    )
    factories.Incident(position=None)
    factories.force(Incident.objects.filter(pk=factories.Incident().pk), status="closed")
    said = desk.get(f"{SEA}incidents/").json()
    columns = said["incidents"]
    assert {len(column) for column in columns.values()} == {2}
    assert [UUID(pk) for pk in columns["id"]] == [first.pk, later.pk]
    assert (columns["lon"], columns["lat"]) == ([100.45] * 2, [4.2] * 2)
    assert columns["marks"] == [DISTRESS + TAKEN, DRILL]
    assert [said["types"][n][0] for n in columns["type"]] == ["sinking", "iuu_foreign"]
    assert len(said["unplaced"]) == 1


def test_three_thousand_incidents_come_small_and_in_two_queries(desk, django_assert_max_num_queries):
    rows.spread(3000)
    with django_assert_max_num_queries(6):  # two of them the officer's session
        answer = desk.get(f"{SEA}incidents/", headers={"Accept-Encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
    assert len(answer.content) < 150_000
    assert len(json.loads(gzip.decompress(answer.content))["incidents"]["id"]) == 3000


def test_the_chosen_incident_shows_where_it_has_drifted_to(desk):
    hour_ago = timezone.now() - timedelta(hours=2)
    incident = factories.Incident(type="disabled_adrift", position_at=hour_ago)
    SceneWeather.objects.create(
        incident=incident, current_kn=2, current_to_deg=90, wind_kn=0, at=timezone.now(), by=factories.User()
    )
    said = desk.get(f"{SEA}incidents/{incident.pk}/").json()
    assert said["position"] == [100.45, 4.2]
    assert said["likely"]["position"][0] > 100.5
    assert said["likely"]["radius_m"] > 100


def test_an_incident_without_a_place_has_nothing_to_draw(desk):
    incident = factories.Incident(position=None, position_error_m=None)
    said = desk.get(f"{SEA}incidents/{incident.pk}/").json()
    assert (said["position"], said["likely"]) == (None, None)


def test_units_are_sent_as_the_stream_sends_them(desk, patrol):
    [unit] = desk.get(f"{SEA}units/").json()["units"]
    assert (unit["call_sign"], unit["age"]) == ("MY-LUMUT-04", "none")


def test_what_does_not_move_is_stations_and_waters(desk, station):
    factories.Zone(name="Perak")
    factories.Zone(name="Speck", area=MultiPolygon(Polygon.from_bbox((100, 4, 100.0001, 4.0001)), srid=4326))
    said = desk.get(f"{SEA}fixtures/").json()
    assert [row["name"] for row in said["stations"]] == ["Lumut", "MRCC Malaysia"]
    assert "Perak (sector)" in [zone["properties"]["label"] for zone in said["zones"]]
