"""The simulated phones: who may use them, what they show, and that typing there is a carrier's webhook."""

import json
import uuid
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from alerts import delivery, phones
from alerts.dispatcher import Dispatcher
from alerts.models import Dispatch, InboundMessage, Notification
from reports.models import Incident, Report
from tests import factories
from tests.cast import DUTY_PHONE, FISHER_PHONE, PATROL_PHONE

DISTRESS = "TOLONG bot karam 4 10.2N 100 25.1E 3 orang"
HOSTILE = [
    "</script><img src=x onerror=alert(1)>",
    "\x00\x01\ud800",
    "\u202e" * 50,
    "{{ settings.SECRET_KEY }}",
    "A" * 5000,
    " ",
]
ADDRESSES = [
    "/phones/",
    "/phones/feed/",
    "/phones/conversation/?phone=%2B447700900201",
    "/phones/search/?q=lumut",
]


@pytest.fixture
def open_phones(settings, db):
    settings.SIMULATED_CARRIERS = True
    settings.PHONES = "open"


def sends(client, number, text):
    return client.post("/phones/text/", {"phone": number, "text": text})


def shown(client, number):
    lines = client.get("/phones/conversation/", {"phone": number}).json()["lines"]
    return [(line["kind"], line["sent"], line["text"]) for line in lines]


# --- Who may use them ---


@pytest.mark.parametrize(
    ("simulated", "mode", "who", "status"),
    [
        (True, "open", None, 200), (True, "open", "charlie", 200), (True, "staff", None, 404), (True, "staff", "charlie", 404),
        (True, "staff", "liaison", 404), (True, "staff", "dispatcher", 200), (True, "staff", "admin", 200),
        (True, "off", "admin", 404), (False, "open", "admin", 404), (False, "staff", "admin", 404),
    ],
)  # fmt: skip
def test_the_phones_exist_only_with_simulated_carriers_and_for_whom_the_setting_names(
    simulated, mode, who, status, client, settings, request, db
):
    settings.SIMULATED_CARRIERS, settings.PHONES = simulated, mode
    if who:
        client.force_login(request.getfixturevalue(who))
    assert [client.get(address).status_code for address in ADDRESSES] == [status] * len(ADDRESSES)
    expected = status if status == 404 else 400
    assert client.post("/phones/text/", {"phone": "", "text": "SOS"}).status_code == expected
    assert client.post("/phones/press/", {"call": "x", "digit": "1"}).status_code == 404


def test_a_page_of_another_origin_cannot_type(open_phones):
    strict = Client(enforce_csrf_checks=True)
    assert sends(strict, FISHER_PHONE, DISTRESS).status_code == 403
    assert not InboundMessage.objects.exists()


# --- As the fisher ---


def test_a_text_typed_here_becomes_a_report_and_its_answer_is_shown(client, open_phones, patrol):
    assert sends(client, FISHER_PHONE, DISTRESS).status_code == 200
    report = Report.objects.get()
    assert (report.source, report.text, report.incident.priority) == ("sms", DISTRESS, 1)
    (sent, answer) = shown(client, FISHER_PHONE)
    assert sent == ("sms", True, DISTRESS)
    assert answer[:2] == ("sms", False)
    assert report.reference in answer[2]


def test_a_new_number_may_be_spelled_as_people_do(client, open_phones):
    found = client.get("/phones/search/", {"q": "012-345 6789"}).json()["phones"]
    assert found == [{"key": "+60123456789", "kind": "fisher", "title": "+60123456789", "detail": "fisher"}]
    sends(client, "012-345 6789", "SOS")
    assert shown(client, "+60123456789")[0] == ("sms", True, "SOS")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_taken_in_and_comes_back_as_data(client, open_phones, text):
    body = urlencode({"phone": FISHER_PHONE, "text": text}, errors="surrogatepass")
    answer = client.post("/phones/text/", body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200
    assert Report.objects.count() == 1
    feed = client.get("/phones/feed/")
    assert feed["Content-Type"] == "application/json"
    assert json.loads(feed.content)["lines"]
    assert HOSTILE[0] not in client.get("/phones/").content.decode()


@pytest.mark.parametrize("phone", ["", "app:MY-LUMUT-04", "anybody", "\x00", "<b>"])
def test_a_phone_without_a_number_cannot_text(client, open_phones, phone):
    assert sends(client, phone, "SOS").status_code == 400
    assert not InboundMessage.objects.exists()


# --- As the crew and the duty officer ---


@pytest.fixture
def alerted(transactional_db, client, open_phones, patrol, crew):
    """A distress whose nearest unit has been told by push and SMS through the recorder."""
    sends(client, FISHER_PHONE, DISTRESS)
    Dispatcher().drain()
    return Dispatch.objects.get()


def test_the_alert_lands_on_the_units_phone_and_a_reply_typed_there_is_an_acknowledgement(client, alerted):
    reference = Incident.objects.get().reference
    kinds = {kind for kind, sent, _ in shown(client, PATROL_PHONE) if not sent}
    assert {"sms", "push"} <= kinds
    assert all(reference in text for kind, sent, text in shown(client, PATROL_PHONE) if kind == "sms")
    sends(client, PATROL_PHONE, f"1 {reference}")
    alerted.refresh_from_db()
    assert alerted.status == "acknowledged"
    Dispatcher().drain()
    assert any("MY-LUMUT-04" in text for _, sent, text in shown(client, FISHER_PHONE) if not sent), (
        "help is coming"
    )


def _call(dispatch, **recipient):
    now = timezone.now()
    return Notification.objects.create(
        incident=dispatch.incident, dispatch=dispatch if "unit" in recipient else None, purpose="alert", channel="voice",
        text="Coast guard alert. Press 1 to go.", key=str(uuid.uuid4()), status="accepted", carrier="simulated",
        carrier_id="SIM1", created_at=now, due_at=now, accepted_at=now, reference=dispatch.incident.reference, **recipient,
    )  # fmt: skip


@pytest.mark.parametrize(("digit", "status"), [("1", "acknowledged"), ("2", "declined"), ("7", "alerting")])
def test_a_key_pressed_in_a_call_is_the_crews_word(client, alerted, patrol, digit, status):
    call = _call(alerted, unit=patrol)
    assert client.post("/phones/press/", {"call": str(call.pk), "digit": digit}).json()["said"]
    alerted.refresh_from_db()
    assert alerted.status == status


def test_a_duty_officers_calls_are_shown_on_the_duty_phone(client, alerted, station):
    call = _call(alerted, station=station)
    answer = client.get("/phones/conversation/", {"phone": DUTY_PHONE}).json()
    assert answer["phones"][0] == {
        "key": DUTY_PHONE,
        "kind": "duty",
        "title": "Lumut",
        "detail": "duty officer",
    }
    assert str(call.pk) in [line["call"] for line in answer["lines"]]


@pytest.mark.parametrize(
    "posted",
    [
        {},
        {"call": "nonsense", "digit": "1"},
        {"call": str(uuid.uuid4()), "digit": "1"},
        {"call": "x" * 999, "digit": "99"},
    ],
)
def test_a_key_without_a_call_is_told_that_it_is_over(client, open_phones, posted):
    assert client.post("/phones/press/", posted).status_code == 404


def test_what_no_carrier_took_is_on_no_phone(client, alerted):
    factories.force(Notification.objects, status="pending", carrier="")
    assert [line for line in shown(client, PATROL_PHONE) if not line[1]] == []


# --- News ---


def test_news_since_a_moment_holds_only_what_changed(client, alerted):
    first = client.get("/phones/feed/").json()
    assert {phone["key"] for phone in first["phones"]} >= {FISHER_PHONE, PATROL_PHONE}
    later = client.get("/phones/feed/", {"since": timezone.now().timestamp() + 60}).json()
    assert later["lines"] == []
    assert later["phones"] == []
    assert first["cursor"] < timezone.now().timestamp()


@pytest.mark.parametrize("since", ["x", "1e999", "-1e18", "nan", "inf", "0", "-1", "99999999999"])
def test_a_nonsense_moment_is_no_error(client, open_phones, since):
    assert client.get("/phones/feed/", {"since": since}).status_code == 200


@pytest.mark.parametrize("q", ["", "\x00", "%", "'; --", "a" * 500, "+", "lumut", "<b>", "\u0664\u0665"])
def test_a_search_never_fails(client, open_phones, patrol, q):
    assert client.get("/phones/search/", {"q": q}).status_code == 200


def test_a_search_finds_units_and_duty_officers_by_name_and_number(client, open_phones, patrol):
    kinds = {
        phone["kind"]: phone["key"]
        for phone in client.get("/phones/search/", {"q": "lumut"}).json()["phones"]
    }
    assert kinds == {"unit": PATROL_PHONE, "duty": DUTY_PHONE}
    assert client.get("/phones/search/", {"q": PATROL_PHONE}).json()["phones"][0]["title"] == "MY-LUMUT-04"


def test_the_way_to_the_incident_is_for_staff_alone(client, alerted, dispatcher):
    incident = f"/admin/reports/incident/{alerted.incident_id}/change/"
    assert incident not in client.get("/phones/feed/").content.decode()
    client.force_login(dispatcher)
    assert incident in client.get("/phones/feed/").content.decode()


def test_a_form_typed_here_has_the_carriers_shape():
    form = phones._form("+60123456789", "SOS")
    assert set(form) >= {
        "MessageSid",
        "AccountSid",
        "From",
        "To",
        "Body",
        "NumMedia",
        "NumSegments",
        "ApiVersion",
    }
    assert len(form["MessageSid"]) == 34
    assert form["FromCountry"] == "MY"


def test_the_recorder_marks_its_rows_as_simulated():
    assert delivery.carrier_of("sms") == "simulated"
