"""The queue of the desk: order, filters, pages, lines and saved views."""

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone

from alerts.console import queue, rows
from alerts.models import SavedView
from reports.models import Incident
from tests import factories

pytestmark = pytest.mark.django_db
FRAGMENT = {"X-Fragment": "1"}


def asked(query: str = "") -> queue.QueueFilter:
    return queue.QueueFilter(QueryDict(query))


def found(user, query: str = "", after: str = "") -> list[str]:
    page = queue.page_of(asked(query), user, after, timezone.now())
    return [row.incident.reference for row in page.rows]


def incident(reference: str, rank: int = 0, **fields) -> Incident:
    return factories.Incident(reference=reference, queue_rank=rank, **fields)


def test_the_queue_is_in_its_own_order_and_without_what_has_ended(dispatcher):
    incident("33333", 3)
    incident("22222", 1, priority=1)
    incident("44444", 2, status="resolved")
    incident("55555", 0, status="closed")
    assert found(dispatcher) == ["22222", "44444", "33333"]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("priority=1&priority=2", "22222 33333"),
        ("type=sinking", "22222"),
        ("status=closed", "66666"),
        ("status=all&priority=1", "22222"),
        ("held=me", "33333"),
        ("held=nobody", "22222 44444 55555"),
        ("held=somebody", "33333"),
        ("only=distress", "22222"),
        ("only=no_position", "44444"),
        ("only=drill", "55555"),
        ("only=real&only=distress", "22222"),
        ("only=proposed", "44444"),
        ("q=2222", "22222"),
        ("q=mabul", "33333"),
        ("q=enjin+rosak", "44444"),
        ("q=nothing+like+it", ""),
        # What makes no sense was not asked.
        ("priority=9&type=ufo&held=x&only=y&status=z", "22222 33333 44444 55555"),
        ("q=%00", "22222 33333 44444 55555"),
    ],
)
def test_the_queue_can_be_narrowed(dispatcher, query, wanted):
    until = timezone.now() + timedelta(minutes=3)
    first = incident("22222", 1, priority=1, type="sinking", emergency_phase="DISTRESS")
    incident("33333", 2, priority=2, held_by=dispatcher, held_until=until, place="Pulau Mabul")
    third = incident("44444", 3, priority=3, position=None, proposed_same_as=first)
    factories.Report(incident=third, text="enjin rosak, hanyut")
    incident("55555", 4, priority=4, drill=True)
    incident("66666", 5, status="closed")
    assert found(dispatcher, query) == wanted.split()


def test_pages_follow_each_other_without_a_gap_and_without_a_row_twice(dispatcher, client):
    for n in range(2 * queue.PAGE + 3):
        incident(f"{n:05}".translate(str.maketrans("01", "GH")), n // 7)
    seen, after = [], ""
    for _ in range(3):
        page = queue.page_of(asked("only=real"), dispatcher, after, timezone.now())
        seen += [row.incident.pk for row in page.rows]
        after = QueryDict(page.more).get("after", "")
    assert (len(seen), len(set(seen)), after) == (103, 103, "")
    client.force_login(dispatcher)
    answer = client.get("/console/queue/?after=nonsense", headers=FRAGMENT)
    assert answer.content.count(b'class="row') == queue.PAGE


def test_a_page_costs_the_same_however_many_rows_it_has(dispatcher, django_assert_max_num_queries):
    for n in range(30):
        one = incident(f"2222{n % 10}" if n < 10 else f"333{n}", n)
        factories.Dispatch(incident=one, status="alerting")
    with django_assert_max_num_queries(5):
        queue.page_of(asked(), dispatcher, "", timezone.now())


def test_a_line_says_who_goes_what_is_owed_and_why(dispatcher, client):
    now = timezone.now()
    one = incident(
        "22222", priority=1, type="sinking", emergency_phase="DISTRESS", status="responding", score=94,
        score_terms=[{"term": "E", "value": 50, "why": "phase"}], received_at=now - timedelta(minutes=25),
    )  # fmt: skip
    factories.Dispatch(incident=one, status="acknowledged", role="lead", unit__call_sign="MY-LUMUT-04")
    (row,) = rows.rows_of(Incident.objects.all(), now)
    assert [(promise.label, promise.state) for promise in row.promises] == [
        ("boat sent", "near"),
        ("on scene", "running"),
    ]
    client.force_login(dispatcher)
    page = client.get("/console/").content.decode()
    assert "MY-LUMUT-04" in page
    assert "E 50 = 94" in page
    assert "distress" in page


def test_what_no_boat_was_promised_for_has_no_clock(dispatcher):
    for reference, fields in (
        ("22222", {"priority": 4}),
        ("33333", {"emergency_phase": "DISTRESS", "drill": True}),
        ("44444", {"emergency_phase": "DISTRESS", "status": "resolved"}),
    ):
        incident(reference, **fields)
    assert all(not row.promises for row in rows.rows_of(Incident.objects.all(), timezone.now()))


def test_words_of_a_report_stay_words(dispatcher, client):
    incident("22222", place='<script>alert(1)</script>{{ 7 }}"')
    client.force_login(dispatcher)
    page = client.get("/console/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7 }}&quot;" in page


class TestViews:
    """A filter that an officer keeps under a name."""

    @pytest.fixture
    def desk(self, client, dispatcher):
        client.force_login(dispatcher)
        return client

    def test_a_view_is_kept_renamed_and_forgotten(self, desk, dispatcher):
        desk.post(
            "/console/views/", {"name": " Night  watch ", "query": "only=distress&priority=2&priority=1&x=y"}
        )
        view = SavedView.objects.get()
        assert (view.user, view.name, view.query) == (
            dispatcher, "Night watch", "only=distress&priority=1&priority=2",
        )  # fmt: skip
        assert "Night watch" in desk.get(f"/console/?{view.query}").content.decode()
        desk.post(f"/console/views/{view.pk}/name/", {"name": "Dawn"})
        assert SavedView.objects.get().name == "Dawn"
        desk.post(f"/console/views/{view.pk}/delete/")
        assert not SavedView.objects.exists()

    def test_the_same_name_again_replaces_it_and_one_is_the_first(self, desk, dispatcher):
        incident("22222", 1, priority=1)
        incident("33333", 2, priority=3)
        for query, first in (("priority=1", "1"), ("priority=3", "1")):
            desk.post("/console/views/", {"name": query, "query": query, "is_first": first})
        desk.post("/console/views/", {"name": "priority=3", "query": "priority=1", "is_first": "1"})
        assert [view.is_first for view in SavedView.objects.all()] == [False, True]
        page = desk.get("/console/").content.decode()
        assert "22222" in page
        assert "33333" not in page
        assert "33333" in desk.get("/console/?status=").content.decode()

    def test_nobody_touches_the_views_of_another(self, desk, supervisor):
        view = SavedView.objects.create(user=supervisor, name="mine", query="")
        assert desk.post(f"/console/views/{view.pk}/delete/").status_code == 404
        assert desk.post(f"/console/views/{view.pk}/name/", {"name": "x"}).status_code == 404
