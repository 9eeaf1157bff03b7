"""The index of places in the service: from PostGIS, made anew when a Place changes, never in the way."""

import logging
import time

import pytest
from django.contrib.gis.geos import Point
from django.utils import timezone

from communities.models import LandingSite, Place
from reports import intake, known_places
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kept(monkeypatch):
    """An index of this test's own."""
    fresh = known_places._Kept()
    monkeypatch.setattr(known_places, "_kept", fresh)
    return fresh


def add(name="Lubuk Pak Mat", lon=100.4, lat=4.2, community=None):
    return Place.objects.create(
        name=name,
        community=community,
        kind="fishing_ground",
        country="MY",
        position=Point(lon, lat, srid=4326),
        source="liaison",
        source_id=name,
    )


def text(words, external_id="SM1", **options):
    return intake.receive(
        intake.Incoming(source="sms", external_id=external_id, text=words, **options)
    ).report


def test_name_that_an_officer_adds_is_read_in_the_next_text():
    known_places.refresh()
    assert text("tolong enjin mati dekat lubuk pak mat", "SM1").position is None
    add()
    assert known_places.refresh()
    report = text("tolong enjin mati dekat lubuk pak mat", "SM2")
    assert report.lon_lat == pytest.approx((100.4, 4.2))
    assert (report.position_source, report.position_status) == ("named_place", "ok")
    assert report.reading["place"] == "Lubuk Pak Mat"


def test_distance_from_a_place_gives_a_derived_position():
    add("Pulau Sipadan", 118.629, 4.115)
    known_places.refresh()
    report = text("enjin rosak hanyut 5 nm utara Pulau Sipadan")
    assert report.lon_lat == pytest.approx((118.629, 4.1983), abs=1e-3)
    assert report.position_source == "derived"


def test_extent_of_a_strait_is_known_in_the_service():
    Place.objects.create(
        name="Lombok Strait",
        alt_names=["Selat Lombok"],
        kind="strait",
        position=Point(115.8, -8.6, srid=4326),
        source="compiled",
        source_id="1",
    )
    known_places.refresh()
    assert known_places.index().named("selat lombok").places[0].radius_m == 30 * 1852


def test_of_two_places_of_a_name_the_one_by_the_reporters_village_is_read():
    add("Lubuk Pak Mat", 100.4, 4.2)
    factories.Place(
        name="Lubuk Pak Mat", search_names=["lubuk pak mat"], position=factories.point((103.5, 4.9))
    )
    known_places.refresh()
    words = "tolong enjin mati dekat lubuk pak mat"
    assert text(words, "SM1").position_status == "ambiguous"
    village = factories.Community(waters=factories.point((103.4, 4.8)))
    report = text(words, "SM2", reporter=factories.Reporter(community=village))
    assert report.lon_lat == pytest.approx((103.5, 4.9))
    assert report.position_status == "ok"


def test_own_name_of_a_village_is_read_from_its_reporters_and_doubtful_from_others():
    village, other = factories.Community(name="Pangkor"), factories.Community(name="Mersing")
    add(community=village)
    known_places.refresh()

    def status(external_id, reporter):
        report = text("tolong enjin mati dekat lubuk pak mat", external_id, reporter=reporter)
        assert report.lon_lat == pytest.approx((100.4, 4.2))
        return report.position_status, "name_of_another_village" in report.flags

    assert status("SM1", factories.Reporter(community=village)) == ("ok", False)
    assert status("SM2", factories.Reporter(community=other)) == ("ambiguous", True)
    assert status("SM3", None) == ("ambiguous", True)


def test_landing_of_a_village_tells_where_its_boats_are_if_its_waters_are_not_known():
    village = factories.Community(name="Mersing", waters=None)
    LandingSite.objects.create(community=village, name="Jeti", position=factories.point((103.9, 2.4)))
    add("Pulau Lima", 103.8, 2.5)
    add("Pulau Lima ", 100.2, 5.9)
    known_places.refresh()
    words = "bot karam dekat pulau lima"
    assert text(words, "SM1").position_status == "ambiguous"
    report = text(words, "SM2", reporter=factories.Reporter(community=village))
    assert (report.lon_lat, report.position_status) == (pytest.approx((103.8, 2.5)), "ok")


def test_phones_own_position_stands_before_a_name():
    add()
    known_places.refresh()
    report = text("bot asing dekat lubuk pak mat", position=(100.1, 4.0), position_error_m=20)
    assert report.lon_lat == pytest.approx((100.1, 4.0))


def test_index_is_made_anew_only_when_a_place_changed():
    place = add()
    assert [known_places.refresh(), known_places.refresh()] == [True, False]
    place.position = Point(100.5, 4.3, srid=4326)
    place.save()
    assert [known_places.refresh(), known_places.refresh()] == [True, False]
    assert known_places.index().named("lubuk pak mat").places[0].position == (100.5, 4.3)
    place.retired_at = timezone.now()
    place.save()
    assert known_places.refresh()
    assert known_places.index().named("lubuk pak mat") is None
    place.retired_at = None
    place.save()
    assert known_places.refresh()
    place.delete()
    assert known_places.refresh()
    assert known_places.index().named("lubuk pak mat") is None


def test_place_without_folded_names_is_found_all_the_same():
    add()
    Place.objects.update(search_names=[])
    known_places.refresh()
    assert known_places.index().named("lubuk pak mat")


def test_intake_goes_on_without_an_index(kept):
    assert known_places.index() is None
    assert text("tolong bot karam dekat lubuk pak mat").type == "sinking"


def test_fault_of_the_database_leaves_the_names_known_before(monkeypatch, caplog):
    add()
    known_places.refresh()

    def fail():
        raise OSError("gone")

    monkeypatch.setattr(known_places, "current_version", fail)
    with caplog.at_level(logging.CRITICAL):
        assert known_places.refresh() is False
    assert known_places.index().named("lubuk pak mat")


def test_thread_is_started_once_and_outlives_faults(monkeypatch, kept):
    calls = []
    monkeypatch.setattr(known_places, "refresh", lambda: calls.append(1))
    known_places.keep_fresh(every_s=0.01)
    thread = kept.thread
    known_places.keep_fresh(every_s=0.01)
    assert kept.thread is thread
    deadline = time.monotonic() + 5
    while len(calls) < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(calls) >= 3
    kept.stopping.set()
    thread.join(5)
    assert not thread.is_alive()
