"""Replay in process: what becomes of a kept request, in what order, and what is set aside."""

import fcntl
import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.utils import timezone

from alerts import spool_replay
from alerts.models import InboundMessage, Notification
from alerts.spooler import Spooler
from communities.models import Device
from reports import spool
from reports.models import Report

pytestmark = pytest.mark.django_db(transaction=True)
SINKING = "TOLONG bot karam 4 12.000N 100 27.000E 5 orang"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.SPOOL_ROOT = tmp_path
    spool.prepare()


@pytest.fixture
def spooler(monkeypatch) -> Spooler:
    monkeypatch.setattr("alerts.spooler.TRY_AGAIN_S", (0, 0))
    return Spooler()


def sms(
    body: str = SINKING, sid: str = "SM1", sender: str = "+447700900201", *, ago_s: float = 60
) -> spool.Kept:
    form = urlencode({"MessageSid": sid, "Body": body, "From": sender}).encode()
    at = timezone.now() - timedelta(seconds=ago_s)
    return spool.append(
        spool.Kept(kind="sms", path="/webhooks/twilio/sms/", body=form, key=sid, received_at=at)
    )


def app(key: str = "one", *, ago_s: float = 60, token: str = "", **words) -> spool.Kept:
    body = json.dumps({"text": SINKING} | words).encode()
    at = timezone.now() - timedelta(seconds=ago_s)
    headers = {"authorization": f"Device {token}"} if token else {}
    return spool.append(
        spool.Kept(kind="app", path="/api/v1/reports/", body=body, key=key, received_at=at, headers=headers)
    )


def test_a_text_becomes_a_row_with_the_time_it_came_and_its_answer_goes_out_once(spooler):
    kept = sms()
    for _ in range(2):
        spool_replay.replay(kept)
    report, message = Report.objects.get(), InboundMessage.objects.get()
    assert report.received_at == message.received_at == kept.received_at
    note = Notification.objects.get(purpose="feedback")
    assert (note.text, note.channel, note.status) == (message.reply, "sms", "pending")
    assert note.expires_at > timezone.now() + timedelta(hours=1)


def test_a_report_keeps_its_key_also_one_that_was_made(spooler):
    kept = app(key="made:01a204f0-02d1-755b-b6fc-91053e7e0ad6", external_id="null")
    for _ in range(2):
        spool_replay.replay(kept)
    report = Report.objects.get()
    assert (report.external_id, report.received_at) == (kept.key, kept.received_at)


def test_a_token_that_is_not_ours_makes_the_report_nobodys(spooler):
    app(token="forged")
    spooler.replay(spool.waiting())
    assert Report.objects.get().flags.count("unknown_token") == 1
    assert Device.objects.count() == 0


def test_other_content_under_a_key_is_a_second_report(spooler):
    app(text="SOS", ago_s=60)
    app(text="bot karam", ago_s=50)
    spooler.replay(spool.waiting())
    assert spool.waiting() == []
    assert sorted(Report.objects.values_list("external_id", flat=True)) == ["one", "one#2"]


def test_what_fails_is_tried_again_then_set_aside_and_holds_up_its_own_phone_alone(spooler, monkeypatch):
    bad = sms("bad", "SM1", "+447700900201", ago_s=60)
    later = sms(SINKING, "SM2", "+447700900201", ago_s=50)
    other = sms(SINKING, "SM3", "+447700900202", ago_s=40)
    replay = spool_replay.replay

    def fail_on_bad(kept, **options):
        if kept.key == "SM1":
            raise KeyError("a fault of ours")
        replay(kept, **options)

    monkeypatch.setattr(spool_replay, "replay", fail_on_bad)
    assert spooler.replay(spool.waiting()) == (False, 1)
    assert spool.waiting() == [bad.name, later.name]
    assert other.name not in spool.waiting()
    for _ in range(3):
        spooler.replay(spool.waiting())
    assert (spool.waiting(), spool.quarantined()) == ([], [bad.name])
    assert set(InboundMessage.objects.values_list("external_id", flat=True)) == {"SM2", "SM3"}


def test_an_unreadable_file_is_set_aside_at_once(spooler, folder):
    name = sms().name
    (spool.folder() / name).write_bytes(b"torn")
    app()
    assert spooler.replay(spool.waiting()) == (False, 1)
    assert spool.quarantined() == [name]


@pytest.mark.parametrize("stray", ["README.txt", "0", "\N{SUPERSCRIPT TWO}.jpg"])
def test_a_stray_file_is_set_aside_and_the_others_are_replayed(spooler, stray, monkeypatch, caplog):
    monkeypatch.setattr("alerts.spooler.BATCH", 1)
    (spool.folder() / stray).write_text("read me")
    (spool.folder() / "folder").mkdir()
    app("one", ago_s=60)
    app("two", ago_s=50)
    for _ in range(4):
        spooler.tick()
    assert (spool.waiting(), spool.quarantined()) == ([], [stray])
    assert Report.objects.count() == 2
    assert "SET ASIDE FOR A HUMAN" in caplog.text
    spooler.texts.close()


def test_a_request_under_a_name_that_somebody_gave_it_is_replayed(spooler):
    (spool.folder() / app().name).rename(spool.folder() / "restored by hand")
    assert spooler.replay(spool.waiting()) == (False, 1)
    assert (spool.waiting(), spool.quarantined()) == ([], [])


def test_a_database_that_goes_away_sets_nothing_aside(spooler, monkeypatch):
    sms()

    def away(*args, **kwargs):
        exc = OperationalError("away")
        exc.__cause__ = type("Cause", (Exception,), {"sqlstate": "57P01"})()
        raise exc

    monkeypatch.setattr("alerts.inbound.receive", away)
    for _ in range(5):
        assert spooler.replay(spool.waiting()) == (True, 0)
    assert len(spool.waiting()) == 1


@pytest.mark.parametrize(
    ("state", "of_the_database"),
    [
        ("08006", True),
        ("53100", True),
        ("53300", True),
        ("57P03", True),
        ("58030", True),
        ("25006", True),
        ("40P01", False),
        ("54000", False),
        ("57014", False),
    ],
)
def test_which_errors_are_the_database_s_own(state, of_the_database):
    exc = OperationalError("x")
    exc.__cause__ = type("Cause", (Exception,), {"sqlstate": state})()
    assert spool_replay.is_of_the_database(exc) is of_the_database
    assert spool_replay.is_of_the_database(KeyError()) is False
    assert spool_replay.is_of_the_database(OperationalError("no state")) is False, "the database answers"


def test_a_spool_process_that_is_told_to_stop_ends_its_pulse(spooler, monkeypatch):
    from alerts.models import Pulse

    monkeypatch.setattr("alerts.spooler.watch.start", lambda params: None)
    monkeypatch.setattr(spooler, "tick", lambda: (spooler.pulse.beat("worked"), spooler.stop())[0])
    spooler.run()
    assert Pulse.objects.get(kind="spool").ended_at is not None


def test_a_tick_replays_refreshes_the_numbers_and_says_that_it_lives(spooler, station):
    from alerts.models import Pulse

    sms()
    spooler.tick()
    assert Report.objects.count() == 1
    assert Pulse.objects.filter(kind="spool").exists()
    assert station.duty_phone in (spool.folder().parent / "duty_numbers.json").read_text()
    spooler.texts.close()


def test_beside_a_spool_process_at_work_again_puts_back_and_returns(spooler, settings, capsys):
    settings.SPOOL_ROOT.mkdir(parents=True, exist_ok=True)
    with (settings.SPOOL_ROOT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert Spooler.is_at_work()
        call_command("run_spool", "--again")
    assert "that is at work here" in capsys.readouterr().out
