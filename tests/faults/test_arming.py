"""Crash points: armed ones kill once, and nothing in the service can arm one."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from communities import crash_points
from tests.faults import arming

ROOT = Path(__file__).resolve().parents[2]
APPS = ("communities", "reports", "alerts", "config")


@pytest.fixture
def deaths(tmp_path):
    """A hook that counts where it would have died."""
    counted = []
    hook = arming.make_hook(tmp_path, lambda: counted.append(1))
    return tmp_path, hook, counted


def test_a_point_that_is_not_armed_does_nothing(deaths):
    folder, hook, counted = deaths
    hook("K1")
    assert (counted, arming.died(folder)) == ([], [])


def test_an_armed_point_kills_at_its_nth_passing_and_only_once(deaths):
    folder, hook, counted = deaths
    arming.arm(folder, "K5", 3)
    hook("K5")
    hook("K4")
    hook("K5")
    assert counted == []
    hook("K5")
    hook("K5")
    assert counted == [1]
    assert [(death["name"], death["pid"]) for death in arming.died(folder)] == [("K5", os.getpid())]


def test_of_two_processes_one_takes_the_arming(deaths):
    folder, hook, counted = deaths
    others = []
    arming.arm(folder, "K2", 1)
    hook("K2")
    arming.make_hook(folder, lambda: others.append(1))("K2")
    assert (counted, others) == ([1], [])


def test_without_a_hook_a_crash_point_is_a_call_that_does_nothing():
    assert crash_points.hook is None
    assert crash_points.crash_point("K1") is None


def test_the_service_has_no_way_to_set_a_hook():
    """Only crash_points.py itself names the hook; no app reads it, no setting reaches it."""
    naming = {
        path.relative_to(ROOT).as_posix()
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        if re.search(
            r"crash_points\.hook|crash_points import .*hook|SUAR_FAULTS|tests\.faults", path.read_text()
        )
    }
    assert naming == set()


def test_production_settings_leave_the_hook_unset_whatever_the_environment_says():
    names = {"SUAR_FAULTS": "/", "CRASH_POINTS": "K1", "CRASH_POINT": "K1", "FAULTS": "1"}
    code = (
        "import django; django.setup()\n"
        "from communities import crash_points; import json; print(json.dumps(crash_points.hook is None))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | names,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert json.loads(done.stdout.splitlines()[-1]) is True


@pytest.mark.parametrize("name", crash_points.NAMES)
def test_every_crash_point_is_placed_once(name):
    calls = [
        path.name
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        for _ in re.findall(rf'crash_point(?:\(|, )"{name}"', path.read_text())
    ]
    assert len(calls) == 1, calls
