"""The way by sea as the rest of Suar asks for it: of a pilot in a process of its own, or flagged as a straight line."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from alerts import searoutes
from alerts.management.commands.sea_distance import answer
from alerts.searoutes.way import Way
from communities.jsonlines import answer_lines
from communities.sphere import great_circle_m

ROOT = Path(__file__).parents[2]
LUMUT, PENANG = (100.63333, 4.23333), (100.35, 5.41667)
SLOW, POISON = (0.0, 1.0), (0.0, 2.0)  # of the toy pilot
WEST_ARM, EAST_ARM = (103.735, 1.447), (103.80, 1.463)


@pytest.fixture
def pilot(monkeypatch):
    """One of our own that knows a toy sea, and starts at once."""
    fresh = searoutes._Pilot()
    monkeypatch.setattr(searoutes, "PILOT", "tests.alerts.toy_pilot")
    monkeypatch.setattr(searoutes, "_pilot", fresh)
    yield fresh
    fresh.end()


class TestSeaDistance:
    def test_round_the_land_with_the_path_from_start_to_end(self):
        way = searoutes.sea_distance(WEST_ARM, EAST_ARM)
        assert way.distance_m > 20 * great_circle_m(WEST_ARM, EAST_ARM) / 2
        assert (way.path[0], way.path[-1]) == (WEST_ARM, EAST_ARM)
        assert (way.reachable, way.method) == (True, "sea")

    def test_many_targets_from_one_origin_in_their_order(self):
        ways = searoutes.distances(LUMUT, [PENANG, WEST_ARM, LUMUT], want=2)
        assert [way and way.path[-1] for way in ways] == [PENANG, None, LUMUT]

    def test_hostile_places_get_an_answer(self):
        for place in [(float("nan"), 1.0), (1e308, -1e308), (181, 91)]:
            assert searoutes.sea_distance(place, LUMUT).reachable is None


class TestPilot:
    def test_one_that_dies_is_replaced_at_the_next_question(self, pilot, caplog):
        assert searoutes.sea_distance(LUMUT, PENANG).distance_m == 7
        pilot.process.kill()
        pilot.process.wait()
        assert searoutes.sea_distance(LUMUT, PENANG).distance_m == 7

    def test_one_that_cannot_start_leaves_great_circles_that_say_so(self, pilot, monkeypatch, caplog):
        monkeypatch.setattr(searoutes, "PILOT", "tests.alerts.no_such_pilot")
        way = searoutes.sea_distance(LUMUT, PENANG)
        straight_m = great_circle_m(LUMUT, PENANG)
        assert (way.distance_m, way.method, way.reachable) == (straight_m, "great_circle", None)
        assert "great circles" in caplog.text

    def test_nobody_waits_for_one_that_failed_a_moment_ago(self, pilot, monkeypatch):
        monkeypatch.setattr(searoutes, "PILOT", "tests.alerts.no_such_pilot")
        assert searoutes.sea_distance(LUMUT, PENANG).method == "great_circle"
        monkeypatch.setattr(searoutes, "PILOT", "tests.alerts.toy_pilot")
        assert searoutes.sea_distance(LUMUT, PENANG).method == "great_circle"
        pilot.not_before = 0.0
        assert searoutes.sea_distance(LUMUT, PENANG).distance_m == 7

    def test_asking_again_meanwhile_does_not_put_off_its_return(self, pilot, monkeypatch):
        searoutes.warm()
        monkeypatch.setattr(searoutes, "ANSWER_S", 0.05)
        assert searoutes.sea_distance(LUMUT, SLOW).method == "great_circle"
        back_at = pilot.not_before
        for _ in range(3):
            assert searoutes.sea_distance(LUMUT, PENANG).method == "great_circle"
        assert pilot.not_before == back_at > 0
        pilot.not_before = time.monotonic()
        monkeypatch.setattr(searoutes, "ANSWER_S", 5.0)
        assert searoutes.sea_distance(LUMUT, PENANG).distance_m == 7

    def test_a_distress_does_not_wait_for_a_start_that_takes_long(self, pilot, monkeypatch):
        pilot.stays = True
        monkeypatch.setattr(searoutes, "ANSWER_S", 0.01)
        assert searoutes.sea_distance(LUMUT, PENANG).method == "great_circle"
        pilot.starting.join(10)
        monkeypatch.setattr(searoutes, "ANSWER_S", 5.0)
        assert searoutes.sea_distance(LUMUT, PENANG).distance_m == 7

    def test_one_that_does_not_answer_in_time_is_sent_home(self, pilot, monkeypatch):
        searoutes.warm()
        monkeypatch.setattr(searoutes, "ANSWER_S", 0.05)
        assert searoutes.sea_distance(LUMUT, SLOW).method == "great_circle"
        assert pilot.process is None

    def test_a_question_that_it_cannot_digest_does_not_end_it(self, pilot):
        searoutes.warm(stay=False)
        first = pilot.process.pid
        assert searoutes.sea_distance(LUMUT, POISON).method == "great_circle"
        assert searoutes.sea_distance(LUMUT, PENANG).distance_m == 7
        assert pilot.process.pid == first

    def test_it_goes_home_when_nobody_asks(self, pilot, monkeypatch):
        monkeypatch.setattr(searoutes, "IDLE_S", 0.2)
        searoutes.warm(stay=False)
        assert pilot.process.wait(10) == 0
        assert searoutes.sea_distance(LUMUT, PENANG).distance_m == 7

    def test_it_ends_with_who_started_it(self):
        code = (
            "import os; from alerts import searoutes; searoutes.PILOT = 'tests.alerts.toy_pilot'; searoutes.warm(); "
            "print(searoutes._pilot.process.pid, flush=True); os._exit(0)"
        )
        out = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
        )
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and is_alive(int(out.stdout)):
            time.sleep(0.02)
        assert not is_alive(int(out.stdout))


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def test_the_web_and_the_dispatcher_load_no_compiler():
    code = (
        "import sys, django; django.setup(); import config.asgi, config.urls, alerts.dispatcher, alerts.admin; "
        "print([name for name in ('numba', 'llvmlite', 'alerts.searoutes.search') if name in sys.modules])"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=os.environ, capture_output=True, text=True, check=True
    )
    assert out.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("flags", "reachable", "method"),
    [
        ((), True, "sea"),
        (("coarse",), True, "sea_coarse"),
        (("great_circle",), None, "great_circle"),
    ],
)
def test_a_way_says_how_it_was_found(flags, reachable, method):
    way = Way(1.0, ((0, 0), (1, 1)), (3.0, 4.0), flags)
    assert (way.reachable, way.method) == (reachable, method)
    assert way.back() == Way(1.0, ((1, 1), (0, 0)), (4.0, 3.0), flags)


def test_command_answers_each_line_and_says_what_it_cannot_read():
    lines = [
        b'{"id": "a", "from": [100.55, 4.0], "to": [100.2, 5.2]}',
        b'{"id": "b", "from": [100.6, 4.2]}',
        b'{"id": "c", "from": [100.6, 4.2], "to": [NaN, 4]}',
        b'{"id": "d", "from": [100.5, 4.2], "to": [100.5, 4.2]}',
        b'{"id": "e", "from": [98.9, 2.6], "to": [100.5, 4.2]}',
        b"",
        b"\xff",
    ]
    first, second, third, fourth, fifth, sixth = [json.loads(line) for line in answer_lines(lines, answer)]
    assert first == {
        "id": "a", "path": [[100.55, 4.0], [100.2, 5.2]], "reachable": True, "method": "sea", "snapped_m": [0.0, 0.0],
        "distance_m": round(great_circle_m((100.55, 4.0), (100.2, 5.2)), 1),
    }  # fmt: skip
    assert (second["id"], third["id"]) == ("b", "c")
    assert all(row["error"] for row in (second, third, sixth))
    assert fourth["distance_m"] == 0
    assert (fifth["distance_m"], fifth["path"], fifth["reachable"]) == (None, [], False)
