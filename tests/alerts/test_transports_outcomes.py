"""Every code that a carrier lists has its outcome, in the table and in the rows."""

import csv
import json
import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from django.utils import timezone

from alerts import delivery, receipts
from alerts.models import Alarm, Notification
from alerts.transports.outcomes import FCM, TWILIO, outcome
from communities.models import Device
from tests import factories
from tests.carriers import through

DATA = Path(__file__).parents[1] / "data/twilio"
with (DATA / "error_codes.csv").open(encoding="utf-8", newline="") as file:
    LISTED = list(csv.DictReader(file))
# Newer than the list.
NEWER = {10001, 10002, 30036}


def test_every_listed_code_has_its_outcome():
    assert len(LISTED) == 451
    assert [row for row in LISTED if outcome(row["code"]) is None] == []
    assert all(outcome(row["code"]).meaning for row in LISTED)


def test_the_table_holds_no_code_that_nobody_lists():
    assert TWILIO.keys() - {int(row["code"]) for row in LISTED} == NEWER


def test_an_address_is_retired_only_for_good_and_never_for_a_fault_of_ours():
    retiring = {int(row["code"]) for row in LISTED if outcome(row["code"]).retires_address}
    assert retiring == {21211, 21217, 21610, 21614}
    assert {code for code, known in FCM.items() if known.retires_address} == {"UNREGISTERED"}
    known = [*(outcome(row["code"]) for row in LISTED), *TWILIO.values(), *FCM.values()]
    assert all(one.permanent and not one.ours for one in known if one.retires_address)


# What the list's own words say, whatever our table does.
OUR_FAULT = re.compile(
    r"account.*(suspended|not active|not exist|closed)|permission denied|access denied|authentication failed"
    r"|access token|trial|test credentials|'From' phone number|sender id|messaging service|campaign"
    r"|http |tls|certificate|markup|has not been enabled|geo permission|not enabled|misconfigured",
    re.IGNORECASE,
)
PASSING = re.compile(
    r"rate limit|too many requests|internal (server )?error|internal failure|internal service error|timeout error"
    r"|congestion|unavailable|maintenance|unreachable destination|timed? ?out|queue overflow|unknown error$",
    re.IGNORECASE,
)
# Where those words mean something else: a service that failed by itself; a time-out that is a parameter, a verdict.
NOT_OURS = {"30021", "63009"}
NOT_PASSING = {"14233", "21208", "30440", "30880"}


@pytest.mark.parametrize(
    "row", [row for row in LISTED if OUR_FAULT.search(row["message"])], ids=lambda r: r["code"]
)
def test_a_fault_that_the_list_calls_ours_is_ours(row):
    assert outcome(row["code"]).ours != (row["code"] in NOT_OURS), row


@pytest.mark.parametrize(
    "row", [row for row in LISTED if PASSING.search(row["message"])], ids=lambda r: r["code"]
)
def test_a_fault_that_the_list_calls_passing_is_temporary(row):
    assert outcome(row["code"]).permanent == (row["code"] in NOT_PASSING), row


@pytest.mark.parametrize(
    ("code", "permanent", "ours"),
    [
        (20003, True, True), (20005, True, True), (10001, True, True), (30002, True, True),
        (21408, True, True), (21606, True, True), (21608, True, True), (30034, True, True),
        (11200, False, True), (12100, True, True), (21611, False, True),
        (30003, False, False), (30005, True, False), (30006, True, False), (30007, True, False),
        (30008, False, False), (21610, True, False), (20429, False, False), (20503, False, False),
    ],
)  # fmt: skip
def test_outcome_of_a_code_as_number_and_as_digits(code, permanent, ours):
    assert outcome(code) is outcome(str(code)) is TWILIO.get(code, outcome(code))
    assert (outcome(code).permanent, outcome(code).ours) == (permanent, ours)


@pytest.mark.parametrize("code", [None, "", "x", "-21610", "²", "9" * 5000, 0, 99999, 21610.5, [], "٣"])
def test_an_unknown_code_has_no_outcome(code):
    assert outcome(code) is None


def test_every_receipt_with_an_error_is_understood():
    for receipt in json.loads((DATA / "status_callbacks.json").read_text()):
        code = parse_qs(receipt["form"]).get("ErrorCode", [""])[0]
        assert code == receipt["error_code"]
        assert bool(code) == (receipt["status"] in ("failed", "undelivered")) == (outcome(code) is not None)


# In the rows: what becomes of each code, and what happens next


class Walk:
    """One crew called by SMS, and its row made anew for each code."""

    def __init__(self, carrier, patrol, station):
        self.carrier = carrier
        self.patrol = patrol
        self.dispatch = factories.Dispatch(unit=patrol, status="alerting")
        incident = self.dispatch.incident
        type(incident).objects.filter(pk=incident.pk).update(status="dispatching", priority=1)
        incident.refresh_from_db()
        self.incident = incident

    def row(self, **fields) -> Notification:
        Notification.objects.all().delete()
        common = {
            "incident": self.incident,
            "unit": self.patrol,
            "status": "leased",
            "attempt": 1,
            "priority": 1,
        }
        return factories.Notification(**common | {"dispatch": self.dispatch} | fields)

    def called(self) -> bool:
        """The next channel was asked, and may leave now."""
        soon = timezone.now() + timedelta(seconds=5)
        return Notification.objects.filter(channel="voice", purpose="alert", due_at__lt=soon).exists()


@pytest.fixture
def walk(fake_twilio, patrol, mrcc, client, settings, transactional_db) -> Walk:
    fake_twilio.post = through(client)
    settings.PUBLIC_ORIGIN = "https://suar.example"
    return Walk(fake_twilio, patrol, mrcc)


def check(walk: Walk, note: Notification, code: str) -> None:
    known = outcome(code)
    note.refresh_from_db()
    assert note.error_code == code, note.error
    assert known.meaning in note.error
    if known.permanent:
        assert note.status == "failed_perm", code
        assert walk.called(), f"{code}: the next channel at once"
    else:
        assert note.status == "failed_temp", code
        assert note.due_at > timezone.now() - timedelta(seconds=5), code
        assert note.due_at - timezone.now() < timedelta(seconds=receipts.MOST_BACKOFF_S + 1)
        assert not walk.called(), code
    alarms = dict(Alarm.objects.values_list("kind", "text"))
    assert alarms.keys() == (
        {"carrier_fault"} if known.ours else {"roster_fault"} if known.retires_address else set()
    )
    assert not known.ours or alarms["carrier_fault"] == f"sms: {known.meaning} ({code})"
    Alarm.objects.all().delete()
    walk.patrol.refresh_from_db()
    assert walk.patrol.phone, "a number stays in the roster: only people know the right one"


def test_every_code_as_a_refusal_of_the_send(walk):
    for row in LISTED:
        code = row["code"]
        note = walk.row()
        walk.carrier.refused_numbers[walk.patrol.phone] = int(code)
        delivery.deliver(note)
        check(walk, note, code)
    assert walk.carrier.messages == {}


def test_every_code_in_a_receipt(walk):
    for row in LISTED:
        code = row["code"]
        note = walk.row()
        assert delivery.deliver(note) == "accepted"
        note.refresh_from_db()
        assert walk.carrier.deliver(note.carrier_id, "undelivered", error_code=int(code)) == [204]
        check(walk, note, code)


def test_a_fault_of_ours_keeps_what_has_no_other_channel_until_it_is_mended(walk):
    """With an empty account, a word to a fisher waits; the alert goes on by another channel at once."""
    walk.carrier.refused_numbers[walk.patrol.phone] = 20005
    alert, answer = walk.row(), None
    delivery.deliver(alert)
    alert.refresh_from_db()
    assert alert.status == "failed_perm"
    answer = walk.row(purpose="answer")
    delivery.deliver(answer)
    answer.refresh_from_db()
    assert answer.status == "failed_temp"
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.subject) == ("carrier_fault", "sms:20005"), (
        "one alarm, however many messages meet it"
    )
    walk.carrier.refused_numbers.clear()
    Notification.objects.filter(pk=answer.pk).update(status="leased")
    assert delivery.deliver(answer) == "accepted"


def test_an_fcm_fault_of_ours_retires_no_device(fake_fcm, patrol, crew, mrcc, transactional_db):
    device = Device.objects.get(push_target="simulated-crew")
    fake_fcm.foreign.add("simulated-crew")
    note = factories.Notification(channel="push", unit=patrol, device=device, status="leased", attempt=1)
    delivery.deliver(note)
    note.refresh_from_db()
    device.refresh_from_db()
    assert (note.status, note.error_code, device.push_retired_at) == (
        "failed_perm",
        "SENDER_ID_MISMATCH",
        None,
    )
    assert Alarm.objects.get().subject == "push:SENDER_ID_MISMATCH"
