"""The desk in a real browser: the queue that reads itself anew, the chart, an act from question to answer."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import rows
from tests.browser.screenshots import STORY, text_as

pytestmark = pytest.mark.django_db(transaction=True)
QUEUE = "/admin/reports/incident/"


@pytest.fixture
def faster(settings, monkeypatch):
    """The queue reads itself anew every second."""
    from alerts.admin import queue

    monkeypatch.setattr(queue, "REFRESH_S", 1)


def test_a_new_report_appears_in_the_queue_by_itself(visit, dispatcher, faster):
    page, phones = visit(QUEUE, who="dispatcher"), visit("/phones/")
    assert page.locator(".empty").is_visible()
    text_as(phones, "+447700900299", STORY)
    page.locator("#result_list .badge.p1").wait_for(timeout=5_000)


def test_the_queue_holds_still_while_rows_are_chosen_and_moves_on_afterwards(visit, dispatcher, faster):
    rows.incident()
    page = visit(QUEUE, who="dispatcher")
    page.check("input.action-select")
    assert "paused" in page.locator("#freshness").inner_text()
    shown = page.locator("#read-at").inner_text()
    page.wait_for_timeout(2_500)
    assert page.locator("#read-at").inner_text() == shown
    assert page.locator("input.action-select").is_checked()
    page.uncheck("input.action-select")
    expect(page.locator("#read-at")).not_to_have_text(shown)
    # Rows that were swapped in still count what is chosen.
    page.check("input.action-select")
    assert "1 of 1 selected" in page.locator(".action-counter").inner_text()


def test_clocks_run_between_two_readings(visit, dispatcher):
    rows.incident()
    page = visit(QUEUE, who="dispatcher")
    age = page.locator("#result_list time[data-age]").first
    before = age.inner_text()
    expect(age).not_to_have_text(before)


@pytest.mark.parametrize("size", ["desktop", "handheld"])
def test_an_act_goes_from_the_queue_to_its_confirmation_and_back(visit, dispatcher, patrol, size):
    rows.incident()
    page = visit(QUEUE, who="dispatcher", size=size)
    page.click("#result_list th.field-matter a")
    page.locator("#chart canvas").wait_for()
    page.get_by_role("link", name="Take…").click()
    assert "Nothing is sent." in page.locator(".preview").inner_text()
    page.get_by_role("button", name="Take").click()
    assert "You hold" in page.locator(".messagelist").inner_text()
    width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert width <= 0, "nothing sticks out sideways"


def test_a_click_on_the_chart_writes_the_position(visit, dispatcher):
    incident = rows.incident()
    page = visit(f"{QUEUE}{incident.pk}/act/correct/", who="dispatcher")
    field = page.locator("#id_position")
    before = field.input_value()
    page.locator(".chart canvas").wait_for()
    page.locator(".chart").click(position={"x": 60, "y": 150})
    after = field.input_value()
    assert after != before
    assert "'N" in after
    assert "'E" in after
    page.fill("#id_reason", "seen on radar")
    page.get_by_role("button", name="Correct").click()
    assert "Corrected: position" in page.locator(".messagelist").inner_text()
    assert after in page.locator(".headline").first.inner_text()


def test_an_area_is_drawn_on_the_chart(visit, supervisor):
    page = visit("/admin/communities/zone/add/", who="supervisor")
    page.select_option("#id_kind", "closed")
    page.fill("#id_name", "Reef")
    page.locator(".chart canvas").wait_for()
    page.locator(".leaflet-draw-draw-polygon").click()
    chart = page.locator(".chart")
    for x, y in ((350, 60), (450, 60), (450, 200)):
        chart.hover(position={"x": x, "y": y})
        chart.click(position={"x": x, "y": y})
    page.get_by_role("link", name="Finish").click()
    expect(page.locator("#id_area")).to_have_value(re.compile("MultiPolygon"))
    page.get_by_role("button", name="Save", exact=True).click()
    assert "was added successfully" in page.locator(".messagelist").inner_text()


def test_hostile_words_run_nothing_on_the_incidents_page(visit, dispatcher):
    incident = rows.incident(
        "tolong </script><img src=x onerror=\"document.title='taken'\"> 4 10.2N 100 25.1E"
    )
    page = visit(f"{QUEUE}{incident.pk}/change/", who="dispatcher")
    page.locator("#chart canvas").wait_for()
    page.hover("#chart", position={"x": 5, "y": 5})
    assert "onerror" in page.locator(".words").first.inner_text()
    assert page.locator("img[src=x]").count() == 0
    assert "taken" not in page.title()


def test_the_table_of_a_ladder_fits_a_phone(visit, supervisor):
    from tests import factories

    factories.Zone(kind="sector", name="Tawau")
    page = visit("/admin/alerts/sectorladder/add/", who="supervisor", size="handheld")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.get_by_label("Channel").first.is_visible()
