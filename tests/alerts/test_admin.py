"""The desk in Django's admin: who may do what, what an act says and does, and that hostile words stay words."""

import json
import re

import pytest
from django.contrib import admin as django_admin
from django.urls import reverse
from django.utils import timezone

from alerts import vessels
from alerts.console.acts import ACTS
from alerts.console.forms import span
from alerts.models import Dispatch, Escalation, Notification
from communities.charts import position_text, read_position
from communities.models import Identity, Place, Reveal
from reports import decisions
from reports.intake import Incoming, receive
from reports.models import Incident, Report
from tests import factories

HOSTILE = "</script><script>alert(1)</script>\" onmouseover=alert(1) \u202e{{ 7|add:7 }} ' <img src=x onerror=alert(1)>"
QUEUE = "/admin/reports/incident/"


@pytest.fixture
def distress(fisher, patrol):
    """A P1 in the queue, with a unit wanted."""
    text = "TOLONG bot karam 4 10.2N 100 25.1E 3 orang"
    return receive(Incoming(source="sms", external_id="SM1", text=text, reporter=fisher)).report.incident


@pytest.fixture
def trawler(db):
    """A quiet matter by somebody unknown: nobody is told until an officer asks."""
    text = "PUKAT TUNDA ASING ZON A 5,412 U 100,087 T"
    return receive(Incoming(source="app", external_id="app-1", text=text)).report.incident


def page(incident):
    return f"{QUEUE}{incident.pk}/change/"


def act(incident, name):
    return f"{QUEUE}{incident.pk}/act/{name}/"


# --- Who may see what ---

SEEN = {
    "dispatcher": {
        "incident": 200,
        "report": 200,
        "notification": 200,
        "reporter": 200,
        "reveal": 403,
        "user": 403,
    },
    "supervisor": {
        "incident": 200,
        "report": 200,
        "notification": 200,
        "reporter": 200,
        "reveal": 200,
        "user": 200,
    },
    "liaison": {
        "incident": 200,
        "report": 200,
        "notification": 403,
        "reporter": 200,
        "reveal": 403,
        "user": 403,
    },
    "admin": {
        "incident": 200,
        "report": 200,
        "notification": 200,
        "reporter": 200,
        "reveal": 200,
        "user": 200,
    },
    "charlie": dict.fromkeys(("incident", "report", "notification", "reporter", "reveal", "user"), 302),
}
LISTS = {
    "incident": QUEUE,
    "report": "/admin/reports/report/",
    "notification": "/admin/alerts/notification/",
    "reporter": "/admin/communities/reporter/",
    "reveal": "/admin/communities/reveal/",
    "user": "/admin/communities/user/",
}


@pytest.mark.parametrize("who", SEEN)
def test_each_role_sees_its_own_lists(who, client, request):
    client.force_login(request.getfixturevalue(who))
    assert {name: client.get(LISTS[name]).status_code for name in LISTS} == SEEN[who]


def test_a_crew_that_was_given_staff_by_mistake_still_sees_nothing(client, charlie):
    charlie.is_staff = True
    charlie.save()
    client.force_login(charlie)
    assert [client.get(address).status_code for address in LISTS.values()] == [403] * len(LISTS)


def test_every_model_of_the_admin_opens_for_the_administrator(client, admin, distress, dispatcher):
    client.force_login(admin)
    for model, model_admin in django_admin.site._registry.items():
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        assert client.get(reverse(f"admin:{name}_changelist")).status_code == 200, name
        row = model._default_manager.first()
        if row is not None:
            assert client.get(reverse(f"admin:{name}_change", args=[row.pk])).status_code == 200, name
        if model_admin.has_add_permission(_Request(admin)):
            assert client.get(reverse(f"admin:{name}_add")).status_code == 200, name


class _Request:
    def __init__(self, user):
        self.user = user


def test_identities_are_not_in_the_admin_at_all():
    assert Identity not in django_admin.site._registry


def test_a_record_cannot_be_edited_or_deleted_even_by_the_administrator(
    client, admin, dispatcher, distress, patrol
):
    client.force_login(dispatcher)
    client.post(act(distress, "task"), {"unit": str(patrol.pk)})
    client.force_login(admin)
    rows = [distress, distress.reports.get(), distress.transitions.first(), Dispatch.objects.get(),
            Notification.objects.first(), Escalation.objects.get()]  # fmt: skip
    for row in rows:
        address = f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/"
        before = type(row).objects.values().get(pk=row.pk)
        client.post(
            f"{address}change/", {"text": "changed", "reason": "changed", "status": "closed", "new": "x"}
        )
        assert client.post(f"{address}delete/", {"post": "yes"}).status_code == 403, address
        assert type(row).objects.values().get(pk=row.pk) == before, address


# --- The queue ---


def test_the_queue_lists_the_most_urgent_first_and_only_what_is_open(client, dispatcher, trawler, distress):
    client.force_login(dispatcher)
    text = client.get(QUEUE).content.decode()
    assert 0 < text.index(distress.reference) < text.index(trawler.reference)
    assert "04°10.20&#x27;N 100°25.10&#x27;E" in text
    factories.force(Incident.objects.filter(pk=trawler.pk), status="closed")
    assert trawler.reference not in client.get(QUEUE).content.decode()
    assert trawler.reference in client.get(QUEUE, {"status": "closed"}).content.decode()


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ({"priority": "1"}, {"distress"}), ({"wants_unit": "yes"}, {"distress"}), ({"wants_unit": "no"}, {"trawler"}),
        ({"held": "no"}, {"distress", "trawler"}), ({"held": "yes"}, set()), ({"no_position": "yes"}, set()),
        ({"proposed": "no"}, {"distress", "trawler"}), ({"type": "sinking"}, {"distress"}), ({"type": "'; --"}, set()),
        ({"status": "all"}, {"distress", "trawler"}), ({"status": "\x00"}, {"distress", "trawler"}), ({"type": "\x00"}, set()),
    ],
)  # fmt: skip
def test_filters_narrow_the_queue(client, dispatcher, distress, trawler, query, seen):
    client.force_login(dispatcher)
    answer = client.get(QUEUE, query)
    text = answer.content.decode()
    found = {
        name
        for name, row in (("distress", distress), ("trawler", trawler))
        if f"<strong>{row.reference}" in text
    }
    assert answer.status_code == 200
    assert found == seen


def test_the_queue_asks_the_database_no_more_for_twenty_incidents_than_for_two(
    client, dispatcher, django_assert_max_num_queries
):
    client.force_login(dispatcher)
    for number in range(20):
        receive(
            Incoming(
                source="app", external_id=f"a{number}", text=f"enjin rosak hanyut 4 {number}.5N 100 25.1E"
            )
        )
    with django_assert_max_num_queries(22):
        client.get(QUEUE)


def test_nothing_on_the_desk_breaks_the_content_security_policy(client, dispatcher, distress):
    client.force_login(dispatcher)
    for address in (QUEUE, page(distress), act(distress, "correct"), "/console/phone-in/"):
        text = client.get(address).content.decode()
        inline = [s for s in re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", text) if "application/json" not in s]
        assert inline == [], address
        assert not re.search(r"\son\w+=\"", text), address


# --- One incident ---


def test_hostile_words_stay_words(client, dispatcher, fisher):
    incident = receive(
        Incoming(source="sms", external_id="SM9", text=f"tolong {HOSTILE} 4 10.2N 100 25.1E", reporter=fisher)
    ).report.incident
    client.force_login(dispatcher)
    for address in (
        QUEUE,
        page(incident),
        "/admin/reports/report/",
        f"/admin/reports/report/{incident.reports.get().pk}/change/",
    ):
        text = client.get(address).content.decode()
        assert "<script>alert" not in text, address
        assert "<img src=x" not in text, address
        assert "{{ 7" in text or address == QUEUE
    data = re.search(
        r'id="chart-data">(.*?)</script>', client.get(page(incident)).content.decode(), re.DOTALL
    )[1]
    assert "</script><script>" in json.loads(data)["reports"][0]["label"], (
        "kept as text for the chart's script"
    )


def test_the_page_shows_words_sum_and_story_and_never_the_reporters_number(
    client, dispatcher, distress, fisher
):
    client.force_login(dispatcher)
    text = client.get(page(distress)).content.decode()
    assert "TOLONG bot karam" in text
    assert fisher.pseudonym in text
    assert f"Why P1: {distress.score} points" in text
    assert "447700900201" not in text


def test_the_ranking_says_why_each_unit_was_passed_over(client, dispatcher, distress):
    Escalation.objects.filter(incident=distress).update(
        ranking={
            "ranked": [
                {"call_sign": "MY-LUMUT-04", "eta_s": 2520, "distance_m": 18520, "why": ["home station"]}
            ],
            "passed_over": [{"call_sign": "MY-KUNAK-24", "reason": "out of range <b>"}],
        }
    )
    client.force_login(dispatcher)
    text = client.get(page(distress)).content.decode()
    assert "10.0 NM" in text
    assert "42 min" in text
    assert "home station" in text
    assert "out of range &lt;b&gt;" in text


def test_a_liaison_officer_sees_the_own_community_and_no_unit(client, liaison, distress, trawler):
    client.force_login(liaison)
    text = client.get(QUEUE).content.decode()
    assert distress.reference in text
    assert trawler.reference not in text
    assert client.get(page(trawler)).status_code == 302
    text = client.get(page(distress)).content.decode()
    assert "TOLONG bot karam" in text
    assert "MY-LUMUT-04" not in text
    assert "/act/" not in text
    assert client.get(act(distress, "take")).status_code == 403


@pytest.mark.parametrize("pk", ["nonsense", "00000000-0000-0000-0000-000000000000", "%00", "1'; --"])
def test_an_incident_that_is_not_there_leads_back(client, dispatcher, pk):
    client.force_login(dispatcher)
    assert client.get(f"{QUEUE}{pk}/change/").status_code in (302, 404)


# --- Acts ---


@pytest.mark.parametrize("name", ACTS)
def test_every_act_has_a_page_that_changes_nothing_until_it_is_confirmed(client, supervisor, distress, name):
    client.force_login(supervisor)
    before = (
        Incident.objects.values().get(pk=distress.pk),
        distress.transitions.count(),
        Notification.objects.count(),
    )
    answer = client.get(act(distress, name), follow=True)
    assert answer.status_code == 200
    assert (
        Incident.objects.values().get(pk=distress.pk),
        distress.transitions.count(),
        Notification.objects.count(),
    ) == before


def test_taking_holds_the_incident_and_the_second_officer_is_told_who_has_it(
    client, dispatcher, supervisor, distress
):
    client.force_login(dispatcher)
    client.post(act(distress, "take"))
    distress.refresh_from_db()
    assert distress.held_by == dispatcher
    client.force_login(supervisor)
    answer = client.post(act(distress, "take"))
    assert answer.status_code == 409
    assert "dispatcher has incident" in answer.content.decode()


def test_asking_for_a_unit_says_who_will_be_alerted_and_starts_the_ladder(
    client, dispatcher, trawler, patrol
):
    client.force_login(dispatcher)
    assert "MY-LUMUT-04" in client.get(act(trawler, "request-unit")).content.decode()
    client.post(act(trawler, "request-unit"), {"reason": "seen twice"})
    assert Escalation.objects.get(incident=trawler).state == "wanted"


def test_tasking_a_named_unit_writes_its_dispatch_and_messages(client, dispatcher, trawler, patrol):
    client.force_login(dispatcher)
    client.post(act(trawler, "task"), {"unit": str(patrol.pk)})
    dispatch = Dispatch.objects.get(incident=trawler)
    assert (dispatch.unit, dispatch.tasked_by, dispatch.status) == (patrol, dispatcher, "alerting")
    assert dispatch.notifications.filter(channel="sms").exists()


def test_a_crew_that_answered_by_radio_is_recorded_as_going(client, dispatcher, trawler, patrol):
    client.force_login(dispatcher)
    client.post(act(trawler, "task"), {"unit": str(patrol.pk)})
    dispatch = Dispatch.objects.get(incident=trawler)
    assert "Told to stop: MY-LUMUT-04" in client.get(act(trawler, "stand-down")).content.decode()
    client.post(act(trawler, "answer"), {"dispatch": str(dispatch.pk), "verb": "acknowledge"})
    dispatch.refresh_from_db()
    assert (dispatch.status, dispatch.role) == ("acknowledged", "lead")


def test_a_refused_act_is_a_message_and_never_an_error(client, dispatcher, trawler, patrol):
    client.force_login(dispatcher)
    client.post(act(trawler, "task"), {"unit": str(patrol.pk)})
    dispatch = Dispatch.objects.get(incident=trawler)
    answer = client.post(act(trawler, "answer"), {"dispatch": str(dispatch.pk), "verb": "complete"})
    assert answer.status_code == 409
    dispatch.refresh_from_db()
    assert dispatch.status == "alerting"


@pytest.mark.parametrize(
    "name", ["stand-down", "hand-over", "stop-ladder", "priority", "correct", "join", "dismiss-report"]
)
def test_an_act_that_needs_a_reason_is_not_done_without_one(client, supervisor, distress, name):
    client.force_login(supervisor)
    sent = {
        "priority": "3",
        "type": "tip",
        "into": distress.reference,
        "report": str(distress.reports.get().pk),
        "reason": "  ",
    }
    assert client.post(act(distress, name), sent).status_code == 200
    distress.refresh_from_db()
    assert (distress.status, distress.priority, distress.type) == ("open", 1, "sinking")
    assert not distress.transitions.filter(by=supervisor).exists()


def test_an_open_distress_cannot_be_closed_from_the_admin(client, supervisor, distress):
    client.force_login(supervisor)
    client.post(act(distress, "close"), {"outcome": "recorded", "reason": "no"})
    distress.refresh_from_db()
    assert distress.status == "open"
    client.post(act(distress, "stand-down"), {"reason": "all three are ashore, spoken to by telephone"})
    distress.refresh_from_db()
    assert distress.status == "stood_down"
    client.post(act(distress, "close"), {"outcome": "assisted", "reason": "done"})
    distress.refresh_from_db()
    assert (distress.status, distress.outcome) == ("closed", "assisted")


def test_correcting_changes_only_what_the_officer_changed(client, dispatcher, distress):
    client.force_login(dispatcher)
    form = client.get(act(distress, "correct")).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields} | {
        "persons_on_board": "7",
        "reason": "counted again",
    }
    client.post(act(distress, "correct"), sent)
    position = distress.position
    distress.refresh_from_db()
    assert distress.persons_on_board == 7
    assert distress.position.coords == position.coords
    assert distress.position_source != "officer"
    assert [t.field for t in distress.transitions.filter(by=dispatcher)] == ["persons_on_board"]


def test_a_position_typed_by_an_officer_is_taken_as_the_officers(client, dispatcher, distress):
    client.force_login(dispatcher)
    form = client.get(act(distress, "correct")).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}
    client.post(act(distress, "correct"), sent | {"position": "04°12.00'N 100°27.00'E", "reason": "by radio"})
    distress.refresh_from_db()
    assert distress.position_source == "officer"
    assert distress.lon_lat == pytest.approx((100.45, 4.2))
    answer = client.post(
        act(distress, "correct"), sent | {"position": "near the island", "reason": "by radio"}
    )
    assert answer.status_code == 200
    assert "latitude first" in answer.content.decode()


def test_joining_moves_the_reports_and_parting_moves_one_back(client, dispatcher, distress, trawler):
    client.force_login(dispatcher)
    client.post(act(trawler, "join"), {"into": distress.reference.lower(), "reason": "same boat"})
    trawler.refresh_from_db()
    assert (trawler.status, trawler.merged_into) == ("merged", distress)
    report = Report.objects.get(external_id="app-1")
    assert report.incident == distress
    client.post(act(distress, "part"), {"report": str(report.pk), "reason": "another boat after all"})
    report.refresh_from_db()
    assert report.incident not in (distress, trawler)


def test_the_list_menu_leads_to_the_confirmation_of_one_incident(client, dispatcher, distress, trawler):
    client.force_login(dispatcher)
    chosen = {"action": "take", "_selected_action": [str(distress.pk)]}
    assert client.post(QUEUE, chosen)["Location"] == act(distress, "take")
    both = {"action": "take", "_selected_action": [str(distress.pk), str(trawler.pk)]}
    assert "Choose one incident" in client.post(QUEUE, both, follow=True).content.decode()
    assert Incident.objects.filter(held_by__isnull=False).count() == 0


# --- The vault ---


def test_a_look_into_the_vault_needs_a_supervisor_and_a_reason_and_leaves_a_row(
    client, supervisor, dispatcher, fisher
):
    address = f"/admin/communities/reporter/{fisher.pk}/reveal/"
    client.force_login(dispatcher)
    assert client.post(address, {"reason": "curious"}).status_code == 403
    client.force_login(supervisor)
    assert "447700900201" not in client.get(address).content.decode()
    assert "447700900201" not in client.post(address, {"reason": " "}).content.decode()
    assert not Reveal.objects.exists()
    answer = client.post(address, {"reason": "family asks for him at the jetty"})
    assert "+447700900201" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert Reveal.objects.get().by == supervisor


# --- People and places ---


def test_a_liaison_officer_writes_down_what_the_village_calls_a_place(client, liaison, community):
    client.force_login(liaison)
    sent = {"name": "Batu Pak Mat", "alt_names": "", "kind": "reef", "position": "4 12.0 N 100 27.0 E", "country": "MY",
            "community": str(community.pk)}  # fmt: skip
    assert client.post("/admin/communities/place/add/", sent).status_code == 302
    place = Place.objects.get()
    assert (place.source, place.community) == ("officer", community)
    assert (place.position.x, place.position.y) == pytest.approx((100.45, 4.2))


def test_an_administrator_does_not_become_a_superuser_by_editing(client, admin, dispatcher):
    admin.is_superuser = False
    admin.is_staff = True
    admin.save()
    client.force_login(admin)
    sent = {
        "username": "dispatcher",
        "role": "admin",
        "is_superuser": "on",
        "is_staff": "on",
        "is_active": "on",
    }
    client.post(f"/admin/communities/user/{dispatcher.pk}/change/", sent)
    dispatcher.refresh_from_db()
    assert dispatcher.role == "admin"
    assert not dispatcher.is_superuser


@pytest.mark.parametrize(
    ("area", "good"),
    [
        ('{"type": "Polygon", "coordinates": [[[100, 4], [101, 4], [101, 5], [100, 4]]]}', True),
        ('{"type": "MultiPolygon", "coordinates": [[[[100, 4], [101, 4], [101, 5], [100, 4]]]]}', True),
        ('{"type": "Polygon", "coordinates": [[[100, 4], [101, 5], [101, 4], [100, 5], [100, 4]]]}', False),
        ('{"type": "Polygon", "coordinates": [[[100, 4], [101, 4]]]}', False),
        ('{"type": "Point", "coordinates": [100, 4]}', False),
        ('{"type": "MultiPolygon", "coordinates": []}', False),
        ('{"type": "Polygon", "coordinates": [[["nan", 4], [101, 4], [101, 5], ["nan", 4]]]}', False),
        ("SRID=http://127.0.0.1:1/x;POLYGON((0 0,1 1,1 0,0 0))", False),
        ("[" * 3000, False),
        ("null", False),
    ],
)
def test_an_area_is_geojson_in_degrees_or_a_plain_error(client, supervisor, area, good):
    client.force_login(supervisor)
    answer = client.post(
        "/admin/communities/zone/add/", {"kind": "closed", "name": "x", "area": area, "srr": ""}
    )
    assert answer.status_code == (302 if good else 200)


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("4.5868, 118.6818", (118.6818, 4.5868)), ("4.5868 118.6818", (118.6818, 4.5868)),
        ("-7.2345, 113.0021", (113.0021, -7.2345)), ("04°35.21'N 118°40.91'E", (118.681833, 4.586833)),
        ("4 35.21N 118 40.91E", (118.681833, 4.586833)), ("N4 35.21 E118 40.91", (118.681833, 4.586833)),
        ("4-35.21U 118-40.91T", (118.681833, 4.586833)), ("4 35 12.6 N 118 40 54.6 E", (118.681833, 4.586833)),
        ("7 14.07 S, 113 0.126 E", (113.0021, -7.2345)),
        ("4 61.0N 118 40.91E", None), ("91.0, 20.0", None), ("118.68, 4.58", None), ("4 35.21 118 40.91", None),
        ("", None), ("near the island", None), ("nan, nan", None), ("4,5868 118,6818", None), ("٤.٥ ١٠٠.٤", (100.4, 4.5)),
    ],
)  # fmt: skip
def test_a_position_that_an_officer_types_is_read_or_refused(text, position):
    if position is None:
        with pytest.raises(ValueError, match=r"not|below"):
            read_position(text)
    else:
        assert read_position(text) == pytest.approx(position, abs=1e-5)


@pytest.mark.parametrize(
    ("lon", "lat", "text"),
    [
        (118.6818, 4.5868, "04°35.21'N 118°40.91'E"), (-0.00001, -0.00001, "00°00.00'S 000°00.00'W"),
        (100.99999, 4.99999, "05°00.00'N 101°00.00'E"), (180, -90, "90°00.00'S 180°00.00'E"),
    ],
)  # fmt: skip
def test_positions_are_printed_as_charts_do(lon, lat, text):
    assert position_text(lon, lat) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"), (99, "99 s"), (100, "1 min"), (5999, "99 min"), (6000, "1 h 40 min"), (172_799, "47 h 59 min"),
        (172_800, "2 d 0 h"), (62 * 3600, "2 d 14 h"),
    ],
)  # fmt: skip
def test_a_span_is_said_as_a_dispatcher_says_it(seconds, text):
    assert span(seconds) == text


@pytest.mark.parametrize(("detail", "most"), [("fine", 400_000), ("coarse", 100_000)])
def test_the_land_of_the_chart_is_served_once_and_packed(client, dispatcher, detail, most):
    address = f"/admin/communities/community/land-{detail}.geojson"
    assert client.get(address).status_code == 302
    client.force_login(dispatcher)
    answer = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
    assert "immutable" in answer["Cache-Control"]
    assert len(answer.content) < most
    assert json.loads(client.get(address).content)["type"] == "FeatureCollection"
    assert client.get(address, headers={"If-None-Match": answer["ETag"]}).status_code == 304


def test_dismissing_a_proposal_takes_it_off(client, dispatcher, distress, trawler):
    Incident.objects.filter(pk=trawler.pk).update(proposed_same_as=distress, proposed_why="2 NM, 5 min")
    client.force_login(dispatcher)
    assert f"same as {distress.reference}?" in client.get(QUEUE).content.decode()
    client.post(act(trawler, "dismiss-proposal"))
    trawler.refresh_from_db()
    assert trawler.proposed_same_as is None


def test_a_released_incident_is_free_again(client, dispatcher, distress):
    decisions.take(distress.pk, dispatcher)
    client.force_login(dispatcher)
    client.post(act(distress, "release"))
    distress.refresh_from_db()
    assert distress.held_by is None


def test_an_officer_silences_a_reporters_phone_and_answers_it_again(client, dispatcher, distress):
    client.force_login(dispatcher)
    assert "not even a receipt" in client.get(act(distress, "silence")).content.decode()
    assert client.post(act(distress, "silence"), {"reason": "stalked"}).status_code == 302
    distress.refresh_from_db()
    assert distress.reply_mode == "NONE"
    assert "phone is not answered" in client.get(QUEUE).content.decode()
    client.post(act(distress, "silence"), {"reason": "safe"})
    distress.refresh_from_db()
    assert distress.reply_mode != "NONE"


def test_ships_that_could_help_are_on_the_page_of_a_rescue_and_of_no_quiet_matter(
    client, dispatcher, distress, trawler
):
    now = timezone.now()
    for number, incident in enumerate((distress, trawler)):
        lon, lat = incident.lon_lat
        name = f"<b>TUG</b>{number}"
        vessels.store(
            [vessels.Sighting(f"53300000{number}", now, name, "", 52, 30, lat + 0.1, lon, now, 9.0, 180.0, 0)]
        )
    client.force_login(dispatcher)
    rescue, quiet = (client.get(page(incident)).content.decode() for incident in (distress, trawler))
    assert "could help" in rescue
    assert "533000000" in rescue
    assert "&lt;b&gt;TUG&lt;/b&gt;0" in rescue
    assert "could help" not in quiet
