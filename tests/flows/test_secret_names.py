"""A village's own name in a text of somebody else: officers see where it is, the phone never hears it."""

import pytest
from django.contrib.gis.geos import Point

from communities.models import Place
from reports import known_places
from reports.models import Question, Report

HERE = ("04-21", "04-20", "100-18", "100-17")


@pytest.fixture
def lubuk(sea, community, monkeypatch):
    place = Place.objects.create(
        name="Lubuk Gading",
        kind="fishing_ground",
        country="MY",
        community=community,
        position=Point(100.3, 4.35, srid=4326),
        source="officer",
        source_id="1",
    )
    index, _version = known_places.from_database()
    monkeypatch.setattr(known_places, "index", lambda: index)
    return place


def newest() -> Report:
    return Report.objects.latest("received_at", "id")


@pytest.mark.parametrize(
    "text", ["SOS lubuk gading", "bot karam dekat lubuk gading", "SOS 3 batu utara lubuk gading"]
)
def test_a_stranger_in_distress_is_asked_for_numbers_and_hears_no_position(
    lubuk, stranger_phone, patrol, mrcc, text
):
    answers = [stranger_phone.texts(text)]
    assert "Lubuk Gading" in answers[0]
    report = newest()
    assert (report.position_status, report.incident.priority) == ("ambiguous", 1)
    assert report.incident.lon_lat == pytest.approx((100.3, 4.35), abs=0.1)
    assert Question.objects.filter(report=report, kind=Question.Kind.WHERE).exists()
    answers += [stranger_phone.texts(more) for more in ("where", "3 orang", text)]
    assert not any(part in answer for part in HERE for answer in answers)
    assert "04-22.00" in stranger_phone.texts("4 22.0U 100 19.0T")


def test_a_stranger_who_only_tries_a_name_hears_no_position(lubuk, stranger_phone, mrcc):
    for text in ("lubuk gading", "Lubuk Gadang", "SOS lubuk gadang", "enjin rosak dekat lubuk gading"):
        answer = stranger_phone.texts(text)
        assert answer
        assert not any(part in answer for part in HERE)


def test_a_fisher_of_the_village_hears_where_it_is(lubuk, fisher_phone, patrol, mrcc):
    assert "04-21U 100-18T" in fisher_phone.texts("bot karam dekat lubuk gading")
    assert newest().position_status == "ok"
