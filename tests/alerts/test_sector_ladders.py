"""A sector's own ladder: P1 only faster, versions that are never changed, the running climb keeps its own."""

import copy
from datetime import timedelta

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from alerts import dispatch, escalation, rungs, sector_ladders
from alerts.ladder import BY_PRIORITY
from alerts.models import Escalation, Notification, SectorLadder
from reports.models import Incident
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()
CALLS, REPEAT = sector_ladders.rows_of(BY_PRIORITY[1])


@pytest.fixture
def sector(db):
    return factories.Zone(name="Lumut waters")


def p1(without=(), more=(), moved=None, repeat_s=120, repeat=None) -> list[str]:
    calls = [row for row in CALLS if row not in without] + list(more)
    for old, new in (moved or {}).items():
        calls = [[new, *row[1:]] if tuple(row) == old else row for row in calls]
    return sector_ladders.faults(1, calls, REPEAT if repeat is None else repeat, repeat_s)


@pytest.mark.parametrize("priority", BY_PRIORITY)
def test_the_shipped_ladders_go_through_rows_unchanged(priority):
    ladder = BY_PRIORITY[priority]
    calls, repeat = sector_ladders.rows_of(ladder)
    again = sector_ladders.rows_of(sector_ladders.built(calls, repeat, ladder.repeat_s))
    assert (sorted(map(str, again[0])), sorted(again[1])) == (sorted(map(str, calls)), sorted(repeat))
    assert sector_ladders.faults(priority, calls, repeat, ladder.repeat_s) == []


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"moved": {(60, "voice", "unit 1"): 30}},
        {"more": [[0, "sms", "unit 2"]]},
        {"more": [[30, "voice", "centre"]]},
        {"repeat_s": 60},
        {"repeat": [*REPEAT, ["sms", "all_units"]]},
    ],
)
def test_p1_may_be_made_faster(change):
    assert p1(**change) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"moved": {(60, "voice", "unit 1"): 61}}, "Later than second 60"),
        ({"without": [[120, "voice", "duty"]]}, "duty officer"),
        ({"moved": {(0, "sms", "unit 1"): 1}}, "Later than second 0"),
        ({"more": [[700, "sms", "duty"]]}, "repeating begins later"),
        ({"repeat_s": 121}, "more slowly"),
        ({"repeat": [row for row in REPEAT if row != ["voice", "centre"]]}, "Not repeated"),
        # The call at 60 is not made good by a later one that was there anyway.
        ({"without": [[60, "voice", "unit 1"]], "more": [[599, "voice", "unit 1"]]}, "Later than second 60"),
    ],
)
def test_p1_is_never_made_slower(change, words):
    assert any(words in fault for fault in p1(**change))


@pytest.mark.parametrize(
    ("calls", "repeat", "repeat_s"),
    [
        ([], REPEAT, 120),
        ([[0, "sms", "unit 1"]], [], 120),
        ([[0, "sms", "duty"]], [["sms", "duty"]], 120),  # nobody sails
        ([[0, "push", "duty"], [0, "sms", "unit 1"]], [["sms", "duty"]], 120),
        ([[0, "voice", "all_units"], [0, "sms", "unit 1"]], [["sms", "duty"]], 120),
        ([[0, "sms", "unit 10"]], [["sms", "duty"]], 120),
        ([[0, "sms", "everybody"]], [["sms", "duty"]], 120),
        ([[-1, "sms", "unit 1"]], [["sms", "duty"]], 120),
        ([[0, "sms", "unit 1"]], [["sms", "duty"]], 29),
        ([[0, "sms", "unit 1"]], [["sms", "duty"]], None),
        ([[0, "sms", "unit 1"]] * 61, [["sms", "duty"]], 120),
    ],
)
def test_what_no_ladder_may_be(calls, repeat, repeat_s):
    assert sector_ladders.faults(3, calls, repeat, repeat_s)


def test_a_p3_may_be_slower(sector, supervisor):
    row = sector_ladders.change(
        sector.name,
        3,
        [[300, "sms", "unit 1"]],
        [["sms", "duty"]],
        3600,
        by=supervisor,
        reason="quiet waters",
    )
    assert sector_ladders.in_force(sector.name, 3) == row
    assert sector_ladders.in_force(sector.name, 2) is None


def test_versions_are_kept_and_the_shipped_one_counts_again(sector, supervisor):
    for repeat_s in (60, 90):
        sector_ladders.change(
            sector.name, 1, CALLS, REPEAT, repeat_s, by=supervisor, reason="a drill showed it"
        )
    assert sector_ladders.in_force(sector.name, 1).repeat_s == 90
    sector_ladders.back_to_shipped(sector.name, 1, by=supervisor, reason="too much noise")
    assert sector_ladders.in_force(sector.name, 1) is None
    assert list(SectorLadder.objects.values_list("number", "repeat_s")) == [(3, None), (2, 90), (1, 60)]


@pytest.mark.parametrize(
    "act",
    [
        lambda by: sector_ladders.change("Lumut waters", 1, CALLS, REPEAT, 60, by=by, reason=" "),
        lambda by: sector_ladders.change("Nowhere", 1, CALLS, REPEAT, 60, by=by, reason="why not"),
        lambda by: sector_ladders.change("Lumut waters", 1, CALLS, REPEAT, 200, by=by, reason="sleep"),
        lambda by: sector_ladders.back_to_shipped("Nowhere", 1, by=by, reason="why not"),
    ],
)
def test_what_is_refused_leaves_no_row(sector, supervisor, act):
    with pytest.raises(sector_ladders.LadderRefused):
        act(supervisor)
    assert not SectorLadder.objects.exists()


def test_the_database_refuses_what_python_would_have(sector, supervisor):
    row = sector_ladders.change(sector.name, 1, CALLS, REPEAT, 60, by=supervisor, reason="faster")
    for change in ({"repeat_s": 121}, {"last_s": 601}, {"repeat": []}, {"repeat_s": 5}, {"number": 1}):
        other = copy.copy(row)
        other.pk = None
        other.number = 2
        for name, value in change.items():
            setattr(other, name, value)
        with pytest.raises(IntegrityError), transaction.atomic():
            other.save(force_insert=True)
    for raw in (SectorLadder.objects.all().update, lambda **_: SectorLadder.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            raw(repeat_s=30)


# --- Climbing ---


@pytest.fixture
def fleet(patrol, second_patrol, mrcc):
    for unit in (patrol, second_patrol):
        unit.capabilities = ["sar_surface"]
        unit.save()
    return {patrol.pk: "1", second_patrol.pk: "2"}


def an_incident(priority: int) -> Incident:
    incident = factories.Incident(type="sinking", priority=priority, received_at=NOW)
    escalation.want(incident.pk, now=NOW)
    return incident


def called(fleet, incident, second: float) -> list[str]:
    before = set(Notification.objects.values_list("pk", flat=True))
    escalation.sweep(NOW + timedelta(seconds=second))
    while rungs.carry_out(incident.pk, now=NOW + timedelta(seconds=second)):
        pass
    rows = list(Notification.objects.exclude(pk__in=before).select_related("station"))
    Notification.objects.filter(status="pending").update(status="accepted")
    return sorted(
        f"unit {fleet[row.unit_id]} {row.channel}" if row.unit_id else f"{row.station.code} {row.channel}"
        for row in rows
    )


def test_the_sectors_own_ladder_is_climbed_and_a_change_waits_for_the_next(fleet, sector, supervisor):
    own = [*CALLS, [0, "sms", "unit 2"], [20, "voice", "duty"]]
    sector_ladders.change(sector.name, 1, own, REPEAT, 60, by=supervisor, reason="two boats at once")
    incident = an_incident(1)
    assert called(fleet, incident, 0) == ["unit 1 sms", "unit 2 sms"]
    sector_ladders.back_to_shipped(sector.name, 1, by=supervisor, reason="too many")
    assert called(fleet, incident, 20) == ["B03 voice"]  # the version it began with
    other = an_incident(1)
    assert called(fleet, other, 0) == ["unit 1 sms"]
    assert called(fleet, other, 20) == []


def test_elsewhere_the_shipped_ladder_is_climbed(fleet, supervisor):
    far = MultiPolygon(Polygon.from_bbox((110, 3, 111, 4)), srid=4326)
    factories.Zone(name="Far waters", area=far)
    sector_ladders.change("Far waters", 1, CALLS, REPEAT, 60, by=supervisor, reason="faster there")
    incident = an_incident(1)
    called(fleet, incident, 0)
    ladder = Escalation.objects.get()
    assert (ladder.ladder, ladder.ladder_priority) == (None, 1)


def test_raised_while_it_climbs_it_begins_anew_as_what_it_is_now(fleet):
    incident = an_incident(3)
    called(fleet, incident, 0)
    assert called(fleet, incident, 60) == ["unit 1 sms"]
    Incident.objects.update(priority=1)
    assert called(fleet, incident, 70) == ["unit 1 sms"]
    assert called(fleet, incident, 129) == []
    assert called(fleet, incident, 130) == ["unit 1 voice", "unit 2 sms"]


def test_lowered_while_it_climbs_nobody_is_called_twice_for_less(fleet):
    incident = an_incident(1)
    for second in (0, 60, 120):
        called(fleet, incident, second)
    Incident.objects.update(priority=2)
    assert called(fleet, incident, 130) == []
    assert called(fleet, incident, 180) == ["unit 2 sms"]
    assert called(fleet, incident, 300) == ["unit 2 voice"]
    assert called(fleet, incident, 600) == ["B03 sms", "B03 voice"]


@pytest.mark.parametrize("priority", [2, 3, 4])
def test_a_tasked_unit_takes_the_sectors_second_rung(fleet, sector, supervisor, patrol, dispatcher, priority):
    own = [[0, "sms", "unit 1"], [15, "voice", "unit 1"]]
    sector_ladders.change(sector.name, priority, own, [["sms", "duty"]], 60, by=supervisor, reason="short")
    incident = factories.Incident(type="sinking", priority=priority, received_at=NOW)
    dispatch.task(incident.pk, patrol.pk, by=dispatcher, now=NOW)
    called(fleet, incident, 1)
    assert called(fleet, incident, 15) == ["unit 1 voice"]


# --- The page ---

ADD = "/admin/alerts/sectorladder/add/"


def form_of(repeat_s="60", **more):
    data = {"sector": "Lumut waters", "priority": "1", "repeat_s": repeat_s, "reason": "faster", **more}
    for prefix, rows in (("calls", CALLS), ("repeated", [[None, *row] for row in REPEAT])):
        data |= {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": 0}
        for n, (at_s, channel, whom) in enumerate(rows):
            data |= {f"{prefix}-{n}-channel": channel, f"{prefix}-{n}-whom": whom}
            if at_s is not None:
                data[f"{prefix}-{n}-at_s"] = at_s
    return data


def test_the_page_shows_previews_and_keeps(client, sector, supervisor):
    client.force_login(supervisor)
    page = client.get(ADD, {"sector": sector.name, "priority": "1"}).content.decode()
    assert "second 60" in page
    assert "voice → nearest unit" in page
    seen = client.post(ADD, form_of(_preview="1")).content.decode()
    assert "then every 60 s, without end" in seen
    assert not SectorLadder.objects.exists()
    assert client.post(ADD, form_of(_save="1")).status_code == 302
    row = SectorLadder.objects.get()
    assert (row.by, row.repeat_s, row.reason, len(row.calls)) == (supervisor, 60, "faster", len(CALLS))
    history = client.get("/admin/alerts/sectorladder/").content.decode()
    assert "Lumut waters" in history
    assert "second 300" in client.get(f"/admin/alerts/sectorladder/{row.pk}/change/").content.decode()
    assert client.post(ADD, form_of(_shipped="1")).status_code == 302
    assert sector_ladders.in_force(sector.name, 1) is None


@pytest.mark.parametrize(
    "change",
    [{"repeat_s": "121"}, {"repeat_s": "x"}, {"reason": ""}, {"calls-0-at_s": "5"}, {"calls-0-whom": "x"}],
)
def test_the_page_says_what_is_wrong_and_keeps_nothing(client, sector, supervisor, change):
    client.force_login(supervisor)
    answer = client.post(ADD, form_of(_save="1") | change)
    assert answer.status_code == 200
    assert b"errorlist" in answer.content
    assert not SectorLadder.objects.exists()


@pytest.mark.parametrize(
    "body", [{}, {"_save": "1"}, {"sector": "a\x00b", "priority": "９", "_shipped": "1"}]
)
def test_nonsense_is_no_fault_of_the_service(client, sector, supervisor, body):
    client.force_login(supervisor)
    assert client.post(ADD, body).status_code == 200
    assert client.get(ADD, body).status_code == 200


def test_who_may_change_a_ladder(client, sector, dispatcher, liaison, admin):
    for user, status in ((dispatcher, 403), (liaison, 403), (admin, 200)):
        client.force_login(user)
        assert client.get(ADD).status_code == status
