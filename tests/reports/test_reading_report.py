"""What an officer corrects stays beside what the machine read, and is counted without a word of the text."""

from datetime import timedelta

import pytest
from django.contrib.gis.geos import Point
from django.core.management import call_command
from django.utils import timezone

from reports import decisions
from reports.intake import Incoming, receive
from reports.management.commands.reading_report import band
from reports.models import Report
from reports.reading import likeness
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def report(text: str, key="k", minutes=0, **fields) -> Report:
    incoming = Incoming(source="sms", external_id=key, text=text, **fields)
    return receive(incoming, now=NOW + timedelta(minutes=minutes)).report


def correct(row: Report, by, **facts) -> Report:
    decisions.correct(row.incident_id, by=by, reason="heard on the radio", now=NOW, **facts)
    row.refresh_from_db()
    return row


def printed(capsys, *arguments: str) -> str:
    call_command("reading_report", *arguments)
    return capsys.readouterr().out


def test_the_officers_reading_is_kept_beside_the_machines(dispatcher):
    row = report("enjin rosak 4.20 100.45 3 orang")
    before = row.reading
    row = correct(row, dispatcher, type="sinking", position=Point(100.5, 4.3, srid=4326), persons_on_board=5)
    assert row.corrected_reading == {
        "type": "sinking",
        "position": [100.5, 4.3],
        "persons_on_board": 5,
        "by": "dispatcher",
        "at": NOW.isoformat(),
    }
    assert (row.reading, row.type, row.persons_on_board) == (before, "disabled_adrift", 3)


def test_the_report_that_said_it_is_the_one_corrected(dispatcher):
    reporter = factories.Reporter()
    first = report("hello", "1", reporter=reporter)
    second = report("enjin rosak", "2", 1, reporter=reporter)
    third = report("4.20 100.45", "3", 2, reporter=reporter)
    correct(first, dispatcher, type="sinking", position=Point(100.5, 4.3, srid=4326))
    kept = [Report.objects.get(pk=row.pk).corrected_reading for row in (first, second, third)]
    assert kept[0] == {}
    assert kept[1]["type"] == "sinking"
    assert "position" not in kept[1]
    assert kept[2]["position"] == [100.5, 4.3]


def test_what_stays_as_it_was_is_no_correction(dispatcher):
    row = report("enjin rosak 4.20 100.45 3 orang")
    row = correct(row, dispatcher, type="disabled_adrift", persons_on_board=3, severity="Extreme")
    assert row.corrected_reading == {}


def test_a_second_correction_adds_to_the_first(dispatcher):
    row = report("hello")
    correct(row, dispatcher, type="sinking")
    row = correct(row, dispatcher, persons_on_board=2)
    assert (row.corrected_reading["type"], row.corrected_reading["persons_on_board"]) == ("sinking", 2)


def test_an_incident_without_a_report_is_corrected_all_the_same(dispatcher):
    incident = factories.Incident()
    assert decisions.correct(incident.pk, by=dispatcher, reason="x", type="sinking").type == "sinking"


def test_the_counts_tell_how_and_never_what(dispatcher, capsys):
    for number in range(2):
        correct(report("ombak besar", f"a{number}"), dispatcher, type="sinking", persons_on_board=4)
    correct(report("enjin rosak 4.20 100.45", "b"), dispatcher, position=Point(100.45, 4.25, srid=4326))
    correct(report("LATIHAN bot karam", "drill"), dispatcher, type="collision")
    report("left alone", "c")
    out = printed(capsys)
    assert "3 of 4 reports were corrected." in out
    assert "Type: 2\n     2  unclassified -> sinking" in out
    assert "Persons on board: 2\n     2  none -> 4" in out
    assert "Position: 1\n     1  1 to 5 NM apart" in out
    for secret in ("ombak", "dispatcher", "100.45", "collision"):
        assert secret not in out


def test_only_the_days_or_the_version_asked_for(dispatcher, capsys):
    row = correct(report("hello"), dispatcher, type="sinking")
    assert "1 of 1" in printed(capsys, "--days", "1", "--reading-version", row.reading_version)
    assert "0 of 0" in printed(capsys, "--reading-version", "another")
    Report.objects.update(received_at=NOW - timedelta(days=3))
    assert "0 of 0" in printed(capsys, "--days", "1")


@pytest.mark.parametrize(
    ("read", "right", "said"),
    [
        (None, [100, 4], "none was read"),
        ([100, 4], None, "none is right"),
        ([100, 4], [100, 4], "0 to 1 NM apart"),
        ([100, 4], [100, 4.05], "1 to 5 NM apart"),
        ([100, 4], [100, 4.3], "5 to 20 NM apart"),
        ([100, 4], [100, 5.5], "20 to 100 NM apart"),
        ([4, 100 - 12], [100, 4], "over 100 NM apart"),
    ],
)
def test_bands(read, right, said):
    assert band(read, right) == said


def test_a_guess_is_told_apart_from_what_the_rules_read(dispatcher, capsys, monkeypatch):
    monkeypatch.setattr(likeness, "liken", lambda folded: "emergency")
    correct(report("prahu wis meh entek kali"), dispatcher, type="sinking")
    assert "undesignated_distress (guessed from likeness) -> sinking" in printed(capsys)
