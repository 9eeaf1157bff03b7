"""The queue of the desk in a browser: rows, keys, filter, views, narrow screens."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests import factories
from tests.browser import rows

pytestmark = pytest.mark.django_db(transaction=True)
SMUGGLERS = "nampak bot laju hantar kotak rokok seludup dekat Pulau Mabul"


@pytest.fixture
def matters(patrol):
    """A distress that nobody has taken, a tip, and one that an officer holds."""
    return [
        rows.incident(),
        rows.incident(SMUGGLERS, "SM2"),
        rows.incident("enjin rosak hanyut 4.5 118.6", "SM3"),
    ]


def test_keys_walk_the_queue_and_open_an_incident(visit, dispatcher, matters):
    page = visit("/console/", who="dispatcher")
    expect(page.locator(".row")).to_have_count(3)
    page.keyboard.press("j")
    expect(page.locator(".row").first.locator(".matter")).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.locator("#pane")).to_have_attribute("data-reference", matters[0].reference)
    expect(page.locator(".row[aria-current]")).to_have_attribute("id", f"row-{matters[0].pk}")


def test_a_filter_works_as_it_is_typed_and_is_kept_as_a_view(visit, dispatcher, matters):
    page = visit("/console/", who="dispatcher")
    page.keyboard.press("/")
    page.keyboard.type("seludup")
    expect(page.locator(".row")).to_have_count(1)
    assert "q=seludup" in page.url
    page.reload()
    expect(page.locator(".row")).to_have_count(1)
    page.get_by_label("Keep this view as").fill("Smugglers")
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_role("link", name="Smugglers")).to_have_attribute("aria-current", "true")
    page.get_by_role("link", name="All", exact=True).click()
    expect(page.locator(".row")).to_have_count(3)


def test_an_empty_queue_says_what_will_come(visit, dispatcher):
    page = visit("/console/", who="dispatcher")
    expect(page.get_by_text("Nothing waits")).to_be_visible()


@pytest.mark.parametrize("width", [360, 800, 1280, 2560])
def test_no_part_scrolls_sideways(visit, dispatcher, matters, width):
    factories.Incident(
        reference="22222",
        place="W" * 120,
        held_by=dispatcher,
        held_until=timezone.now() + timedelta(minutes=4),
    )
    page = visit("/console/", who="dispatcher")
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("(q => q.scrollWidth - q.clientWidth)(document.getElementById('queue'))") <= 0


def test_a_phone_shows_one_part_at_a_time(visit, dispatcher, matters):
    page = visit("/console/", who="dispatcher", size="handheld")
    expect(page.locator("#units")).to_be_hidden()
    page.locator("#tabs").get_by_role("link", name="Units").click()
    expect(page.locator("#queue")).to_be_hidden()
    page.locator("#tabs").get_by_role("link", name="Queue").click()
    page.locator(".row .matter").first.click()
    expect(page.locator("#pane")).to_be_visible()
    expect(page.locator("#queue")).to_be_hidden()
