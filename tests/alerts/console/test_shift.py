"""The watch: hand-over notes, what waits for the desk as a role, and the log."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from alerts import alarms, unit_status
from alerts.console import shift_log, waiting
from alerts.models import DeskEntry, Handover, Notification
from communities.models import User
from reports import decisions
from tests import factories

pytestmark = pytest.mark.django_db
LAST_HOUR = timedelta(hours=1)


@pytest.fixture
def relief(agency):
    """The dispatcher who comes next."""
    return factories.User(username="relief", role=User.Role.DISPATCHER, agency=agency, is_staff=True)


def log_of(user, **filters) -> list[shift_log.Line]:
    now = timezone.now()
    return shift_log.page(user, shift_log.Asked(now - LAST_HOUR, now + LAST_HOUR, **filters))[0]


def hand_over(client, text="Boat 7K3Q9 calls again at 0200") -> Handover:
    answer = client.post("/console/shift/hand-over/", {"to_role": "dispatcher", "text": text})
    assert answer.status_code == 302
    return Handover.objects.first()


def test_a_note_waits_until_another_officer_has_read_it_and_keeps_role_and_name(client, dispatcher, relief):
    incident = factories.Incident()
    client.force_login(dispatcher)
    note = hand_over(client)
    assert note.open_references == [incident.reference]
    assert waiting.waiting(dispatcher) == [], "nobody relieves himself"
    [item] = waiting.waiting(relief)
    client.force_login(relief)
    client.post("/console/shift/take/", {"kind": item.kind, "key": item.key})
    client.logout()
    entry = waiting.taken(note.pk)
    assert (entry.by, entry.role) == (relief, "dispatcher")
    assert waiting.waiting(relief) == []
    client.force_login(dispatcher)
    page = client.get("/console/shift/").content.decode()
    assert "Read by relief, dispatcher" in page


def test_a_note_without_words_is_refused_and_what_was_chosen_stays(client, dispatcher):
    client.force_login(dispatcher)
    answer = client.post("/console/shift/hand-over/", {"to_role": "supervisor", "text": "  "})
    assert answer.status_code == 400
    assert 'value="supervisor" selected' in answer.content.decode()
    assert not Handover.objects.exists()


@pytest.mark.parametrize("row", ["handover", "entry"])
def test_what_the_desk_wrote_down_is_never_changed(row, dispatcher):
    waiting.write(DeskEntry.Kind.SIGNED_IN, by=dispatcher)
    Handover.objects.create(by=dispatcher, text="x", at=timezone.now())
    rows = Handover.objects if row == "handover" else DeskEntry.objects
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(at=timezone.now())
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.all()[0].delete()


def test_a_standing_alarm_is_taken_for_the_desk_and_silent_for_an_hour(dispatcher, relief):
    alarms.stand("process_silent", "beat", "beat gives no sign of life")
    [item] = waiting.waiting(relief)
    waiting.take(item.kind, item.key, by=dispatcher)
    assert waiting.waiting(relief) == []
    later = timezone.now() + timedelta(minutes=61)
    assert [item.kind for item in waiting.waiting(relief, now=later)] == ["took_alarm"]
    with pytest.raises(waiting.NothingWaits):
        waiting.take(item.kind, item.key, by=relief)


def called(incident, station, **fields) -> Notification:
    now = timezone.now()
    return Notification.objects.create(
        **{"incident": incident, "station": station, "purpose": "duty", "channel": "sms", "text": "no unit answers",
           "key": f"{incident.pk}:{station}:{fields}", "created_at": now, "due_at": now} | fields
    )  # fmt: skip


def test_what_a_desk_was_called_for_is_taken_by_the_role(dispatcher, station):
    incident = factories.Incident()
    called(incident, station)
    called(incident, station, channel="voice")
    [item] = waiting.waiting(dispatcher)
    assert "2" in item.what
    waiting.take(item.kind, item.key, by=dispatcher)
    assert waiting.waiting(dispatcher) == []
    assert not Notification.objects.filter(acknowledged_at=None).exists()
    entry = DeskEntry.objects.get(incident=incident)
    assert (entry.kind, entry.by, entry.role) == ("took_call", dispatcher, "dispatcher")


def test_a_call_that_outlives_its_incident_says_so(dispatcher, station):
    incident = factories.Incident(status="stood_down")
    called(incident, station, purpose="check")  # a crew has not read that nobody is needed
    [item] = waiting.waiting(dispatcher)
    assert item.what == f"{station} was called once"
    assert "stood down" in item.text


def test_calls_to_another_agencys_desk_do_not_wait_here(dispatcher):
    theirs = factories.Station(code="X1", agency=factories.Agency(name="Another navy"))
    called(factories.Incident(), theirs)
    assert waiting.waiting(dispatcher) == []


@pytest.mark.parametrize(
    ("kind", "key"),
    [("", ""), ("took_alarm", "x"), ("took_call", "0.0"), ("exported", "1"), ("read_handover", "\x00")],
)
def test_what_does_not_wait_cannot_be_taken(kind, key, client, dispatcher):
    client.force_login(dispatcher)
    assert client.post("/console/shift/take/", {"kind": kind, "key": key}).status_code == 302
    assert not DeskEntry.objects.exclude(kind="signed_in").exists()


def test_the_log_tells_signing_in_acts_alarms_and_the_incident_newest_first(client, dispatcher, patrol):
    client.force_login(dispatcher)
    incident = factories.Incident()
    decisions.take(incident.pk, dispatcher)
    decisions.correct(incident.pk, by=dispatcher, reason="radar", type="sinking")
    alarms.stand("clock_apart", "db", "the clock is wrong", incident=incident)
    hand_over(client)
    lines = log_of(dispatcher)
    said = " | ".join(line.what for line in lines)
    for part in ("signed in", "held by", "type: ", "alarm: a clock is wrong", "hand-over note"):
        assert part in said
    assert [line.at for line in lines] == sorted((line.at for line in lines), reverse=True)


def test_the_log_is_narrowed_by_officer_incident_and_kind(dispatcher, relief):
    first, second = factories.Incident(), factories.Incident()
    decisions.take(first.pk, dispatcher)
    decisions.take(second.pk, relief)
    assert {line.who for line in log_of(dispatcher, officer=relief)} == {"relief"}
    assert {line.incident for line in log_of(dispatcher, reference=first.reference.lower())} == {first}
    assert log_of(dispatcher, kind="unit") == []


def test_the_log_tells_what_officers_made_of_units_they_see(dispatcher, patrol):
    navy = factories.Agency(name="Another navy")
    factories.User(role=User.Role.DISPATCHER, agency=navy, is_staff=True)
    theirs = factories.PatrolUnit(call_sign="XX-1", station=factories.Station(agency=navy))
    for unit in (patrol, theirs):
        unit_status.decide(unit.pk, "out_of_service", by=dispatcher, reason="propeller")
    [line] = log_of(dispatcher, kind="unit")
    assert (line.what, line.note) == (f"{patrol.call_sign}: available → out of service", "propeller")


def test_pages_by_key_bring_every_line_once(dispatcher):
    now = timezone.now()
    for n in range(7):  # some in the same instant
        DeskEntry.objects.create(kind="exported", by=dispatcher, role="dispatcher", text=str(n), at=now)
        factories.Incident(received_at=now)
    asked = shift_log.Asked(now - LAST_HOUR, now + LAST_HOUR)
    seen, after = [], ""
    for _ in range(20):
        lines, after = shift_log.page(dispatcher, asked, after, size=3)
        seen += [line.key for line in lines]
        if not after:
            break
    assert len(seen) == len(set(seen)) == 14
    assert seen == [line.key for line in shift_log.every(dispatcher, asked)]


def test_only_supervisors_read_who_looked_an_identity_up(dispatcher, supervisor):
    reveal = factories.Reveal(by=supervisor)
    assert [line for line in log_of(dispatcher) if "identity" in line.what] == []
    [line] = [line for line in log_of(supervisor) if "identity" in line.what]
    assert line.note == reveal.reason
    assert str(reveal.identity) not in f"{line.what} {line.note}"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("since=2026-01-01T00:00&until=2026-01-02T00:00", 200),
        ("since=2026-01-02T00:00&until=2026-01-01T00:00", 400),
        ("since=2020-01-01T00:00&until=2026-01-01T00:00", 400),
        ("since=yesterday", 400),
        ("since=0001-01-01T00:00&until=0001-01-02T00:00", 400),
        ("since=9999-12-31T23:00", 400),
        ("kind=nonsense", 400),
        ("officer=%00", 400),
        ("reference=%27%3B--", 200),
        ("after=nonsense", 404),
        ("after=9e99.a.x", 404),
        ("after=99999999999999999999.a.01a203a9-4987-73f0-8b8e-4b6dcb062e7f", 404),
        ("after=1.zz.01a203a9-4987-73f0-8b8e-4b6dcb062e7f", 404),
    ],
)
def test_whatever_is_asked_of_the_log_it_answers(query, status, client, dispatcher):
    client.force_login(dispatcher)
    assert client.get(f"/console/shift/log/?{query}").status_code == status
    assert client.get(f"/console/shift/log.csv?{query}").status_code == (200 if status == 404 else status)


def test_the_log_as_csv_is_inert_and_leaves_a_line_itself(client, dispatcher):
    client.force_login(dispatcher)
    hand_over(client, '=HYPERLINK("http://evil.example","x")')
    answer = client.get("/console/shift/log.csv")
    raw = b"".join(answer.streaming_content).decode()
    assert raw.startswith("\ufeff")
    cells = [cell for row in csv.reader(io.StringIO(raw[1:])) for cell in row]
    assert any(cell.startswith("'=HYPERLINK") for cell in cells)
    assert not any(re.match(r"[=+\-@]", cell) for cell in cells)
    assert DeskEntry.objects.get(kind="exported").text.startswith("log ")


def test_who_signs_in_or_out_is_written_down(client, dispatcher, crew):
    client.force_login(dispatcher)
    client.logout()
    client.force_login(crew)
    assert list(DeskEntry.objects.order_by("at").values_list("kind", "by__username")) == [
        ("signed_in", "dispatcher"),
        ("signed_out", "dispatcher"),
    ]
