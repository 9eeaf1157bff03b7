"""An officer enters wind and sea: what is kept, what is ranked, what crews hear, what the desk reads."""

import re
from datetime import timedelta

import pytest
from django.db import Error, connection, transaction
from django.utils import timezone
from knox.models import AuthToken

from alerts import calls, candidates, dispatch, escalation, rungs, weather
from alerts.models import Dispatch, Escalation, Notification, SceneWeather
from reports.decisions import DecisionRefused
from reports.workflow import TransitionNotAllowed
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()
SET_WEST = {"current_kn": 2.0, "current_to_deg": 270.0, "wind_kn": 0.0}


@pytest.fixture
def distress(patrol, mrcc):
    """A boat adrift for an hour, six miles off Pangkor, with nobody called yet."""
    incident = factories.Incident(
        type="disabled_adrift", emergency_phase="DISTRESS", priority=1, received_at=NOW - timedelta(hours=1)
    )
    escalation.want(incident.pk, now=NOW)
    return incident


def test_the_newest_counts_and_the_story_says_who(distress, dispatcher, supervisor):
    weather.enter(distress.pk, by=dispatcher, sea_state=3, now=NOW - timedelta(minutes=1))
    weather.enter(distress.pk, by=supervisor, **SET_WEST, now=NOW)
    newest = candidates.scene_weather(distress)
    assert (newest.by, newest.current_kn, newest.sea_state) == (supervisor, 2, 3)
    assert [(row.by, row.old, row.new) for row in distress.transitions.filter(field="weather")] == [
        (dispatcher, "", "sea state 3"),
        (supervisor, "sea state 3", "wind 0 kn, current 2 kn to 270, sea state 3"),
    ]
    distress.refresh_from_db()
    assert distress.taken_at == NOW - timedelta(minutes=1)


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"wind_kn": 10},
        {"wind_from_deg": 90},
        {"current_kn": 2, "wind_from_deg": 90},
        {"current_to_deg": 90, "sea_state": 3},
        {"sea_state": None},
        {"current_kn": 12.5, "current_to_deg": 90},
        {"wind_kn": 151, "wind_from_deg": 90},
        {"wind_kn": float("nan"), "wind_from_deg": 90},
        {"wind_kn": -1, "wind_from_deg": 90},
    ],
)
def test_a_speed_goes_with_its_direction_and_nothing_or_nonsense_is_refused(distress, dispatcher, said):
    with pytest.raises(DecisionRefused):
        weather.enter(distress.pk, by=dispatcher, **said)
    assert not SceneWeather.objects.exists()


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({"sea_state": 1}, "wind 0 kn, current 2 kn to 270, sea state 1"),
        ({"current_kn": 3}, "wind 0 kn, current 3 kn to 270"),
        ({"current_to_deg": 90}, "wind 0 kn, current 2 kn to 090"),
        ({"current_kn": None}, "wind 0 kn"),
        ({"current_kn": None, "wind_kn": None}, "nothing known"),
    ],
)
def test_what_is_left_out_stays_and_null_takes_it_back(distress, dispatcher, said, kept):
    weather.enter(distress.pk, by=dispatcher, **SET_WEST)
    row, is_new = weather.enter(distress.pk, by=dispatcher, **said)
    assert (str(row), is_new) == (kept, True)
    assert candidates.scene_weather(distress) == row


def test_a_direction_alone_is_not_taken_from_its_speed(distress, dispatcher):
    weather.enter(distress.pk, by=dispatcher, **SET_WEST)
    with pytest.raises(DecisionRefused, match="the current's speed and direction together"):
        weather.enter(distress.pk, by=dispatcher, current_to_deg=None)


def test_the_same_figures_again_change_nothing(distress, dispatcher):
    row, _ = weather.enter(distress.pk, by=dispatcher, **SET_WEST, now=NOW)
    rungs.carry_out(distress.pk, now=NOW)
    due_at = Escalation.objects.get().due_at
    assert due_at > NOW + timedelta(seconds=1)
    assert weather.enter(distress.pk, by=dispatcher, **SET_WEST, now=NOW + timedelta(seconds=1)) == (
        row,
        False,
    )
    assert Escalation.objects.get().due_at == due_at
    assert SceneWeather.objects.count() == distress.transitions.filter(field="weather").count() == 1


def test_the_last_entry_is_taken_back_by_a_row_of_its_own(distress, dispatcher, supervisor):
    weather.enter(distress.pk, by=dispatcher, **SET_WEST)
    weather.enter(distress.pk, by=dispatcher, current_to_deg=90, sea_state=5)
    row, is_new = weather.take_back(distress.pk, by=supervisor)
    assert (str(row), row.by, is_new) == ("wind 0 kn, current 2 kn to 270", supervisor, True)
    assert SceneWeather.objects.count() == 3
    assert (
        str(weather.take_back(distress.pk, by=dispatcher)[0]) == "wind 0 kn, current 2 kn to 090, sea state 5"
    )


def test_the_only_entry_taken_back_leaves_nothing_known_and_none_is_refused(distress, dispatcher):
    with pytest.raises(DecisionRefused):
        weather.take_back(distress.pk, by=dispatcher)
    weather.enter(distress.pk, by=dispatcher, **SET_WEST)
    assert str(weather.take_back(distress.pk, by=dispatcher)[0]) == "nothing known"
    assert candidates.aim(distress, NOW) is None


def test_an_incident_that_ended_takes_none(distress, dispatcher):
    dispatch.stand_down(distress.pk, by=dispatcher, reason="safe")
    with pytest.raises(TransitionNotAllowed):
        weather.enter(distress.pk, by=dispatcher, sea_state=3)


@pytest.mark.parametrize(
    "statement", ["UPDATE alerts_sceneweather SET sea_state = 1", "DELETE FROM alerts_sceneweather"]
)
def test_what_was_entered_stays(distress, dispatcher, statement):
    weather.enter(distress.pk, by=dispatcher, sea_state=3)
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_running_ladder_ranks_anew_at_once(distress, dispatcher, patrol):
    rungs.carry_out(distress.pk, now=NOW)
    patrol.sea_state_limit = 3
    patrol.save()
    weather.enter(distress.pk, by=dispatcher, sea_state=5, now=NOW + timedelta(seconds=10))
    assert rungs.carry_out(distress.pk, now=NOW + timedelta(seconds=10))
    ranking = Escalation.objects.get().ranking
    assert ranking["weather"] == "sea state 5"
    assert "sea state 5 is above its limit 3" in [row["reason"] for row in ranking["passed_over"]]


def test_the_ranking_aims_where_the_boat_will_be(distress, dispatcher):
    weather.enter(distress.pk, by=dispatcher, **SET_WEST, now=NOW)
    found = candidates.rank_for(distress, candidates.datum(distress, NOW), NOW)
    hours = 1 + found["ranked"][0]["eta_s"] / 3600
    assert found["aim"]["drifted_m"] == pytest.approx(hours * 2 * 1852, rel=0.01)
    assert found["aim"]["position"][0] < factories.OFF_PANGKOR[0]
    assert found["datum"]["position"] == factories.OFF_PANGKOR


def test_a_crew_is_sent_where_the_boat_will_be_with_the_time(distress, dispatcher):
    weather.enter(distress.pk, by=dispatcher, **SET_WEST, now=NOW)
    rungs.carry_out(distress.pk, now=NOW)
    row = Dispatch.objects.get()
    text = Notification.objects.get(channel="sms", purpose="alert").text
    arrives = NOW + timedelta(seconds=row.eta_s)
    assert re.search(rf"@(\d\d )?{arrives:%H%MZ}", text)  # with its day where that is not today
    assert "100-27.00E" not in text
    aim = candidates.aim(distress, arrives)
    assert calls.placed_for(row, distress, NOW)["position"] == aim.position


def test_without_wind_and_current_a_crew_is_sent_where_it_was_reported(distress, dispatcher):
    weather.enter(distress.pk, by=dispatcher, sea_state=2, now=NOW)
    rungs.carry_out(distress.pk, now=NOW)
    text = Notification.objects.get(channel="sms", purpose="alert").text
    assert "04-12.00N 100-27.00E 1" in text
    assert "@" not in text


def test_crews_under_way_hear_where_to_steer_now(distress, dispatcher):
    rungs.carry_out(distress.pk, now=NOW)
    dispatch.acknowledge(Dispatch.objects.get().pk, via="sms", now=NOW)
    weather.enter(distress.pk, by=dispatcher, **SET_WEST, now=NOW + timedelta(seconds=60))
    assert escalation.sweep(NOW + timedelta(seconds=60)) == 1
    text = Notification.objects.filter(channel="sms", purpose="answer").get().text
    assert text.startswith("UPDATE")
    assert "@" in text
    weather.enter(distress.pk, by=dispatcher, **SET_WEST | {"sea_state": 3}, now=NOW + timedelta(seconds=90))
    assert escalation.sweep(NOW + timedelta(seconds=90)) == 0


@pytest.mark.parametrize("corrected", ["take back", "null", "other current"])
def test_crews_who_were_told_a_place_hear_the_corrected_one(distress, dispatcher, patrol, corrected):
    """The report is a minute old: the place differs not now, but by the time that the crew arrives."""
    distress.received_at = NOW
    distress.save()
    patrol.speed_kn = 4
    patrol.save()
    weather.enter(distress.pk, by=dispatcher, **SET_WEST, now=NOW)
    rungs.carry_out(distress.pk, now=NOW)
    assert "100-27.00E" not in Notification.objects.get(channel="sms", purpose="alert").text
    later = NOW + timedelta(seconds=60)
    weather.enter(distress.pk, by=dispatcher, sea_state=1, now=later)
    assert escalation.sweep(later) == 0
    if corrected == "take back":
        weather.take_back(distress.pk, by=dispatcher, now=later)  # the sea state: no other place
        assert escalation.sweep(later) == 0
        weather.enter(distress.pk, by=dispatcher, current_kn=None, wind_kn=None, now=later)
        weather.take_back(distress.pk, by=dispatcher, now=later)
        weather.take_back(distress.pk, by=dispatcher, now=later)
    elif corrected == "null":
        weather.enter(distress.pk, by=dispatcher, current_kn=None, wind_kn=None, now=later)
    else:
        weather.enter(distress.pk, by=dispatcher, current_to_deg=90, now=later)
    assert escalation.sweep(later) == 1
    text = Notification.objects.filter(channel="sms", purpose="answer").get().text
    assert text.startswith("UPDATE")
    assert ("04-12.00N 100-27.00E" in text and "@" not in text) == (corrected != "other current")


def test_a_fisher_without_a_position_is_looked_for_where_the_last_fix_drifted_to(fisher, dispatcher):
    incident = factories.Incident(type="sinking", position=None, position_error_m=None, priority=1)
    factories.Report(incident=incident, reporter=fisher)
    factories.Report(
        reporter=fisher, position=factories.point((100.3, 4.1)), position_error_m=50, position_status="ok",
        received_at=NOW - timedelta(hours=3),
    )  # fmt: skip
    found = candidates.likely_now(incident, NOW)
    assert found.position == (100.3, 4.1)
    assert found.radius_m == pytest.approx(50 + 3 * 1852, rel=0.001)


def test_waters_of_a_community_do_not_drift(fisher):
    incident = factories.Incident(type="sinking", position=None, position_error_m=None)
    factories.Report(incident=incident, reporter=fisher)
    assert candidates.datum(incident, NOW).basis == "waters of the community"
    assert candidates.likely_now(incident, NOW) is None


class TestOverHttp:
    def call(self, client, user, incident, body=None, method="post"):
        _, token = AuthToken.objects.create(user=user)
        return getattr(client, method)(
            f"/api/v1/incidents/{incident.pk}/weather/", {} if body is None else body, content_type="application/json",
            headers={"Authorization": f"Token {token}"},
        )  # fmt: skip

    def test_the_desk_enters_it_and_reads_it_in_the_story(self, client, dispatcher, distress):
        answer = self.call(client, dispatcher, distress, SET_WEST | {"sea_state": 4})
        assert answer.status_code == 201
        assert answer.json() | {"at": ""} == SET_WEST | {
            "sea_state": 4, "wind_from_deg": None, "by": "dispatcher", "at": "",
        }  # fmt: skip
        _, token = AuthToken.objects.create(user=dispatcher)
        story = client.get(
            f"/api/v1/incidents/{distress.pk}/", headers={"Authorization": f"Token {token}"}
        ).json()
        assert story["weather"]["current_kn"] == 2
        assert story["likely"]["drifted_m"] == pytest.approx(2 * 1852, rel=0.05)
        assert story["likely"]["position"]["longitude"] < factories.OFF_PANGKOR[0]
        assert "current 2 kn to 270" in story["likely"]["basis"]

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({}, 409), ({"wind_kn": 5}, 409), ({"wind_kn": -1, "wind_from_deg": 0}, 400), ({"sea_state": 10}, 400),
            ({"sea_state": "rough"}, 400), ({"current_kn": 1e9, "current_to_deg": 0}, 400), ([], 400),
            ({"current_kn": 1, "current_to_deg": 361}, 400), ({"current_kn": 20, "current_to_deg": 0}, 400),
            ({"wind_kn": 151, "wind_from_deg": 0}, 400), ({"sea_state": None}, 409), ({"wind_kn": "nan", "wind_from_deg": 0}, 400),
        ],
    )  # fmt: skip
    def test_nonsense_is_refused(self, client, dispatcher, distress, body, status):
        assert self.call(client, dispatcher, distress, body).status_code == status
        assert not SceneWeather.objects.exists()

    def test_the_same_again_is_not_a_new_entry_and_the_last_is_taken_back(self, client, dispatcher, distress):
        assert self.call(client, dispatcher, distress, SET_WEST).status_code == 201
        assert self.call(client, dispatcher, distress, SET_WEST).status_code == 200
        answer = self.call(client, dispatcher, distress, {"sea_state": 1})
        assert (answer.json()["current_kn"], answer.json()["sea_state"]) == (2, 1)
        answer = self.call(client, dispatcher, distress, {"current_kn": None})
        assert (answer.json()["current_kn"], answer.json()["current_to_deg"]) == (None, None)
        answer = self.call(client, dispatcher, distress, method="delete")
        assert (answer.status_code, answer.json()["current_kn"]) == (200, 2)
        assert SceneWeather.objects.count() == 4

    def test_taking_back_what_was_never_entered_is_refused_and_so_is_a_crew(
        self, client, dispatcher, crew, distress
    ):
        assert self.call(client, dispatcher, distress, method="delete").status_code == 409
        assert self.call(client, crew, distress, method="delete").status_code == 403

    def test_the_crews_app_is_told_where_to_steer(self, client, dispatcher, crew, distress):
        rungs.carry_out(distress.pk, now=NOW)
        _, token = AuthToken.objects.create(user=crew)

        def told():
            answer = client.get("/api/v1/dispatches/", headers={"Authorization": f"Token {token}"})
            return answer.json()[0]["aim"]

        assert told() is None
        weather.enter(distress.pk, by=dispatcher, **SET_WEST, now=NOW)
        assert told()["position"]["longitude"] < factories.OFF_PANGKOR[0]


class TestAtTheDesk:
    def test_the_act_enters_it_and_the_page_shows_place_and_weather(self, client, dispatcher, distress):
        client.force_login(dispatcher)
        act = f"/admin/reports/incident/{distress.pk}/act/weather/"
        assert "where the boat drifts" in client.get(act).content.decode()
        assert client.post(act, SET_WEST | {"sea_state": 3}).status_code == 302
        rungs.carry_out(distress.pk, now=timezone.now())
        text = client.get(f"/admin/reports/incident/{distress.pk}/change/").content.decode()
        for piece in ("Likely place now", "current 2 kn to 270", "Support proposed", "tow", "nobody can"):
            assert piece in text

    def test_the_act_takes_the_last_entry_back(self, client, dispatcher, distress):
        client.force_login(dispatcher)
        act = f"/admin/reports/incident/{distress.pk}/act/take-back-weather/"
        page = f"/admin/reports/incident/{distress.pk}/change/"
        assert act not in client.get(page).content.decode()
        weather.enter(distress.pk, by=dispatcher, sea_state=3)
        weather.enter(distress.pk, by=dispatcher, **SET_WEST)
        assert "what counts is again: sea state 3" in client.get(act).content.decode()
        assert client.post(act).status_code == 302
        assert candidates.scene_weather(distress).figures.current is None

    def test_a_speed_without_direction_is_a_message(self, client, dispatcher, distress):
        client.force_login(dispatcher)
        answer = client.post(f"/admin/reports/incident/{distress.pk}/act/weather/", {"wind_kn": 10})
        assert answer.status_code == 409
        assert "speed and direction together" in answer.content.decode()

    def test_held_waters_are_shown_and_asking_for_a_unit_is_offered(self, client, dispatcher, distress):
        factories.Zone(kind="disputed", name="The Bank")
        rungs.carry_out(distress.pk, now=NOW)
        client.force_login(dispatcher)
        assert (
            "no unit without an officer&#x27;s word"
            in client.get("/admin/reports/incident/").content.decode()
        )
        page = client.get(f"/admin/reports/incident/{distress.pk}/change/").content.decode()
        assert "The place lies in disputed waters: The Bank" in page
        assert "act/request-unit/" in page
        act = f"/admin/reports/incident/{distress.pk}/act/request-unit/"
        assert "Your word sends." in client.get(act).content.decode()
        assert client.post(act, {"reason": "rescue"}).status_code == 302
        rungs.carry_out(distress.pk, now=timezone.now())
        assert Dispatch.objects.get().unit.call_sign == "MY-LUMUT-04"

    def test_a_proposed_support_unit_is_marked_where_units_are_named(
        self, client, dispatcher, distress, second_patrol
    ):
        second_patrol.capabilities = ["tow"]
        second_patrol.save()
        client.force_login(dispatcher)
        page = client.get(f"/admin/reports/incident/{distress.pk}/act/task/").content.decode()
        assert "proposed for tow" in page
