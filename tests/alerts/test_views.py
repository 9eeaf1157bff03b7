"""Crews, AVL boxes and the desk over HTTP."""

from datetime import timedelta

import pytest
from django.utils import timezone
from knox.models import AuthToken

from alerts import messages, vessels
from alerts.models import Dispatch, UnitPosition
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(client):
    """`call(user, "get", url, body)` with a token of that user."""

    def call(user, method, url, body=None):
        _, token = AuthToken.objects.create(user=user)
        return client.generic(
            method.upper(),
            url,
            b"" if body is None else body if isinstance(body, bytes) else _json(body),
            content_type="application/json",
            headers={"Authorization": f"Token {token}"},
        )

    return call


def _json(body) -> bytes:
    import json

    return json.dumps(body).encode()


@pytest.fixture
def alerting(patrol):
    """The nearest unit is called to a sinking boat."""
    incident = factories.Incident(
        status="dispatching", type="sinking", priority=1, persons_on_board=5, emergency_phase="DISTRESS"
    )
    factories.Report(incident=incident, text="tolong rahsia", reporter=factories.Reporter())
    factories.Escalation(incident=incident, state="running")
    return factories.Dispatch(incident=incident, unit=patrol, status="alerting")


TAKEN = {"accepted": 0, "ignored": 0, "repaired": 0, "refused": {}, "errors": []}


class TestPositions:
    URL = "/api/v1/patrol-units/MY-LUMUT-04/positions/"

    def fix(self, minutes_ago=1.0, **more) -> dict:
        at = timezone.now() - timedelta(minutes=minutes_ago)
        return {"latitude": 4.2, "longitude": 100.45, "position_at": at.isoformat()} | more

    def test_one_fix_of_the_own_unit_is_kept(self, call, crew, patrol):
        answer = call(crew, "post", self.URL, self.fix(speed_kn=12, course_deg=270))
        assert answer.status_code == 200
        assert answer.json() == TAKEN | {"accepted": 1}
        kept = UnitPosition.objects.get(unit=patrol)
        assert (kept.latitude, kept.longitude, kept.speed_kn, kept.course_deg, kept.source) == (
            4.2,
            100.45,
            12,
            270,
            "avl",
        )

    def test_the_crews_app_may_send_it_too(self, client, crew, patrol):
        answer = client.post(
            self.URL,
            self.fix(),
            content_type="application/json",
            headers={"Authorization": "Bearer crew-app"},
        )
        assert answer.status_code == 200
        assert UnitPosition.objects.get(unit=patrol).source == "app"

    def test_a_batch_names_its_bad_rows(self, call, crew):
        answer = call(
            crew,
            "post",
            self.URL,
            [self.fix(2), self.fix(1) | {"latitude": 0, "longitude": 0}, 7, self.fix(-9)],
        )
        assert answer.status_code == 200
        assert answer.json()["accepted"] == 1
        assert [error["index"] for error in answer.json()["errors"]] == [1, 2, 3]
        assert answer.json()["refused"] == {"null_island": 1, "not_a_fix": 1, "future": 1}

    def test_a_repeat_is_ignored(self, call, crew):
        fix = self.fix()
        call(crew, "post", self.URL, fix)
        assert call(crew, "post", self.URL, fix).json() == TAKEN | {"ignored": 1}

    def test_five_hundred_at_once_and_no_more(self, call, crew):
        rows = [self.fix(minutes) for minutes in range(1, 501)]
        assert call(crew, "post", self.URL, rows).json()["accepted"] == 500
        assert call(crew, "post", self.URL, [*rows, self.fix()]).status_code == 400

    @pytest.mark.parametrize("body", [{}, 7, None, "x", {"latitude": 4.2}])
    def test_a_single_nonsense_is_400(self, call, crew, body):
        assert call(crew, "post", self.URL, _json(body)).status_code == 400

    def test_an_empty_batch_is_nothing(self, call, crew):
        assert call(crew, "post", self.URL, []).json() == TAKEN

    @pytest.mark.parametrize(
        "call_sign", ["MY-BATUUBAN-03", "NO-SUCH-BOAT", "%00", "%F0%9F%92%A5", "my-lumut-04"]
    )
    def test_only_the_own_unit_and_no_word_whether_another_exists(self, call, crew, second_crew, call_sign):
        answer = call(crew, "post", f"/api/v1/patrol-units/{call_sign}/positions/", self.fix())
        assert answer.status_code in (400, 403)
        assert not UnitPosition.objects.exists()


class TestFleetPositions:
    """A gateway sends for every unit whose crew its user is in."""

    URL = "/api/v1/patrol-units/positions/"
    fix = TestPositions.fix

    def test_each_row_moves_its_own_unit(self, call, crew, patrol, second_patrol):
        second_patrol.crew.add(crew)
        rows = [
            self.fix(2, call_sign=patrol.call_sign),
            self.fix(1, call_sign=second_patrol.call_sign, latitude=5),
        ]
        assert call(crew, "post", self.URL, rows).json() == TAKEN | {"accepted": 2}
        assert {row.unit: row.latitude for row in UnitPosition.objects.all()} == {
            patrol: 4.2,
            second_patrol: 5,
        }

    def test_anothers_unit_is_refused_like_one_that_is_not_there(self, call, crew, patrol, second_patrol):
        rows = [
            self.fix(call_sign=name) for name in (second_patrol.call_sign, "NO-SUCH-BOAT", patrol.call_sign)
        ]
        told = call(crew, "post", self.URL, rows).json()
        assert (told["accepted"], told["refused"]) == (1, {"not_your_unit": 2})
        assert told["errors"][0] | {"index": 1} == told["errors"][1]
        assert not UnitPosition.objects.filter(unit=second_patrol).exists()

    @pytest.mark.parametrize(
        "call_sign", [None, 7, [], {}, "", "\x00", "\ud800", "A" * 10_000, "💥", True, ["MY-LUMUT-04"]]
    )
    def test_any_call_sign_is_answered(self, call, crew, patrol, call_sign):
        told = call(crew, "post", self.URL, _json([self.fix(call_sign=call_sign)]))
        assert told.status_code in (200, 400)  # 400: no JSON of ours
        assert not UnitPosition.objects.exists()

    @pytest.mark.parametrize("body", [{}, 7, None, "x", {"call_sign": "MY-LUMUT-04"}])
    def test_what_is_no_list_is_400(self, call, crew, body):
        assert call(crew, "post", self.URL, _json(body)).status_code == 400

    def test_five_hundred_at_once_and_no_more(self, call, crew, patrol):
        rows = [self.fix(n / 10, call_sign=patrol.call_sign) for n in range(501)]
        assert call(crew, "post", self.URL, rows).status_code == 400
        assert call(crew, "post", self.URL, rows[1:]).json()["accepted"] == 500


class TestVesselsNear:
    """Who else could help; the desk alone may ask."""

    def near(self, call, user, incident):
        return call(user, "get", f"/api/v1/incidents/{incident.pk}/vessels/")

    def test_the_desk_hears_of_a_ship_near_the_incident(self, call, dispatcher):
        incident = factories.Incident(type="sinking", position=factories.point((100.45, 4.2)))
        now = timezone.now()
        vessels.store(
            [vessels.Sighting("533000001", now, "CENGAL", "", 52, 30, 4.3, 100.45, now, 9.0, 180.0, 0)]
        )
        (row,) = self.near(call, dispatcher, incident).json()
        assert (row["mmsi"], row["name"], row["kind"], row["length_m"]) == ("533000001", "CENGAL", "tug", 30)
        assert row["position"] == {"latitude": 4.3, "longitude": 100.45}
        assert 11_000 < row["distance_m"] < 11_200

    def test_without_a_position_there_is_none(self, call, dispatcher):
        assert self.near(call, dispatcher, factories.Incident(position=None)).json() == []


class TestDispatches:
    def test_a_crew_sees_what_it_needs_and_nothing_of_the_reporter(self, call, crew, alerting):
        answer = call(crew, "get", "/api/v1/dispatches/")
        (row,) = answer.json()
        assert row["call_sign"] == "MY-LUMUT-04"
        assert row["incident"] == {
            "reference": alerting.incident.reference,
            "type": "sinking",
            "priority": 1,
            "status": "dispatching",
            "emergency_phase": "DISTRESS",
            "drill": False,
            "position": {"latitude": 4.2, "longitude": 100.45},
            "position_error_m": 100,
            "position_at": None,
            "persons_on_board": 5,
        }
        report = alerting.incident.reports.get()
        text = answer.content.decode()
        for secret in (report.reference, report.text, str(report.reporter_id), report.reporter.pseudonym):
            assert secret not in text
        assert "no-store" in answer["Cache-Control"]

    def test_a_crew_sees_no_other_unit_and_nothing_that_is_done(
        self, call, crew, second_crew, alerting, patrol
    ):
        factories.Dispatch(unit=patrol, status="completed")
        assert len(call(crew, "get", "/api/v1/dispatches/").json()) == 1
        assert call(second_crew, "get", "/api/v1/dispatches/").json() == []

    def test_the_way_from_acknowledged_to_completed(self, call, crew, alerting):
        for verb, status in [
            ("acknowledge", "acknowledged"),
            ("under-way", "en_route"),
            ("on-scene", "on_scene"),
            ("complete", "completed"),
        ]:
            for _ in range(2):  # an app repeats what it did not hear answered
                answer = call(crew, "post", f"/api/v1/dispatches/{alerting.pk}/{verb}/", {})
                assert answer.status_code == 200, answer.content
                assert answer.json()["status"] == status
        first = alerting.transitions.order_by("at").first()
        assert (first.via, first.by) == ("app", crew)
        alerting.incident.refresh_from_db()
        assert alerting.incident.status == "resolved"

    @pytest.mark.parametrize(
        ("verb", "status"), [("decline", "declined"), ("cannot-continue", "cannot_continue")]
    )
    def test_dropping_out_keeps_the_reason(self, call, crew, alerting, verb, status):
        if verb == "cannot-continue":
            call(crew, "post", f"/api/v1/dispatches/{alerting.pk}/acknowledge/", {})
        answer = call(crew, "post", f"/api/v1/dispatches/{alerting.pk}/{verb}/", {"reason": "engine"})
        assert answer.json()["status"] == status
        alerting.refresh_from_db()
        assert alerting.reason == "engine"

    @pytest.mark.parametrize("body", [None, {}, {"reason": ""}, {"something": "else"}])
    def test_no_body_is_needed(self, call, crew, alerting, body):
        assert call(crew, "post", f"/api/v1/dispatches/{alerting.pk}/acknowledge/", body).status_code == 200

    @pytest.mark.parametrize(
        "body", [b"{", b"[]", b"7", b'{"reason": {}}', b'{"reason": "%s"}' % (b"x" * 301)]
    )
    def test_a_broken_body_is_400_and_changes_nothing(self, call, crew, alerting, body):
        assert call(crew, "post", f"/api/v1/dispatches/{alerting.pk}/decline/", body).status_code == 400
        alerting.refresh_from_db()
        assert alerting.status == "alerting"

    def test_the_second_crew_hears_who_leads_and_since_when(
        self, call, crew, second_crew, alerting, second_patrol
    ):
        late = factories.Dispatch(incident=alerting.incident, unit=second_patrol, status="alerting")
        call(crew, "post", f"/api/v1/dispatches/{alerting.pk}/acknowledge/", {})
        answer = call(second_crew, "post", f"/api/v1/dispatches/{late.pk}/acknowledge/", {})
        assert answer.status_code == 409
        assert answer["Content-Type"] == "application/problem+json"
        alerting.refresh_from_db()
        assert answer.json()["call_sign"] == "MY-LUMUT-04"
        assert answer.json()["acknowledged_at"][:19] == alerting.acknowledged_at.isoformat()[:19]

    @pytest.mark.parametrize("verb", ["under-way", "on-scene", "complete", "cannot-continue"])
    def test_a_step_that_the_table_does_not_have_is_409(self, call, crew, alerting, verb):
        answer = call(crew, "post", f"/api/v1/dispatches/{alerting.pk}/{verb}/", {})
        assert answer.status_code == 409
        assert answer["Content-Type"] == "application/problem+json"
        alerting.refresh_from_db()
        assert alerting.status == "alerting"

    def test_another_crew_may_not_speak_for_the_unit(self, call, second_crew, charlie, alerting):
        for user in (second_crew, charlie):
            answer = call(user, "post", f"/api/v1/dispatches/{alerting.pk}/acknowledge/", {})
            assert answer.status_code == 403
        assert Dispatch.objects.get().status == "alerting"

    def test_the_desk_may_write_down_what_a_crew_said_on_the_radio(self, call, dispatcher, alerting):
        url = f"/api/v1/dispatches/{alerting.pk}/acknowledge/"
        assert call(dispatcher, "post", url, {"reason": "channel 16"}).status_code == 200
        last = alerting.transitions.get()
        assert (last.via, last.by, last.reason) == ("officer", dispatcher, "channel 16")
        told = alerting.notifications.get(purpose="answer", channel="sms")
        assert told.unit == alerting.unit
        language = alerting.unit.language
        said = messages.noted_going(language=language, reference=alerting.incident.reference, at=last.at)
        assert told.text == said

    @pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "  "}])
    def test_the_desk_speaks_for_a_crew_only_with_a_reason(self, call, dispatcher, alerting, body):
        answer = call(dispatcher, "post", f"/api/v1/dispatches/{alerting.pk}/acknowledge/", body)
        assert answer.status_code == 400
        assert "how the crew told you" in answer.content.decode()
        alerting.refresh_from_db()
        assert alerting.status == "alerting"

    def test_an_unknown_dispatch_is_404(self, call, crew):
        url = "/api/v1/dispatches/00000000-0000-7000-8000-000000000000/acknowledge/"
        assert call(crew, "post", url, {}).status_code == 404
        assert call(crew, "post", "/api/v1/dispatches/41/acknowledge/", {}).status_code == 404


class TestStory:
    def test_the_desk_reads_the_whole_story_in_order(
        self, call, dispatcher, crew, alerting, django_assert_max_num_queries
    ):
        call(crew, "post", f"/api/v1/dispatches/{alerting.pk}/acknowledge/", {})
        factories.Notification(incident=alerting.incident, unit=alerting.unit)
        with django_assert_max_num_queries(20):
            answer = call(dispatcher, "get", f"/api/v1/incidents/{alerting.incident_id}/")
        assert answer.status_code == 200
        body = answer.json()
        assert body["reference"] == alerting.incident.reference
        assert body["reports"][0]["text"] == "tolong rahsia"
        assert body["dispatches"][0]["status"] == "acknowledged"
        assert body["escalation"]["state"] == "answered"
        times = [moment["at"] for moment in body["timeline"]]
        assert times == sorted(times)
        assert {moment["what"] for moment in body["timeline"]} == {"incident", "dispatch", "notification"}

    def test_it_names_no_number(self, call, dispatcher, fisher):
        report = factories.Report(reporter=fisher)
        factories.Notification(incident=report.incident, unit=None, reporter=fisher, purpose="feedback")
        text = call(dispatcher, "get", f"/api/v1/incidents/{report.incident_id}/").content.decode()
        assert "447700900201" not in text
        assert fisher.pseudonym in text

    def test_an_incident_without_ladder_has_none(self, call, dispatcher):
        body = call(dispatcher, "get", f"/api/v1/incidents/{factories.Incident().pk}/").json()
        assert body["escalation"] is None
        assert body["timeline"] == []
