"""Reports by app: everything that a phone can send becomes a row, once; nothing becomes a 500."""

import base64
import csv
import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from knox.models import AuthToken

from communities import enrolment
from reports import media, tasks
from reports.models import Incident, Report
from tests import factories

pytestmark = pytest.mark.django_db

DATA = Path(__file__).parents[1] / "data"
KARAM = {
    "external_id": "5f0c9a1e-0001",
    "text": "tolong bot karam",
    "position": {"latitude": 4.2, "longitude": 100.45, "error_m": 12},
    "persons_on_board": 5,
}
SMUGGLERS = {"external_id": "5f0c9a1e-0002", "text": "nampak bot seludup rokok"}


@pytest.fixture
def send(client):
    """Send a body, as JSON unless it is text already, with or without a token."""

    def send(body, token=None, **headers):
        if token:
            headers["Authorization"] = f"Device {token}"
        return client.post("/api/v1/reports/", body, content_type="application/json", headers=headers)

    return send


@pytest.fixture
def device():
    device, token = enrolment.enrol(platform="android")
    device.token = token
    return device


#: No JSON by the suite, but words may stand beside what is no number.
FORGIVEN = {"n_number_infinity.json", "n_number_minus_infinity.json"}


def only(answer) -> Report:
    return Report.objects.get(pk=answer.json()["id"])


class TestSending:
    def test_a_distress_is_stored_and_answered(self, send, device):
        answer = send(KARAM, device.token)
        assert answer.status_code == 201
        report = only(answer)
        assert (report.source, report.device, report.reporter) == ("app", device, device.reporter)
        assert (report.type, report.persons_on_board) == ("sinking", 5)
        assert report.first_byte_at <= report.received_at
        body = answer.json()
        assert set(body) == {
            "id", "reference", "external_id", "status", "received_at", "position", "position_error_m",
            "position_status", "reply", "quiet",
        }  # fmt: skip
        assert body["reference"] == report.reference != report.incident.reference
        assert body["position"] == {"latitude": 4.2, "longitude": 100.45}
        assert body["position_error_m"] == 12
        assert report.reference in body["reply"]
        assert "04-12.00" in body["reply"]
        assert "no-store" in answer["Cache-Control"]

    def test_the_answer_tells_nothing_of_units_incident_or_priority(self, send, patrol):
        text = send(KARAM).content.decode()
        incident = Incident.objects.get()
        assert incident.priority == 1
        for secret in (str(incident.pk), incident.reference, patrol.call_sign, "priority", "P1"):
            assert secret not in text

    def test_a_smuggling_report_hears_ok_and_its_reference_alone(self, send):
        body = send(SMUGGLERS).json()
        assert body["reply"] == f"OK {body['reference']}"

    def test_whoever_asks_for_quiet_gets_quiet(self, send):
        body = send(KARAM | {"quiet": True}).json()
        assert body["quiet"] is True
        assert body["reply"] == f"OK {body['reference']}"

    def test_two_reports_of_one_app_are_one_matter(self, send, device):
        first, second = (
            send(KARAM, device.token),
            send(KARAM | {"external_id": "2", "text": "masih tunggu"}, device.token),
        )
        assert only(first).incident == only(second).incident

    def test_a_second_report_without_position_is_not_asked_where_again(self, send, device):
        send(KARAM, device.token)
        second = send({"external_id": "2", "text": "bot karam cepat"}, device.token).json()
        assert "04-12.00" in second["reply"]

    @pytest.mark.parametrize("token", ["unknown", "\xff", "a b c"])
    def test_an_unknown_token_does_not_lose_the_report(self, client, token):
        for scheme in ("Device", "Bearer", "Token", "Nonsense"):
            answer = client.post(
                "/api/v1/reports/",
                KARAM | {"external_id": scheme},
                content_type="application/json",
                headers={"Authorization": f"{scheme} {token}"},
            )
            assert answer.status_code == 201
            assert "unknown_token" in only(answer).flags
            assert only(answer).device is None

    def test_a_revoked_token_does_not_lose_the_report(self, send, device):
        enrolment.revoke(device)
        assert "unknown_token" in only(send(KARAM, device.token)).flags


class TestOnce:
    def test_a_repeat_is_200_with_the_same_body(self, send, device):
        first = send(KARAM, device.token)
        send({"external_id": "other", "text": "lagi 4.3 100.5"}, device.token)
        factories.force(Incident.objects, status="stood_down", position=None)
        again = send(KARAM, device.token)
        assert (first.status_code, again.status_code) == (201, 200)
        assert again.json() == first.json()
        assert Report.objects.filter(external_id=KARAM["external_id"]).count() == 1

    def test_a_repeat_without_the_token_is_the_same_report_too(self, send, device):
        first = send(KARAM, device.token)
        assert send(KARAM).json() == first.json()

    def test_other_content_under_the_key_is_kept_and_said_so(self, send):
        first = send(KARAM)
        second = send(KARAM | {"text": "api"})
        assert second.status_code == 409
        assert second["Content-Type"] == "application/problem+json"
        kept = only(second)
        assert kept.external_id == f"{KARAM['external_id']}#2"
        assert kept.conflicts_with == only(first)
        assert second.json()["conflicts_with"] == first.json()["id"]
        assert kept.reference in second.json()["reply"]
        assert send(KARAM).json() == first.json()
        assert send(KARAM | {"text": "api"}).json()["id"] == second.json()["id"]
        assert Report.objects.count() == 2

    def test_the_header_stands_in_for_a_missing_key(self, send):
        body = {"text": "api"}
        first, again = (send(body, **{"Idempotency-Key": "abc"}) for _ in range(2))
        assert (first.status_code, again.status_code) == (201, 200)
        assert first.json()["external_id"] == "abc"

    def test_a_report_without_key_is_taken_and_its_key_answered(self, send):
        first, second = send({"text": "SOS"}), send({"text": "SOS"})
        assert (first.status_code, second.status_code) == (201, 201)
        assert first.json()["external_id"] != second.json()["external_id"]
        assert "no_external_id" in only(first).flags
        assert send({"text": "SOS", "external_id": first.json()["external_id"]}).status_code == 200

    def test_a_key_too_long_still_makes_a_repeat_the_same(self, send):
        first, again = send(KARAM | {"external_id": "k" * 5000}), send(KARAM | {"external_id": "k" * 5000})
        assert (first.status_code, again.status_code) == (201, 200)
        assert "long_external_id" in only(first).flags


@pytest.mark.parametrize(
    ("change", "flag"),
    [
        ({"position": "here"}, "invalid_position"),
        ({"position": [100.45, 4.2]}, "invalid_position"),
        ({"position": {}}, "invalid_position"),
        ({"position": {"latitude": 4.2}}, "invalid_position"),
        ({"position": {"latitude": 91, "longitude": 0}}, "invalid_position"),
        ({"position": {"latitude": 4.2, "longitude": 1e308}}, "invalid_position"),
        ({"position": {"latitude": "nan", "longitude": 100}}, "invalid_position"),
        ({"position": {"latitude": "inf", "longitude": 100}}, "invalid_position"),
        ({"position": {"latitude": True, "longitude": 100}}, "invalid_position"),
        ({"position": {"latitude": [], "longitude": {}}}, "invalid_position"),
        ({"position": {"latitude": 10**400, "longitude": 100}}, "invalid_position"),
        ({"position": {"latitude": 0, "longitude": 0}}, "invalid_position"),
        ({"position": {"latitude": 4.2, "longitude": 100.4, "error_m": "near"}}, "invalid_position_error_m"),
        ({"position": {"latitude": 4.2, "longitude": 100.4, "error_m": "nan"}}, "invalid_position_error_m"),
        ({"position": {"latitude": 4.2, "longitude": 100.4, "error_m": -1}}, "invalid_position_error_m"),
        ({"position": {"latitude": 4.2, "longitude": 100.4, "source": "officer"}}, "invalid_position_source"),
        ({"type": "sea monster"}, "invalid_type"),
        ({"type": ["sinking"]}, "invalid_type"),
        ({"type": {"a": 1}}, "invalid_type"),
        ({"persons_on_board": "many"}, "invalid_persons_on_board"),
        ({"persons_on_board": -1}, "invalid_persons_on_board"),
        ({"persons_on_board": 10**30}, "invalid_persons_on_board"),
        ({"persons_on_board": 2.5}, "invalid_persons_on_board"),
        ({"persons_on_board": True}, "invalid_persons_on_board"),
        ({"observed_at": "yesterday"}, "invalid_observed_at"),
        ({"observed_at": 0}, "invalid_observed_at"),
        ({"observed_at": "1970-01-01T00:00:00Z"}, "invalid_observed_at"),
        ({"observed_at": "2999-01-01T00:00:00Z"}, "invalid_observed_at"),
        ({"observed_at": "9999-12-31T23:59:59-23:59"}, "invalid_observed_at"),
        ({"quiet": "perhaps"}, "invalid_quiet"),
        ({"quiet": []}, "invalid_quiet"),
        ({"language": "klingon"}, "invalid_language"),
        ({"text": ["SOS"]}, "invalid_text"),
        ({"text": {"words": "SOS"}}, "invalid_text"),
        ({"text": True}, "invalid_text"),
        ({"external_id": ["a"]}, "no_external_id"),
        ({"external_id": ""}, "no_external_id"),
        ({"external_id": None}, "no_external_id"),
        ({"external_id": True}, "no_external_id"),
    ],
)
def test_nonsense_is_dropped_flagged_and_kept_raw_never_refused(send, change, flag):
    answer = send(KARAM | change)
    assert answer.status_code == 201, answer.content
    report = only(answer)
    assert flag in report.flags
    if flag.startswith("invalid_"):
        raw = report.reading["extra"]
        assert list(raw) == [flag.removeprefix("invalid_").replace("position_", "position.")]


@pytest.mark.parametrize(
    "change",
    [
        {"text": ""},
        {"text": "   "},
        {"text": None},
        {"text": 12345},
        {"external_id": 12345},
        {"type": None, "position": None, "persons_on_board": None, "observed_at": None, "language": None},
        {"persons_on_board": "5"},
        {"position": {"latitude": "4.2", "longitude": "100.45", "error_m": None, "source": None}},
        {"quiet": "true"},
        {"a field of tomorrow": {"deep": [1, 2]}},
        {"text": "a\x00b"},
        {"text": "💥" * 5000},
        {"text": "x" * 200_000},
    ],
)
def test_odd_but_honest_bodies_are_taken_without_an_invalid_flag(send, change):
    answer = send(KARAM | change)
    assert answer.status_code == 201
    assert not [flag for flag in only(answer).flags if flag.startswith("invalid_")]


def test_a_blank_report_without_anything_is_taken(send):
    assert send({"external_id": "1", "text": ""}).status_code == 201
    assert send({}).status_code == 201


def test_a_position_chosen_on_the_map_is_not_the_phones_own(send):
    report = only(send(SMUGGLERS | {"position": {"latitude": 4.2, "longitude": 100.4, "source": "typed"}}))
    assert report.position_source == "typed"
    assert report.reporter_position is None


class TestHostileBodies:
    @pytest.mark.parametrize(
        "body", ["", " ", "{", "[]", "null", "7", '"SOS"', "[{}]", '{"text"}', "\ufeff", "NaN", "tolong",
         "text=SOS", '{"text": "SOS', b"\x1f\x8b\x08\x00", b"\xff\xfe", '"SOS"'.encode("utf-16")],
    )  # fmt: skip
    def test_what_is_no_json_object_is_a_clear_400(self, send, body):
        answer = send(body)
        assert answer.status_code == 400
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["status"] == 400

    @pytest.mark.parametrize(
        "body",
        [
            b"[" * 500_000,
            b'{"text":' * 100_000,
            b'{"text": "SOS", "a": ' + b"[" * 100_000,
            b'{"a": ' + b"[" * 200 + b'"\\"' * 300_000,
            b"[" * 100_000 + b"]" * 100_000,
        ],
        ids=len,
    )
    def test_bombs_that_are_no_object_are_a_quick_400(self, send, body):
        assert send(body).status_code == 400

    @pytest.mark.parametrize(
        ("body", "text", "flags"),
        [
            (b'{"text": "tolong \xe9 karam"}', "tolong \ufffd karam", {"text_repaired"}),
            (b'{"text": "tolong", "crew \xff": 1}', "tolong", {"text_repaired"}),
            (rb'{"text": "tolong \u0000"}', "tolong \ufffd", {"text_repaired"}),
            (rb'{"text": "tolong \ud83d"}', "tolong \ufffd", {"text_repaired"}),
            (rb'{"text": "tolong \ud83d\ude00 \u0061"}', "tolong 😀 a", set()),
            (b'{"text": "tolong \xef\xbf\xbd"}', "tolong \ufffd", set()),
            *(('{"text": "tolong é 😀"}'.encode(encoding), "tolong é 😀", set())
              for encoding in ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32")),
            ('{"text": "tolong"}'.encode("utf-16")[:-1] + b"\x00\xd8", None, None),
            ('{"text": "a\ud800b"}'.encode("utf-16", "surrogatepass"), "a\ufffdb", {"text_repaired"}),
            (b'{"text": "tolong", "persons_on_board": ' + b"9" * 5000 + b"}", "tolong", {"invalid_persons_on_board"}),
            (b'{"text": "tolong", "persons_on_board": NaN}', "tolong", {"invalid_persons_on_board"}),
            (b'{"text": "tolong", "observed_at": -Infinity}', "tolong", {"invalid_observed_at"}),
            (b'{"text": "tolong", "position": {"latitude": NaN, "longitude": Infinity}}', "tolong", {"invalid_position"}),
            (b'{"text": "tolong", "type": [NaN, {"a": Infinity}]}', "tolong", {"invalid_type"}),
            (b'{"text": "tolong", "external_id": NaN}', "tolong", set()),
            (b'{"text": NaN}', "NaN", set()),
            (b'{"text": ' + b"9" * 5000 + b"}", "9" * 5000, set()),
            (b'{"a": ' + b"[" * 400_000 + b"]" * 400_000 + b', "text": "tolong ]}"}', "tolong ]}", set()),
            (b'{"a": ' + b'{"a":' * 100_000 + b'"\\"]}["' + b"}" * 100_000 + b', "text": "tolong"}', "tolong", set()),
            (b'{"text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "", {"invalid_text"}),
            (b'{"text": "tolong", "type": ' + b"[" * 600 + b"]" * 600 + b"}", "tolong", {"invalid_type"}),
            (b'{"text": "' + b"[{" * 1000 + b'"}', "[{" * 1000, set()),
        ],
        ids=lambda value: repr(value)[:60],
    )  # fmt: skip
    def test_a_report_is_taken_whatever_its_bytes(self, send, body, text, flags):
        answer = send(body)
        if text is None:
            assert answer.status_code == 400
            return
        assert answer.status_code == 201, answer.content
        report = only(answer)
        assert report.text == text
        ours = {flag for flag in report.flags if flag.startswith("invalid_") or flag == "text_repaired"}
        assert ours == flags

    @pytest.mark.parametrize("key", ["undefined", "null", "None", "NaN", float("nan"), float("inf")])
    def test_a_key_that_stands_for_nothing_does_not_make_two_phones_one(self, send, key):
        body = json.dumps({"text": "SOS", "external_id": key})
        assert [send(body).status_code for _ in range(2)] == [201, 201]

    def test_other_endpoints_stay_strict(self, client):
        for body in (b'{"platform": NaN}', b'{"platform": "\xff"}', '{"platform": "a"}'.encode("utf-16")):
            assert client.post("/api/v1/devices/", body, content_type="application/json").status_code == 400
        assert client.post("/api/v1/devices/", "{}", content_type="text/plain").status_code == 415
        assert client.post("/api/v1/devices/", {}, headers={"Accept": "text/html"}).status_code == 406

    def test_a_body_over_a_megabyte_is_413(self, send):
        assert send(b'{"text": "' + b"x" * 1_048_576 + b'"}').status_code == 413

    @pytest.mark.parametrize("escaped", [r"\ud800", r"SOS \udfff\ud83d", r"a\u0000b", r"\ud83d\ude00"])
    def test_what_no_column_holds_is_replaced_wherever_it_stands(self, send, escaped):
        body = f'{{"external_id": "k{escaped}", "text": "{escaped}", "type": "{escaped}", "{escaped}": "{escaped}"}}'
        answer = send(body)
        assert answer.status_code == 201
        assert send(body).json() == answer.json()

    def test_a_byte_order_mark_is_forgiven(self, send):
        assert send(b"\xef\xbb\xbf" + json.dumps(KARAM).encode()).status_code == 201

    @pytest.mark.parametrize(
        "content_type",
        [
            "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml",
            "multipart/form-data; boundary=x", "application/json; charset=klingon", "application/vnd.api+json",
            ";;=", "json", "\xff/\xff",
        ],
    )  # fmt: skip
    def test_json_is_taken_whatever_its_content_type(self, client, content_type):
        def post(body):
            return client.generic("POST", "/api/v1/reports/", body, content_type=content_type)

        assert post(json.dumps(KARAM)).status_code == 201
        refused = post("text=SOS")
        assert refused.status_code == 400
        assert "JSON object" in refused.json()["detail"]

    @pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/*;q=0", "", ";", "a/b/c,,"])
    def test_the_answer_is_json_whatever_is_accepted(self, send, accept):
        answer = send(KARAM, Accept=accept)
        assert (answer.status_code, answer["Content-Type"]) == (201, "application/json")
        refused = send("{", Accept=accept)
        assert (refused.status_code, refused["Content-Type"]) == (400, "application/problem+json")

    def test_a_format_in_the_address_loses_no_report(self, client):
        assert (
            client.post("/api/v1/reports/?format=xml", KARAM, content_type="application/json").status_code
            == 201
        )

    def test_every_body_of_the_json_test_suite(self, send):
        with (DATA / "hostile" / "json.csv").open() as rows:
            for row in csv.DictReader(rows):
                content = base64.b64decode(row["content_base64"])
                bare = send(content)
                assert bare.status_code in (200, 201, 400, 409), row["name"]
                inside = send(b'{"external_id": "%s", "text": %s}' % (row["name"].encode(), content))
                allowed = {"accept": {201}, "reject": {400}, "either": {201, 400}}[row["expect"]]
                if row["name"] in FORGIVEN:
                    allowed = {201}
                # A fragment such as `1,` may read well inside an object.
                if row["expect"] != "reject" or bare.status_code != 400:
                    assert inside.status_code in allowed, row["name"]
                assert inside.status_code < 500

    def test_every_naughty_string(self, send):
        for number, text in enumerate(json.loads((DATA / "hostile" / "blns.json").read_text())):
            answer = send({"external_id": f"naughty-{number}", "text": text})
            assert answer.status_code == 201, text
            assert only(answer).text == text.replace("\0", "\ufffd")


class TestOwnReports:
    def states(self, client, device) -> dict[str, str]:
        answer = client.get("/api/v1/reports/", headers={"Authorization": f"Device {device.token}"})
        assert answer.status_code == 200
        assert "no-store" in answer["Cache-Control"]
        return {row["external_id"]: row["state"] for row in answer.json()["results"]}

    @pytest.mark.parametrize(
        ("status", "reply_mode", "state"),
        [
            ("open", "FULL", "received"),
            ("dispatching", "FULL", "being_looked_at"),
            ("responding", "FULL", "help_on_the_way"),
            ("on_scene", "FULL", "help_on_the_way"),
            ("responding", "RECEIVED", "being_looked_at"),
            ("suspended", "FULL", "being_looked_at"),
            ("handed_over", "FULL", "being_looked_at"),
            ("resolved", "FULL", "closed"),
            ("stood_down", "FULL", "closed"),
            ("closed", "RECEIVED", "closed"),
            ("responding", "QUIET", "received"),
            ("closed", "QUIET", "received"),
            ("closed", "NONE", "received"),
        ],
    )
    def test_a_state_is_said_in_plain_words(self, client, device, status, reply_mode, state):
        factories.Report(
            source="app", external_id="1", device=device, reply_mode=reply_mode, incident__status=status
        )
        assert self.states(client, device) == {"1": state}

    def test_a_taken_incident_is_being_looked_at(self, client, device):
        factories.Report(source="app", external_id="1", device=device, incident__taken_at=timezone.now())
        assert self.states(client, device) == {"1": "being_looked_at"}

    def test_a_joined_incident_tells_of_the_one_it_went_into(self, client, device):
        survivor = factories.Incident(status="responding")
        middle = factories.Incident(status="merged", merged_into=survivor)
        factories.Report(
            source="app", external_id="1", device=device, reply_mode="FULL",
            incident__status="merged", incident__merged_into=middle,
        )  # fmt: skip
        assert self.states(client, device) == {"1": "help_on_the_way"}

    def test_a_dismissed_report_is_closed(self, client, device):
        factories.Report(source="app", external_id="1", device=device, status="dismissed")
        assert self.states(client, device) == {"1": "closed"}

    def test_nobody_elses_reports_are_listed(self, client, device):
        factories.Report()
        factories.Report(device=factories.Device())
        assert self.states(client, device) == {}

    def test_rows_tell_nothing_but_the_agreed(self, client, device):
        factories.Report(source="app", device=device)
        (row,) = client.get("/api/v1/reports/", headers={"Authorization": f"Device {device.token}"}).json()[
            "results"
        ]
        assert set(row) == {"id", "reference", "external_id", "received_at", "state", "quiet"}

    def test_pages_are_followed_to_the_end_newest_first(self, client, device, django_assert_max_num_queries):
        now = timezone.now()
        for number in range(7):
            factories.Report(
                source="app",
                external_id=str(number),
                device=device,
                received_at=now + timedelta(seconds=number // 2),
            )
        seen, url = [], "/api/v1/reports/?limit=2"
        while url:
            with django_assert_max_num_queries(3):
                page = client.get(url, headers={"Authorization": f"Device {device.token}"}).json()
            seen += [row["external_id"] for row in page["results"]]
            url = page["next"]
        assert sorted(seen) == list("0123456")
        assert seen[0] == "6"

    @pytest.mark.parametrize(
        "cursor",
        ["x", "cD1hYmM=", "cD0lMDA=", "bz05OTk5OTk5OTk5OTk5OTk5OTk5OTk=", "\x00", "💥", "cj0xJnA9eA=="],
    )
    def test_a_cursor_that_is_not_ours_is_404(self, client, device, cursor):
        answer = client.get(
            "/api/v1/reports/", {"cursor": cursor}, headers={"Authorization": f"Device {device.token}"}
        )
        assert answer.status_code in (200, 404)


class TestPhotos:
    @pytest.fixture(autouse=True)
    def media_root(self, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path

    def add(self, client, report, name="geo_sea_00.jpg", token=None, content=None, data=None, **headers):
        if token:
            headers["Authorization"] = f"Device {token}"
        photo = SimpleUploadedFile(
            name, content if content is not None else (DATA / "images" / name).read_bytes()
        )
        return client.post(
            f"/api/v1/reports/{report.pk}/photos/", {"photo": photo, **(data or {})}, headers=headers
        )

    def test_the_app_that_reported_adds_a_photo_once(
        self, client, device, django_capture_on_commit_callbacks, monkeypatch
    ):
        published = []
        monkeypatch.setattr(tasks.shrink_photo, "delay", published.append)
        report = factories.Report(device=device)
        with django_capture_on_commit_callbacks(execute=True):
            first = self.add(client, report, token=device.token)
            again = self.add(client, report, token=device.token)
        assert (first.status_code, again.status_code) == (201, 200)
        assert again.json() == first.json()
        assert published == [first.json()["id"]]

    @pytest.mark.parametrize("how", [{"data": {"external_id": "k"}}, {"Idempotency-Key": "k"}])
    def test_the_key_makes_a_repeat_the_same_photo(self, client, how):
        report = factories.Report()
        first = self.add(client, report, **how)
        again = self.add(client, report, **how)
        assert (first.status_code, again.status_code) == (201, 200)
        assert again.json() == first.json()
        assert first.json()["external_id"] == "k"

    @pytest.mark.parametrize("how", [{"data": {"external_id": "k"}}, {"Idempotency-Key": "k"}])
    def test_another_picture_under_the_key_is_kept_and_said_so(self, client, how):
        report = factories.Report()
        first = self.add(client, report, **how)
        second, again = (self.add(client, report, name="geo_sea_09.jpg", **how) for _ in range(2))
        assert (second.status_code, again.status_code) == (409, 409)
        assert second["Content-Type"] == "application/problem+json"
        assert again.json() == second.json()
        kept = report.attachments.get(pk=second.json()["id"])
        assert (kept.external_id, second.json()["external_id"]) == ("k#2", "k#2")
        assert kept.original.size == (DATA / "images" / "geo_sea_09.jpg").stat().st_size
        assert self.add(client, report, **how).json() == first.json()
        assert report.attachments.count() == 2

    @pytest.mark.parametrize(
        ("key", "stored"),
        [
            ("a\0b", "a\ufffdb"), ("\0", "\ufffd"), (" k ", "k"), ("k" * 120, "k" * 120), ("gambar 📷", "gambar 📷"),
            ("k" * 121, "sha256:"), ("k" * 100_000, "sha256:"), ("", "sha256:"), ("  ", "sha256:"),
            (SimpleUploadedFile("k", b"k"), "sha256:"),
        ],
        ids=lambda value: repr(value)[:20],
    )  # fmt: skip
    def test_no_key_loses_a_photo(self, client, key, stored):
        report = factories.Report()
        if not isinstance(key, str):
            key.seek(0)
        first = self.add(client, report, data={"external_id": key})
        assert first.status_code == 201
        assert first.json()["external_id"].startswith(stored)
        if isinstance(key, str):
            assert self.add(client, report, data={"external_id": key}).status_code == 200

    def test_two_long_keys_that_begin_alike_are_two_photos(self, client):
        report = factories.Report()
        for end in "ab":
            answer = self.add(client, report, content=None, **{"Idempotency-Key": "k" * 120 + end})
            assert answer.status_code == 201

    def test_a_broker_that_is_away_does_not_fail_the_request(
        self, client, django_capture_on_commit_callbacks, monkeypatch
    ):
        def away(*args):
            raise ConnectionError("no broker")

        monkeypatch.setattr(tasks.shrink_photo, "delay", away)
        with django_capture_on_commit_callbacks(execute=True):
            answer = self.add(client, factories.Report())
        assert answer.status_code == 201
        assert media.waiting()

    def test_only_the_own_device_may_add(self, client, device):
        report = factories.Report(device=device)
        _, token = enrolment.enrol()
        assert self.add(client, report, token=token).status_code == 404
        assert self.add(client, report, token="unknown").status_code == 404
        assert self.add(client, report).status_code == 404
        assert not report.attachments.exists()

    def test_a_report_without_device_is_open_for_a_day(self, client):
        assert self.add(client, factories.Report()).status_code == 201
        old = factories.Report(received_at=timezone.now() - timedelta(hours=24, minutes=1))
        assert self.add(client, old).status_code == 404

    @pytest.mark.parametrize(
        ("name", "status"),
        [
            ("fake_html.jpg", 415),
            ("bomb_20000x20000.png", 422),
            ("truncated_20pct.jpg", 422),
            ("pillow_decompression_bomb.gif", 422),
            ("fuzz_05.bin", 415),
        ],
    )
    def test_what_is_no_picture_is_said_so_and_kept_for_an_officer(self, client, name, status):
        report = factories.Report()
        for _ in range(2):
            answer = self.add(client, report, name=name)
            assert answer.status_code == status
            assert answer["Content-Type"] == "application/problem+json"
        assert report.attachments.get().status == "rejected"

    def test_bodies_without_a_photo_are_400_or_415(self, client):
        url = f"/api/v1/reports/{factories.Report().pk}/photos/"
        assert client.post(url, {}).status_code == 400
        assert client.post(url, {"photo": "not a file"}).status_code == 400
        assert client.post(url, {"photo": SimpleUploadedFile("a.jpg", b"")}).status_code == 400
        assert client.post(url, {}, content_type="application/json").status_code == 415
        for broken in (
            b"",
            b"--x\r\n",
            b"--x\r\nContent-Disposition: form-data; name=photo; filename=a\r\n\r\nabc",
        ):
            answer = client.generic("POST", url, broken, content_type="multipart/form-data; boundary=x")
            assert answer.status_code == 400
        assert client.generic("POST", url, b"x", content_type="multipart/form-data").status_code == 400

    def test_a_body_over_the_limit_is_413_before_it_is_read(self, client, monkeypatch):
        monkeypatch.setattr(media, "MOST_BYTES", 1000)
        monkeypatch.setattr("reports.views._FORM_BYTES", 0)
        assert self.add(client, factories.Report()).status_code == 413

    def test_an_unknown_report_is_404(self, client):
        assert (
            client.post("/api/v1/reports/00000000-0000-7000-8000-000000000000/photos/", {}).status_code == 404
        )


class TestQueue:
    @pytest.fixture
    def get(self, client, dispatcher):
        _, token = AuthToken.objects.create(user=dispatcher)
        return lambda url, data=None: client.get(url, data, headers={"Authorization": f"Bearer {token}"})

    def references(self, answer) -> list[str]:
        assert answer.status_code == 200, answer.content
        return [row["reference"] for row in answer.json()["results"]]

    def test_the_queue_lists_open_incidents_by_rank(self, get):
        second = factories.Incident(queue_rank=20)
        first = factories.Incident(queue_rank=10)
        factories.Incident(status="closed", queue_rank=1)
        assert self.references(get("/api/v1/incidents/")) == [first.reference, second.reference]

    def test_a_dispatcher_may_look_with_a_session_too(self, client, dispatcher):
        client.force_login(dispatcher)
        assert client.get("/api/v1/incidents/").status_code == 200

    def test_pages_meet_without_a_gap(self, get):
        rows = [factories.Incident(queue_rank=rank // 2) for rank in range(7)]
        seen, url = [], "/api/v1/incidents/?limit=3"
        while url:
            answer = get(url)
            seen += self.references(answer)
            url = answer.json()["next"]
        assert sorted(seen) == sorted(row.reference for row in rows)

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"status": "dispatching"}, "B"),
            ({"status": "open,dispatching"}, "AB"),
            ({"status": "closed"}, "C"),
            ({"status": "closed,open"}, "AC"),
            ({"priority": "1"}, "A"),
            ({"priority": "1,2"}, "AB"),
            ({"type": "sinking"}, "A"),
            ({"q": "23456"}, "A"),
            ({"q": "234"}, "A"),
            ({"bbox": "100,4,101,5"}, "A"),
            ({"bbox": "-180,-90,180,90"}, "AB"),
            ({"since": "2026-02-01T00:00:00Z"}, "B"),
            ({"priority": "5"}, ""),
        ],
    )
    def test_filters(self, get, query, found):
        rows = {
            "A": factories.Incident(
                reference="23456", priority=1, type="sinking", last_report_at="2026-01-01T00:00Z", received_at="2026-01-01T00:00Z"
            ),
            "B": factories.Incident(
                reference="C3456", priority=2, status="dispatching", position=factories.point((118.6, 4.5)),
                received_at="2026-03-01T00:00Z",
            ),
            "C": factories.Incident(reference="F3456", status="closed", received_at="2025-03-01T00:00Z"),
        }  # fmt: skip
        expected = [rows[name].reference for name in found]
        assert sorted(self.references(get("/api/v1/incidents/", query))) == sorted(expected)
        features = get("/api/v1/incidents.geojson", query).json()["features"]
        assert sorted(feature["properties"]["reference"] for feature in features) == sorted(expected)

    @pytest.mark.parametrize(
        "query",
        [
            {"status": "asleep"}, {"priority": "0"}, {"priority": "one"}, {"type": "x"}, {"bbox": "1,2,3"}, {"bbox": "a,b,c,d"},
            {"bbox": "nan,0,1,1"}, {"bbox": "10,0,5,1"}, {"bbox": "0,0,1e999,1"}, {"since": "soon"}, {"q": "toolong"}, {"q": "\x00"},
        ],
    )  # fmt: skip
    def test_a_wrong_filter_is_400(self, get, query):
        for url in ("/api/v1/incidents/", "/api/v1/incidents.geojson"):
            assert get(url, query).status_code == 400

    @pytest.mark.parametrize(
        "cursor", ["x", "cD1hYmM=", "cD0lMDA=", "cD0xZTk5OTk=", "cD05OTk5OTk5OTk5OTk5OTk5OTk5OTk5"]
    )
    def test_a_cursor_that_is_not_ours_is_no_fault(self, get, cursor):
        assert get("/api/v1/incidents/", {"cursor": cursor}).status_code in (200, 404)

    def test_the_map_is_geojson_longitude_first(self, get):
        incident = factories.Incident()
        factories.Incident(position=None, queue_rank=9)
        answer = get("/api/v1/incidents.geojson")
        assert answer["Content-Type"] == "application/geo+json"
        with_position, without = answer.json()["features"]
        assert with_position["id"] == str(incident.pk)
        assert with_position["geometry"] == {"type": "Point", "coordinates": [100.45, 4.2]}
        assert without["geometry"] is None
        assert answer.json()["truncated"] is False

    def test_a_map_with_too_many_says_that_it_left_some_out(self, get, monkeypatch):
        monkeypatch.setattr("reports.views.MOST_FEATURES", 2)
        factories.Incident.create_batch(3)
        collection = get("/api/v1/incidents.geojson").json()
        assert len(collection["features"]) == 2
        assert collection["truncated"] is True
