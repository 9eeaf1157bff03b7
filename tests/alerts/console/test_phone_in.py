"""A report by telephone."""

import pytest

from alerts.console.phone_in import read_typed
from alerts.models import Notification
from reports.models import Report
from tests import factories

pytestmark = pytest.mark.django_db
PAGE = "/console/phone-in/"
SCRIPT = {"X-Fragment": "1"}


@pytest.fixture
def desk(client, dispatcher):
    client.force_login(dispatcher)
    return client


def take(desk, **said):
    """Take a report as the panel beside the chart does."""
    return desk.post(PAGE, {"key": "phone-1", "text": "bot karam", **said}, headers=SCRIPT)


def test_it_joins_the_queue_through_the_same_intake(desk):
    key = desk.get(PAGE).context["key"]
    said = {
        "key": key,
        "text": "bot karam",
        "phone": "012-345 6789",
        "position": "4.17 100.42",
        "persons_on_board": "3",
    }
    answer = desk.post(PAGE, said)
    report = Report.objects.get()
    assert answer["Location"] == f"{PAGE}{report.pk}/"
    assert (report.source, report.incident.priority, report.position_source) == ("phone_in", 1, "officer")
    assert report.reading["extra"] == {"taken_by": "dispatcher"}
    assert report.text == "bot karam"
    desk.post(PAGE, said)
    assert Report.objects.count() == 1, "pressed twice, stored once"
    page = desk.get(answer["Location"]).content.decode()
    assert report.reference in page
    assert f"/console/incidents/{report.incident_id}/act/dismiss-report/?report={report.pk}" in page


@pytest.mark.parametrize(
    "said",
    [
        {"text": ""},
        {"phone": "no number"},
        {"position": "99 200"},
        {"position": "x" * 5000},
        {"position": "\0"},
        {"type": "nonsense"},
        {"persons_on_board": "-1"},
        {"position_error_m": "9" * 30},
    ],
)
def test_what_cannot_be_taken_is_said_and_kept_in_the_form(desk, said):
    answer = take(desk, **said)
    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert not Report.objects.exists()


# typed to (lon, lat), error in metres; None: not one position
TYPED = {
    "04°10.20'N 100°25.10'E": ((100.41833, 4.17), 30),
    "4 10.2N 100 25.1E": ((100.41833, 4.17), 200),
    "4-10-12N 100-25-06E": ((100.41833, 4.17), 50),
    "4.17, 100.41833": ((100.41833, 4.17), 1500),
    "U 4 10.2 T 100 25.1": ((100.41833, 4.17), 200),
    "somewhere": None,
    "": None,
    "99 200": None,
    "\0\0": None,
    "🛟" * 500: None,
}


@pytest.mark.parametrize(("text", "expected"), TYPED.items(), ids=[repr(text)[:30] for text in TYPED])
def test_a_typed_position_is_read_in_any_notation_with_its_error(text, expected):
    found = read_typed(text)
    if expected is None:
        assert found is None
        return
    (position, error_m), (wanted, most_m) = found, expected
    assert position == pytest.approx(wanted, abs=1e-4)
    assert error_m is None or error_m <= most_m


def test_the_error_is_the_officers_else_that_of_the_digits(desk):
    take(desk, position="4.17 100.42", position_error_m="900")
    take(desk, key="phone-2", position="4 10N 100 25E")
    first, second = Report.objects.order_by("received_at")
    assert first.position_error_m == 900
    assert second.position_error_m > 500


def test_a_position_is_read_back_to_the_script(desk):
    said = desk.get(f"{PAGE}position/?text=4+10.2N+100+25.1E").json()
    assert said["said"] == "Read as 04°10.20'N 100°25.10'E"
    assert desk.get(f"{PAGE}position/?text=%00%00").json()["position"] is None


def test_it_says_who_is_called(desk, patrol):
    answer = take(desk, position="4.17 100.42")
    assert "A unit is wanted: the nearest fit one is called now." in answer.context["sent"]
    assert "number is not written down" in answer.context["sent"][1]


@pytest.mark.parametrize(
    "said",
    [{"quiet": "on"}, {"type": "smuggling_drugs", "text": "kapal mencurigakan"}],
)
def test_a_quiet_matter_says_not_to_call_back_and_sends_nothing(desk, said):
    answer = take(desk, phone="+447700900211", **said)
    assert answer.context["quiet"]
    assert "do not call or text" in answer.content.decode()
    assert not Notification.objects.filter(reporter__isnull=False).exists()


def test_what_another_desk_sees_alone_is_not_shown(desk):
    report = factories.Report()  # by SMS: no report by telephone
    assert desk.get(f"{PAGE}{report.pk}/").status_code == 404


def test_words_stay_the_callers_and_are_inert(desk):
    answer = take(desk, text="  <script>alert(1)</script>\n{{ 7 }}  ")
    assert Report.objects.get().text.strip() == "<script>alert(1)</script>\n{{ 7 }}"
    assert b"<script>alert" not in answer.content
