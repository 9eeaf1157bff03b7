"""Which webhooks are the carrier's."""

import base64
import hashlib
import hmac
import json
from pathlib import Path
from urllib.parse import quote_plus, urlencode

import pytest
from django.http import QueryDict
from django.urls import path
from hypothesis import given, strategies
from rest_framework.parsers import FormParser
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework.views import APIView
from twilio.request_validator import RequestValidator

from alerts.signatures import FORM, TwilioSignature, sign, valid

VECTORS = json.loads((Path(__file__).parents[1] / "data/twilio/signature_vectors.json").read_text())
SAMPLES = json.loads((Path(__file__).parents[1] / "data/twilio/inbound_samples.json").read_text())
TOKEN = "token-of-a-test"
URL = "https://suar.example/webhooks/twilio/sms/"
SHA256 = "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"


def headers_of(row: dict) -> dict[str, str]:
    headers = {"X-Twilio-Signature": row["signature"]}
    if row.get("algorithm"):
        headers["X-Twilio-Webhooks-Signature-Settings"] = (
            f"key=webhooks_sharedkey_1,algorithm={row['algorithm']}"
        )
    return headers


def test_there_are_23_vectors_good_and_bad():
    assert len(VECTORS) == 23
    assert {row["valid"] for row in VECTORS} == {True, False}


@pytest.mark.parametrize("row", VECTORS, ids=lambda row: row["id"])
@pytest.mark.parametrize("key_is", ["named", "the account's"])
def test_vector(row, key_is):
    named = key_is == "named" and row.get("algorithm")
    token, keys = ("other", {"webhooks_sharedkey_1": row["auth_token"]}) if named else (row["auth_token"], {})
    params = row["body"] if row["params"] is None else row["params"]
    assert valid(token, keys, row["url"], params, headers_of(row)) is row["valid"]


@pytest.mark.parametrize("row", [row for row in VECTORS if row.get("form")], ids=lambda row: row["id"])
def test_vector_as_the_raw_form_body(row):
    headers = headers_of(row) | {"Content-Type": FORM + "; charset=UTF-8"}
    # The raw form is what was sent: where it differs from the parameters, it is the one to be judged.
    assert valid(row["auth_token"], {}, row["url"], row["form"].encode(), headers) is row["valid"]


@pytest.mark.parametrize("row", [row for row in VECTORS if row["valid"]], ids=lambda row: row["id"])
def test_a_vector_with_another_token_or_path_is_refused(row):
    params = row["body"] if row["params"] is None else row["params"]
    assert not valid(row["auth_token"] + "x", {}, row["url"], params, headers_of(row))
    elsewhere = row["url"].replace("myapp", "yourapp").replace("inbound", "outbound")
    assert not valid(row["auth_token"], {}, elsewhere, params, headers_of(row))


@pytest.mark.parametrize(
    ("signed", "received"),
    [
        ("https://suar.example/sms/", "https://suar.example/sms/"),
        ("https://suar.example:443/sms/", "https://suar.example/sms/"),
        ("https://suar.example/sms/", "https://suar.example:443/sms/"),
        ("http://suar.example:80/sms/", "http://suar.example/sms/"),
        ("http://127.0.0.1/sms/?a=1", "http://127.0.0.1:8000/sms/?a=1"),
    ],
)
def test_a_signature_with_or_without_the_port_passes(signed, received):
    assert valid(
        TOKEN,
        {},
        received,
        {"Body": "SOS"},
        {"X-Twilio-Signature": sign(signed, {"Body": "SOS"}, token=TOKEN)},
    )


def test_http_in_place_of_https_fails():
    signature = sign("http://suar.example/sms/", {}, token=TOKEN)
    assert not valid(TOKEN, {}, "https://suar.example/sms/", {}, {"X-Twilio-Signature": signature})


def test_repeated_parameters_count_once_each_in_order():
    pairs = [("Digits", "5678"), ("Digits", "1234"), ("Digits", "1234"), ("Sid", "CA1")]
    signature = {
        "X-Twilio-Signature": sign(URL, [("Sid", "CA1"), ("Digits", "1234"), ("Digits", "5678")], token=TOKEN)
    }
    assert valid(TOKEN, {}, URL, pairs, signature)
    assert valid(TOKEN, {}, URL, QueryDict("Digits=5678&Digits=1234&Digits=1234&Sid=CA1"), signature)
    assert not valid(TOKEN, {}, URL, pairs[:1] + pairs[3:], signature)


def test_sign_is_what_the_vendor_computes():
    for sample in SAMPLES:
        params = QueryDict(sample["form"])
        theirs = RequestValidator(TOKEN).compute_signature(URL, params)
        assert sign(URL, sample["form"].encode(), token=TOKEN) == sign(URL, params, token=TOKEN) == theirs


def test_header_names_are_read_in_any_case():
    assert valid(TOKEN, {}, URL, {}, {"x-twilio-signature": sign(URL, {}, token=TOKEN)})


# A sender whose phone writes Latin-1 into a form that should be UTF-8.
BAD_UTF8 = b"From=%2B60123456789&Body=tol%F3ng+bot+karam%FF%FE+%00+end&Body2=\xf3\xc3"


def test_a_signature_over_the_raw_bytes_of_bad_utf8_passes():
    raw = URL.encode() + b"Bodytol\xf3ng bot karam\xff\xfe \x00 endBody2\xf3\xc3From+60123456789"
    signature = base64.b64encode(hmac.digest(TOKEN.encode(), raw, "sha1")).decode()
    assert sign(URL, BAD_UTF8, token=TOKEN) == signature
    assert valid(TOKEN, {}, URL, BAD_UTF8, {"X-Twilio-Signature": signature, "Content-Type": FORM})
    assert not valid(TOKEN, {}, URL, BAD_UTF8 + b"x", {"X-Twilio-Signature": signature, "Content-Type": FORM})


def test_halves_of_a_letter_that_meet_are_still_bad_utf8():
    signature = base64.b64encode(hmac.digest(TOKEN.encode(), URL.encode() + b"Body\xc3\xa9", "sha1")).decode()
    assert valid(TOKEN, {}, URL, b"Body%C3=%A9", {"X-Twilio-Signature": signature, "Content-Type": FORM})


def test_a_signature_over_bad_utf8_as_django_reads_it_passes():
    escaped = BAD_UTF8.replace(b"\xf3\xc3", b"%F3%C3")
    signature = RequestValidator(TOKEN).compute_signature(URL, QueryDict(escaped))
    assert valid(TOKEN, {}, URL, escaped, {"X-Twilio-Signature": signature, "Content-Type": FORM})


def test_bad_utf8_is_signed_with_sha256_too():
    digest = hmac.digest(b"shared", URL.encode() + b"Body\xff", "sha256")
    headers = {
        "X-Twilio-Signature": base64.b64encode(digest).decode(),
        "X-Twilio-Webhooks-Signature-Settings": SHA256,
        "Content-Type": FORM,
    }
    assert valid(TOKEN, {"webhooks_sharedkey_1": "shared"}, URL, b"Body=%FF", headers)
    assert not valid(TOKEN, {"webhooks_sharedkey_1": "other"}, URL, b"Body=%FF", headers)


def test_a_key_held_by_name_is_the_only_one_tried():
    signature = RequestValidator(TOKEN).compute_signature(URL, {"a": "b"}, "HMAC_SHA256")
    headers = {"X-Twilio-Signature": signature, "X-Twilio-Webhooks-Signature-Settings": SHA256}
    assert valid(TOKEN, {}, URL, {"a": "b"}, headers)
    assert not valid(TOKEN, {"webhooks_sharedkey_1": "shared"}, URL, {"a": "b"}, headers)


def test_a_json_body_counts_by_its_hash():
    body = b'{"a": 1}'
    url = f"{URL}?bodySHA256={hashlib.sha256(body).hexdigest()}"
    headers = {"X-Twilio-Signature": sign(url, token=TOKEN), "Content-Type": "application/json"}
    assert valid(TOKEN, {}, url, body, headers)
    assert not valid(TOKEN, {}, url, body + b" ", headers)
    bare = {"X-Twilio-Signature": sign(URL, token=TOKEN), "Content-Type": "application/json"}
    assert not valid(TOKEN, {}, URL, body, bare), "a body that nothing vouches for"


@pytest.mark.parametrize(
    ("token", "headers"),
    [
        (TOKEN, {}),
        (TOKEN, {"X-Twilio-Signature": ""}),
        (TOKEN, {"X-Twilio-Signature": "é"}),
        ("", {"X-Twilio-Signature": base64.b64encode(hmac.digest(b"", URL.encode(), "sha1")).decode()}),
        (TOKEN, {"X-Twilio-Signature": "x", "X-Twilio-Webhooks-Signature-Settings": "key=,algorithm=MD5"}),
        (TOKEN, {"X-Twilio-Signature": "x", "X-Twilio-Webhooks-Signature-Settings": ",,=,algorithm"}),
    ],
)
def test_without_a_key_or_a_usable_header_nothing_is_valid(token, headers):
    assert valid(token, {}, URL, {}, headers) is False
    assert valid(token, {"": ""}, URL, b"", headers | {"Content-Type": FORM}) is False


@given(
    strategies.binary(),
    strategies.text(),
    strategies.text(),
    strategies.text(),
    strategies.sampled_from([FORM, "x"]),
)
def test_nothing_hostile_raises_or_passes(body, url, signature, scheme, content_type):
    headers = {
        "X-Twilio-Signature": signature,
        "X-Twilio-Webhooks-Signature-Settings": scheme,
        "Content-Type": content_type,
    }
    assert valid(TOKEN, {}, url, body, headers) is False
    assert valid(TOKEN, {}, URL + url, body, headers) is False


@given(strategies.lists(strategies.tuples(strategies.binary(max_size=9), strategies.binary(max_size=30))))
def test_any_form_that_is_signed_passes(pairs):
    body = urlencode(pairs).encode()
    headers = {"X-Twilio-Signature": sign(URL, body, token=TOKEN), "Content-Type": FORM}
    assert valid(TOKEN, {}, URL, body or None, headers)


class Signed(APIView):
    authentication_classes = ()
    permission_classes = (TwilioSignature,)
    parser_classes = (FormParser,)

    def get(self, request):
        return Response({"heard": ""})

    def post(self, request):
        return Response({"heard": request.data.get("Body")})


urlpatterns = [path("sms/", Signed.as_view())]


@pytest.fixture
def post(settings):
    """Post a raw form to a view that the permission guards; no database is open in these tests."""
    settings.ROOT_URLCONF = __name__
    settings.PUBLIC_ORIGIN = "https://suar.example"
    settings.TWILIO_AUTH_TOKEN = TOKEN
    settings.TWILIO_SIGNING_KEYS = {}
    client = APIClient()

    def post(body: bytes, signature: str | None, path: str = "/sms/", **headers: str):
        headers |= {"X-Twilio-Signature": signature} if signature is not None else {}
        return client.post(path, data=body, content_type=FORM, headers=headers)

    return post


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["name"])
def test_signed_samples_are_let_in_and_heard(post, sample):
    body = sample["form"].encode()
    answer = post(body, sign("https://suar.example/sms/", body))
    assert answer.status_code == 200
    assert answer.json()["heard"] == QueryDict(sample["form"])["Body"]
    assert post(body + b"x", sign("https://suar.example/sms/", body)).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        BAD_UTF8,
        b"Body=" + quote_plus("tolong " * 300).encode(),
        b"Body=" + b"%F0%9F%86%98" * 1600,
        b"",
        b"Body=",
        b"Body=%00%00",
        b"Body=%zz%",
        b"&&=&=&a",
    ],
    ids=["bad UTF-8", "2,100 characters", "1,600 emoji", "empty", "blank", "NUL", "bad percent", "no names"],
)
def test_odd_bodies_are_let_in_when_signed(post, body):
    assert post(body, sign("https://suar.example/sms/", body)).status_code == 200
    assert post(body, "x" * 28).status_code == 403


def test_the_query_is_signed_too(post):
    body = b"Digits=1"
    signature = sign("https://suar.example/sms/?dispatch=41", body)
    assert post(body, signature, "/sms/?dispatch=41").status_code == 200
    assert post(body, signature, "/sms/?dispatch=42").status_code == 403


def test_the_host_header_is_not_believed(post):
    body = b"Body=SOS"
    forged = sign("https://evil.example/sms/", body)
    assert post(body, forged, Host="testserver", **{"X-Forwarded-Host": "evil.example"}).status_code == 403
    assert post(body, sign("http://testserver/sms/", body)).status_code == 403
    assert post(body, sign("https://suar.example/sms/", body)).status_code == 200


def test_a_get_is_signed_over_its_query(post, client):
    url = "https://suar.example/sms/?a=1"
    headers = {"X-Twilio-Signature": sign(url)}
    assert client.get("/sms/?a=1", headers=headers).status_code == 200
    assert client.get("/sms/?a=2", headers=headers).status_code == 403


def test_no_signature_or_no_token_is_refused(post, settings):
    body = b"Body=SOS"
    assert post(body, None).status_code == 403
    settings.TWILIO_AUTH_TOKEN = ""
    assert post(body, sign("https://suar.example/sms/", body, token="")).status_code == 403


def test_the_newer_scheme_is_let_in(post, settings):
    settings.TWILIO_SIGNING_KEYS = {"webhooks_sharedkey_1": "shared"}
    signature = RequestValidator("shared").compute_signature(
        "https://suar.example/sms/", {"Body": "SOS"}, "HMAC_SHA256"
    )
    scheme = {"X-Twilio-Webhooks-Signature-Settings": SHA256}
    assert post(b"Body=SOS", signature, **scheme).status_code == 200
    assert post(b"Body=SOS", sign("https://suar.example/sms/", {"Body": "SOS"}), **scheme).status_code == 403
