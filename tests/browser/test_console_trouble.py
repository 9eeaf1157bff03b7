"""Trouble while an officer acts: signed out, a dead line, a slow one, keys too early, pages that redraw themselves."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from reports import decisions
from reports.models import Incident
from tests.browser import rows
from tests.browser.conftest import _session_of
from tests.browser.test_console_incident import opened
from tests.browser.test_console_live import DESK, live

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def other(db):
    return rows.incident("enjin rosak hanyut 4 12.2N 100 27.1E 2 orang", key="SM2")


def sign_in(visit, page, who):
    """As in another window of the same browser: a session and a token of its own."""
    key = visit.db(_session_of, who)
    page.context.add_cookies(
        [
            {"name": name, "value": value, "url": visit.base}
            for name, value in (("sessionid", key), ("csrftoken", "n" * 32))
        ]
    )


def sign_out(visit, page):
    from django.contrib.sessions.models import Session

    visit.db(Session.objects.all().delete)


def test_words_typed_before_the_login_ended_are_sent_after_the_next_one(visit, dispatcher, other):
    page = opened(visit, other, "dispatcher")
    page.keyboard.press("n")
    page.locator("dialog textarea").fill("the owner was rung up")
    sign_out(visit, page)
    page.keyboard.press("Control+Enter")
    expect(page.locator("dialog [role=alert]")).to_contain_text("You are signed out")
    expect(page.locator("dialog [role=alert] a")).to_have_attribute("target", "_blank")
    sign_in(visit, page, "dispatcher")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#act-dialog")).to_be_hidden()
    expect(page.locator(".story .note")).to_contain_text("the owner was rung up")
    visit.faults.clear()


def test_a_page_does_nothing_for_whoever_signed_in_since(visit, dispatcher, supervisor, other):
    page = opened(visit, other, "dispatcher")
    sign_in(visit, page, "supervisor")
    page.keyboard.press("a")
    expect(page.locator("#incident-fault")).to_contain_text("signed out")
    assert visit.db(Incident.objects.get, pk=other.pk).held_by_id is None
    visit.faults.clear()


def test_a_line_that_answers_nothing_is_given_up_and_said(visit, dispatcher, other):
    page = opened(visit, other, "dispatcher")
    page.evaluate(
        "AbortSignal.timeout = () => { const c = new AbortController(); setTimeout(() => c.abort(), 600); return c.signal; }"
    )
    page.keyboard.press("n")
    page.locator("dialog textarea").fill("the owner was rung up")
    page.route("**/act/note/", lambda route: None)
    page.keyboard.press("Control+Enter")
    expect(page.locator("dialog [role=alert]")).to_contain_text("Send it again: it is done once only")
    page.unroute("**/act/note/")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#act-dialog")).to_be_hidden()


def test_letters_typed_before_the_form_is_there_are_its_words_and_no_acts(visit, dispatcher, other):
    page = opened(visit, other, "dispatcher")
    waiting = []
    page.route("**/act/note/", lambda route: waiting.append(route))
    page.keyboard.type("na d3")
    page.wait_for_timeout(200)
    assert len(waiting) == 1
    waiting[0].continue_()
    expect(page.locator("dialog textarea")).to_have_value("a d3")
    assert visit.db(Incident.objects.get, pk=other.pk).held_by_id is None
    page.unroute("**/act/note/")


def test_words_of_a_form_that_was_left_are_there_again_and_once_sent_no_more(visit, dispatcher, other):
    page = opened(visit, other, "dispatcher")
    page.keyboard.press("n")
    page.locator("dialog textarea").fill("the owner was rung up")
    page.keyboard.press("Escape")
    expect(page.locator("#act-dialog")).to_be_hidden()
    page.keyboard.press("n")
    expect(page.locator("dialog textarea")).to_have_value("the owner was rung up")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#act-dialog")).to_be_hidden()
    page.keyboard.press("n")
    expect(page.locator("dialog textarea")).to_have_value("")


def test_the_focus_stays_where_it_is_when_the_pane_is_read_anew(visit, dispatcher, other):
    page = opened(visit, other, "dispatcher")
    focused = "document.activeElement.dataset.act ?? document.activeElement.id"
    page.locator("[data-act=task]").first.focus()
    page.evaluate(
        f"document.dispatchEvent(new CustomEvent('suar:heard', {{detail: {{ids: ['{other.pk}']}}}}))"
    )
    page.wait_for_load_state("networkidle")
    assert page.evaluate(focused) == "task"
    page.locator("[data-act=take]").focus()
    page.keyboard.press("Enter")
    page.locator("#pane[data-lease]").wait_for()
    assert page.evaluate(focused) == "pane-title", "the button is gone with its act"


def test_why_an_undo_is_refused_is_said(visit, dispatcher, supervisor, other):
    page = opened(visit, other, "dispatcher")
    for key in ("3", "1", "Enter"):
        page.keyboard.press(key)
        if key == "3":
            page.locator("dialog[open] form.act").wait_for()
    page.locator("#toasts button", has_text="Undo").wait_for()
    visit.db(decisions.override_priority, other.pk, 4, by=supervisor, reason="no danger")
    page.locator("#toasts button", has_text="Undo").click()
    expect(page.locator("#toasts")).to_contain_text("It was changed again since")
    visit.faults.clear()


def test_the_alarm_is_back_when_the_taker_of_a_distress_does_nothing(visit_live, dispatcher):
    incident = rows.incident()
    page = live(visit_live(DESK, who="dispatcher"))
    expect(page.locator("#alarm")).to_be_visible()
    visit_live.db(decisions.take, incident.pk, dispatcher)
    expect(page.locator("#alarm")).to_be_hidden(timeout=3_000)
    ago = timezone.now() - timedelta(seconds=61)
    over = {"taken_at": ago, "held_until": ago + decisions.LEASE_OF_UNTOUCHED_DISTRESS}
    visit_live.db(Incident.objects.filter(pk=incident.pk).update, **over)
    expect(page.locator("#alarm")).to_be_visible(timeout=3_000)
    page.get_by_role("button", name=f"Take {incident.reference}").click()
    expect(page.locator("#alarm")).to_be_hidden(timeout=3_000)
