"""Two agencies with a desk each, side by side: who sees which incident and which unit."""

from datetime import timedelta

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from alerts import alarms
from alerts.console.access import incidents_for, units_for
from alerts.models import Dispatch, InboundMessage
from communities.models import User
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()
HOME, THEIRS = (99.5, 5.0), (101.5, 5.0)  # the sectors meet at 100.5 E


def sector(agency, west, east):
    area = MultiPolygon(Polygon.from_bbox((west, 4.0, east, 6.0)), srid=4326)
    return factories.Zone(kind="sector", agency=agency, area=area)


def desk(name, agency, **fields):
    return factories.User(username=name, role=User.Role.DISPATCHER, agency=agency, is_staff=True, **fields)


@pytest.fixture
def neighbour(agency):
    """Another agency, with its sector east of ours and a desk of its own."""
    other = factories.Agency(name="Royal Thai Navy", country="TH")
    sector(agency, 98.5, 100.5)
    sector(other, 100.5, 102.5)
    desk("theirs", other)
    return other


@pytest.fixture
def ours(agency):
    return desk("ours", agency)


def at(position, error_m=500, **fields):
    where = factories.point(position) if position else None
    return factories.Incident(position=where, position_error_m=error_m, **fields)


def sees(user, incident) -> bool:
    return incidents_for(user).filter(pk=incident.pk).exists()


@pytest.mark.parametrize(
    ("position", "error_m", "seen"),
    [
        (HOME, 500, True),
        (THEIRS, 500, False),
        (THEIRS, None, True),  # nobody knows how far off it may be
        (THEIRS, 200_000, True),  # may well be in ours
        ((100.505, 5.0), 100, True),  # 300 m beyond the line
        ((100.6, 5.0), 100, False),
        ((100.6, 5.0), 10_000, True),
        ((110.0, 5.0), 500, True),  # nobody's sector
        (None, None, True),
    ],
)
def test_only_what_surely_lies_with_another_desk_is_left_out(ours, neighbour, position, error_m, seen):
    assert sees(ours, at(position, error_m)) is seen


def test_where_sectors_overlap_both_desks_see_it(ours, agency, neighbour):
    sector(agency, 101.0, 102.0)
    assert sees(ours, at(THEIRS))


def test_everybody_without_an_agency_sees_all(neighbour):
    assert sees(desk("ministry", None), at(THEIRS))


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": User.Role.CREW}, {"is_staff": False}])
def test_a_sector_whose_agency_has_nobody_at_a_desk_is_everybodys(ours, neighbour, change):
    User.objects.filter(username="theirs").update(**change)
    assert sees(ours, at(THEIRS))


def test_a_unit_of_ours_that_was_told_makes_it_ours_too(ours, neighbour, patrol):
    incident = at(THEIRS)
    assert not sees(ours, incident)
    Dispatch.objects.create(
        incident=incident, unit=patrol, created_at=incident.received_at, status="declined"
    )
    assert sees(ours, incident)


def test_what_was_merged_follows_the_one_that_stayed(ours, neighbour):
    here, there = at(HOME), at((101.7, 5.0))
    into_ours, into_theirs = (at(THEIRS, merged_into=into, status="merged") for into in (here, there))
    assert sees(ours, into_ours)
    assert not sees(ours, into_theirs)


def test_without_another_desk_nothing_is_filtered(ours):
    at(THEIRS)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert incidents_for(ours).count() == 1
    assert "communities_zone" not in asked.captured_queries[-1]["sql"]


def test_another_desks_units_are_seen_while_called_for_what_we_see(ours, neighbour, patrol):
    foreign = factories.PatrolUnit(
        call_sign="TH-1", station=factories.Station(code="T1", name="Satun", agency=neighbour)
    )
    assert list(units_for(ours)) == [patrol]
    hidden, seen = at(THEIRS), at(HOME)
    Dispatch.objects.create(incident=hidden, unit=foreign, created_at=hidden.received_at)
    assert list(units_for(ours)) == [patrol]
    Dispatch.objects.create(incident=seen, unit=foreign, created_at=seen.received_at)
    assert set(units_for(ours)) == {patrol, foreign}
    assert set(units_for(desk("ministry", None))) == {patrol, foreign}


@pytest.mark.parametrize("address", ["/console/units/", "/console/sea/units/"])
def test_a_unit_of_ours_names_no_matter_that_only_another_desk_sees(client, ours, neighbour, address):
    """A unit of an agency without a desk is everybody's; what it is called for is not."""
    third = factories.Agency(name="Customs")
    unit = factories.PatrolUnit(call_sign="CU-1", station=factories.Station(code="C1", agency=third))
    hidden, seen = at(THEIRS), at(HOME)
    for incident in (hidden, seen):
        Dispatch.objects.create(incident=incident, unit=unit, created_at=incident.received_at)
    client.force_login(ours)
    told = client.get(address).content.decode()
    assert seen.reference in told
    assert hidden.reference not in told


class TestBesideTheConsole:
    """The API and the older pages show no more than the desk."""

    @pytest.fixture
    def seen(self):
        return at(HOME, reference="HH222")

    @pytest.fixture
    def hidden(self):
        return at(THEIRS, reference="TT222")

    def test_lists_and_charts_leave_out_what_the_desk_does_not_see(
        self, client, ours, neighbour, seen, hidden
    ):
        client.force_login(ours)
        for url in ("/api/v1/incidents/", "/api/v1/incidents.geojson", "/admin/reports/incident/"):
            page = client.get(url).content.decode()
            assert "HH222" in page
            assert "TT222" not in page

    def test_one_is_not_found_by_its_address(self, client, ours, neighbour, seen, hidden):
        client.force_login(ours)
        for url in ("/api/v1/incidents/{}/", "/api/v1/incidents/{}/vessels/"):
            assert client.get(url.format(seen.pk)).status_code == 200
            assert client.get(url.format(hidden.pk)).status_code == 404
        weather = client.post(
            f"/api/v1/incidents/{hidden.pk}/weather/", {"sea_state": 4}, content_type="application/json"
        )
        assert weather.status_code == 404
        assert client.get(f"/admin/reports/incident/{hidden.pk}/change/").status_code == 302

    def test_units_of_another_desk_are_not_in_the_older_list(self, client, ours, neighbour):
        factories.PatrolUnit(call_sign="OWN", station=factories.Station(code="O", agency=ours.agency))
        factories.PatrolUnit(call_sign="ALIEN", station=factories.Station(code="A", agency=neighbour))
        client.force_login(ours)
        page = client.get("/admin/alerts/patrolunit/").content.decode()
        assert "OWN" in page
        assert "ALIEN" not in page

    def test_plain_records_of_what_the_desk_does_not_see_are_left_out(
        self, client, ours, neighbour, seen, hidden
    ):
        unit = factories.PatrolUnit(station=factories.Station(code="O", agency=ours.agency))
        for incident, words in ((seen, "SEENWORDS"), (hidden, "HIDDENWORDS")):
            report = factories.Report(incident=incident, reference=f"R{incident.reference[:1]}222")
            factories.Transition(incident=incident, reason=words)
            InboundMessage.objects.create(
                external_id=words,
                text=words,
                report=report,
                sender_hash=b"",
                raw_encrypted=b"",
                received_at=NOW,
            )
            factories.Notification(incident=incident, unit=unit, error_code=words)
            alarms.stand("nobody_reached", words, words, incident=incident, lasts=timedelta(hours=1), now=NOW)
        client.force_login(ours)
        records = ("reports/transition", "alerts/inboundmessage", "alerts/notification", "alerts/alarm")
        for record in records:
            page = client.get(f"/admin/{record}/").content.decode()
            assert "SEENWORDS" in page, record
            assert "HIDDENWORDS" not in page, record
        page = client.get("/admin/reports/report/").content.decode()
        assert "RH222" in page
        assert "RT222" not in page
        hidden_report = hidden.reports.get()
        assert client.get(f"/admin/reports/report/{hidden_report.pk}/change/").status_code == 302
