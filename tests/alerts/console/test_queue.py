"""The queue at the desk: its order, its filters, its pages, its rows, and the views that somebody keeps."""

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone

from alerts.console import queue, rows
from alerts.console.queue import QueueFilter
from alerts.models import Dispatch, Escalation, SavedView
from reports.models import Incident, Question
from tests import factories

pytestmark = pytest.mark.django_db


def asked(client, query="") -> list[str]:
    """References in the order in which the script's fragment lists them."""
    answer = client.get(f"/console/queue/?{query}", headers={"X-Fragment": "1"})
    assert answer.status_code == 200
    html = answer.content.decode()
    return [part.split('"')[0] for part in html.split('data-reference="')[1:]]


@pytest.fixture
def desk(client, dispatcher):
    client.force_login(dispatcher)
    return client


def incident(reference, rank=1, **fields):
    return factories.Incident(reference=reference, queue_rank=rank, **fields)


def test_the_queue_is_in_its_order_and_holds_what_no_officer_ended(desk):
    incident("BBBBB", 3)
    incident("AAAAA", 2, status="resolved")
    factories.force(Incident.objects.filter(pk=incident("CCCCC", 1).pk), status="closed")
    assert asked(desk) == ["AAAAA", "BBBBB"]


def make(name, dispatcher):
    """The one incident that the filter `name` finds."""
    now = timezone.now()
    fields = {
        "priority=1": {"priority": 1},
        "status=resolved": {"status": "resolved"},
        "type=sinking": {"type": "sinking"},
        "holder=me": {"held_by": dispatcher, "held_until": now + timedelta(minutes=1)},
        "holder=other": {
            "held_by": factories.User(username="other"),
            "held_until": now + timedelta(minutes=1),
        },
        "drill=yes": {"drill": True},
        "distress=on": {"emergency_phase": "DISTRESS"},
        "no_position=on": {"position": None},
        "q=find": {"reference": "FINDX"},
        "q=penyu": {"place": "Pulau Penyu"},
    }.get(name, {})
    one = incident(fields.pop("reference", "FOUND"), **fields)
    if name == "wants_unit=on":
        Escalation.objects.create(incident=one, started_at=now, due_at=now)
    if name == "unanswered=on":
        Question.objects.create(incident=one, kind="where", asked_at=now, due_at=now - timedelta(seconds=1))
    if name == "proposed=on":
        Incident.objects.filter(pk=one.pk).update(proposed_same_as=Incident.objects.get(reference="OTHER"))
    if name == "q=karam":
        factories.Report(incident=one, text="bot KARAM dekat sini")
    return one


@pytest.mark.parametrize(
    "name",
    [
        "priority=1", "status=resolved", "type=sinking", "holder=me", "holder=other", "drill=yes", "distress=on",
        "no_position=on", "wants_unit=on", "unanswered=on", "proposed=on", "q=find", "q=penyu", "q=karam",
    ],
)  # fmt: skip
def test_a_filter_finds_what_it_says_and_nothing_else(desk, dispatcher, name):
    incident("OTHER", 5, priority=4, type="iuu_foreign", position=factories.point(factories.OFF_PANGKOR))
    one = make(name, dispatcher)
    assert asked(desk, name) == [one.reference]
    assert len(asked(desk)) == 2


def test_held_by_nobody_counts_a_lease_that_is_over(desk, dispatcher):
    incident("LAPSE", held_by=dispatcher, held_until=timezone.now() - timedelta(seconds=1))
    assert asked(desk, "holder=nobody") == ["LAPSE"]
    assert asked(desk, "holder=me") == []


def test_what_has_ended_is_found_when_asked_for_the_newest_first(desk):
    now = timezone.now()
    for n, reference in enumerate(("OLDER", "NEWER")):
        one = incident(reference, received_at=now - timedelta(days=2 - n))
        factories.force(Incident.objects.filter(pk=one.pk), status="closed")
    incident("OPENX")
    assert asked(desk, "status=ended") == ["NEWER", "OLDER"]
    assert asked(desk, "status=ended&q=older") == ["OLDER"]


@pytest.mark.parametrize("query", ["", "status=ended"])
def test_pages_follow_one_another_without_a_gap_or_a_double(desk, monkeypatch, query):
    monkeypatch.setattr(queue, "PAGE", 3)
    at = timezone.now()
    made = [incident(f"A{n:04}", 7 if n % 2 else 8, received_at=at) for n in range(8)]
    if query:
        factories.force(Incident.objects.filter(pk__in=[one.pk for one in made]), status="closed")
    seen, after = [], ""
    for _page in range(4):
        html = desk.get(
            f"/console/queue/?{query}&after={after}", headers={"X-Fragment": "1"}
        ).content.decode()
        seen += [part.split('"')[0] for part in html.split('data-reference="')[1:]]
        if "after=" not in html:
            break
        after = html.split("after=")[1].split('"')[0]
    assert len(seen) == 8
    assert len(set(seen)) == 8


@pytest.mark.parametrize(
    "query",
    [
        "priority=x&status=nonsense&type=%00&holder=you", "after=", "after=x.y", "after=9e9.1", "q=%00",
        "after=99999999999999999999999.0190a000-0000-7000-8000-000000000000", "q=" + "x" * 5000,
        "status=ended&after=-99999999999999999.0190a000-0000-7000-8000-000000000000", "only=x,,", "q=%25_%5C",
    ],
)  # fmt: skip
def test_nonsense_in_the_address_is_left_out(desk, query):
    incident("AAAAA")
    assert desk.get(f"/console/?{query}").status_code == 200
    assert desk.get(f"/console/queue/?{query}", headers={"X-Fragment": "1"}).status_code == 200


def test_a_search_is_asked_for_certain_incidents_only(desk):
    one, other = incident("AAAAA", place="Pangkor"), incident("BBBBB")
    answer = desk.get(f"/console/queue/?q=pangkor&only={one.pk},{other.pk},x", headers={"X-Fragment": "1"})
    assert answer.json() == {"found": [str(one.pk)]}


def test_the_page_costs_the_same_number_of_queries_however_many_rows(
    desk, patrol, django_assert_max_num_queries
):
    for n in range(20):
        one = incident(f"A{n:04}", n)
        Dispatch.objects.create(incident=one, unit=patrol, created_at=one.received_at)
    with django_assert_max_num_queries(10):
        assert len(asked(desk)) == 20


# --- The row ---


def row(one) -> dict:
    return rows.row_of(rows.with_row(Incident.objects.filter(pk=one.pk)).get())


def ago(minutes):
    return timezone.now() - timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("received", "sent", "there", "states"),
    [
        (5, None, None, ["ample", "ample"]),
        (25, None, None, ["near", "ample"]),
        (31, None, None, ["over", "ample"]),
        (60, 40, None, ["kept", "ample"]),
        (60, 10, None, ["late", "ample"]),
        (100, 80, None, ["kept", "near"]),
        (130, 110, None, ["kept", "over"]),
        (130, 110, 30, ["kept", "kept"]),
        (130, 110, 2, ["kept", "late"]),
    ],
)
def test_the_charters_clocks(patrol, received, sent, there, states):
    one = incident("AAAAA", priority=1, received_at=ago(received))
    if sent:
        Dispatch.objects.create(
            incident=one, unit=patrol, status="on_scene" if there else "en_route", role="lead", created_at=ago(sent),
            under_way_at=ago(sent), on_scene_at=ago(there) if there else None,
        )  # fmt: skip
    assert [state for _clock, state in row(one)["clocks"]] == states


def test_no_boat_is_promised_for_what_only_wants_recording():
    assert row(incident("AAAAA", priority=5))["clocks"] == []


@pytest.mark.parametrize(
    ("metres", "text"), [(None, ""), (0, "±0 m"), (800, "±800 m"), (1852, "±1 NM"), (9260, "±5 NM")]
)
def test_an_error_reads_as_mariners_say_it(metres, text):
    assert rows.error_text(metres) == text


HOSTILE = '"><script>alert(1)</script>{{ 7|add:7 }}\u202e'


def test_words_of_reporters_are_inert_in_a_row(desk):
    incident("AAAAA", place=HOSTILE[:120], score_terms=[{"term": HOSTILE, "value": 1, "why": HOSTILE}])
    html = desk.get("/console/").content.decode()
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7|add:7 }}" in html


def test_the_empty_queue_says_what_to_do(desk):
    assert "appears here by itself" in desk.get("/console/").content.decode()
    assert "Take a filter off" in desk.get("/console/?priority=1").content.decode()


# --- Saved views ---


def test_a_view_is_kept_renamed_and_opened_first(desk, dispatcher):
    desk.post(
        "/console/views/", {"name": " Night  watch ", "query": "priority=1&nonsense=2&holder=me&priority=9"}
    )
    view = SavedView.objects.get()
    assert (view.name, view.query) == ("Night watch", "holder=me")  # one bad value voids its filter alone
    desk.post(f"/console/views/{view.pk}/rename/", {"name": "Mine"})
    desk.post(f"/console/views/{view.pk}/default/")
    view.refresh_from_db()
    assert (view.name, view.is_default) == ("Mine", True)
    assert desk.get("/console/")["Location"] == "/console/?holder=me"
    desk.post(f"/console/views/{view.pk}/default/")
    assert desk.get("/console/").status_code == 200


def test_a_removed_view_comes_back(desk):
    desk.post("/console/views/", {"name": "A", "query": "priority=1"})
    view = SavedView.objects.get()
    said = desk.post(f"/console/views/{view.pk}/remove/", headers={"X-Fragment": "1"}).json()
    assert "<bdi>A" not in desk.get("/console/?priority=1").content.decode()
    desk.post(said["undo"]["url"])
    assert SavedView.objects.get().removed_at is None
    assert SavedView.objects.get().query == "priority=1"


def test_two_views_of_one_name_cannot_be(desk):
    for name in "AB":
        desk.post("/console/views/", {"name": name, "query": ""})
    view = SavedView.objects.get(name="B")
    answer = desk.post(f"/console/views/{view.pk}/rename/", {"name": "A"}, headers={"X-Fragment": "1"})
    assert answer.status_code == 409
    desk.post("/console/views/", {"name": "A", "query": "priority=2"})
    assert SavedView.objects.get(name="A").query == "priority=2"


@pytest.mark.parametrize("act", ["rename", "default", "remove", "restore"])
def test_another_officers_views_are_not_there(desk, supervisor, act):
    view = SavedView.objects.create(user=supervisor, name="theirs", query="")
    assert desk.post(f"/console/views/{view.pk}/{act}/", {"name": "x"}).status_code == 404


@pytest.mark.parametrize("name", ["", "   ", "\n", "\x00", "\u200b \u202e"])
def test_a_view_without_a_name_is_refused(desk, name):
    answer = desk.post("/console/views/", {"name": name, "query": ""}, headers={"X-Fragment": "1"})
    assert answer.status_code == 422


def test_signs_that_are_not_seen_are_left_out_of_a_views_name(desk):
    desk.post("/console/views/", {"name": "\u202eNi\x00ght\u2066 watch\x00", "query": ""})
    view = SavedView.objects.get()
    assert view.name == "Night watch"
    desk.post(f"/console/views/{view.pk}/rename/", {"name": "Da\x00y\u202e"})
    view.refresh_from_db()
    assert view.name == "Day"


def test_the_filters_write_themselves_as_they_are_read():
    query = "q=pangkor&priority=1&priority=2&status=open&holder=me&distress=on"
    assert QueueFilter(QueryDict(query)).query() == query
