"""Who may go: whose unit it is, what it is doing, how long it was silent, what comes to help it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from alerts.drift import Likely, Weather
from alerts.fitness import Need, Standing, Unit, is_silent, may_leave, standing, support_capabilities
from alerts.ranking import rank, rank_adrift
from communities.sphere import NAUTICAL_MILE_M, destination

AT = datetime(2026, 3, 6, 14, 30, tzinfo=UTC)
SCENE = (100.35, 5.41667)
OURS = Need("sinking", SCENE, agency="MMEA", country="MY")


def unit(call_sign="KM PERAK", away_nm=10.0, **fields):
    given = {
        "position": destination(SCENE, 180, away_nm * NAUTICAL_MILE_M), "position_at": AT, "speed_kn": 20,
        "capabilities": frozenset({"sar_surface"}), "agency": "MMEA", "country": "MY",
    }  # fmt: skip
    return Unit(call_sign, **{**given, **fields})


def order(need, *units, **how):
    return [row.call_sign for row in rank(need, units, at=AT, **how).ranked]


def why_not(need, one, **how):
    ranking = rank(need, [one], at=AT, **how)
    assert ranking.ranked == ()
    return ranking.passed_over[0].reason


# --- Whose unit ---


@pytest.mark.parametrize(
    ("agency", "country", "expected"),
    [
        ("MMEA", "MY", Standing.OWN),
        ("Marine Police", "MY", Standing.MUTUAL_AID),
        ("Philippine Coast Guard", "PH", Standing.NEIGHBOUR),
        ("", "", Standing.OWN),
    ],
)
def test_standing(agency, country, expected):
    assert standing(unit(agency=agency, country=country), OURS) == expected
    assert standing(unit(agency=agency, country=country), Need("sinking", SCENE)) == Standing.OWN


POLICE = {"agency": "Marine Police", "country": "MY"}
PCG = {"agency": "Philippine Coast Guard", "country": "PH"}


def test_own_units_then_mutual_aid_then_neighbours_among_those_in_time():
    units = [unit("OWN", 39), unit("POLICE", 20, **POLICE), unit("PCG", 5, **PCG)]
    assert order(OURS, *units) == ["OWN", "POLICE", "PCG"]
    ranking = rank(OURS, units, at=AT)
    assert [row.standing for row in ranking.ranked] == ["own", "mutual aid", "neighbouring agency"]
    assert "mutual aid: Marine Police" in ranking.ranked[1].why
    assert "neighbouring agency: Philippine Coast Guard" in ranking.ranked[2].why


def test_a_neighbour_in_time_goes_before_own_units_that_are_not():
    units = [
        unit("OWN", 41),
        unit("FAR POLICE", 42, **POLICE),
        unit("PCG", 39, **PCG),
        unit("FAR PCG", 40.5, **PCG),
    ]
    assert order(OURS, *units) == ["PCG", "OWN", "FAR POLICE", "FAR PCG"]


def test_among_those_who_come_late_time_decides_and_whose_they_are_only_about_the_same_time():
    units = [
        unit("OWN", 403),
        unit("POLICE", 401, **POLICE),
        unit("OWN NEARER", 100),
        unit("PCG", 250, **PCG),
        unit("POLICE SOON", 390, **POLICE),
    ]
    late = {row.call_sign: row.eta_s for row in rank(OURS, units, at=AT).ranked}
    assert all(eta_s > 2 * 3600 for eta_s in late.values())
    assert list(late) == ["OWN NEARER", "PCG", "POLICE SOON", "OWN", "POLICE"]
    assert order(OURS, unit("OWN", 404), unit("PCG", 402, **PCG), unit("POLICE", 403, **POLICE)) == [
        "OWN", "POLICE", "PCG",
    ]  # fmt: skip


def test_who_takes_longer_than_a_rule_may_call_for_is_an_officers_to_send():
    need = replace(OURS, longest=timedelta(hours=24))
    ranking = rank(need, [unit("DAY", 475), unit("LATER", 485), unit("OPV", 1240)], at=AT)
    assert [row.call_sign for row in ranking.ranked] == ["DAY"]
    assert {row.call_sign: row.reason for row in ranking.passed_over} == {
        "LATER": "24 h away: for an officer to send",
        "OPV": "62 h away: for an officer to send",
    }
    assert order(OURS, unit("OPV", 1240)) == ["OPV"]


def test_a_way_round_the_land_that_takes_too_long_counts_as_well():
    need = replace(OURS, longest=timedelta(hours=24))
    ranking = rank(need, [unit("OPV", 40)], at=AT, distance=lambda *places: 600 * 1852)
    assert ranking.ranked == ()
    assert ranking.passed_over[0].reason == "30 h away: for an officer to send"


def test_where_no_zone_is_loaded_only_time_counts():
    units = [unit("OWN", 12), unit("PCG", 5, **PCG)]
    assert order(Need("sinking", SCENE), *units) == ["PCG", "OWN"]


def test_no_rule_sends_a_neighbour_to_enforce_the_law():
    armed = unit(capabilities=frozenset({"armed_boarding"}), **PCG)
    need = replace(OURS, type="smuggling_drugs")
    assert why_not(need, armed) == "of another country (PH): only an officer may send it"
    assert order(replace(need, country="PH"), armed) == ["KM PERAK"]


# --- Its task ---


@pytest.mark.parametrize(
    ("status", "task", "priority", "leaves"),
    [
        ("en_route", 4, 1, True), ("en_route", 5, 1, True), ("on_scene", 5, 1, True), ("acknowledged", 4, 1, True),
        ("en_route", 3, 1, False), ("en_route", 1, 1, False), ("en_route", 5, 2, False),
        ("towing", 5, 1, False), ("transporting", 5, 1, False),
    ],
)  # fmt: skip
def test_a_p4_or_p5_is_left_for_a_p1_but_never_with_people_in_tow(status, task, priority, leaves):
    assert may_leave(status, task, priority) is leaves


def test_towing_is_never_left_whatever_the_feed_says():
    assert why_not(OURS, unit(status="towing", may_leave_task=True)) == "on another task (towing)"


# --- How long it was silent ---

HOME = destination(SCENE, 90, 3 * NAUTICAL_MILE_M)


@pytest.mark.parametrize(
    ("fields", "silent"),
    [
        ({"position_at": AT - timedelta(hours=25)}, True),
        ({"position_at": AT - timedelta(hours=23)}, False),
        ({"position_at": AT - timedelta(hours=25), "position": HOME}, False),
        ({"position_at": None}, False),
        ({"position": None}, False),
    ],
    ids=["long ago at sea", "today", "long ago at its berth", "no time", "never a fix"],
)
def test_a_unit_silent_at_sea_is_an_officers_to_send(fields, silent):
    one = unit(**{"base_position": HOME, **fields})
    assert is_silent(one, timedelta(hours=24), AT) is silent
    need = replace(OURS, oldest_fix=timedelta(hours=24))
    if silent:
        assert why_not(need, one) == "last fix 25 h old and at sea: only an officer may send it"
    else:
        assert order(need, one) == ["KM PERAK"]
    assert order(OURS, one) == ["KM PERAK"]


# --- Weather ---


def test_weather_slows_and_says_so():
    weather = Weather(current_kn=2, current_to_deg=180, sea_state=4)
    ranked = rank(replace(OURS, weather=weather), [unit()], at=AT).ranked[0]
    assert ranked.eta_s == round(10 / 15 * 3600)
    assert "20 kn less what sea, current or wind there cost" in ranked.why


def test_the_sea_state_entered_holds_a_small_boat_back():
    need = replace(OURS, weather=Weather(sea_state=5))
    assert why_not(need, unit(sea_state_limit=4)) == "sea state 5 is above its limit 4"
    assert order(replace(need, sea_state=3), unit(sea_state_limit=4)) == ["KM PERAK"]


@pytest.mark.parametrize(
    ("kind", "weather", "reason"),
    [
        ("boat", Weather(current_kn=19.5, current_to_deg=180), "makes no way against the current there"),
        ("aircraft", Weather(wind_kn=25, wind_from_deg=0), "makes no way against the wind there"),
    ],
)
def test_who_makes_no_way_is_passed_over(kind, weather, reason):
    assert why_not(replace(OURS, weather=weather), unit(kind=kind)) == reason


# --- Support ---


def test_boat_and_aircraft_are_proposed_together():
    boat = unit("BOAT")
    plane = unit("PLANE", 100, kind="aircraft", speed_kn=140, capabilities=frozenset({"air_search"}))
    slow = unit("SLOW", 100, kind="aircraft", speed_kn=90, capabilities=frozenset({"air_search"}))
    ranking = rank(OURS, [slow, plane, boat], at=AT)
    assert [row.call_sign for row in ranking.ranked] == ["BOAT"]
    assert [(one.capability, one.unit and one.unit.call_sign) for one in ranking.support] == [
        ("air_search", "PLANE"),
        ("medical", None),
    ]
    assert {row.call_sign: row.reason for row in ranking.passed_over}["PLANE"] == "lacks sar_surface"


def test_the_lead_is_its_own_support_where_it_can():
    lead = unit("LEAD", 10, capabilities=frozenset({"sar_surface", "pump"}))
    other = unit("OTHER", 5, capabilities=frozenset({"pump"}))
    ranking = rank(replace(OURS, type="flooding"), [lead, other], at=AT)
    assert [one.unit.call_sign for one in ranking.support] == ["LEAD"]


def test_support_is_proposed_although_nobody_can_lead():
    plane = unit("PLANE", kind="aircraft", capabilities=frozenset({"air_search"}))
    ranking = rank(OURS, [plane], at=AT)
    assert ranking.ranked == ()
    assert ranking.support[0].unit.call_sign == "PLANE"


@pytest.mark.parametrize(
    ("type", "expected"),
    [
        ("sinking", ("air_search", "medical")), ("medical", ("medical", "fast_intercept")),
        ("disabled_adrift", ("tow",)), ("overdue_missing", ("air_search",)), ("kidnap", ("command",)),
        ("beacon_alert", ()), ("unclassified", ()), ("unheard_of", ()),
    ],
)  # fmt: skip
def test_what_the_run_card_asks_for_besides(type, expected):
    assert support_capabilities(Need(type, SCENE)) == expected


# --- Towards where a boat drifts ---


def drifting_east(kn):
    def likely(at):
        drifted_m = kn * NAUTICAL_MILE_M * (at - AT).total_seconds() / 3600
        return Likely(destination(SCENE, 90, drifted_m), 100 + drifted_m, at, drifted_m, "current")

    return likely


def test_the_ranking_aims_where_the_boat_will_be():
    slow_near = unit("WEST", position=destination(SCENE, 270, 20 * NAUTICAL_MILE_M))
    east = unit("EAST", position=destination(SCENE, 90, 21 * NAUTICAL_MILE_M))
    assert order(OURS, slow_near, east) == ["WEST", "EAST"]
    ranking, aim = rank_adrift(OURS, [slow_near, east], at=AT, likely=drifting_east(2))
    assert [row.call_sign for row in ranking.ranked] == ["EAST", "WEST"]
    # They meet: 20 kn and 2 kn close 21 miles.
    assert (aim.at - AT).total_seconds() == pytest.approx(21 / 22 * 3600, rel=0.01)
    assert ranking.ranked[0].eta_s == pytest.approx(21 / 22 * 3600, rel=0.02)


def test_what_stays_is_ranked_once():
    asked = []

    def likely(at):
        return Likely(SCENE, 100 + (at - AT).total_seconds(), at, 0.0, "does not drift")

    def distance(a, b):
        asked.append(a)
        return 10_000.0

    ranking, aim = rank_adrift(OURS, [unit(away_nm=5)], at=AT, likely=likely, distance=distance)
    assert len(asked) == 1
    assert aim.at == AT + timedelta(seconds=ranking.ranked[0].eta_s)
    assert aim.radius_m > 100


def test_with_nobody_to_send_the_aim_is_now():
    assert rank_adrift(OURS, [], at=AT, likely=drifting_east(2))[1].at == AT
