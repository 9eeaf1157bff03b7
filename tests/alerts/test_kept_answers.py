import pytest

from alerts import kept_answers
from alerts.gsm7 import fits
from alerts.kept_answers import to_report, to_sms
from reports.intake import Incoming

HEARD = [
    ("ms", "TOLONG bot karam 4 12.0N 100 27.0E", "+60123456789", "SOS DITERIMA. Pejabat"),
    ("id", "tolong kapal tenggelam, kami di laut, mohon bantuan segera", "+6281234567890", "SOS DITERIMA. Kantor SAR"),
    ("en", "our boat is sinking, help us, five people", "+447700900201", "SOS RECEIVED."),
    ("nobody knows", "SOS", "+12025550123", "SOS "),
    ("pollution", "tumpahan minyak besar di 4 12.0N 100 27.0E", "+60123456789", "DITERIMA."),
    ("smuggling", "nampak bot seludup rokok 4 12.0N 100 27.0E", "+60123456789", "OK"),
    ("piracy", "lanun bersenjata naik kapal kami tolong", "+60123456789", "OK"),
    ("unreadable", "asdf qwer", "+60123456789", "OK"),
    ("blank", "", "+60123456789", "OK"),
    ("a crew's digit", "1 M4XK2", "+60123456789", "1 M4XK2 "),
    ("a key alone, or a number that was asked for", "5", "+60123456789", ""),
    ("a crew's word alone", "1 going", "+60123456789", ""),
    ("read", "0", "+60123456789", ""),
    ("a drill", "LATIHAN SOS bot karam", "+60123456789", "LATIHAN/DRILL SOS DITERIMA."),
]  # fmt: skip


@pytest.fixture(autouse=True)
def nobody_was_answered():
    kept_answers._answered.clear()


@pytest.mark.parametrize(("label", "text", "sender", "beginning"), HEARD, ids=[row[0] for row in HEARD])
def test_what_a_phone_hears_while_nothing_is_known_of_it(label, text, sender, beginning):
    said = to_sms({"Body": text, "From": sender})
    assert said.startswith(beginning)
    assert fits(said)
    assert beginning not in ("OK", "") or said == beginning


def test_a_quiet_report_of_an_app_hears_a_receipt_and_no_more():
    assert to_report(Incoming(source="app", external_id="", text="SOS bot karam", quiet=True)) == "OK"


def test_two_machines_that_answer_each_other_stop():
    said = [to_sms({"Body": "asdf", "From": "+60123456789"}) for _ in range(8)]
    assert said == ["OK"] * 5 + [""] * 3
    assert to_sms({"Body": "SOS", "From": "+60123456780"})


@pytest.mark.parametrize(
    "form", [{}, {"Body": "\x00\ud800" * 500}, {"From": "alphanumeric", "Body": "9" * 2000}]
)
def test_hostile_content_is_answered_or_not_and_never_raises(form):
    assert fits(to_sms(form))
