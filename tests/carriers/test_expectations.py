"""What must never be sent is seen; what may be is not complained of."""

import pytest

from tests.carriers.expectations import Expectations

CREW, FISHER = "+447700900003", "+447700900201"
STATUS = f"https://suar.example/webhooks/twilio/status/?notification=00000000-0000-7000-8000-000000000000&token={'a' * 32}"
VOICE = STATUS.replace("status/", "voice/")


def text(body="P1 M4XK2 SINKING", to=CREW, url=STATUS):
    return {"sid": "SM1", "to": to, "body": body, "request": {"StatusCallback": url} if url else {}}


def call(url=VOICE, to=CREW):
    return {"sid": "CA1", "to": to, "request": {"Url": url, "StatusCallback": STATUS}}


def push(body):
    return {"message": {"token": "t", "notification": {"title": "P1", "body": body}}}


def unexpected(entry) -> list[str]:
    found = Expectations(numbers={CREW, FISHER}, references={"M4XK2"}.__contains__, secret={FISHER})
    found.look(entry)
    if found.unexpected:
        with pytest.raises(AssertionError):
            found.verify()
    return found.unexpected


@pytest.mark.parametrize(
    "entry",
    [
        text(), text("x" * 160), text("ค" * 70), call(), push("M4XK2"),
        text("Your number is +447700900201", to=FISHER),
        text("RESCUE at 0700 9002 NM"), text("04-35.21N 118-40.91E 45678"),
    ],
)  # fmt: skip
def test_what_may_be_sent(entry):
    assert unexpected(entry) == []


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (text(to="+447700900999"), "number that nobody has"), (call(to="+447700900999"), "number that nobody has"),
        (text("x" * 161), "in 2 parts"), (text("ค" * 71), "in 2 parts"),
        (text("P1 ZZZZZ SINKING"), "reference that nobody has"), (push("P1 ZZZZZ"), "reference that nobody has"),
        (text("call 07700 900201"), "reporter's number"), (text("+44 7700-900.201"), "reporter's number"),
        (push("from 447700900201"), "reporter's number"),
        (text(url=""), "no receipt"), (text(url="https://suar.example/x/"), "without our mark"),
        (call(url=VOICE[:-1]), "without our mark"),
    ],
)  # fmt: skip
def test_what_may_not(entry, why):
    assert any(why in said for said in unexpected(entry))
