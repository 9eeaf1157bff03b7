import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from alerts import duty_numbers
from alerts.desk_texts import DeskTexts
from alerts.transports.base import TransportError
from reports import spool

pytestmark = pytest.mark.django_db
SINKING = "tolong bot karam 4 12.0N 100 27.0E"


@pytest.fixture
def outbox(settings, tmp_path, station, mrcc, patrol, outboxes):
    settings.SPOOL_ROOT = tmp_path
    spool.prepare()
    duty_numbers.write()
    return outboxes["sms"]


def keep(body: str, sender: str = "+447700900201", *, ago_s: float = 0) -> str:
    form = urlencode({"Body": body, "From": sender}).encode()
    at = timezone.now() - timedelta(seconds=ago_s)
    return spool.append(spool.Kept(kind="sms", path="/", body=form, key="k", received_at=at)).name


def look(texts: DeskTexts | None = None, **options) -> DeskTexts:
    """One look by a process that has just started, or by the one given, and what it sends."""
    if texts is None:
        texts = DeskTexts()
        texts.start()
    texts.look(spool.waiting(), **options)
    texts.close()
    return texts


def test_a_desk_is_texted_once_also_by_a_process_that_starts_again(outbox):
    keep(SINKING)
    look()
    first = len(outbox.sent)
    assert first >= 1
    look()
    assert len(outbox.sent) == first


def test_the_same_words_of_one_phone_are_one_call_and_those_of_another_are_not(outbox):
    keep(SINKING)
    look()
    first = len(outbox.sent)
    keep(SINKING)
    look()
    assert len(outbox.sent) == first
    keep(SINKING, "+447700900202")
    look()
    assert len(outbox.sent) == 2 * first


def test_what_nobody_can_read_is_told_after_five_minutes(outbox):
    keep("asdf qwer")
    look()
    assert outbox.sent == []
    look(now=timezone.now() + timedelta(minutes=5, seconds=1))
    assert outbox.sent


def test_a_crew_that_needs_help_is_named_and_a_fisher_s_nine_is_a_number(outbox, patrol):
    keep("9", "+447700900201", ago_s=600)
    look()
    assert outbox.sent == []
    keep("9", patrol.phone)
    look()
    assert patrol.call_sign in outbox.sent[0].text


def test_a_carrier_that_fails_is_asked_again_and_one_that_refuses_is_not(outbox):
    keep(SINKING)
    outbox.refusals.extend([TransportError("busy", permanent=False)] * 10)
    texts = look()
    assert outbox.sent == []
    assert all(number == 1 for number, _ in texts.attempts.values())
    outbox.refusals.clear()
    outbox.refusals.extend([TransportError("no such number", permanent=True)] * 10)
    look()
    outbox.refusals.clear()
    look()
    assert outbox.sent == []


def test_a_torn_line_of_the_journal_costs_one_text_at_most(outbox):
    keep(SINKING)
    texts = look()
    first = len(outbox.sent)
    lines = texts.journal.path.read_bytes().splitlines()
    assert len(lines) == first
    texts.journal.path.write_bytes(b"\n".join(lines[:-1]) + b"\n" + lines[-1][:20])
    look()
    assert len(outbox.sent) == first + 1


def test_the_journal_forgets_what_is_no_longer_kept(outbox):
    name = keep(SINKING)
    texts = look()
    assert json.loads(texts.journal.path.read_text().splitlines()[0])["name"] == name
    spool.done(name)
    assert look().journal.path.read_text() == ""


def test_without_a_sound_file_nobody_is_texted_and_it_is_said(outbox, caplog):
    keep(SINKING)
    duty_numbers.path().write_text("forged\n{}")
    look()
    assert outbox.sent == []
    assert "its signature is wrong" in caplog.text
