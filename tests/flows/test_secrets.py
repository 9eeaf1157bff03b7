"""Who reported is a secret: the fisher's number is in the vault and nowhere else."""

import logging

import pytest
from django.db import connection

from alerts import dispatch
from communities import identity
from communities.models import Reporter
from reports.models import Incident, Report
from tests.cast import FISHER_PHONE

DIGITS = FISHER_PHONE.lstrip("+")
NAME = "Salmah Abdul Karim"
SINKING = "TOLONG bot karam 4 12.000N 100 27.000E 5 orang"


def cells_holding(words: str) -> list[str]:
    """Every `table.column` of the database in which a row holds `words`, whatever its type."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name NOT IN ('spatial_ref_sys')"
        )
        columns = cursor.fetchall()
        assert len(columns) > 200
        found = []
        for table, column, kind in columns:
            text = f'"{column}"' if kind != "bytea" else f"encode(\"{column}\", 'escape')"
            cursor.execute(f'SELECT 1 FROM "{table}" WHERE ({text})::text ILIKE %s LIMIT 1', [f"%{words}%"])
            if cursor.fetchone():
                found.append(f"{table}.{column}")
    return found


@pytest.fixture
def whole_story(sea, fisher_phone, patrol_phone, second_phone, duty_phone, mrcc_phone, dispatcher, caplog):
    """A rescue with every kind of message in it, at the most talkative level of logs."""
    caplog.set_level(logging.DEBUG)
    identity.remember_name(Reporter.objects.get(identity__isnull=False), NAME)
    fisher_phone.texts(SINKING)
    fisher_phone.texts("cepat sikit")
    sea.passes(61)
    sea.passes(120)
    sea.twilio.refused_numbers[fisher_phone.number] = 21610  # the carrier's refusals quote numbers
    second_phone.replies("1")
    for _ in range(3):
        sea.passes(30)
    del sea.twilio.refused_numbers[fisher_phone.number]
    second_phone.replies("3")
    patrol_phone.replies("STOP")
    fisher_phone.texts("nampak bot seludup 4 12.0N 100 27.0E")
    dispatch.stand_down(Incident.objects.earliest("received_at").pk, by=dispatcher, reason="safe")
    sea.settles()
    return caplog


def test_the_search_finds_what_is_there(sea, fisher_phone, patrol, mrcc):
    fisher_phone.texts(SINKING)
    assert "reports_report.text" in cells_holding("bot karam")
    assert "alerts_patrolunit.phone" in cells_holding(patrol.phone.lstrip("+"))


def test_no_table_holds_the_number_or_the_name(whole_story):
    assert Report.objects.count() == 3
    for words in (DIGITS, FISHER_PHONE, DIGITS[2:], NAME, NAME.split()[0]):
        assert cells_holding(words) == [], words
    assert identity.address_of(Reporter.objects.get(identity__isnull=False)) == FISHER_PHONE


def test_no_log_line_holds_a_number_or_the_name_or_the_words(whole_story):
    ours = [
        record
        for record in whole_story.get_records("setup")
        if not record.name.startswith(("asyncio", "urllib3"))
    ]
    assert ours
    lines = [record.getMessage() + str(record.exc_text or "") for record in ours]
    for line in lines:
        assert DIGITS not in line
        assert DIGITS[2:] not in line
        assert NAME not in line


def test_nothing_a_crew_or_a_desk_hears_leads_to_the_reporter(sea, whole_story):
    report = Report.objects.earliest("received_at")
    for message in sea.twilio.messages.values():
        if message["to"] != FISHER_PHONE:
            assert DIGITS[2:] not in message["body"]
            assert report.reference not in message["body"]
            assert report.reporter.pseudonym not in message["body"]


def test_the_fisher_never_sees_the_incidents_reference(sea, fisher_phone, patrol_phone, mrcc):
    answer = fisher_phone.texts(SINKING)
    patrol_phone.replies("1")
    reference = Incident.objects.get().reference
    assert reference not in answer
    assert all(reference not in text for text in fisher_phone.messages)
