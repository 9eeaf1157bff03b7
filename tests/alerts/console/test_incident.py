"""The page of one incident at the desk: what it shows, to whom, and what its forms answer."""

import json
import re

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from alerts import asked_rankings
from alerts.console import forms, photos
from alerts.console.acts import ACTS
from alerts.models import AskedRanking, DeskAct, Dispatch, Escalation, Notification
from reports import decisions, dismissals
from reports.intake import Incoming, receive
from reports.models import Attachment, Incident, Report
from tests import factories

pytestmark = pytest.mark.django_db
FRAGMENT = {"X-Fragment": "1"}
HOSTILE = "</script><script>alert(1)</script>\" onmouseover=alert(1) \u202e{{ 7|add:7 }} ' <img src=x onerror=alert(1)>"


@pytest.fixture
def distress(fisher, patrol):
    """A P1 in the queue, with a unit wanted."""
    text = "TOLONG bot karam 4 10.2N 100 25.1E 3 orang"
    return receive(Incoming(source="sms", external_id="SM1", text=text, reporter=fisher)).report.incident


@pytest.fixture
def other(db):
    """A P2 three miles off."""
    text = "enjin rosak hanyut 4 12.2N 100 27.1E 2 orang"
    return receive(Incoming(source="sms", external_id="SM2", text=text)).report.incident


def page(incident):
    return f"/console/incidents/{incident.pk}/"


def act(incident, name):
    return f"{page(incident)}act/{name}/"


def read(client, address, **headers):
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_the_page_shows_words_reading_sum_and_story_and_never_the_reporters_number(
    client, dispatcher, distress, fisher
):
    client.force_login(dispatcher)
    text = read(client, page(distress))
    for told in ("TOLONG bot karam", fisher.pseudonym, "04°10.20&#x27;N 100°25.10&#x27;E", f"{distress.score} points",
                 "boat sent", "on scene", "nobody has taken it yet"):  # fmt: skip
        assert told in text, told
    assert "447700900201" not in text
    assert text.count("<html") == 1
    part = read(client, page(distress), **FRAGMENT)
    assert "<html" not in part
    assert "TOLONG bot karam" in part


def test_hostile_words_stay_words(client, dispatcher, fisher):
    incident = receive(
        Incoming(source="sms", external_id="SM9", text=f"tolong {HOSTILE} 4 10.2N 100 25.1E", reporter=fisher)
    ).report.incident
    client.force_login(dispatcher)
    client.post(act(incident, "note"), {"text": HOSTILE}, headers=FRAGMENT)
    client.post(act(incident, "priority"), {"priority": "2", "reason": HOSTILE}, headers=FRAGMENT)
    for address in (page(incident), act(incident, "correct"), act(incident, "dismiss-report")):
        text = read(client, address)
        assert "<script>alert" not in text, address
        assert "<img src=x" not in text, address
        assert not re.search(r"<[^>]*\s(on\w+|style)=", text), address
        inline = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", text)
        assert all("application/json" in one for one in inline), address


def test_the_chart_of_an_incident_is_json_with_positions_lon_first(client, dispatcher, distress):
    client.force_login(dispatcher)
    text = read(client, page(distress), **FRAGMENT)
    data = json.loads(re.search(r'id="incident-chart"[^>]*>(.*?)</script>', text, re.DOTALL)[1])
    assert data["reference"] == distress.reference
    assert data["position"] == pytest.approx([100.418333, 4.17], abs=1e-4)
    assert data["reports"][0]["position"] == data["position"]
    assert data["drift"]["radius_m"] >= 0


def test_candidates_are_offered_to_be_used(client, dispatcher):
    report = receive(Incoming(source="sms", external_id="a", text="bot karam 4.5 U 118,6 T")).report
    report.reading = {
        **report.reading,
        "candidates": [[118.6, 4.5, "read"], [118.1, 4.083, "<b>D,M</b>"], ["x"], None, {"a": 1}],
    }
    report.save()
    client.force_login(dispatcher)
    text = read(client, page(report.incident), **FRAGMENT)
    assert text.count("Use this…") == 2
    assert "&lt;b&gt;D,M&lt;/b&gt;" in text
    link = re.search(r'href="([^"]*act/correct/\?position=[^"]*)"', text)[1].replace("&amp;", "&")
    form = read(client, link, **FRAGMENT)
    assert "04°30.00&#x27;N" in form
    assert "checked" in form, "a reason is chosen already"


@pytest.mark.parametrize("name", ACTS)
def test_every_act_says_what_it_does_and_does_nothing_by_being_looked_at(client, supervisor, distress, name):
    client.force_login(supervisor)
    before = (
        Incident.objects.values().get(pk=distress.pk),
        distress.transitions.count(),
        Notification.objects.count(),
    )
    for headers in ({}, FRAGMENT):
        assert client.get(act(distress, name), headers=headers).status_code in (200, 409)
    after = (
        Incident.objects.values().get(pk=distress.pk),
        distress.transitions.count(),
        Notification.objects.count(),
    )
    assert before == after
    assert not DeskAct.objects.exists()


def test_an_act_answers_a_script_with_what_was_said_and_how_to_undo_it(client, dispatcher, distress):
    client.force_login(dispatcher)
    answer = client.post(act(distress, "take"), headers=FRAGMENT)
    said = answer.json()
    assert said["open"] == str(distress.pk)
    assert said["said"] == f"You hold {distress.reference}."
    again = client.post(said["undo"]["url"], headers=FRAGMENT)
    assert again.status_code == 200
    distress.refresh_from_db()
    assert distress.held_by is None
    assert client.post(said["undo"]["url"], headers=FRAGMENT).status_code == 409


class TestAFormSentTwice:
    def keyed(self, client, address):
        found = re.findall(r'name="(key|read)" value="([^"]+)"', read(client, address, **FRAGMENT))
        return dict(found)

    def test_acts_once_and_is_answered_alike(self, client, dispatcher, supervisor, distress):
        client.force_login(dispatcher)
        sent = {"text": "the caller rang again", **self.keyed(client, act(distress, "note"))}
        first, second = (client.post(act(distress, "note"), sent, headers=FRAGMENT) for _ in range(2))
        assert (first.status_code, second.status_code) == (200, 200)
        assert first.json() == second.json()
        assert distress.notes.count() == DeskAct.objects.count() == 1
        client.force_login(supervisor)  # another officer's key is nobody's
        assert client.post(act(distress, "note"), sent | {"key": "x"}, headers=FRAGMENT).status_code == 200
        assert distress.notes.count() == 2

    def test_with_faults_keeps_its_key(self, client, dispatcher, distress):
        client.force_login(dispatcher)
        sent = self.keyed(client, act(distress, "note"))
        again = client.post(act(distress, "note"), {"text": " ", **sent}, headers=FRAGMENT)
        assert again.status_code == 422
        assert f'value="{sent["key"]}"' in again.content.decode()

    def test_after_the_incident_ended_by_it_is_answered_too(self, client, dispatcher, distress):
        client.force_login(dispatcher)
        sent = {"quick": "1", **self.keyed(client, act(distress, "stand-down"))}
        for _ in range(2):
            done = client.post(act(distress, "stand-down"), sent, headers=FRAGMENT)
            assert done.json()["said"] == f"{distress.reference} is stood down."
        assert DeskAct.objects.count() == 1


def test_an_end_is_confirmed_for_what_was_read_and_nothing_else(client, dispatcher, distress, patrol):
    client.force_login(dispatcher)
    form = read(client, act(distress, "stand-down"), **FRAGMENT)
    assert "nothing is sent to any" in form
    sent = {"quick": "1", "read": re.search(r'name="read" value="([^"]+)"', form)[1]}
    called = factories.Dispatch(incident=distress, unit=patrol, status="alerting")
    answer = client.post(act(distress, "stand-down"), sent, headers=FRAGMENT)
    assert answer.status_code == 409
    again = answer.content.decode()
    assert f"Told to stop: {called.unit.call_sign}" in again
    assert "has changed" in again
    sent["read"] = re.search(r'name="read" value="([^"]+)"', again)[1]
    assert client.post(act(distress, "stand-down"), sent, headers=FRAGMENT).status_code == 200


def test_a_duty_officer_who_was_called_is_named_among_those_who_hear_the_end(
    client, dispatcher, distress, station
):
    factories.Notification(
        incident=distress, unit=None, station=station, purpose="duty", status="accepted", attempt=1
    )
    client.force_login(dispatcher)
    said = f"Duty officers told by SMS that nobody is needed any more: {station}"
    assert said in read(client, act(distress, "stand-down"), **FRAGMENT)
    client.post(act(distress, "stand-down"), {"quick": "1"}, headers=FRAGMENT)
    assert Notification.objects.filter(station=station, purpose="stand_down").exists()


def test_another_desks_units_are_tasked_only_as_the_ranking_proposes_them(
    client, dispatcher, distress, patrol
):
    navy = factories.Agency(name="Another navy")
    factories.User(role="dispatcher", agency=navy, is_staff=True)
    for call_sign in ("XX-NEAR", "XX-FAR"):
        factories.PatrolUnit(call_sign=call_sign, station=factories.Station(agency=navy), phone="")
    Escalation.objects.filter(incident=distress).update(
        ranking={"ranked": [{"call_sign": "XX-NEAR", "eta_s": 60}], "passed_over": [], "support": []},
        ranked_at=timezone.now(),
    )
    client.force_login(dispatcher)
    form = read(client, act(distress, "task"), **FRAGMENT)
    assert patrol.call_sign in form
    assert "XX-NEAR" in form
    assert "XX-FAR" not in form


def test_of_another_desks_units_that_were_passed_over_only_the_number_is_told(
    client, dispatcher, distress, patrol
):
    navy = factories.Agency(name="Another navy")
    factories.User(role="dispatcher", agency=navy, is_staff=True)
    factories.PatrolUnit(call_sign="XX-FAR", station=factories.Station(agency=navy), phone="")
    passed_over = [
        {"call_sign": "XX-FAR", "reason": "out of range: 431 NM there and back"},
        {"call_sign": patrol.call_sign, "reason": "off watch"},
        {"call_sign": "SOLD", "reason": "out of service"},
    ]
    Escalation.objects.filter(incident=distress).update(
        ranking={"ranked": [], "passed_over": passed_over, "support": []}, ranked_at=timezone.now()
    )
    client.force_login(dispatcher)
    shown = read(client, page(distress), **FRAGMENT)
    assert "XX-FAR" not in shown
    assert "431 NM" not in shown
    assert "off watch" in shown
    assert "SOLD" in shown
    assert "and 1 unit of another agency" in shown


def test_without_a_script_an_act_leads_back_and_offers_its_undo(client, dispatcher, distress):
    client.force_login(dispatcher)
    answer = client.post(act(distress, "priority"), {"priority": "2", "quick": "1"}, follow=True)
    text = answer.content.decode()
    assert f"{distress.reference} is now P2." in text
    undo = re.search(r'action="([^"]*/undo/[^"]*)"', text)[1]
    client.post(undo, follow=True)
    distress.refresh_from_db()
    assert distress.priority == 1


@pytest.mark.parametrize(
    ("name", "sent", "status"),
    [
        ("stand-down", {"reason": " "}, 422), ("join", {"into": "ZZZZZ", "quick": "1"}, 422), ("task", {"unit": "x"}, 422),
        ("close", {"outcome": "recorded", "quick": "1"}, 409), ("reopen", {"reason": "x"}, 409), ("priority", {}, 422),
        ("question", {"kind": "what\x00"}, 422), ("tick", {"item": "nonsense", "done": "yes"}, 422), ("note", {"text": "\x00"}, 422),
        ("correct", {"position": "near the island", "type": "tip", "reason": "x"}, 422), ("unknown", {}, 404),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said_and_changes_nothing(client, dispatcher, distress, name, sent, status):
    client.force_login(dispatcher)
    before = Incident.objects.values().get(pk=distress.pk)
    for headers in ({}, FRAGMENT):
        assert client.post(act(distress, name), sent, headers=headers).status_code == status
    assert Incident.objects.values().get(pk=distress.pk) == before
    assert not DeskAct.objects.exists()


@pytest.mark.parametrize(
    "query", ["?position=%00", "?unit=1';--", "?priority=9", "?quick=99", "?into=%F0%9F%9A%A2" * 50]
)
def test_a_hostile_address_fills_in_nothing_that_breaks(client, dispatcher, distress, query):
    client.force_login(dispatcher)
    for name in ("correct", "task", "priority", "join"):
        assert client.get(act(distress, name) + query).status_code == 200
    assert client.get(f"{page(distress)}?done={query}").status_code == 200


def test_two_at_once_one_holds_it_and_the_other_reads_the_name(client, dispatcher, supervisor, distress):
    decisions.take(distress.pk, supervisor)
    client.force_login(dispatcher)
    answer = client.post(act(distress, "take"), headers=FRAGMENT)
    assert answer.status_code == 409
    assert "supervisor has incident" in answer.content.decode()
    assert "supervisor holds this incident until" in read(client, page(distress))
    assert "supervisor holds this incident until" in read(client, act(distress, "stand-down"))


def test_the_lease_is_renewed_by_its_holder_alone(client, dispatcher, supervisor, distress):
    decisions.take(distress.pk, dispatcher)
    distress.refresh_from_db()
    first = distress.held_until
    client.force_login(dispatcher)
    assert client.post(f"{page(distress)}lease/", headers=FRAGMENT).status_code == 200
    distress.refresh_from_db()
    assert distress.held_until > first
    client.force_login(supervisor)
    answer = client.post(f"{page(distress)}lease/", headers=FRAGMENT)
    assert answer.status_code == 409
    assert "dispatcher holds" in answer.content.decode()


class TestNearby:
    def test_what_lies_within_ten_miles_is_shown_with_its_way_and_can_be_joined(
        self, client, dispatcher, distress, other
    ):
        far = factories.Incident(position=factories.point((104.0, 5.0)))
        ended = factories.Incident(position=distress.position, status="closed", received_at=timezone.now())
        client.force_login(dispatcher)
        text = read(client, page(distress), **FRAGMENT)
        assert other.reference in text
        assert ended.reference in text
        assert far.reference not in text
        assert f"?into={other.reference}" in text
        assert f"?into={ended.reference}" not in text

    def test_a_proposal_says_why_on_both_sides(self, client, dispatcher, distress, other):
        Incident.objects.filter(pk=other.pk).update(proposed_same_as=distress, proposed_why="both name <SRI>")
        client.force_login(dispatcher)
        for incident in (distress, other):
            assert "both name &lt;SRI&gt;" in read(client, page(incident), **FRAGMENT)
        client.post(act(other, "join"), {"into": distress.reference, "quick": "1"}, headers=FRAGMENT)
        text = read(client, page(distress), **FRAGMENT)
        assert f"{other.reference} is now part of {distress.reference}." in text, "among what can be undone"


class TestRanking:
    def test_a_fresh_one_is_asked_for_and_waited_for(self, client, dispatcher, other, patrol):
        client.force_login(dispatcher)
        assert "Not ranked yet." in read(client, page(other), **FRAGMENT)
        client.post(act(other, "fresh-ranking"), headers=FRAGMENT)
        assert "asked for <time" in read(client, page(other), **FRAGMENT)
        asked_rankings.carry_out(other.pk, now=timezone.now())
        text = read(client, page(other), **FRAGMENT)
        assert "asked for <time" not in text
        assert "MY-LUMUT-04" in text
        assert f"act/task/?unit={patrol.pk}" in text

    def test_whoever_was_passed_over_can_be_tasked_all_the_same(self, client, dispatcher, other, patrol):
        asked_rankings.ask(other.pk, by=dispatcher)
        AskedRanking.objects.update(
            ranking={
                "ranked": [],
                "passed_over": [{"call_sign": patrol.call_sign, "reason": "out of range <b>"}],
            },
            ranked_at=timezone.now(),
        )
        client.force_login(dispatcher)
        text = read(client, page(other), **FRAGMENT)
        assert "out of range &lt;b&gt;" in text
        client.post(act(other, "task"), {"unit": str(patrol.pk)}, headers=FRAGMENT)
        assert Dispatch.objects.get().unit == patrol
        assert f"?unit={patrol.pk}" not in read(client, page(other), **FRAGMENT), "told already"


class TestTwoOfficers:
    def test_the_second_reads_who_proposed_and_why(self, client, dispatcher, supervisor, distress):
        report = distress.reports.get()
        client.force_login(dispatcher)
        client.post(
            act(distress, "dismiss-report"), {"report": str(report.pk), "quick": "2"}, headers=FRAGMENT
        )
        assert "Confirm as second officer" not in read(client, page(distress), **FRAGMENT)
        assert "dismissal waits for a second officer" in read(client, "/admin/reports/incident/")
        client.force_login(supervisor)
        text = read(client, page(distress), **FRAGMENT)
        assert "dispatcher proposes to dismiss" in text
        assert "a known hoax" in text
        waiting = report.dismissals.get()
        client.post(act(distress, "confirm-dismissal"), {"dismissal": str(waiting.pk)}, headers=FRAGMENT)
        assert Report.objects.get(pk=report.pk).status == "dismissed"

    def test_a_proposal_of_another_incident_cannot_be_confirmed_here(
        self, client, dispatcher, supervisor, distress, other
    ):
        waiting = dismissals.propose(other.reports.get().pk, by=dispatcher, reason="x")
        dismissals.propose(distress.reports.get().pk, by=dispatcher, reason="x")
        client.force_login(supervisor)
        sent = {"dismissal": str(waiting.pk)}
        assert client.post(act(distress, "confirm-dismissal"), sent, headers=FRAGMENT).status_code == 422


def test_asking_the_reporter_shows_the_very_words_and_to_how_many(client, dispatcher, distress):
    client.force_login(dispatcher)
    form = read(client, act(distress, "question"), **FRAGMENT)
    assert "Phones: 1." in form
    assert distress.reports.get().reference in form
    assert (
        client.post(act(distress, "question"), {"kind": "what"}, headers=FRAGMENT).json()["said"]
        == "Asked. Phones: 1."
    )


def test_why_nobody_is_asked_in_a_quiet_matter_is_shown(client, dispatcher):
    text = "PUKAT TUNDA ASING ZON A 5,412 U 100,087 T"
    quiet = receive(Incoming(source="app", external_id="app-1", text=text)).report.incident
    client.force_login(dispatcher)
    assert "must not show a question" in read(client, act(quiet, "question"), **FRAGMENT)
    assert client.post(act(quiet, "question"), {"kind": "where"}, headers=FRAGMENT).status_code == 409


def test_a_form_that_was_open_meanwhile_puts_nothing_back(client, dispatcher, supervisor, distress):
    client.force_login(dispatcher)
    html = read(client, act(distress, "correct"), **FRAGMENT)
    form = client.get(act(distress, "correct")).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields} | {"quick": "1"}
    sent |= {f"initial-{name}": value for name, value in form.at_first}
    assert 'name="initial-persons_on_board" value="3"' in html
    decisions.correct(distress.pk, by=supervisor, reason="counted", persons_on_board=7)
    client.post(act(distress, "correct"), sent | {"type": "flooding"}, headers=FRAGMENT)
    distress.refresh_from_db()
    assert (distress.type, distress.persons_on_board) == ("flooding", 7)


def test_what_two_officers_set_differently_is_asked_again_and_then_done(
    client, dispatcher, supervisor, distress
):
    client.force_login(dispatcher)
    form = client.get(act(distress, "correct")).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields} | {"quick": "1", "persons_on_board": "9"}
    first = {f"initial-{name}": value for name, value in form.at_first}
    decisions.correct(distress.pk, by=supervisor, reason="counted", persons_on_board=7)
    answer = client.post(act(distress, "correct"), sent | first, headers=FRAGMENT)
    assert answer.status_code == 422
    assert "It was set to “7” since you opened this" in answer.content.decode()
    again = {f"initial-{name}": value for name, value in answer.context["form"].at_first}
    assert client.post(act(distress, "correct"), sent | again, headers=FRAGMENT).status_code == 200
    distress.refresh_from_db()
    assert distress.persons_on_board == 9


def test_no_outcome_is_taken_that_nobody_chose(client, dispatcher, other):
    client.force_login(dispatcher)
    assert '<option value="" selected>' in read(client, act(other, "close"), **FRAGMENT)
    answer = client.post(act(other, "close"), {"outcome": "", "quick": "1"}, headers=FRAGMENT)
    assert answer.status_code == 422


def test_a_page_acts_under_no_other_name_than_it_shows(client, dispatcher, supervisor, other):
    client.force_login(supervisor)
    for shown, status in ((dispatcher, 401), (supervisor, 200)):
        headers = FRAGMENT | {"X-User": str(shown.pk)}
        assert client.post(act(other, "take"), headers=headers).status_code == status
        assert client.get(page(other), headers=headers).status_code == status


def test_an_act_of_who_holds_it_holds_it_on(client, dispatcher, distress):
    client.force_login(dispatcher)
    client.post(act(distress, "take"), headers=FRAGMENT)
    short = Incident.objects.get(pk=distress.pk).held_until
    client.post(act(distress, "note"), {"text": "rung up"}, headers=FRAGMENT)
    held = Incident.objects.get(pk=distress.pk)
    assert (held.held_by, held.held_until - short > decisions.LEASE / 2) == (dispatcher, True)


def test_nothing_is_joined_to_what_another_agencys_desk_alone_sees(client, distress, dispatcher, monkeypatch):
    hidden = factories.Incident()
    monkeypatch.setattr(forms, "incidents_for", lambda user: Incident.objects.exclude(pk=hidden.pk))
    client.force_login(dispatcher)
    sent = {"into": hidden.reference, "quick": "1"}
    assert client.post(act(distress, "join"), sent, headers=FRAGMENT).status_code == 422


class TestPhotos:
    @pytest.fixture
    def photo(self, distress, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        row = Attachment(report=distress.reports.get(), external_id="p", sha256="0" * 64, size_bytes=9)
        row.original.save("x", ContentFile(b"GPS of the informer"), save=False)
        row.shared.save("x", ContentFile(b"RIFF1234WEBP"), save=False)
        row.status = "ready"
        row.save()
        return row

    def test_the_copy_alone_is_served_and_cannot_act_as_a_page(self, client, dispatcher, photo):
        client.force_login(dispatcher)
        answer = client.get(f"/console/photos/{photo.pk}/")
        assert b"".join(answer.streaming_content) == b"RIFF1234WEBP"
        assert answer["Content-Type"] == "image/webp"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer["Content-Security-Policy"]
        assert answer["Content-Disposition"].startswith("inline; filename=")

    def test_it_is_hidden_on_the_page_until_asked_for_and_says_its_size(
        self, client, dispatcher, distress, photo
    ):
        client.force_login(dispatcher)
        text = read(client, page(distress), **FRAGMENT)
        assert f'class="reveal" id="photo-{photo.pk}"' in text
        assert "9\xa0bytes" in text

    @pytest.mark.parametrize("how", ["hidden", "waiting", "rejected", "gone"])
    def test_what_is_not_ready_or_not_to_be_seen_is_not_found(
        self, client, dispatcher, photo, how, monkeypatch
    ):
        if how == "hidden":
            monkeypatch.setattr(photos, "incidents_for", lambda user: Incident.objects.none())
        elif how == "gone":
            photo.shared.storage.delete(photo.shared.name)
        else:
            Attachment.objects.update(status="received" if how == "waiting" else "rejected")
        client.force_login(dispatcher)
        assert client.get(f"/console/photos/{photo.pk}/").status_code == 404


def test_an_incident_that_is_not_there_is_not_found(client, dispatcher):
    client.force_login(dispatcher)
    for address in ("", "act/take/", "lease/"):
        path = f"/console/incidents/00000000-0000-0000-0000-000000000000/{address}"
        ask = client.post if address == "lease/" else client.get
        assert ask(path, headers=FRAGMENT).status_code == 404


def test_the_page_asks_the_database_no_more_for_forty_reports_than_for_two(
    client, dispatcher, distress, fisher, django_assert_max_num_queries
):
    for n in range(40):
        receive(Incoming(source="sms", external_id=f"m{n}", text=f"cepat tolong {n}", reporter=fisher))
    client.force_login(dispatcher)
    with django_assert_max_num_queries(75):
        client.get(page(distress), headers=FRAGMENT)
