"""One incident at the desk in a real browser: two officers at once, triage by keys, joins and dismissals undone."""

import re

import pytest
from playwright.sync_api import expect

from reports.intake import Incoming, receive
from tests.browser import rows

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def distress(patrol):
    return rows.incident()


@pytest.fixture
def other(db):
    return rows.incident("enjin rosak hanyut 4 12.2N 100 27.1E 2 orang", key="SM2")


def address(incident):
    return f"/console/incidents/{incident.pk}/"


def opened(visit, incident, who, size="desktop"):
    page = visit(address(incident), who=who, size=size)
    expect(page.locator("#pane-title")).to_contain_text(incident.reference)
    page.locator("html[data-ready]").wait_for()
    return page


def refused(visit):
    """The browser writes every 4xx into its console: those that a test means to bring about are taken off."""
    visit.faults[:] = [text for text in visit.faults if "409" not in text and "422" not in text]


def test_of_two_officers_who_take_it_at_once_one_wins_and_the_other_reads_the_name(
    visit, dispatcher, supervisor, distress
):
    one, two = opened(visit, distress, "dispatcher"), opened(visit, distress, "supervisor")
    one.keyboard.press("a")
    two.keyboard.press("a")
    pages = (one, two)
    for page in pages:
        page.locator("#pane[data-lease], dialog[open] .refused").first.wait_for()
    held = [page.locator("#pane[data-lease]").count() for page in pages]
    assert sorted(held) == [0, 1]
    loser, winner = (two, "dispatcher") if held[0] else (one, "supervisor")
    expect(loser.locator("dialog .refused")).to_contain_text(f"{winner} has incident")
    loser.keyboard.press("Escape")
    loser.locator("[data-again]").click()
    expect(loser.locator(".head")).to_contain_text(f"{winner} holds this incident until")
    refused(visit)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (["a"], "you hold it"),
        (["3", "2", "Enter"], "P3"),
        (["d", "1", "Enter"], "stood down"),
        (["u", "Enter"], "→"),
    ],
)
def test_triage_takes_three_keys_at_most(visit, dispatcher, other, keys, said):
    page = opened(visit, other, "dispatcher")
    for key in keys:
        page.keyboard.press(key)
        if key != keys[-1]:
            page.locator("dialog[open] form.act").wait_for()
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator("#incident-part")).to_contain_text(said)


def test_a_confirmation_says_who_is_told_and_esc_does_nothing(visit, dispatcher, distress):
    page = opened(visit, distress, "dispatcher")
    page.keyboard.press("d")
    expect(page.locator("dialog[open] .preview")).to_contain_text("No unit has been told")
    page.keyboard.press("Enter")
    expect(page.locator("dialog[open] .fault").first).to_contain_text("Choose a reason")
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator(".head .state")).to_have_text("open")
    refused(visit)


def test_enter_pressed_again_and_again_writes_one_note(visit, dispatcher, other):
    page = opened(visit, other, "dispatcher")
    page.keyboard.press("n")
    page.locator("dialog textarea").fill("the owner was rung up")
    page.evaluate(
        """() => { for (const n of [1, 2, 3]) document.querySelector("dialog textarea").dispatchEvent(
             new KeyboardEvent("keydown", {key: "Enter", ctrlKey: true, bubbles: true, cancelable: true})); }"""
    )
    expect(page.locator("#act-dialog")).to_be_hidden()
    page.wait_for_load_state("networkidle")
    assert visit.db(other.desk_acts.filter(name="note").count) == 1


def test_an_answer_that_is_lost_is_said_in_the_form_and_promises_nothing(visit, dispatcher, other):
    page = opened(visit, other, "dispatcher")
    page.keyboard.press("n")
    page.locator("dialog textarea").fill("the owner was rung up")
    page.route("**/act/note/", lambda route: route.abort())
    page.keyboard.press("Control+Enter")
    expect(page.locator("dialog [role=alert]")).to_contain_text("whether it was done is not known")
    expect(page.locator("dialog textarea")).to_have_value("the owner was rung up")
    page.unroute("**/act/note/")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#act-dialog")).to_be_hidden()
    assert visit.db(other.desk_acts.filter(name="note").count) == 1
    visit.faults[:] = [text for text in visit.faults if "ERR_FAILED" not in text]


def answered(status: int):
    return lambda route: route.fulfill(status=status, body="<h1>Bad</h1>")


def test_a_proxys_page_is_not_shown_as_an_answer_and_no_word_is_lost(visit, dispatcher, other):
    page = opened(visit, other, "dispatcher")
    page.route("**/incidents/*/", answered(502))
    page.evaluate(
        f"document.dispatchEvent(new CustomEvent('suar:heard', {{detail: {{ids: ['{other.pk}']}}}}))"
    )
    expect(page.locator("#incident-fault")).to_contain_text("cannot be reached")
    expect(page.locator("#pane-title")).to_contain_text(other.reference)
    page.keyboard.press("n")
    page.locator("#act-dialog textarea").fill("the owner was rung up")
    for status, said in ((502, "whether it was done is not known"), (403, "Refused, nothing was done")):
        page.route("**/act/note/", answered(status))
        page.keyboard.press("Control+Enter")
        expect(page.locator("#act-dialog [role=alert]")).to_contain_text(said)
        expect(page.locator("#act-dialog textarea")).to_have_value("the owner was rung up")
    visit.faults[:] = [text for text in visit.faults if "502" not in text and "403" not in text]


def test_a_reason_pressed_before_the_form_is_there_is_the_reason(visit, dispatcher, other):
    page = opened(visit, other, "dispatcher")
    waiting = []
    page.route("**/act/priority/**", lambda route: waiting.append(route))
    for key in ("3", "2", "Enter"):
        page.keyboard.press(key)
    page.wait_for_timeout(200)
    assert len(waiting) == 1
    waiting[0].continue_()
    expect(page.locator("dialog [name=quick]").nth(1)).to_be_checked()
    expect(page.locator("dialog [name=priority]")).to_have_value("3")
    page.unroute("**/act/priority/**")


def test_keys_are_off_while_words_are_written(visit, dispatcher, other):
    page = opened(visit, other, "dispatcher")
    page.keyboard.press("n")
    page.locator("dialog[open] textarea").wait_for()
    page.keyboard.type("caller adds: 3 children aboard")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".story .note")).to_contain_text("caller adds: 3 children aboard")
    page.check("#kind-note")
    expect(page.locator(".story li.change").first).to_be_hidden()
    expect(page.locator(".story .note")).to_be_visible()


def test_a_join_is_seen_and_undone(visit, dispatcher, distress, other):
    page = opened(visit, other, "dispatcher")
    page.keyboard.press("s")
    page.locator("dialog[open] .quick").wait_for()
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page.locator("#pane-title")).to_contain_text(distress.reference)
    expect(page.locator("article.said")).to_have_count(2)
    assert page.url.endswith(address(distress))
    page.locator(".undo").get_by_role("button").first.click()
    expect(page.locator("article.said")).to_have_count(1)
    page.go_back()
    expect(page.locator("#pane-title")).to_contain_text(other.reference)
    expect(page.locator(".head .state")).to_have_text("merged")


def test_two_officers_dismiss_an_urgent_report(visit, dispatcher, supervisor, distress):
    first, second = opened(visit, distress, "dispatcher"), opened(visit, distress, "supervisor")
    first.locator("[data-act=dismiss-report]").last.click()
    expect(first.locator("dialog[open] .preview")).to_contain_text("two officers")
    first.keyboard.press("2")
    first.keyboard.press("Enter")
    expect(first.locator("article.said .warning")).to_contain_text("has to confirm")
    second.locator("[data-again]").click()
    second.get_by_role("link", name="Confirm as second officer…").click()
    expect(second.locator("dialog[open] .preview")).to_contain_text("dispatcher proposes")
    second.keyboard.press("Enter")
    expect(second.locator("article.said.dismissed")).to_have_count(1)


def test_ticks_are_shown_with_their_name_and_taken_off_by_the_same_button(visit, dispatcher, distress):
    page = opened(visit, distress, "dispatcher")
    tick = page.get_by_role("checkbox", name="Position confirmed")
    tick.click()
    expect(tick).to_be_checked()
    expect(page.locator(".checklist li").first).to_contain_text("dispatcher")
    tick.click()
    expect(tick).not_to_be_checked()


def test_another_desks_act_is_seen_when_the_stream_tells_of_it(visit, dispatcher, supervisor, distress):
    one, two = opened(visit, distress, "dispatcher"), opened(visit, distress, "supervisor")
    two.locator("#sum summary").click()
    one.keyboard.press("a")
    one.locator("#pane[data-lease]").wait_for()
    two.evaluate(
        """id => {
            const html = document.getElementById(`row-${id}`)?.outerHTML ?? `<li id="row-${id}"></li>`;
            document.dispatchEvent(new CustomEvent("suar:rows", { detail: { rows: [{ id, html, facets: {} }], gone: [] } }));
        }""",
        str(distress.pk),
    )
    expect(two.locator(".head")).to_contain_text("dispatcher holds this incident")
    assert two.locator("#sum").get_attribute("open") is not None, "what was folded out stays so"


@pytest.mark.parametrize("size", ["desktop", "handheld"])
def test_hostile_words_run_nothing_and_nothing_sticks_out_sideways(visit, dispatcher, size):
    text = (
        "tolong </script><img src=x onerror=\"document.title='taken'\"> \u202e{{7*7}} 4 10.2N 100 25.1E "
        + "A" * 300
    )
    incident = receive(Incoming(source="sms", external_id="SM7", text=text)).report.incident
    page = opened(visit, incident, "dispatcher", size=size)
    page.keyboard.press("e")
    page.locator("dialog[open] form.act").wait_for()
    page.keyboard.press("Escape")
    assert "onerror" in page.locator(".words").first.inner_text()
    assert page.locator("img[src=x]").count() == 0
    assert "taken" not in page.title()
    width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert width <= 0, "nothing sticks out sideways"


def test_the_server_away_is_said_and_what_is_shown_stays(visit, dispatcher, distress):
    page = opened(visit, distress, "dispatcher")
    page.locator("#sea canvas").first.wait_for()  # the chart is read last
    page.context.set_offline(True)
    page.locator("[data-again]").click()
    expect(page.locator("#incident-fault")).to_contain_text("cannot be reached")
    expect(page.locator(".words")).to_contain_text("TOLONG")
    page.context.set_offline(False)
    page.locator("[data-again]").click()
    expect(page.locator("#incident-fault")).to_be_hidden()
    visit.faults[:] = [text for text in visit.faults if "ERR_INTERNET_DISCONNECTED" not in text]


def test_the_way_back_shuts_the_incident_in_title_queue_and_pane(visit, dispatcher, distress):
    page = visit("/console/?all=", who="dispatcher")
    page.locator("html[data-ready]").wait_for()
    page.locator(f"#row-{distress.pk} a.open").click()
    expect(page.locator("#pane-title")).to_contain_text(distress.reference)
    expect(page).to_have_title(re.compile(distress.reference))
    page.go_back()
    expect(page.locator("#pane")).to_have_count(0)
    expect(page).not_to_have_title(re.compile(distress.reference))
    expect(page.locator("#queue-list [aria-current]")).to_have_count(0)


def test_a_printed_incident_is_the_incident(visit, distress, dispatcher):
    page = opened(visit, distress, "dispatcher")
    page.set_viewport_size({"width": 700, "height": 900})  # of a sheet of paper
    page.emulate_media(media="print")
    assert "TOLONG bot karam" in page.locator("#incident").inner_text()
    expect(page.locator("#units")).to_be_hidden()
    expect(page.locator("#queue")).to_be_hidden()


def test_a_form_opened_by_its_address_is_seen_on_a_phone(visit, distress, dispatcher):
    page = visit(address(distress) + "act/note/", who="dispatcher", size="handheld")
    page.locator("html[data-ready]").wait_for()
    expect(page.locator("#incident form.act")).to_be_visible()
