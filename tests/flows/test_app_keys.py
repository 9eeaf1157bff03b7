"""The app repeats itself when the sea swallows an answer: one key, one report; two contents, two reports."""

import json

import pytest

from reports.models import Incident, Report
from tests.carriers.twilio import post_over_http
from tests.phone import together

SINKING = {
    "external_id": "k-1",
    "text": "tolong bot karam",
    "position": {"latitude": 4.2, "longitude": 100.45},
}


@pytest.fixture
def send(sea):
    def send(**changed) -> tuple[int, dict]:
        status, body = post_over_http(
            f"{sea.origin}/api/v1/reports/",
            json.dumps(SINKING | changed).encode(),
            {"Content-Type": "application/json"},
        )
        return status, json.loads(body)

    return send


def test_the_same_again_is_the_same_answer(send):
    first, again = send(), send()
    assert (first[0], again[0]) == (201, 200)
    assert first[1] == again[1]
    assert Report.objects.count() == Incident.objects.count() == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"text": "tolong bot karam!"},
        {"persons_on_board": 3},
        {"position": {"latitude": 4.3, "longitude": 100.45}},
        {"position": None},
        {"quiet": True},
        {"type": "fire_explosion"},
        {"observed_at": "2026-11-22T01:00:00Z"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_other_content_under_the_key_is_kept_too(send, changed):
    _, first = send()
    status, conflict = send(**changed)
    assert status == 409
    second = Report.objects.get(pk=conflict["id"])
    assert (second.external_id, str(second.conflicts_with_id)) == ("k-1#2", first["id"])
    assert Report.objects.count() == 2
    # Each of the two again: nothing new.
    assert send() == (200, first)
    again, body = send(**changed)
    assert (again, body["id"]) == (409, conflict["id"])
    assert Report.objects.count() == 2


def test_a_third_content_is_the_third_row(send):
    send()
    send(text="b")
    status, body = send(text="c")
    assert (status, body["external_id"]) == (409, "k-1#3")
    assert Report.objects.count() == 3


def test_a_key_that_looks_like_a_second_one_is_its_own(send):
    send()
    send(text="b")  # k-1#2
    status, _ = send(external_id="k-1#2", text="somebody else")
    assert status in (201, 409)
    assert Report.objects.filter(text="somebody else").count() == 1


def test_somebody_holds_the_key_that_a_second_content_would_take(send):
    assert send(external_id="k-1#2", text="enjin rosak")[0] == 201
    assert send()[0] == 201
    status, problem = send(text="tolong kebakaran")
    assert (status, problem["external_id"]) == (409, "k-1#3")
    assert Report.objects.count() == 3


def test_a_number_that_no_column_holds_loses_no_report(sea):
    body = b'{"external_id": "k-2", "text": "tolong bot karam", "persons_on_board": 1e999}'
    status, _ = post_over_http(f"{sea.origin}/api/v1/reports/", body, {"Content-Type": "application/json"})
    assert status == 201
    assert "invalid_persons_on_board" in Report.objects.get().flags


def test_twenty_repeats_at_once_are_one_report(send):
    answers = together(*[send] * 20)
    assert sorted(status for status, _ in answers) == [200] * 19 + [201]
    assert len({body["id"] for _, body in answers}) == 1
    assert Report.objects.count() == Incident.objects.count() == 1


def test_ten_contents_under_one_key_at_once_are_ten_reports(send):
    answers = together(*[lambda n=n: send(text=f"karam {n}") for n in range(10)])
    assert sorted(status for status, _ in answers) == [201] + [409] * 9
    assert len({body["id"] for _, body in answers}) == 10
    keys = set(Report.objects.values_list("external_id", flat=True))
    assert keys == {"k-1", *(f"k-1#{n}" for n in range(2, 11))}
