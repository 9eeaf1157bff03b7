"""Who reports a crime is answered OK and a reference, and never hears another word."""

import json

import pytest

from alerts import dispatch
from alerts.models import Notification
from reports.models import Incident, Report
from tests.carriers.twilio import post_over_http

SMUGGLERS = "nampak bot seludup rokok 4 12.0N 100 27.0E"


def enrolled(sea) -> str:
    body = {"platform": "android", "push_kind": "token", "push_target": "push-of-the-fisher"}
    status, answer = post_over_http(
        f"{sea.origin}/api/v1/devices/", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    assert status == 201
    return json.loads(answer)["token"]


def by_app(sea, token: str, **content) -> dict:
    status, answer = post_over_http(
        f"{sea.origin}/api/v1/reports/",
        json.dumps({"external_id": "k1", **content}).encode(),
        {"Content-Type": "application/json", "Authorization": f"Device {token}"},
    )
    assert status == 201, answer
    return json.loads(answer)


def nobody_told_the_reporter() -> bool:
    return not Notification.objects.filter(reporter__isnull=False).exists()


def carried_out(sea, incident: Incident, patrol_phone, dispatcher) -> None:
    """The whole way: an officer asks, a crew goes, arrives and is done, an officer closes."""
    dispatch.request_unit(incident.pk, by=dispatcher, reason="worth a look")
    sea.settles()
    patrol_phone.hears(incident.reference)
    for word in (f"1 {incident.reference}", "3", "4", "5"):
        patrol_phone.replies(word)
    incident.refresh_from_db()
    assert incident.status == "resolved"
    dispatch.close(incident.pk, by=dispatcher, outcome="enforced", reason="boat detained")
    sea.passes(3600)


def test_by_sms_ok_and_nothing_more_ever(sea, fisher_phone, patrol_phone, mrcc, dispatcher):
    answer = fisher_phone.texts(SMUGGLERS)
    assert answer == f"OK {Report.objects.get().reference}"
    sea.passes(7200)
    fisher_phone.hears_nothing()
    carried_out(sea, Incident.objects.get(), patrol_phone, dispatcher)
    fisher_phone.hears_nothing()
    assert fisher_phone.calls == []
    assert nobody_told_the_reporter()


def test_by_app_ok_and_nothing_more_ever(sea, patrol_phone, mrcc, dispatcher):
    token = enrolled(sea)
    body = by_app(sea, token, text=SMUGGLERS)
    assert body["reply"] == f"OK {body['reference']}"
    carried_out(sea, Incident.objects.get(), patrol_phone, dispatcher)
    assert nobody_told_the_reporter()
    assert all(message["token"] != "push-of-the-fisher" for message in sea.fcm.messages)


def test_it_waits_in_the_queue_and_no_unit_is_called(sea, fisher_phone, patrol_phone, duty_phone, mrcc_phone):
    fisher_phone.texts(SMUGGLERS)
    sea.passes(7200)
    patrol_phone.hears_nothing()
    duty_phone.hears_nothing()
    mrcc_phone.hears_nothing()
    assert Incident.objects.queue().get().status == "open"


@pytest.mark.parametrize(
    "text", ["lanun naik bot 6 orang senjata 4 12.0N 100 27.0E", "culik 3 kru 4.20 100.45"]
)
def test_a_p1_that_must_stay_quiet_moves_units_and_betrays_nobody(
    sea, fisher_phone, patrol_phone, mrcc, text
):
    answer = fisher_phone.texts(text)
    incident = Incident.objects.get()
    assert incident.priority == 1
    assert answer == f"OK {Report.objects.get().reference}"
    patrol_phone.hears("P1")
    patrol_phone.replies("1")
    sea.passes(600)
    fisher_phone.hears_nothing()
    assert nobody_told_the_reporter()


def test_a_missing_position_is_not_asked_of_a_quiet_reporter(sea, fisher_phone, mrcc):
    assert fisher_phone.texts("KENA ROMPAK LAUT 2 BOT LAJU") == f"OK {Report.objects.get().reference}"


def test_whoever_asks_for_quiet_in_distress_is_rescued_quietly(sea, patrol_phone, mrcc):
    token = enrolled(sea)
    position = {"latitude": 4.2, "longitude": 100.45}
    body = by_app(sea, token, text="tolong bot karam", position=position, quiet=True)
    assert body["reply"] == f"OK {body['reference']}"
    sea.settles()
    patrol_phone.hears("P1")
    patrol_phone.replies("1")
    assert nobody_told_the_reporter()


def test_the_crew_never_learns_where_the_informer_stood(sea, patrol_phone, mrcc, dispatcher):
    token = enrolled(sea)
    by_app(sea, token, text="nampak bot seludup", position={"latitude": 4.21234, "longitude": 100.45678})
    incident = Incident.objects.get()
    dispatch.request_unit(incident.pk, by=dispatcher)
    sea.settles()
    alert = patrol_phone.hears(incident.reference)
    assert "04-12.74" not in alert
    assert "100-27.41" not in alert
    assert incident.lon_lat == pytest.approx((100.46, 4.21))
    assert incident.position_error_m >= 1852
