import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.drift import Weather
from alerts.management.commands.rank_units import answer
from alerts.ranking import Need, Unit, Way, rank
from communities.jsonlines import answer_lines
from communities.sphere import NAUTICAL_MILE_M, great_circle_m

AT = datetime(2026, 3, 6, 14, 30, tzinfo=UTC)
LUMUT = (100.63333, 4.23333)
SCENE = (100.35, 5.41667)  # off Penang, 135,274.589 m from Lumut by ST_DistanceSphere (PostGIS 3.3)
SINKING = Need("sinking", SCENE)


def unit(call_sign="KM PERAK", minutes_old=3, **fields):
    given = {
        "kind": "boat", "position": LUMUT, "position_at": AT - timedelta(minutes=minutes_old), "speed_kn": 20,
        "range_nm": 400, "capabilities": frozenset({"sar_surface"}),
    }  # fmt: skip
    return Unit(call_sign, **{**given, **fields})


def test_time_to_arrive_is_distance_over_speed_plus_readiness():
    ranked = rank(SINKING, [unit(readiness_s=120)], at=AT).ranked[0]
    assert ranked.distance_m == pytest.approx(135274.589, abs=0.01)
    assert ranked.eta_s == round(135274.589 / (20 * 1852 / 3600) + 120)
    assert ranked.bearing_deg == pytest.approx(346.5, abs=0.2)
    assert ranked.position == LUMUT
    assert ranked.basis == "live fix 3 min old"


def test_the_soonest_is_first_not_the_nearest_and_ties_go_by_call_sign():
    slow = unit("A", position=(100.40, 5.40), speed_kn=1)
    fast = unit("C", position=(100.60, 5.40), speed_kn=35)
    twin = replace(fast, call_sign="B")
    assert [row.call_sign for row in rank(SINKING, [slow, fast, twin], at=AT).ranked] == ["B", "C", "A"]


HOME = (100.35, 5.20)


@pytest.mark.parametrize(
    ("label", "fields", "basis", "start"),
    [
        ("live", {"minutes_old": 5}, "live fix 5 min old", LUMUT),
        ("recent", {"minutes_old": 30}, "recent fix 30 min old", LUMUT),
        ("stale", {"minutes_old": 31}, "home station, last fix 31 min old", HOME),
        ("hours", {"minutes_old": 300}, "home station, last fix 5 h old", HOME),
        ("days", {"minutes_old": 5000}, "home station, last fix 3 days old", HOME),
        ("clock a little fast", {"minutes_old": -4}, "live fix 0 min old", LUMUT),
        ("clock wrong", {"minutes_old": -7}, "home station, last fix 7 min in the future", HOME),
        ("never a fix", {"position": None}, "home station, no fix", HOME),
        ("null island", {"position": (0.0, 0.0)}, "home station, no fix", HOME),
        ("no number", {"position": (float("nan"), 4.0)}, "home station, no fix", HOME),
        ("no time", {"position_at": None}, "home station, time of last fix unknown", HOME),
        (
            "time without zone is UTC",
            {"position_at": (AT - timedelta(minutes=1)).replace(tzinfo=None)},
            "live fix 1 min old",
            LUMUT,
        ),
    ],
)
def test_a_unit_is_ranked_from_a_fresh_fix_or_its_home_station_and_says_so(label, fields, basis, start):
    ranked = rank(SINKING, [unit(base_position=HOME, **fields)], at=AT).ranked[0]
    assert (ranked.basis, ranked.position) == (basis, start)
    assert ranked.why[0] == basis


@pytest.mark.parametrize(
    ("label", "fields", "ready_s"),
    [
        ("at sea", {"base_position": HOME}, 0),
        ("live at its berth", {"base_position": LUMUT}, 600),
        ("from the home station", {"base_position": LUMUT, "position": None}, 600),
        ("its own figure wins", {"base_position": LUMUT, "position": None, "readiness_s": 1800}, 1800),
        ("ready at once", {"base_position": LUMUT, "position": None, "readiness_s": 0}, 0),
    ],
)
def test_a_boat_at_its_berth_takes_ten_minutes_to_cast_off(label, fields, ready_s):
    ranked = rank(SINKING, [unit(**fields)], at=AT).ranked[0]
    assert ranked.eta_s - round(ranked.distance_m / (20 * 1852 / 3600)) == pytest.approx(ready_s, abs=1)


@pytest.mark.parametrize(
    ("fields", "note"),
    [
        ({"status": "available"}, None),
        ({"status": "clear"}, None),
        ({"status": "returning"}, "returning from a task"),
        ({"status": "alerted"}, "already alerted, no answer yet"),
        ({"status": "limited"}, "limited: check what it lacks"),
        ({"status": "en_route", "may_leave_task": True}, "would leave its task (en route)"),
        ({"range_nm": None}, "range not known"),
        ({"rested": None}, None),
    ],
)
def test_units_that_may_go_say_what_to_mind(fields, note):
    ranking = rank(SINKING, [unit(**fields)], at=AT)
    assert ranking.passed_over == ()
    assert note is None or note in ranking.ranked[0].why


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"status": "on_scene"}, "on another task (on scene)"),
        ({"status": "acknowledged"}, "on another task (acknowledged)"),
        ({"status": "off_watch"}, "off watch"),
        ({"status": "out_of_service"}, "out of service"),
        ({"status": "in_distress"}, "is itself in distress"),
        ({"status": "in_distress", "may_leave_task": True}, "is itself in distress"),
        ({"status": "gone fishing"}, "status gone fishing"),
        ({"status": ""}, "status unknown"),
        ({"capabilities": frozenset({"air_search"})}, "lacks sar_surface"),
        (
            {"kind": "aircraft", "speed_kn": 140, "capabilities": frozenset({"air_search", "medical"})},
            "lacks sar_surface",
        ),
        ({"rested": False}, "crew not rested"),
        ({"speed_kn": None}, "no cruise speed known"),
        ({"speed_kn": 0}, "no cruise speed known"),
        ({"speed_kn": -3}, "no cruise speed known"),
        ({"speed_kn": float("inf")}, "no cruise speed known"),
        ({"position": None}, "no fix that counts and no home station"),
        ({"minutes_old": 31}, "no fix that counts and no home station"),
        ({"range_nm": 146}, "out of range: 146.1 NM there and back, range 146 NM"),
        ({"kind": "shore"}, "shore team 73.0 NM away, reaches 5.0 NM"),
        ({"status": "off_watch", "rested": False}, "off watch; crew not rested"),
    ],
)
def test_every_unit_passed_over_has_a_reason(fields, reason):
    ranking = rank(SINKING, [unit(**fields)], at=AT)
    assert ranking.ranked == ()
    assert ranking.passed_over[0].reason == reason


@pytest.mark.parametrize("range_nm", [147, 146.1])
def test_there_and_back_within_range_is_enough(range_nm):
    assert rank(SINKING, [unit(range_nm=range_nm)], at=AT).ranked


@pytest.mark.parametrize(
    ("type", "capability"),
    [
        ("sinking", "sar_surface"), ("disabled_adrift", "sar_surface"), ("medical", "sar_surface"),
        ("overdue_missing", "sar_surface"), ("beacon_alert", "sar_surface"), ("pollution_oil", "sar_surface"),
        ("unclassified", "sar_surface"), ("a type of tomorrow", "sar_surface"),
        ("piracy_armed_robbery", "armed_boarding"), ("suspicious_vessel", "fast_intercept"),
        ("harassment", "fast_intercept"), ("irregular_migration", "sar_surface"), ("iuu_gear_zone", "boarding"),
    ],
)  # fmt: skip
def test_the_lead_needs_one_capability_by_type_and_no_more(type, capability):
    fit = unit("FIT", capabilities=frozenset({capability}))
    unfit = unit("UNFIT", capabilities=frozenset({"survey"}))
    ranking = rank(Need(type, SCENE), [fit, unfit], at=AT)
    assert [row.call_sign for row in ranking.ranked] == ["FIT"]
    assert ranking.passed_over[0].reason == f"lacks {capability}"


def test_a_support_unit_is_asked_for_by_capability_radius_and_sea_state():
    plane = unit("PLANE", kind="aircraft", capabilities=frozenset({"air_search"}), speed_kn=140)
    boat = unit("BOAT", sea_state_limit=4)
    need = replace(SINKING, capability="air_search")
    assert [row.call_sign for row in rank(need, [plane, boat], at=AT).ranked] == ["PLANE"]
    near = rank(replace(SINKING, radius_m=50 * NAUTICAL_MILE_M), [boat], at=AT)
    assert near.passed_over[0].reason == "73.0 NM away, outside the 50.0 NM asked"
    rough = rank(replace(SINKING, sea_state=5), [boat], at=AT)
    assert rough.passed_over[0].reason == "sea state 5 is above its limit 4"


def test_without_a_position_nobody_is_ranked_and_all_say_why():
    ranking = rank(Need("sinking", None), [unit("A"), unit("B")], at=AT)
    assert [row.reason for row in ranking.passed_over] == ["the incident has no position"] * 2


def test_sea_paths_replace_the_straight_line_for_boats_only():
    boat, plane = unit("BOAT"), unit("PLANE", kind="aircraft")
    ranked = {
        row.call_sign: row
        for row in rank(SINKING, [boat, plane], at=AT, distance=lambda a, b: 200_000.0).ranked
    }
    assert ranked["BOAT"].distance_m == 200_000
    assert ranked["PLANE"].distance_m == pytest.approx(135274.589, abs=0.01)


def test_who_has_no_way_is_not_told_to_be_later_than_others():
    near = [unit(f"U{n}", position=(SCENE[0], SCENE[1] - n * 0.1)) for n in (1, 2)]
    on_the_lake = unit("LAKE", position=(SCENE[0], SCENE[1] - 0.3))
    limits = []

    def distances(origin, positions, within_m):
        limits.append(within_m)
        return [
            Way(None, note="on a lake")
            if at == on_the_lake.position
            else Way(1.6 * great_circle_m(at, origin))
            for at in positions
        ]

    ranking = rank(SINKING, [*near, on_the_lake], at=AT, distances=distances, wanted=2)
    assert limits[-1] is not None
    assert [row.reason for row in ranking.passed_over] == ["on a lake"]


def test_no_way_by_water_or_a_way_too_long_passes_a_boat_over():
    none = rank(SINKING, [unit()], at=AT, distance=lambda a, b: None)
    assert none.passed_over[0].reason == "no way by water found"
    long = rank(SINKING, [unit(range_nm=200)], at=AT, distance=lambda a, b: 110 * NAUTICAL_MILE_M)
    assert long.passed_over[0].reason == "out of range: 220.0 NM there and back, range 200 NM"


def test_no_sea_path_is_measured_for_units_that_cannot_come_among_the_first():
    units = [unit(f"U{n:02}", position=(SCENE[0], SCENE[1] - n * 0.1)) for n in range(1, 21)]
    measured = []

    def distance(start, end):
        measured.append(start)
        return great_circle_m(start, end)

    few = rank(SINKING, units, at=AT, distance=distance, wanted=3)
    every = rank(SINKING, units, at=AT)
    assert few.ranked[:3] == every.ranked[:3]
    assert len(measured) == 3
    assert len(few.ranked) + len(few.passed_over) == 20
    assert few.passed_over[0].reason == "3 others arrive sooner"


def test_ten_thousand_units_are_ranked_and_none_is_lost():
    units = [
        unit(f"U{n:05}", position=(95 + n % 300 / 10, n // 300 / 10), range_nm=None) for n in range(10_000)
    ]
    ranking = rank(SINKING, units, at=AT, wanted=5)
    assert len(ranking.ranked) + len(ranking.passed_over) == 10_000
    etas = [row.eta_s for row in ranking.ranked]
    assert etas == sorted(etas)


# --- The fast ranking and the plain one ---

COUNTRIES = {"MMEA": "MY", "Marine Police": "MY", "PCG": "PH", "": ""}


def random_fleet(draw: random.Random, size: int) -> list[Unit]:
    """Units of every sort round the scene, some unfit, some on the very same spot."""
    fleet = []
    for n in range(size):
        agency = draw.choice(list(COUNTRIES))
        kind = draw.choice(["boat"] * 6 + ["aircraft", "shore"])
        fleet.append(
            Unit(
                f"U{n:03}",
                kind=kind,
                position=(round(draw.uniform(98, 103), 2), round(draw.uniform(3, 8), 2)),
                position_at=AT - timedelta(minutes=draw.choice([1, 10, 40, 2000])),
                base_position=(round(draw.uniform(98, 103), 1), round(draw.uniform(3, 8), 1)),
                status=draw.choice(["available"] * 6 + ["alerted", "off_watch", "en_route"]),
                speed_kn=draw.choice([8, 20, 35]) if kind == "boat" else 120,
                range_nm=draw.choice([None, 100, 400]),
                capabilities=frozenset(draw.sample(["sar_surface", "air_search", "medical", "boarding"], 2)),
                agency=agency,
                country=COUNTRIES[agency],
                moving_kn=draw.choice([None, 0, 15]),
                course_deg=draw.uniform(0, 360),
                sea_state_limit=draw.choice([None, 3, 6]),
                may_leave_task=draw.random() < 0.5,
            )
        )
    return fleet


def random_need(draw: random.Random) -> Need:
    weather = Weather(
        current_kn=draw.uniform(0, 4), current_to_deg=draw.uniform(0, 360), wind_kn=draw.uniform(0, 40),
        wind_from_deg=draw.uniform(0, 360), sea_state=draw.randrange(7),
    )  # fmt: skip
    return Need(
        draw.choice(["sinking", "man_overboard", "flooding", "smuggling_goods", "iuu_gear_zone"]),
        (draw.uniform(98, 103), draw.uniform(3, 8)),
        weather=draw.choice([None, weather]),
        agency=draw.choice(["", "MMEA"]),
        country=draw.choice(["", "MY"]),
        oldest_fix=draw.choice([None, timedelta(hours=24)]),
        longest=draw.choice([None, timedelta(hours=6)]),
    )


def crooked_ways(seed: int, most: float):
    """Ways up to `most` times the straight line, the same for the same two places; some lead nowhere."""

    def distances(origin, positions, within_m):
        for position in positions:
            draw = random.Random(f"{seed} {origin} {position}")
            metres = great_circle_m(origin, position) * draw.uniform(1, most)
            nowhere = draw.random() < 0.15 or (within_m is not None and metres > within_m)
            yield Way(None) if nowhere else Way(metres)

    return lambda *asked: list(distances(*asked))


@given(st.integers(0, 10**9), st.integers(0, 40), st.integers(1, 8), st.floats(1, 4))
def test_the_fast_ranking_agrees_with_measuring_everybody(seed, size, wanted, most):
    draw = random.Random(seed)
    need, fleet, distances = random_need(draw), random_fleet(draw, size), crooked_ways(seed, most)
    every = rank(need, fleet, at=AT, distances=distances)
    few = rank(need, fleet, at=AT, distances=distances, wanted=wanted)
    assert few.ranked[:wanted] == every.ranked[:wanted]
    assert few.support == every.support
    for ranking in (every, few):
        named = [row.call_sign for row in (*ranking.ranked, *ranking.passed_over)]
        assert sorted(named) == sorted(unit.call_sign for unit in fleet)
        assert all(row.reason for row in ranking.passed_over)
    if len(fleet) > 1:
        one = draw.choice(fleet).call_sign
        by_name = rank(need, fleet, at=AT, distances=distances, wanted=1, named={one})
        ranked = {row.call_sign: row for row in every.ranked}
        assert one not in ranked or ranked[one] in by_name.ranked


@given(st.integers(0, 10**9))
def test_the_order_of_the_units_given_does_not_matter(seed):
    draw = random.Random(seed)
    need, fleet = random_need(draw), random_fleet(draw, 25)
    shuffled = draw.sample(fleet, len(fleet))
    assert rank(need, fleet, at=AT) == rank(need, shuffled, at=AT)


def test_all_units_nearby_are_measured_when_that_is_asked():
    units = [unit(f"U{n:02}", position=(SCENE[0], SCENE[1] - n * 0.1)) for n in range(1, 21)]
    found = rank(SINKING, units, at=AT, wanted=3, nearby_m=60 * NAUTICAL_MILE_M)
    assert [row.call_sign for row in found.ranked] == [f"U{n:02}" for n in range(1, 10)]
    assert found.ranked == rank(SINKING, units, at=AT).ranked[:9]


def test_a_way_that_leads_nowhere_gives_its_own_reason():
    ranking = rank(SINKING, [unit()], at=AT, distances=lambda *asked: [Way(None, note="on an inland water")])
    assert ranking.passed_over[0].reason == "on an inland water"


def test_a_way_keeps_its_path_and_its_note():
    way = Way(200_000, (LUMUT, (100.0, 4.8), SCENE), "on the coarse chart of the world")
    ranked = rank(SINKING, [unit()], at=AT, distances=lambda *asked: [way]).ranked[0]
    assert ranked.path == way.path
    assert way.note in ranked.why


def answers(*rows):
    lines = [row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows]
    return [json.loads(line) for line in answer_lines(lines, answer)]


# In the open Strait of Malacca, where the way by water is the straight line: half a degree of latitude.
OFFSHORE, SOUTH_OF_IT, HALF_A_DEGREE_M = (99.9, 5.0), (99.9, 4.5), 55_597.5


def line(**fields):
    unit = {
        "call_sign": "KM PERAK", "kind": "boat", "position": SOUTH_OF_IT, "position_at": "2026-03-06T14:27:00Z",
        "status": "available", "speed_kn": 20, "capabilities": ["sar_surface"], **fields,
    }  # fmt: skip
    return {"id": 7, "type": "sinking", "position": OFFSHORE, "at": "2026-03-06T14:30:00Z", "units": [unit]}


def test_command_ranks_from_a_live_fix_at_sea():
    (out,) = answers(line())
    assert out["id"] == 7
    assert out["passed_over"] == []
    assert out["ranked"][0]["call_sign"] == "KM PERAK"
    assert out["ranked"][0]["distance_m"] == pytest.approx(HALF_A_DEGREE_M, abs=1)
    assert out["ranked"][0]["eta_s"] == pytest.approx(HALF_A_DEGREE_M / (20 * 1852 / 3600), abs=1)


@pytest.mark.parametrize(
    ("kind", "flies"),
    [("aircraft", True), ("helicopter", True), ("Plane", True), ("boat", False), ("hovercraft", False)],
)
def test_command_flies_whatever_flies_and_says_where_a_kind_is_not_known(kind, flies):
    (out,) = answers(line(kind=kind, position=[103.5, 4.2], speed_kn=90))  # behind the peninsula
    (first,) = out["ranked"]
    straight_m = great_circle_m((103.5, 4.2), OFFSHORE)
    assert (first["distance_m"] == pytest.approx(straight_m, abs=1)) == flies
    assert any("counts as a boat" in why for why in first["why"]) == (kind == "hovercraft")


@pytest.mark.parametrize("position_at", ["2026-03-06T09:30:00Z", None, "soon", 17, "2026-03-06T22:30:00Z"])
def test_command_takes_a_stale_position_for_the_home_station(position_at):
    (out,) = answers(line(position_at=position_at))
    assert out["ranked"][0]["basis"].startswith("home station")
    assert out["ranked"][0]["eta_s"] == pytest.approx(HALF_A_DEGREE_M / (20 * 1852 / 3600) + 600, abs=1)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"position": [0, 0]}, "no fix that counts and no home station"),
        ({"position": "LUMUT"}, "no fix that counts and no home station"),
        ({"speed_kn": "fast"}, "no cruise speed known"),
        ({"capabilities": "sar_surface"}, "lacks sar_surface"),
        ({"capabilities": [["sar_surface"]]}, "lacks sar_surface"),
        ({"status": None}, "status unknown"),
    ],
)
def test_command_passes_over_a_unit_it_cannot_read_and_ranks_the_others(fields, reason):
    row = line(**fields)
    row["units"].append({**line()["units"][0], "call_sign": "GOOD"})
    row["units"].append(None)
    (out,) = answers(row)
    assert [unit["call_sign"] for unit in out["ranked"]] == ["GOOD"]
    assert {"call_sign": "KM PERAK", "reason": reason} in out["passed_over"]
    assert len(out["passed_over"]) == 2


@pytest.mark.parametrize(
    "bad",
    [
        b"?", b"{}", b'{"id": 1, "units": {}}', b'{"id": 1, "units": [], "at": null}',
        b'{"id": 1, "units": [], "at": "2026-03-06T14:30:00Z", "position": [200, 100]}',
    ],
)  # fmt: skip
def test_command_gives_an_error_line_for_what_it_cannot_read(bad):
    first, second = answers(bad, line())
    assert first["error"]
    assert second["ranked"]


def test_command_takes_weather_course_and_agencies():
    row = line(moving_kn=18, course_deg=0, agency="PCG", country="PH")
    row |= {
        "position_at": "2026-03-06T13:30:00Z",
        "weather": {"current_kn": 2, "current_to_deg": 90, "wind_kn": 0, "sea_state": 4},
        "agency": "MMEA",
        "country": "MY",
    }
    (out,) = answers(row)
    (ranked,) = out["ranked"]
    assert "moved on 0.9 NM to 000 since" in ranked["basis"]
    assert ranked["standing"] == "neighbouring agency"
    assert any("less what sea" in why for why in ranked["why"])
    assert out["aim"]["drifted_m"] == pytest.approx((3600 + ranked["eta_s"]) / 3600 * 2 * 1852, rel=0.02)
    assert out["support"] == [
        {"capability": "air_search", "unit": None},
        {"capability": "medical", "unit": None},
    ]


@pytest.mark.parametrize(
    "weather", [7, "storm", [], {}, {"wind_kn": "strong"}, {"current_kn": -1}, {"wind_kn": 1e300}]
)
def test_command_takes_weather_that_is_no_weather_for_none(weather):
    (out,) = answers(line() | {"weather": weather})
    assert out["ranked"][0]["call_sign"] == "KM PERAK"
    assert out["aim"] is None


@pytest.mark.parametrize(
    "fields",
    [
        {"speed_kn": 5e-324}, {"speed_kn": 1e-9}, {"moving_kn": 1e11, "course_deg": 1e11}, {"readiness_s": 1e11},
        {"sea_state_limit": 1e11}, {"range_nm": 1e11},
    ],
)  # fmt: skip
def test_command_survives_figures_of_no_boat(fields):
    (out,) = answers(
        line(**fields) | {"weather": {"current_kn": 1e11, "current_to_deg": 1e11, "sea_state": 1e11}}
    )
    assert "error" not in out
    assert len(out["ranked"]) + len(out["passed_over"]) == 1
