"""Every code that sending can bring has its outcome."""

import csv
import json
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from alerts.transports.outcomes import FCM, TWILIO, outcome

DATA = Path(__file__).parents[1] / "data/twilio"

# Blocks of Twilio's list that belong to other products than sending one message or placing one call.
ELSEWHERE = [
    (20002, 20002, "names of resources"),
    (20007, 20009, "paging and deleting, test credentials apart"),
    (20020, 20021, "updates of a resource, porting of numbers"),
    (20101, 20162, "access tokens of browser products"),
    (21100, 21103, "subaccounts and services"),
    (21200, 21200, "a heading"),
    (21221, 21263, "SIP and answering machine detection, which we do not use"),
    (21300, 21302, "trunks and applications"),
    (21401, 21482, "buying and moving numbers, changing accounts"),
    (21501, 21504, "recordings and transcriptions"),
    (21615, 21651, "addresses and documents for buying numbers"),
    (21710, 21729, "registration of senders and campaigns in the USA"),
    (30025, 30026, "warnings that a limit comes near"),
    (30100, 30133, "shortened links"),
    (30409, 30409, "cancelling a scheduled message"),
    (30436, 30449, "verification of toll-free numbers"),
    (30880, 30899, "vetting of campaigns in the USA"),
]


def listed() -> list[dict]:
    with (DATA / "error_codes.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_listed_code_is_in_the_table_or_belongs_elsewhere():
    missing = [
        (row["code"], row["message"])
        for row in listed()
        if int(row["code"]) not in TWILIO and not any(a <= int(row["code"]) <= b for a, b, _ in ELSEWHERE)
    ]
    assert missing == []


def test_the_table_holds_no_code_that_nobody_lists():
    # 30036 is newer than the list.
    assert TWILIO.keys() - {int(row["code"]) for row in listed()} == {30036}


def test_an_address_is_retired_only_for_good():
    retiring = {code for code, known in TWILIO.items() if known.retires_address}
    assert retiring == {21211, 21217, 21610, 21614}
    assert {code for code, known in FCM.items() if known.retires_address} == {"UNREGISTERED"}
    assert all(known.permanent for known in [*TWILIO.values(), *FCM.values()] if known.retires_address)


@pytest.mark.parametrize(
    ("code", "permanent"),
    [
        (30003, False),
        (30005, True),
        (30006, True),
        (30007, True),
        (30008, False),
        (21610, True),
        (20429, False),
        (20503, False),
    ],
)
def test_outcome_of_a_code_as_number_and_as_digits(code, permanent):
    assert outcome(code) is outcome(str(code)) is TWILIO[code]
    assert outcome(code).permanent is permanent
    assert outcome(code).meaning


@pytest.mark.parametrize("code", [None, "", "x", "-21610", "²", "9" * 5000, 0, 99999, 21610.5, [], "٣"])
def test_an_unknown_code_has_no_outcome(code):
    assert outcome(code) is None


def test_every_receipt_with_an_error_is_understood():
    receipts = json.loads((DATA / "status_callbacks.json").read_text())
    for receipt in receipts:
        code = parse_qs(receipt["form"]).get("ErrorCode", [""])[0]
        assert code == receipt["error_code"]
        assert bool(code) == (receipt["status"] in ("failed", "undelivered")) == (outcome(code) is not None)
