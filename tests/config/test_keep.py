import os
import signal

import pytest

from config import keep
from config.keep import Kept, pause_s
from config.localservices import command_line, wait_until


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """Make a Kept that notes its life in `.lines`, `.said` and `.alarms`; end it after the test."""
    monkeypatch.setattr(keep, "pause_s", lambda failures: 0.01)
    made = []

    def make(command):
        lines, said, alarms = [], [], []
        one = Kept(
            "boat", command, dict(os.environ), tmp_path,
            write=lambda name, line: lines.append((name, line)), say=said.append, cannot_start=alarms.append,
        )  # fmt: skip
        one.lines, one.said, one.alarms = lines, said, alarms
        made.append(one)
        one.start()
        return one

    yield make
    for one in made:
        one.end(signal.SIGKILL)
        assert one.ended(5)


def pids(one):
    """The numbers that the command printed, one at each start."""
    return [int(line) for _, line in one.lines]


def test_pauses_grow_to_ten_seconds():
    assert [pause_s(failures) for failures in range(1, 8)] == [0.5, 1, 2, 4, 10, 10, 10]


def test_a_killed_command_is_started_again(kept):
    one = kept("echo $$; exec sleep 60")
    assert wait_until(lambda: len(one.lines) == 1, 5)
    os.kill(pids(one)[0], signal.SIGKILL)
    assert wait_until(lambda: len(one.lines) == 2, 5)
    first, second = pids(one)
    assert first != second
    assert "sleep 60" in command_line(second)
    assert any("by signal 9; it is started again" in text for text in one.said)
    assert not one.alarms


def test_what_a_killed_command_leaves_behind_is_ended_before_the_next_start(kept):
    one = kept("sleep 60 & echo $!; wait")
    assert wait_until(lambda: len(one.lines) == 1, 5)
    orphan = pids(one)[0]
    os.kill(int(one.said[0].partition("pid ")[2].rstrip(")")), signal.SIGKILL)
    assert wait_until(lambda: len(one.lines) == 2, 5)
    assert not command_line(orphan)


def test_to_be_asked_to_end_is_no_failure_and_ends_the_whole_group(kept):
    one = kept("sleep 60 & echo $!; wait")
    assert wait_until(lambda: len(one.lines) == 1, 5)
    one.end()
    assert one.ended(5)
    assert wait_until(lambda: not command_line(pids(one)[0]), 5)
    assert len(one.lines) == 1
    assert not any("again" in text for text in one.said)


def test_a_command_ends_by_the_signal_in_its_own_way(kept):
    one = kept("trap 'echo 7; exit 0' TERM; echo 1; while :; do sleep 0.02; done")
    assert wait_until(lambda: len(one.lines) == 1, 5)
    one.end()
    assert one.ended(5)
    assert one.said[-1] == "boat ended with status 0"
    assert one.lines[-1] == ("boat", "7\n")


def test_a_command_that_cannot_start_is_reported_once_and_tried_on(kept):
    one = kept("echo 1; exit 3")
    assert wait_until(lambda: len(one.lines) > keep.FAILURES + 2, 10)
    assert len(one.alarms) == 1
    assert one.alarms[0].startswith("boat DOES NOT START: it ended 5 times in a row, now with status 3")


def test_a_command_that_ran_long_enough_has_not_failed_to_start(kept, monkeypatch):
    monkeypatch.setattr(keep, "SETTLED_S", 0.0)
    one = kept("echo 1; exit 3")
    assert wait_until(lambda: len(one.lines) > keep.FAILURES + 2, 10)
    assert not one.alarms
    assert one.failures == 1


def test_a_pause_can_be_cut_short(kept, monkeypatch):
    monkeypatch.setattr(keep, "pause_s", lambda failures: 60)
    one = kept("echo 1; exit 3")
    assert wait_until(lambda: any("again in 60 s" in text for text in one.said), 5)
    one.hurry()
    assert wait_until(lambda: len(one.lines) == 2, 5)


def test_a_restart_reads_the_environment_anew(kept):
    one = kept("echo ${BOAT:-1}; exec sleep 60")
    assert wait_until(lambda: len(one.lines) == 1, 5)
    one.environment["BOAT"] = "2"
    one.restart()
    assert wait_until(lambda: pids(one) == [1, 2], 5)


def test_a_folder_that_is_away_is_waited_for(kept, tmp_path):
    one = kept("echo 1; exec sleep 60")
    assert wait_until(lambda: one.lines, 5)
    one.folder = tmp_path / "later"
    one.restart()
    assert wait_until(lambda: any("before it began" in text for text in one.said), 5)
    one.folder.mkdir()
    assert wait_until(lambda: len(one.lines) == 2, 5)
