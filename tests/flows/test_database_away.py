"""PostgreSQL is killed under real processes: nothing is lost, nothing doubled, and desks hear of distress."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time

import pytest

from config.localservices import ROOT
from tests.carriers.twilio import FakeTwilio
from tests.flows.outage import MRCC, STATION, Outage, children_of
from tests.flows.patience import seconds_until

SINKING = "TOLONG bot karam 4 12.000N 100 27.000E 5 orang"
AT_ONCE = 100


@pytest.fixture(scope="module")
def outage():
    with FakeTwilio() as twilio:
        outage = Outage(ROOT / "var" / f"outage-{os.getpid()}", twilio)
        try:
            outage.start()
            outage.spooler()
            outage.web()
            seconds_until((outage.spool / "duty_numbers.json").exists, 60)
            yield outage
        finally:
            outage.stop()
            shutil.rmtree(ROOT / "var" / f"outage-{os.getpid()}", ignore_errors=True)


@pytest.fixture(autouse=True)
def calm(outage):
    """Each story begins with the database there and nothing kept."""
    yield
    for name in ("spooler", "web"):
        if name not in outage.processes:
            getattr(outage, name)()
    outage.start_database()
    seconds_until(lambda: not outage.kept(), 60)
    shutil.rmtree(outage.spool / "quarantine", ignore_errors=True)
    outage.twilio.messages.clear()


def replayed(outage: Outage) -> None:
    outage.start_database()
    seconds_until(lambda: not outage.kept(), 90)


def test_a_hundred_at_once_without_a_database_are_kept_and_become_rows_once(outage):
    before, outcomes = outage.rows(), []
    outage.kill_database()

    def send(number: int) -> None:
        began = time.monotonic()
        if number % 2:
            status = outage.report(external_id=f"hundred-{number}", text=SINKING)[0]
        else:
            status = outage.text(f"+4477009003{number:02}", SINKING, sid=f"SMhundred{number}")[0]
        outcomes.append((status, time.monotonic() - began))

    threads = [threading.Thread(target=send, args=[number]) for number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(status for status, _ in outcomes) == [200] * 50 + [201] * 50
    assert max(taken_s for _, taken_s in outcomes) < 6  # 2.5 s on a machine that does nothing else
    copies = {path: path.read_bytes() for path in outage.kept()}
    assert len(copies) == AT_ONCE
    kept_until = time.time()
    replayed(outage)
    assert outage.rows() == before + AT_ONCE
    latest = outage.sql("SELECT extract(epoch FROM max(received_at)) FROM reports_report")
    assert float(latest) <= kept_until
    # The fishers heard no reference; now they do, once each.
    answers = "SELECT count(*) FROM alerts_notification WHERE purpose = 'feedback' AND channel = 'sms'"
    answered = int(outage.sql(answers))
    assert answered >= AT_ONCE // 2
    # A kill after the rows and before the files went: all of it is presented once more.
    for path, content in copies.items():
        path.write_bytes(content)
    seconds_until(lambda: not outage.kept(), 90)
    assert (outage.rows(), int(outage.sql(answers))) == (before + AT_ONCE, answered)
    assert outage.report(external_id="hundred-1", text=SINKING)[0] == 200


def test_desks_are_texted_once_each_whatever_is_killed_and_nobody_is_named(outage):
    before = set(outage.settled())
    outage.kill_database()
    assert outage.text("+447700900401", f"{SINKING}, no saya 07700 900401")[0] == 200
    assert outage.report(text="nampak kapal seludup rokok 4 12.0N 100 27.0E")[0] == 201
    seconds_until(lambda: len(set(outage.settled()) - before) == 2, 30)  # the station's desk and the centre's
    outage.kill("spooler")
    outage.spooler()
    outage.text("+447700900402", "SOS kapal terbakar 4 13.0N 100 27.0E")
    seconds_until(lambda: len(outage.texted(STATION)) >= 2, 30)
    time.sleep(3)
    texts = outage.texted(STATION)
    assert len(texts) == len(outage.texted(MRCC)) == 2
    assert (
        '"TOLONG bot karam 4 12.000N 100 27.000E 5 orang, no saya [...]" 04-12.00N 100-27.00E POB5'
        in texts[0]
    )
    assert not any("900401" in text or "900402" in text or "seludup" in text for text in texts)
    assert {message["to"] for message in outage.twilio.messages.values()} == {STATION, MRCC}


def test_a_web_process_killed_in_an_outage_comes_back_and_goes_on_taking(outage):
    before = outage.rows()
    outage.kill_database()
    assert outage.report(external_id="killed-1", text=SINKING)[0] == 201
    outage.kill("web")
    outage.web()
    status, body = outage.report(external_id="killed-2", text=SINKING)
    assert (status, body["status"], body["reference"]) == (201, "spooled", None)
    assert outage.get("/readyz")[0] == 503
    assert outage.get("/readyz?for=intake")[0] == 200
    replayed(outage)
    assert outage.rows() == before + 2
    seconds_until(lambda: outage.get("/readyz")[0] == 200, 15)


def test_forged_texts_are_refused_without_a_database_too(outage):
    outage.kill_database()
    assert outage.text("+447700900403", SINKING, signature="Zm9yZ2Vk")[0] == 403
    assert outage.kept() == []


def test_a_torn_file_and_one_that_nobody_understands_hold_up_nobody(outage):
    before = outage.rows()
    outage.kill_database()
    outage.report(external_id="torn-1", text=SINKING)
    outage.report(external_id="torn-2", text=SINKING)
    first = outage.kept()[0]
    first.write_bytes(first.read_bytes()[:100])
    replayed(outage)
    assert outage.rows() == before + 1
    assert [path.name for path in (outage.spool / "quarantine").iterdir()] == [first.name]
    assert "SET ASIDE FOR A HUMAN" in outage.log.read_text()
    assert outage.get("/readyz")[1]["alarms"] == {"spool_quarantine": "1 requests wait for a human"}


def test_a_database_that_hangs_is_not_waited_for_and_doubles_nothing(outage):
    """Stopped, not dead: connections stand, and nothing comes back. Whether it committed, nobody knows."""
    before = outage.rows()
    outage.report(external_id="warm", text="hello")  # a pooled connection is in the middle of its life
    pid = outage.postgres.pid()
    stopped = [pid, *children_of(pid)]
    for one in stopped:
        os.kill(one, signal.SIGSTOP)
    try:
        began = time.monotonic()
        status, body = outage.report(external_id="hang", text=SINKING)
        assert (status, body["status"]) == (201, "spooled")
        assert time.monotonic() - began < 12
        began = time.monotonic()
        assert outage.report(external_id="hang-2", text=SINKING)[0] == 201
        assert time.monotonic() - began < 3
    finally:
        for one in stopped:
            os.kill(one, signal.SIGCONT)
    seconds_until(lambda: not outage.kept(), 60)
    assert outage.rows() == before + 3
    # Believed to be away for a moment yet: until then it is kept once more.
    seconds_until(lambda: outage.report(external_id="hang", text=SINKING)[0] == 200)
    seconds_until(lambda: not outage.kept(), 60)
    assert outage.rows() == before + 3


@pytest.mark.parametrize(
    "command", [("-c", "import config.asgi"), ("manage.py", "run_spool")], ids=["web", "spool"]
)
def test_who_cannot_keep_does_not_start(outage, tmp_path, command):
    (tmp_path / "file").write_text("")
    environment = outage.environment | {"SPOOL_ROOT": str(tmp_path / "file")}
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 1
    assert "not writable" in done.stderr
