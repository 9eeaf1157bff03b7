"""Whatever the carrier posts becomes a row and an answer; whatever somebody else posts becomes neither."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import pytest

from alerts import inbound_sync
from alerts.models import InboundMessage, Notification
from alerts.signatures import sign
from communities import identity
from reports import decisions
from reports.models import Incident, Report
from tests.carriers.twilio import FORM, post_over_http
from tests.cast import FISHER_PHONE
from tests.phone import raw_webhook, together, unsigned_webhook

SAMPLES = json.loads((Path(__file__).parents[1] / "data/twilio/inbound_samples.json").read_text())
BY_NAME = {row["name"]: row["form"].encode() for row in SAMPLES}
SENDER = b"From=%2B447700900201&"


def only_report() -> Report:
    return Report.objects.get()


@pytest.mark.parametrize("row", SAMPLES, ids=lambda row: row["name"])
def test_every_sample_is_stored_and_answered_once(sea, row):
    raw, fields = row["form"].encode(), dict(parse_qsl(row["form"], keep_blank_values=True))
    status, answer = raw_webhook(sea, raw)
    assert status == 200
    report, message = only_report(), InboundMessage.objects.get()
    assert (report.source, report.external_id) == ("sms", fields["MessageSid"])
    assert report.text == fields["Body"]
    assert (message.report, message.kind) == (report, "report")
    assert report.reference in answer.decode()
    assert identity.decrypt(message.raw_encrypted) == raw
    assert identity.address_of(report.reporter) == fields["From"]
    assert raw_webhook(sea, raw) == (200, answer)
    assert Report.objects.count() == Incident.objects.count() == InboundMessage.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "type_", "priority", "position"),
    [
        ("inbound_plain", "sinking", 1, (4.25383, 118.62917)),
        ("inbound_media", "fire_explosion", 1, None),
        ("inbound_empty_body_media", "unclassified", 4, None),
        ("inbound_unicode_newline", "undesignated_distress", 1, (5.92, 118.2)),
        ("inbound_long_segments", "undesignated_distress", 1, None),
        ("inbound_whatsapp_location", "unclassified", 4, (5.9203, 118.2051)),
    ],
)
def test_what_each_sample_is_taken_for(sea, name, type_, priority, position):
    raw_webhook(sea, BY_NAME[name])
    incident = Incident.objects.get()
    assert (incident.type, incident.priority) == (type_, priority)
    if position is None:
        assert incident.position is None
    else:
        assert (incident.position.y, incident.position.x) == pytest.approx(position, abs=1e-4)


def test_a_location_pin_is_the_position(sea):
    raw_webhook(sea, BY_NAME["inbound_whatsapp_location"])
    report = only_report()
    assert (report.position.y, report.position.x) == (5.9203, 118.2051)
    assert (report.position_source, report.position_status) == ("device_gnss", "ok")


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        ("", ""),
        ("x", "118"),
        ("91", "118"),
        ("5", "181"),
        ("nan", "118"),
        ("inf", "1"),
        ("0", "0"),
        ("1e400", "5"),
    ],
)
def test_a_pin_that_is_nowhere_is_no_position(sea, latitude, longitude):
    form = urlencode(
        {
            "MessageSid": "SM1",
            "From": "+447700900201",
            "Body": "SOS",
            "Latitude": latitude,
            "Longitude": longitude,
        }
    )
    assert raw_webhook(sea, form.encode())[0] == 200
    assert only_report().position is None


def test_photos_are_noted_with_where_they_lie(sea):
    raw_webhook(sea, BY_NAME["inbound_media"])
    media = only_report().reading["extra"]["media"]
    assert [photo["type"] for photo in media] == ["image/jpeg", "image/jpeg"]
    assert all(photo["url"].startswith("https://api.twilio.com/") for photo in media)


@pytest.mark.parametrize("count", ["-1", "x", "", "99999999999", "١", "500"])
def test_nonsense_for_a_number_of_photos_loses_nothing(sea, count):
    form = urlencode({"MessageSid": "SM1", "From": "+447700900201", "Body": "SOS", "NumMedia": count})
    assert raw_webhook(sea, form.encode())[0] == 200
    assert only_report().type == "undesignated_distress"


@pytest.mark.parametrize(
    ("body", "stored", "flag"),
    [
        (b"SOS+%FF%FE+karam", "SOS \ufffd\ufffd karam", None),
        (b"SOS+\xc3\x28", "SOS \ufffd(", None),
        (b"SOS%00karam", "SOS\ufffdkaram", "text_repaired"),
        (b"SOS%ED%A0%80", "SOS\ufffd\ufffd\ufffd", None),
        (b"", "", None),
        (b"%20%0A%20", " \n ", None),
        (b"a" * 1600, "a" * 1600, None),
        (b"tolong " * 228, "tolong " * 228, None),
        (b"%F0%9F%86%98" * 400, "🆘" * 400, None),
        (b"%E2%80%AE%E2%80%8B%EF%BB%BF", "\u202e\u200b\ufeff", None),
        (b"%27%3B+DROP+TABLE+reports_report%3B--", "'; DROP TABLE reports_report;--", None),
    ],
    ids=["bytes no text", "half a letter", "NUL", "half a pair", "empty", "blank", "1600", "1596 of words", "signs", "invisible", "SQL"],
)  # fmt: skip
def test_a_body_that_is_hard_to_hold_is_held(sea, body, stored, flag):
    status, answer = raw_webhook(sea, SENDER + b"MessageSid=SM1&Body=" + body)
    assert status == 200
    report = only_report()
    assert report.text == stored
    assert flag is None or flag in report.flags
    assert report.reference in answer.decode()


@pytest.mark.parametrize("field", [b"", b"MessageSid=&", b"MessageSid=+++&"])
def test_a_message_without_an_id_is_known_by_its_content(sea, field):
    raw = SENDER + field + b"Body=SOS+4.2+100.45"
    first, again = raw_webhook(sea, raw), raw_webhook(sea, raw)
    assert first == again
    assert only_report().external_id.startswith("raw:")
    raw_webhook(sea, raw + b"5")
    assert Report.objects.count() == 2


@pytest.mark.parametrize(
    "name", ["MessageSid", "From", "FromCountry", "MediaUrl0", "MediaContentType0", "Latitude", "To"]
)
def test_a_nul_anywhere_loses_nothing(sea, name):
    fields = {
        "MessageSid": "SM1",
        "From": "+447700900201",
        "Body": "SOS",
        "NumMedia": "1",
        name: "\x00+60\ud800",
    }
    assert raw_webhook(sea, urlencode(fields, errors="surrogatepass").encode())[0] == 200
    assert only_report().type == "undesignated_distress"


def test_an_id_that_is_too_long_is_cut(sea):
    assert raw_webhook(sea, SENDER + b"Body=SOS&MessageSid=" + b"S" * 500)[0] == 200
    assert InboundMessage.objects.get().external_id == "S" * 80


@pytest.mark.parametrize(
    "sender",
    ["MAXIS", "32665", "", "whatsapp:+447700900201", "+0", "anonymous", "x" * 300, "\x00\x01", "ஆபத்து"],
)
def test_whoever_sends_it_reports(sea, sender):
    form = urlencode({"MessageSid": "SM1", "From": sender, "Body": "tolong bot karam 4.20 100.45"})
    status, answer = raw_webhook(sea, form.encode())
    assert status == 200
    assert (only_report().type, Incident.objects.get().priority) == ("sinking", 1)
    assert only_report().reference in answer.decode()


def test_a_text_without_any_field_is_a_row_too(sea):
    status, _ = raw_webhook(sea, b"a=b")
    assert status == 200
    assert (only_report().text, only_report().reporter) == ("", None)


def test_two_hundred_fields_and_more_do_no_harm(sea):
    raw = SENDER + b"MessageSid=SM1&Body=SOS" + b"".join(b"&x%d=1" % n for n in range(900))
    assert raw_webhook(sea, raw)[0] == 200
    assert only_report().text == "SOS"


def nothing_came_in() -> bool:
    return not (Report.objects.exists() or InboundMessage.objects.exists() or Incident.objects.exists())


def test_unsigned_is_refused(sea):
    assert unsigned_webhook(sea, MessageSid="SM1", From="+447700900201", Body="SOS") == 403
    assert nothing_came_in()


@pytest.mark.parametrize(
    ("signed_for", "token"),
    [
        ("https://evil.example/webhooks/twilio/sms/", None),
        ("{origin}/webhooks/twilio/status/", None),
        ("{origin}/webhooks/twilio/sms/?x=1", None),
        ("{origin}/webhooks/twilio/sms/", "another-token"),
    ],
    ids=["origin", "path", "query", "token"],
)
def test_signed_for_something_else_is_refused(sea, signed_for, token):
    raw, url = SENDER + b"MessageSid=SM1&Body=SOS", f"{sea.origin}/webhooks/twilio/sms/"
    signature = sign(signed_for.format(origin=sea.origin), raw, token=token)
    assert post_over_http(url, raw, {"Content-Type": FORM, "X-Twilio-Signature": signature})[0] == 403
    assert nothing_came_in()


def test_a_forged_host_gains_nothing(sea):
    raw, url = SENDER + b"MessageSid=SM1&Body=SOS", f"{sea.origin}/webhooks/twilio/sms/"
    signature = sign("http://evil.example/webhooks/twilio/sms/", raw)
    headers = {
        "Content-Type": FORM,
        "X-Twilio-Signature": signature,
        "Host": "evil.example",
        "X-Forwarded-Host": "evil.example",
    }
    assert post_over_http(url, raw, headers)[0] == 403
    assert nothing_came_in()


def test_a_changed_word_is_refused(sea):
    raw, url = SENDER + b"MessageSid=SM1&Body=SOS", f"{sea.origin}/webhooks/twilio/sms/"
    headers = {"Content-Type": FORM, "X-Twilio-Signature": sign(url, raw)}
    assert post_over_http(url, raw + b"+latihan", headers)[0] == 403
    assert nothing_came_in()


@pytest.mark.parametrize("key_name", ["k1", "unknown"])
def test_signed_with_sha256_is_taken(sea, settings, key_name):
    settings.TWILIO_SIGNING_KEYS = {"k1": "a-secret-of-its-own"}
    secret = settings.TWILIO_SIGNING_KEYS.get(key_name, settings.TWILIO_AUTH_TOKEN)
    url = f"{sea.origin}/webhooks/twilio/sms/"
    fields = {"MessageSid": "SM1", "From": "+447700900201", "Body": "SOS 4.2 100.45"}
    text = url + "".join(name + fields[name] for name in sorted(fields))
    headers = {
        "Content-Type": FORM,
        "X-Twilio-Signature": base64.b64encode(
            hmac.digest(secret.encode(), text.encode(), "sha256")
        ).decode(),
        "X-Twilio-Webhooks-Signature-Settings": f"key={key_name},algorithm=HMAC_SHA256",
    }
    raw = urlencode(fields).encode()
    assert post_over_http(url, raw, headers)[0] == 200
    assert only_report().type == "undesignated_distress"
    headers["X-Twilio-Webhooks-Signature-Settings"] = f"key={key_name},algorithm=HMAC_SHA1"
    assert post_over_http(url, raw, headers)[0] == 403


def test_ten_repeats_at_once_are_one_report_and_one_answer(sea, patrol):
    raw = SENDER + b"MessageSid=SM1&Body=tolong+bot+karam+4.20+100.45"
    answers = together(*[lambda: raw_webhook(sea, raw)] * 10)
    assert len(set(answers)) == 1
    assert answers[0][0] == 200
    assert Report.objects.count() == Incident.objects.count() == InboundMessage.objects.count() == 1
    sea.settles()
    assert [message["to"] for message in sea.twilio.messages.values()].count(patrol.phone) == 1


def test_ten_texts_of_one_new_phone_at_once_are_one_matter(sea, mrcc):
    texts = [SENDER + b"MessageSid=SM%d&Body=SOS+%d" % (n, n) for n in range(10)]
    answers = together(*[lambda raw=raw: raw_webhook(sea, raw) for raw in texts])
    assert {status for status, _ in answers} == {200}
    assert (Report.objects.count(), Incident.objects.count()) == (10, 1)
    assert Report.objects.values("reporter").distinct().count() == 1


def answered(answers) -> int:
    return sum(b"<Message>" in body for _, body in answers)


def test_fifty_texts_in_a_minute_are_all_kept_and_five_are_answered(sea, mrcc):
    texts = [SENDER + b"MessageSid=SM%d&Body=auto+reply+%d" % (n, n) for n in range(50)]
    answers = []
    for start in range(0, 50, 10):
        answers += together(*[lambda raw=raw: raw_webhook(sea, raw) for raw in texts[start : start + 10]])
    assert {status for status, _ in answers} == {200}
    assert answered(answers) == InboundMessage.objects.exclude(reply="").count() == 5
    assert Report.objects.count() == InboundMessage.objects.count() == 50
    assert Incident.objects.count() == 1


def test_a_distress_after_the_brake_alerts_units_all_the_same(sea, stranger_phone, patrol_phone, mrcc):
    assert [bool(stranger_phone.texts(f"ombak besar {n}")) for n in range(7)] == [True] * 5 + [False] * 2
    assert stranger_phone.texts("tolong bot karam 4.20 100.45 3 orang") == ""
    patrol_phone.hears("P1", "POB3")
    patrol_phone.replies("1")
    stranger_phone.hears("MY-LUMUT-04")  # who comes is no machine's answer


def test_after_a_human_acted_the_phone_is_answered_again(sea, stranger_phone, mrcc, dispatcher):
    for number in range(6):
        said = stranger_phone.texts(f"ombak besar {number}")
    assert said == ""
    decisions.take(Incident.objects.get().pk, dispatcher)
    assert [bool(stranger_phone.texts(f"masih {n}")) for n in range(6)] == [True] * 5 + [False]


@pytest.mark.parametrize("word", ["1 {}", "2 {}"])
def test_a_crews_answer_is_a_humans(sea, stranger_phone, patrol_phone, mrcc, word):
    stranger_phone.texts("tolong bot karam 4.20 100.45 3 orang")
    for number in range(5):
        said = stranger_phone.texts(f"ombak besar {number}")
    assert said == ""
    patrol_phone.replies(word.format(Incident.objects.get().reference))
    assert stranger_phone.texts("cepat")


def test_what_an_officer_does_elsewhere_lifts_no_brake(sea, stranger_phone, mrcc, dispatcher):
    stranger_phone.texts("ombak besar")
    other = sea.phone("+447700900298")
    other.texts("enjin rosak hanyut 5.60 100.10")
    for number in range(5):
        said = stranger_phone.texts(f"masih {number}")
    assert said == ""
    decisions.take(Incident.objects.get(type="disabled_adrift").pk, dispatcher)
    assert stranger_phone.texts("masih") == ""


def test_a_crews_phone_that_answers_by_itself_stops_too(sea, patrol_phone, mrcc):
    answers = [patrol_phone.texts(f"I am driving, back in {n} minutes") for n in range(33)]
    assert [bool(answer) for answer in answers] == [True] * 30 + [False] * 3
    assert Report.objects.count() == 33


def test_a_message_in_the_list_and_by_webhook_at_once_is_one_report_and_one_answer(sea, fisher):
    sid = sea.twilio.hold(FISHER_PHONE, "SOS 4.2 100.45")
    raw = urlencode({"MessageSid": sid, "From": FISHER_PHONE, "Body": "SOS 4.2 100.45"}).encode()
    webhook, taken = together(
        lambda: raw_webhook(sea, raw), lambda: inbound_sync.import_missed(back=timedelta(hours=1))
    )
    assert webhook[0] == 200
    assert Report.objects.count() == InboundMessage.objects.count() == 1
    assert Notification.objects.filter(reporter=fisher).count() == taken


def test_the_same_message_over_another_road_is_no_second_report(sea):
    """The carrier's fallback address, or a re-signed retry: the message id decides."""
    raw = SENDER + b"MessageSid=SM1&Body=SOS+4.2+100.45"
    first = raw_webhook(sea, raw)
    assert raw_webhook(sea, raw + b"&ErrorCode=11200&ErrorUrl=x") == first
    assert Report.objects.count() == 1


def test_a_signature_over_the_raw_bytes_of_a_body_that_is_no_utf8(sea):
    raw = SENDER + b"MessageSid=SM1&Body=tolong+\xe9\xe9+karam"
    assert raw_webhook(sea, raw)[0] == 200
    assert (
        hashlib.sha256(raw).digest()
        == hashlib.sha256(identity.decrypt(InboundMessage.objects.get().raw_encrypted)).digest()
    )
