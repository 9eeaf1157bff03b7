"""Where to look for an incident without a position, who can be called, and which desk answers for the place."""

from datetime import timedelta

import pytest
from django.utils import timezone

from alerts import candidates, fleet
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def incident_of(reporter=None, *, type="sinking", **fields):
    incident = factories.Incident(type=type, **{"position": None, "position_error_m": None, **fields})
    factories.Report(incident=incident, reporter=reporter, type=type)
    return incident


def earlier_fix(reporter, hours: float, status="ok"):
    factories.Report(
        reporter=reporter, position=factories.point((100.4, 4.1)), position_error_m=50, position_status=status,
        received_at=NOW - timedelta(hours=hours),
    )  # fmt: skip


class TestDatum:
    def test_the_incidents_own_position(self):
        found = candidates.datum(factories.Incident(position_source="typed"), NOW)
        assert (found.position, found.basis) == (factories.OFF_PANGKOR, "typed")

    @pytest.mark.parametrize(
        ("hours", "basis"),
        [
            (1, "last fix of the reporter"),
            (23.9, "last fix of the reporter"),
            (24.1, "waters of the community"),
        ],
    )
    def test_the_last_fix_of_a_day_else_the_waters(self, fisher, hours, basis):
        earlier_fix(fisher, hours)
        assert candidates.datum(incident_of(fisher), NOW).basis == basis

    def test_a_doubtful_fix_does_not_count(self, fisher):
        earlier_fix(fisher, 1, status="ambiguous")
        assert candidates.datum(incident_of(fisher), NOW).basis == "waters of the community"

    def test_a_security_matter_is_never_placed_by_its_reporters_fix(self, fisher):
        earlier_fix(fisher, 1)
        found = candidates.datum(incident_of(fisher, type="smuggling_goods"), NOW)
        assert (found.basis, found.told) == ("waters of the community", None)

    def test_nobody_known_and_nothing_said(self):
        assert candidates.datum(incident_of(None), NOW) is None
        assert candidates.datum(incident_of(factories.Reporter()), NOW) is None


class TestFleet:
    def test_a_unit_that_no_call_can_reach_is_passed_over_by_name(self, station):
        factories.PatrolUnit(call_sign="DUMB", station=station)
        found = fleet.read(NOW)
        units, unreachable = list(found.units.values()), found.unreachable
        assert units == []
        assert [(row.call_sign, row.reason) for row in unreachable] == [
            ("DUMB", "cannot be called: no phone, no device")
        ]

    @pytest.mark.parametrize("fields", [{}, {"push_retired_at": NOW}, {"revoked_at": NOW}])
    def test_an_app_alone_is_enough_while_it_lives(self, station, agency, fields):
        unit = factories.PatrolUnit(station=station)
        user = factories.User()
        unit.crew.add(user)
        factories.Device(reporter=None, user=user, push_kind="token", push_target="x", **fields)
        assert len(fleet.read(NOW).units) == (not fields)

    @pytest.mark.parametrize(
        ("where", "minutes", "ready"),
        [(factories.LUMUT, 1, 600), ((100.5, 4.2), 1, 0), ((100.5, 4.2), 31, 600)],
        ids=["at base", "at sea", "long ago at sea"],
    )
    def test_a_unit_at_sea_casts_off_at_once(self, patrol, where, minutes, ready):
        factories.UnitPosition(
            unit=patrol, longitude=where[0], latitude=where[1], position_at=NOW - timedelta(minutes=minutes)
        )
        (unit,) = fleet.read(NOW).units.values()
        assert unit.readiness_s == ready


class TestRanking:
    def test_nearest_in_time_first_with_reasons(self, patrol, second_patrol):
        found = candidates.rank_for(
            factories.Incident(type="sinking"), candidates.Datum(factories.OFF_PANGKOR, 50, "typed"), NOW
        )
        assert [row["call_sign"] for row in found["ranked"]] == ["MY-LUMUT-04", "MY-BATUUBAN-03"]
        assert all(row["why"] for row in found["ranked"])

    @pytest.mark.parametrize("status", ["declined", "cannot_continue", "stood_down"])
    def test_who_said_no_is_passed_over_for_this_incident(self, patrol, second_patrol, status):
        incident = factories.Incident(type="sinking")
        factories.Dispatch(incident=incident, unit=patrol, status=status)
        found = candidates.rank_for(incident, candidates.Datum(factories.OFF_PANGKOR, 50, "typed"), NOW)
        assert [row["call_sign"] for row in found["ranked"]] == ["MY-BATUUBAN-03"]
        assert f"{status.replace('_', ' ')} for this incident" in [
            row["reason"] for row in found["passed_over"]
        ]


class TestDesks:
    OFF_PENANG = candidates.Datum((100.2, 5.4), 50, "typed")

    def test_the_leads_own_station_and_its_centre(self, patrol, second_station, mrcc):
        assert candidates.desks(incident_of(), self.OFF_PENANG, patrol) == (patrol.station, [mrcc])

    def test_without_a_lead_the_nearest(self, station, second_station, mrcc):
        assert candidates.desks(incident_of(), self.OFF_PENANG, None) == (second_station, [mrcc])

    def test_nowhere_known_the_centre_of_the_senders_country_else_every_centre(self, station, mrcc):
        other = factories.Station(
            code="PH",
            kind="mrcc",
            duty_phone="+447700900570",
            agency=factories.Agency(name="PCG", country="PH"),
        )
        known, unknown = incident_of(), incident_of()
        known.reports.update(reading={"extra": {"sender_country": "PH"}})
        assert candidates.desks(known, None, None) == (None, [other])
        duty, centres = candidates.desks(unknown, None, None)
        assert (duty, set(centres)) == (None, {mrcc, other})
