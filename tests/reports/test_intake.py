"""One message in, one report: joined to its phone's matter or opening its own, never refused."""

from datetime import timedelta

import pytest
from django.utils import timezone

from reports.intake import Incoming, receive, storable
from reports.models import Incident, Report
from reports.taxonomy import IncidentType
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def reporter():
    return factories.Reporter()


def incoming(text="", key="k", **fields) -> Incoming:
    return Incoming(source="sms", external_id=key, text=text, **fields)


def take(text="", key="k", *, minutes=0.0, **fields) -> Report:
    receipt = receive(incoming(text, key, **fields), now=NOW + timedelta(minutes=minutes))
    return receipt.conflict or receipt.report


class TestOneMatter:
    @pytest.mark.parametrize(("minutes", "together"), [(0, True), (119, True), (121, False)])
    def test_a_phones_texts_of_two_hours_are_one_incident(self, reporter, minutes, together):
        first = take("enjin rosak hanyut", "1", reporter=reporter)
        second = take("masih hanyut", "2", reporter=reporter, minutes=minutes)
        assert (first.incident == second.incident) is together

    @pytest.mark.parametrize("status", ["resolved", "stood_down", "closed", "handed_over"])
    def test_a_matter_that_ended_is_not_joined(self, reporter, status):
        first = take("enjin rosak", "1", reporter=reporter)
        factories.force(Incident.objects, status=status)
        assert take("enjin rosak lagi", "2", reporter=reporter, minutes=1).incident != first.incident

    def test_strangers_without_a_number_are_never_joined(self):
        assert take("SOS", "1").incident != take("SOS", "2").incident

    @pytest.mark.parametrize(
        ("first", "second", "type_", "priority"),
        [
            ("SOS", "bot karam", "sinking", 1),
            ("bot karam", "SOS", "sinking", 1),
            ("hello", "bot karam", "sinking", 1),
            ("bot karam", "hello", "sinking", 1),
            ("enjin rosak hanyut 2 orang", "bot karam", "sinking", 1),
            ("bot karam", "enjin rosak", "sinking", 1),
            ("bot karam", "dah selamat", "sinking", 1),
        ],
    )
    def test_a_second_text_may_raise_and_never_lowers(self, reporter, first, second, type_, priority):
        take(first, "1", reporter=reporter)
        incident = take(second, "2", reporter=reporter, minutes=1).incident
        incident.refresh_from_db()
        assert (incident.type, incident.priority) == (type_, priority)

    def test_a_second_text_brings_position_and_people(self, reporter):
        take("bot karam", "1", reporter=reporter)
        take("4.20 100.45", "2", reporter=reporter, minutes=1)
        take("7 orang", "3", reporter=reporter, minutes=2)
        incident = Incident.objects.get()
        assert incident.lon_lat == pytest.approx((100.45, 4.2))
        assert incident.persons_on_board == 7


class TestPosition:
    def test_a_phones_fix_beats_typed_numbers_in_a_rescue_alone(self):
        fix = {"position": (100.5, 4.3), "position_error_m": 12}
        rescue, crime = take("bot karam 4.20 100.45", "1", **fix), take("bot seludup 4.20 100.45", "2", **fix)
        assert (rescue.lon_lat, rescue.position_source) == ((100.5, 4.3), "device_gnss")
        assert crime.lon_lat == pytest.approx((100.45, 4.2))
        assert (crime.reporter_position.x, crime.reporter_position.y) == (100.5, 4.3)

    @pytest.mark.parametrize("error_m", [None, -5, 0, 1e12])
    def test_an_error_that_cannot_be_is_made_one_that_can(self, error_m):
        assert (
            0
            <= take("SOS", position=(100.5, 4.3), position_error_m=error_m).position_error_m
            <= 2_000_000_000
        )


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        ("SOS", "FULL"),
        ("bot karam", "FULL"),
        ("enjin rosak", "RECEIVED"),
        ("hello", "RECEIVED"),
        ("", "RECEIVED"),
        ("bot seludup", "QUIET"),
        ("lanun naik bot ada senjata", "QUIET"),
    ],
)
def test_what_the_phone_may_show(text, mode):
    assert take(text).reply_mode == mode


@pytest.mark.parametrize("type_", IncidentType.values)
def test_every_type_of_an_app_is_taken(type_):
    report = take("x", type=type_)
    assert (report.type, report.incident.type) == (type_, type_)


@pytest.mark.parametrize(("told", "kept"), [(3, 3), (0, 0), (-1, None), (99_999_999, None)])
def test_people_aboard(told, kept):
    assert take("x", persons_on_board=told).persons_on_board == kept


@pytest.mark.parametrize(
    ("text", "kept"), [("a\x00b", "a\ufffdb"), ("\ud800", "?"), ("plain", "plain"), ("", "")]
)
def test_storable(text, kept):
    assert storable(text) == (kept, ["text_repaired"] if kept != text else [])


@pytest.mark.parametrize(
    "changed",
    [
        {"text": "y"},
        {"type": "medical"},
        {"position": (100.0, 4.0)},
        {"persons_on_board": 2},
        {"quiet": True},
        {"observed_at": NOW},
    ],
)
def test_content_counts_and_the_road_does_not(changed):
    one = incoming("x")
    assert one.content_hash() == incoming("x", first_byte_at=NOW, flags=("f",)).content_hash()
    assert one.content_hash() != incoming(**{"text": "x", **changed}).content_hash()


def test_two_boats_far_apart_are_not_proposed_as_one():
    take("bot karam 4.20 100.45", "1")
    take("bot karam 7.20 99.00", "2")
    assert not Incident.objects.filter(proposed_same_as__isnull=False).exists()


@pytest.mark.parametrize("source", ["app", "sms"])
def test_a_long_text_is_read_to_its_end_and_kept_whole(source, reporter):
    text = ("ombak besar angin kuat " * 300)[:6000] + " bot karam 4 12.0N 100 27.0E 5 orang"
    report = receive(Incoming(source=source, external_id="long", text=text, reporter=reporter)).report
    assert (report.text, report.type, report.persons_on_board) == (text, "sinking", 5)
    assert report.lon_lat == pytest.approx((100.45, 4.2), abs=1e-4)
