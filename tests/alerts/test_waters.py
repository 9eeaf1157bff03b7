"""Whose waters a place lies in, through PostGIS, and what may be sent there without an officer."""

from datetime import timedelta

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.utils import timezone

from alerts import candidates, dispatch, escalation, rungs
from alerts.models import Dispatch, Escalation, Notification
from alerts.waters import Waters, waters_of
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()
HERE = factories.OFF_PANGKOR
ELSEWHERE = (98.0, 4.2)


def zone(kind, name, *, box=(100.0, 3.8, 100.7, 4.6), **fields):
    return factories.Zone(
        kind=kind, name=name, area=MultiPolygon(Polygon.from_bbox(box), srid=4326), **fields
    )


@pytest.fixture
def neighbour():
    return factories.Agency(name="Bakamla", country="ID")


def foreign_unit(agency, **fields):
    """A fast boat five miles from the scene."""
    base = factories.Station(
        code="ID1", name="Belawan", agency=agency, position=factories.point((100.40, 4.25))
    )
    return factories.PatrolUnit(
        call_sign="ID-BELAWAN-01", station=base, phone="+447700900040", speed_kn=40, capabilities=["sar_surface"], **fields
    )  # fmt: skip


# --- What the zones say ---


def test_where_no_zone_is_loaded_nothing_is_known_and_nothing_held():
    assert waters_of(HERE) == Waters()
    assert waters_of(None) == Waters()


def test_the_sector_tells_who_answers(agency):
    zone("sector", "Perak", agency=agency)
    found = waters_of(HERE)
    assert (found.sector, found.agency, found.country, found.held) == ("Perak", agency.name, "MY", "")
    assert waters_of(ELSEWHERE) == Waters()


def test_own_territorial_sea_holds_nothing(agency):
    zone("territorial", "Malaysia", agency=agency)
    found = waters_of(HERE)
    assert (found.country, found.held, found.lies_in) == ("MY", "", ("Malaysia (territorial sea)",))


@pytest.mark.parametrize("kind", ["territorial", "eez"])
@pytest.mark.parametrize("by", ["agency", "country"])
def test_another_states_waters_are_held(neighbour, kind, by):
    zone(kind, "Indonesia", **({"agency": neighbour} if by == "agency" else {"country": "ID"}))
    found = waters_of(HERE)
    assert (found.country, found.held, found.alarm) == ("MY", "waters of ID", "other_states_waters")


def test_the_sector_decides_who_is_another(neighbour):
    zone("territorial", "Indonesia", country="ID")
    zone("sector", "Belawan", agency=neighbour)
    assert waters_of(HERE).held == ""


def test_disputed_waters_are_held_whoever_answers(agency):
    zone("sector", "Perak", agency=agency)
    zone("disputed", "The Bank")
    found = waters_of(HERE)
    assert (found.held, found.alarm, found.agency) == (
        "disputed waters: The Bank",
        "disputed_waters",
        agency.name,
    )


def test_waters_that_two_states_claim_are_disputed(agency):
    zone("eez", "Malaysia", country="MY")
    zone("eez", "Indonesia", country="ID")
    assert waters_of(HERE).held == "disputed waters: claimed by ID, MY"


@pytest.mark.parametrize("fields", [{"kind": "closed"}, {"kind": "eez"}])
def test_a_closed_area_and_waters_of_nobody_known_hold_nothing(fields):
    zone(name="Area", **fields)
    assert waters_of(HERE).held == ""


def test_of_two_sectors_the_home_countrys_answers(agency, neighbour):
    zone("sector", "A", agency=neighbour)
    zone("sector", "B", agency=agency)
    assert waters_of(HERE).agency == agency.name


def test_a_boundary_is_where_the_polygon_says(neighbour):
    zone("territorial", "Indonesia", box=(100.46, 3.8, 100.7, 4.6), country="ID")
    assert waters_of((100.459, 4.2)).held == ""
    assert waters_of((100.461, 4.2)).held == "waters of ID"


MILE = 1852


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"kind": "disputed", "name": "The Bank"}, "disputed waters: The Bank"),
        ({"kind": "eez", "country": "ID"}, "waters of ID"),
        ({"kind": "territorial", "country": "ID"}, "waters of ID"),
        ({"kind": "eez", "country": "MY"}, ""),
        ({"kind": "closed"}, ""),
    ],
)
def test_waters_that_only_the_error_of_the_position_reaches_are_said_and_hold_nothing(fields, said):
    """The zone begins 6 miles east of the place."""
    zone(**{"name": "Z", **fields}, box=(HERE[0] + 0.1, 3.8, 102.0, 4.6))
    assert waters_of(HERE, 5 * MILE) == Waters() == waters_of(HERE)
    found = waters_of(HERE, 7 * MILE)
    assert (found.may_lie_in, found.held, found.alarm, found.lies_in) == (said, "", "", ())


def test_an_error_counts_up_to_thirty_miles():
    zone("disputed", "Near", box=(HERE[0] + 0.49, 3.8, 102.0, 4.6))
    zone("disputed", "Far", box=(HERE[0] + 0.52, 3.8, 102.0, 4.6))
    assert waters_of(HERE, 500 * MILE).may_lie_in == "disputed waters: Near"


def test_waters_that_hold_are_not_also_doubted():
    zone("disputed", "The Bank")
    zone("eez", "Indonesia", country="ID", box=(100.7, 3.8, 102.0, 4.6))
    found = waters_of(HERE, 20 * MILE)
    assert (found.held, found.may_lie_in) == ("disputed waters: The Bank", "")


@pytest.mark.parametrize("place", [(180.0, 0.0), (-180.0, 90.0), (0.0, -90.0)])
def test_an_error_at_the_ends_of_the_map_is_no_fault(place):
    assert waters_of(place, 30 * MILE) == Waters()


# --- Who is ranked ---


def ranked(incident):
    where = candidates.datum(incident, NOW)
    return candidates.rank_for(incident, where, NOW)


def test_a_neighbours_unit_comes_after_own_ones_in_the_sector(patrol, agency, neighbour):
    foreign_unit(neighbour)
    incident = factories.Incident(type="sinking")
    assert [row["call_sign"] for row in ranked(incident)["ranked"]] == ["ID-BELAWAN-01", "MY-LUMUT-04"]
    zone("sector", "Perak", agency=agency)
    found = ranked(incident)
    assert [row["call_sign"] for row in found["ranked"]] == ["MY-LUMUT-04", "ID-BELAWAN-01"]
    assert found["ranked"][1]["standing"] == "neighbouring agency"
    assert found["waters"]["sector"] == "Perak"


def test_a_crew_that_rests_and_a_boat_silent_at_sea_are_passed_over(patrol, second_patrol):
    patrol.rest_until = NOW + timedelta(hours=3)
    patrol.save()
    factories.UnitPosition(
        unit=second_patrol, longitude=99.9, latitude=4.9, position_at=NOW - timedelta(hours=30)
    )
    found = ranked(factories.Incident(type="sinking"))
    assert found["ranked"] == []
    assert {row["call_sign"]: row["reason"] for row in found["passed_over"]} == {
        "MY-LUMUT-04": "crew not rested",
        "MY-BATUUBAN-03": "last fix 30 h old and at sea: only an officer may send it",
    }


# --- What is held ---


@pytest.fixture
def held(patrol, second_patrol, mrcc):
    """A P1 in disputed waters; its ladder is due."""
    zone("disputed", "The Bank")
    incident = factories.Incident(type="sinking", emergency_phase="DISTRESS", priority=1, received_at=NOW)
    escalation.want(incident.pk, now=NOW)
    return incident


def climb(incident, second=0.0):
    while rungs.carry_out(incident.pk, now=NOW + timedelta(seconds=second)):
        pass


def test_in_disputed_waters_the_desks_are_called_and_no_unit(held):
    climb(held)
    climb(held, 120)
    assert not Dispatch.objects.exists()
    called = Notification.objects.values_list("station__code", "channel", "unit")
    assert set(called) == {
        (code, channel, None) for code in ("B03", "MRCC-MY") for channel in ("sms", "voice")
    }
    assert len(called) == 8
    assert all(
        "DISPUTED WATERS, NO UNIT CALLED" in row.text for row in Notification.objects.filter(channel="sms")
    )
    ladder = Escalation.objects.get()
    assert (ladder.climbing, ladder.state) == ("held", "running")
    assert [row["call_sign"] for row in ladder.ranking["ranked"]] == ["MY-LUMUT-04", "MY-BATUUBAN-03"]


def test_where_the_position_may_lie_in_disputed_waters_units_are_called_and_the_page_says_so(
    patrol, mrcc, client, dispatcher
):
    zone("disputed", "The Bank", box=(HERE[0] + 0.1, 3.8, 102.0, 4.6))
    incident = factories.Incident(
        type="sinking", emergency_phase="DISTRESS", priority=1, received_at=NOW, position_error_m=27_000
    )
    escalation.want(incident.pk, now=NOW)
    climb(incident)
    assert Dispatch.objects.get().unit == patrol
    assert Escalation.objects.get().ranking["waters"]["may_lie_in"] == "disputed waters: The Bank"
    client.force_login(dispatcher)
    page = client.get(f"/admin/reports/incident/{incident.pk}/change/").content.decode()
    assert "the place may lie in disputed waters: The Bank" in page


def test_where_every_unit_is_more_than_a_day_away_the_desk_hears_that_none_can(patrol, mrcc):
    patrol.speed_kn = 0.3
    patrol.save()
    incident = factories.Incident(type="sinking", emergency_phase="DISTRESS", priority=1, received_at=NOW)
    escalation.want(incident.pk, now=NOW)
    climb(incident)
    assert not Dispatch.objects.exists()
    ladder = Escalation.objects.get()
    assert ladder.climbing == "nobody"
    assert ladder.ranking["passed_over"][0]["reason"].endswith("h away: for an officer to send")
    alarms = Notification.objects.filter(purpose="duty", channel="sms")
    assert {row.station.code for row in alarms} == {"B03", "MRCC-MY"}
    assert all(":no_capable_unit:" in row.key for row in alarms)


def test_one_act_of_an_officer_sends(held, dispatcher):
    climb(held)
    dispatch.request_unit(held.pk, by=dispatcher, now=NOW + timedelta(seconds=30))
    climb(held, 30)
    assert Dispatch.objects.get().unit.call_sign == "MY-LUMUT-04"
    ladder = Escalation.objects.get()
    assert (ladder.allowed_by, ladder.allowed_in, ladder.climbing) == (
        dispatcher,
        "disputed waters: The Bank",
        "units",
    )
    climb(held, 90)
    assert Dispatch.objects.count() == 2


def test_an_officer_who_names_a_unit_opens_the_waters_to_the_next(held, dispatcher, second_patrol):
    climb(held)
    dispatch.task(held.pk, second_patrol.pk, by=dispatcher, now=NOW + timedelta(seconds=30))
    climb(held, 30)
    assert [row.unit.call_sign for row in Dispatch.objects.all()] == ["MY-BATUUBAN-03"]
    climb(held, 95)
    assert Dispatch.objects.count() == 2


def test_the_officers_word_holds_for_the_waters_it_was_given_for(held, dispatcher):
    climb(held)
    dispatch.request_unit(held.pk, by=dispatcher, now=NOW)
    zone("disputed", "Another Bank")
    climb(held, 10)
    assert Escalation.objects.get().climbing == "held"
    assert not Dispatch.objects.exists()


def test_when_the_lead_drops_out_the_officers_word_still_holds(held, dispatcher, patrol):
    climb(held)
    dispatch.request_unit(held.pk, by=dispatcher, now=NOW)
    climb(held)
    lead = dispatch.acknowledge(Dispatch.objects.get().pk, via="app", now=NOW)
    dispatch.cannot_continue(lead.pk, via="app", now=NOW + timedelta(seconds=5))
    climb(held, 6)
    assert Dispatch.objects.filter(status="alerting").get().unit.call_sign == "MY-BATUUBAN-03"


def test_a_position_corrected_out_of_the_waters_sets_the_ladder_free(held):
    climb(held)
    held.position = factories.point((99.5, 4.2))
    held.save(update_fields=["position"])
    climb(held, 120)
    assert Dispatch.objects.get().unit.call_sign == "MY-LUMUT-04"


def test_what_an_officer_asked_for_is_not_held(patrol, mrcc, dispatcher):
    zone("disputed", "The Bank")
    incident = factories.Incident(type="smuggling_drugs", response_phase="IN_PROGRESS", priority=3)
    dispatch.request_unit(incident.pk, by=dispatcher, now=NOW)
    climb(incident)
    assert Dispatch.objects.get().unit == patrol


def test_in_another_states_waters_the_own_desk_is_called(neighbour, patrol, mrcc):
    foreign_unit(neighbour)
    factories.Station.create(
        code="ID0", name="Sabang", agency=neighbour, duty_phone="+447700900571", position=factories.point(HERE)
    )  # fmt: skip
    zone("territorial", "Indonesia", country="ID")
    incident = factories.Incident(type="sinking", emergency_phase="DISTRESS", priority=1, received_at=NOW)
    escalation.want(incident.pk, now=NOW)
    climb(incident)
    assert set(Notification.objects.values_list("station__code", flat=True)) == {"B03", "MRCC-MY"}
    assert "OTHER STATE'S WATERS" in Notification.objects.filter(channel="sms").first().text
