"""One incident as CSV and PDF: everything in it, nothing that leads to a reporter, nothing that runs."""

import csv
import io
import json
from pathlib import Path

import pypdf
import pytest

from alerts.console import pdf
from alerts.models import DeskEntry, Note
from communities.models import Identity
from reports import decisions
from reports.intake import Incoming, receive
from tests import factories

pytestmark = pytest.mark.django_db
BLNS = json.loads((Path(__file__).parents[2] / "data" / "hostile" / "blns.json").read_text())
SCRIPTS = [
    "tolong bot karam, enjin rosak",
    "cứu với, tàu chìm gần Hòn Khoai",
    "ช่วยด้วย เรือล่ม น้ำเข้าเรือ",
    "காப்பாற்றுங்கள் படகு மூழ்கு",
    "救命 船沉没了 😀",
]


@pytest.fixture
def incident(fisher, dispatcher):
    row = receive(
        Incoming(
            source="sms",
            external_id="SM1",
            text="SOS BOT KARAM 4 10.2N 100 25.1E 3 ORANG",
            reporter=fisher,
        )
    ).report.incident
    decisions.correct(row.pk, by=dispatcher, reason="seen on radar", persons_on_board=4)
    return row


def read_csv(client, incident) -> list[list[str]]:
    answer = client.get(f"/console/incidents/{incident.pk}/export.csv")
    assert answer.status_code == 200
    text = answer.content.decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:], newline="")))


def read_pdf(client, incident) -> pypdf.PdfReader:
    answer = client.get(f"/console/incidents/{incident.pk}/export.pdf")
    assert answer.status_code == 200, answer.content
    return pypdf.PdfReader(io.BytesIO(answer.content))


def words_of(reader: pypdf.PdfReader) -> str:
    return "\n".join(page.extract_text() for page in reader.pages)


def test_the_files_tell_facts_words_and_decisions_with_reasons(client, dispatcher, incident):
    client.force_login(dispatcher)
    flat = "\n".join(" | ".join(row) for row in read_csv(client, incident))
    printed = words_of(read_pdf(client, incident))
    for part in (
        incident.reference,
        "KARAM",
        "seen on radar",
        "Contains no reporter identity",
        "dispatcher",
        "04°10.20'N",
    ):
        assert part in flat
        assert part in printed
    assert "1/" in printed


def test_no_file_leads_to_a_reporter(client, dispatcher, incident, fisher):
    client.force_login(dispatcher)
    raw = "\n".join(" | ".join(row) for row in read_csv(client, incident)) + words_of(
        read_pdf(client, incident)
    )
    assert Identity.objects.filter(reporter=fisher).exists()
    for secret in ("7700900201", fisher.pseudonym, str(fisher.pk)):
        assert secret not in raw
    assert "reporter 1" in raw


def test_where_an_informers_phone_stood_is_in_no_file(client, dispatcher):
    report = receive(
        Incoming(
            source="app",
            external_id="tip-1",
            text="ada bot seludup",
            position=(100.4321, 4.2345),
            position_source="device_gnss",
        )
    ).report
    client.force_login(dispatcher)
    raw = "\n".join(" | ".join(row) for row in read_csv(client, report.incident))
    assert "04°14.07'N" not in raw
    assert "100°25.93'E" not in raw


def test_a_file_that_was_taken_out_is_in_the_log_by_name(client, dispatcher, incident):
    client.force_login(dispatcher)
    read_csv(client, incident)
    read_pdf(client, incident)
    rows = DeskEntry.objects.filter(kind="exported").order_by("at")
    assert [(row.by, row.incident, row.text) for row in rows] == [
        (dispatcher, incident, "csv"),
        (dispatcher, incident, "pdf"),
    ]


def test_a_drill_is_marked_on_every_page(client, dispatcher):
    drill = factories.Incident(drill=True)
    for _ in range(60):
        factories.Report(incident=drill)
    client.force_login(dispatcher)
    pages = read_pdf(client, drill).pages
    assert len(pages) > 1
    assert all("DRILL" in page.extract_text() for page in pages)
    assert read_csv(client, drill)[0][0].startswith("DRILL")


def test_every_script_of_the_coast_is_printed_with_a_font_that_has_it(client, dispatcher):
    incident = factories.Incident()
    for text in SCRIPTS:
        factories.Report(incident=incident, text=text)
    client.force_login(dispatcher)
    reader = read_pdf(client, incident)
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    }
    for name in ("+NotoSans'", "Thai", "Tamil", "Droid"):
        assert any(name.lower() in f"{font}'".lower() for font in fonts), (name, fonts)
    printed = words_of(reader)
    for text in (SCRIPTS[0], "cứu với", "救命"):
        assert text in printed
    assert "U+1F600" in printed.replace("\n", ""), "what no font has is written out"


def test_hostile_words_do_nothing_in_a_pdf(client, dispatcher):
    incident = factories.Incident()
    for text in BLNS:
        factories.Report(incident=incident, text=text.replace("\x00", "\ufffd"))
    Note.objects.create(
        incident=incident, by=dispatcher, at=incident.received_at,
        text="**bold** __u__ [link](https://evil.example) <a href='javascript:1'>x</a> \u202egnp.exe",
    )  # fmt: skip
    client.force_login(dispatcher)
    reader = read_pdf(client, incident)
    raw = b"".join(
        bytes(str(reader.get_object(n + 1)), "utf-8", "replace") for n in range(len(reader.xref[0]))
    )
    for forbidden in (
        b"/URI",
        b"/JavaScript",
        b"/JS",
        b"/Launch",
        b"/AcroForm",
        b"/EmbeddedFile",
        b"/OpenAction /S",
    ):
        assert forbidden not in raw
    assert all("/Annots" not in page for page in reader.pages)
    assert "U+202E" in words_of(reader)
    assert "[link](https://evil.example)" in words_of(reader).replace("\n", "")
    for row in read_csv(client, incident):
        assert not any(cell[:1] in "=+-@\t\r" for cell in row if cell)


def test_without_fonts_the_page_names_the_packages(client, dispatcher, incident, monkeypatch, tmp_path):
    pdf._font.cache_clear()
    monkeypatch.setattr(pdf, "FOLDERS", (tmp_path,))
    client.force_login(dispatcher)
    answer = client.get(f"/console/incidents/{incident.pk}/export.pdf")
    pdf._font.cache_clear()
    assert answer.status_code == 503
    assert "fonts-noto-core" in answer.content.decode()
    assert not DeskEntry.objects.filter(kind="exported").exists()


def test_what_another_desk_has_is_not_exported(client, dispatcher, monkeypatch, incident):
    from alerts.console import export

    monkeypatch.setattr(export, "incidents_for", lambda user: type(incident).objects.none())
    client.force_login(dispatcher)
    for ending in ("csv", "pdf"):
        assert client.get(f"/console/incidents/{incident.pk}/export.{ending}").status_code == 404
