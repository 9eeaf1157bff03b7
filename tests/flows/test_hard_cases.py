"""What goes wrong at sea: news after the call, a crew in trouble, a phone in the wrong hands, a service that slept."""

from datetime import timedelta

from alerts.models import Dispatch, InboundMessage, Notification
from reports.models import Incident, Report
from tests import factories

SINKING = "TOLONG bot karam 4 12.000N 100 27.000E 5 orang"


def test_a_corrected_position_reaches_the_boat_on_its_way(sea, fisher_phone, patrol_phone, mrcc):
    fisher_phone.texts(SINKING)
    patrol_phone.hears("04-12.00N")
    patrol_phone.replies("1")
    fisher_phone.texts("salah! posisi 4 30.000N 100 10.000E 7 orang")
    update = patrol_phone.hears("04-30.00N 100-10.00E", "POB7")
    assert "Reply 1" not in update
    patrol_phone.hears_nothing()
    fisher_phone.texts("posisi 4 30.010N 100 10.000E")  # twenty metres on: nobody steers by that
    patrol_phone.hears_nothing()


def test_a_crew_still_called_hears_the_new_position_too(sea, fisher_phone, patrol_phone, mrcc):
    fisher_phone.texts(SINKING)
    patrol_phone.hears("04-12.00N")
    fisher_phone.texts("salah! posisi 4 30.000N 100 10.000E")
    patrol_phone.hears("04-30.00N")


def test_an_officers_correction_reaches_the_crew(sea, fisher_phone, patrol_phone, dispatcher, mrcc):
    from reports import decisions

    fisher_phone.texts(SINKING)
    patrol_phone.replies("1")
    patrol_phone.heard = len(patrol_phone.messages)
    decisions.correct(Incident.objects.get().pk, by=dispatcher, reason="by radio", type="fire_explosion")
    sea.settles()
    patrol_phone.hears("FIRE")


def test_a_vague_place_does_not_blur_a_known_position(sea, fisher_phone, patrol_phone, mrcc):
    fisher_phone.texts(SINKING)
    known = Incident.objects.get().lon_lat
    fisher_phone.texts("4.2N 100.4E")
    incident = Incident.objects.get()
    assert incident.lon_lat == known
    assert incident.position_error_m < 100


def test_a_crew_in_distress_answers_its_own_question(sea, patrol_phone, second_phone, mrcc):
    patrol_phone.replies("9")
    own = Incident.objects.get()
    patrol_phone.replies("4.25N 100.41E 4 orang")
    own.refresh_from_db()
    assert Incident.objects.count() == 1
    assert own.lon_lat is not None
    assert own.persons_on_board == 4
    second_phone.hears("P1", "04-15.00N")


def test_a_crew_in_distress_is_never_met_with_silence_nor_doubled(sea, patrol_phone, mrcc):
    for _ in range(6):
        assert patrol_phone.replies("7")
    first = patrol_phone.replies("9")
    assert Incident.objects.get().reference in first
    assert Incident.objects.get().reference in patrol_phone.replies("9")
    assert Incident.objects.count() == 1


def test_a_crew_may_think_again(sea, fisher_phone, patrol_phone, mrcc):
    fisher_phone.texts(SINKING)
    reference = Incident.objects.get().reference
    patrol_phone.replies(f"2 {reference}")
    assert "3=" in patrol_phone.replies(f"1 {reference}")
    fisher_phone.hears("MY-LUMUT-04")
    assert list(Dispatch.objects.order_by("created_at").values_list("status", flat=True)) == [
        "declined",
        "acknowledged",
    ]


def test_a_step_said_once_more_without_reference_is_the_first_answer(sea, fisher_phone, patrol_phone, mrcc):
    fisher_phone.texts(SINKING)
    for digit in "13":
        patrol_phone.replies(digit)
    first = patrol_phone.replies("4")
    assert patrol_phone.replies("4") == first
    first = patrol_phone.replies("5")
    assert patrol_phone.replies("5") == first


def test_what_a_crew_called_done_stays_in_the_queue_and_its_desk_is_told(
    sea, fisher_phone, patrol_phone, duty_phone, mrcc
):
    fisher_phone.texts(SINKING)
    patrol_phone.replies("1")
    patrol_phone.replies("5")
    incident = Incident.objects.get()
    assert incident.status == "resolved"
    assert list(Incident.objects.queue()) == [incident]
    duty_phone.hears(incident.reference)


def test_a_phone_under_attack_hears_nothing_but_a_receipt(sea, fisher_phone, patrol_phone, mrcc):
    fisher_phone.texts("SOS karam 4.20N 100.45E")
    answer = fisher_phone.texts("perompak naik bot kami ada senjata")
    assert answer == f"OK {Report.objects.latest('received_at').reference}"
    patrol_phone.replies("1")
    fisher_phone.hears_nothing()
    assert fisher_phone.texts("tolong cepat").startswith("OK ")


def test_safe_now_hears_no_promise_of_rescue(sea, fisher_phone, patrol_phone, mrcc):
    fisher_phone.texts(SINKING)
    assert "SOS DITERIMA" not in fisher_phone.texts("dah selamat, silap")
    assert Incident.objects.get().status == "dispatching"


def test_after_an_outage_the_ladder_goes_on_at_its_own_pace(
    sea, fisher_phone, patrol_phone, second_phone, duty_phone, mrcc_phone
):
    fisher_phone.texts(SINKING)
    sea.sleeps(1900)
    assert len(patrol_phone.calls) == 1
    second_phone.hears("P1")
    assert duty_phone.calls == mrcc_phone.calls == []
    sea.passes(61)
    assert len(duty_phone.calls) == 1


def test_a_repeat_is_not_asked_while_the_last_one_waits_to_leave(sea, fisher_phone, patrol_phone, mrcc):
    fisher_phone.texts(SINKING)
    patrol_phone.hears("P1")
    sea.twilio.refused_numbers[patrol_phone.number] = 20429  # too many requests: asked again later
    sea.passes(1300)
    waiting = Notification.objects.waiting().filter(channel="sms", unit__call_sign="MY-LUMUT-04")
    assert waiting.count() <= 1


def test_a_repeat_is_not_asked_while_the_last_one_is_being_sent(sea, fisher_phone, patrol_phone, mrcc):
    fisher_phone.texts(SINKING)
    patrol_phone.hears("P1")
    sms = Notification.objects.filter(channel="sms", purpose="alert", unit__call_sign="MY-LUMUT-04")
    factories.force(sms, status="leased", leased_until=sea.now() + timedelta(days=1))
    sea.passes(1300)
    assert sms.count() == 1


def test_a_first_call_leaves_before_repeats_of_others(sea, fisher_phone, patrol_phone, mrcc):
    fisher_phone.texts(SINKING)
    sea.passes(620)
    repeats = Notification.objects.filter(purpose="alert", repeat__gt=0)
    assert repeats.exists()
    now = sea.now()
    factories.force(repeats, status="pending", attempt=0, due_at=now - timedelta(minutes=5))
    first = Notification.objects.filter(purpose="alert", repeat=0).order_by("created_at").first()
    factories.force(Notification.objects.filter(pk=first.pk), status="pending", attempt=0, due_at=now)
    assert Notification.objects.due(now).first().pk == first.pk


def test_what_nobody_can_read_is_looked_at_within_five_minutes(sea, stranger_phone, mrcc_phone):
    stranger_phone.texts("zxqv blorp")
    mrcc_phone.hears_nothing()
    sea.passes(301)
    mrcc_phone.hears(Incident.objects.get().reference)


def test_other_words_under_a_known_message_id_are_kept(sea, fisher_phone, mrcc):
    sid = "SM" + "b" * 32
    first = fisher_phone.texts("bot karam 4.20 100.45", sid=sid)
    fisher_phone.texts("kebakaran pula", sid=sid)
    assert sorted(Report.objects.values_list("text", flat=True)) == [
        "bot karam 4.20 100.45",
        "kebakaran pula",
    ]
    assert fisher_phone.texts("bot karam 4.20 100.45", sid=sid) == first
    assert InboundMessage.objects.count() == 2


def test_start_from_a_crew_is_no_report(sea, patrol_phone, mrcc):
    assert "1=" in patrol_phone.replies("START")
    assert Incident.objects.count() == 0


def test_two_devices_with_one_key_and_the_same_words_are_two_reports(sea):
    import json

    from tests.carriers.twilio import post_over_http

    answers = []
    for _ in range(2):
        _, body = post_over_http(f"{sea.origin}/api/v1/devices/", b"{}", {"Content-Type": "application/json"})
        headers = {"Content-Type": "application/json", "Authorization": f"Device {json.loads(body)['token']}"}
        said = json.dumps({"external_id": "1", "text": "SOS"}).encode()
        answers.append(post_over_http(f"{sea.origin}/api/v1/reports/", said, headers)[0])
    assert answers == [201, 409]
    assert Report.objects.count() == 2
    assert Report.objects.values("device").distinct().count() == 2
