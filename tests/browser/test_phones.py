"""The simulated phones in a real browser."""

import pytest

from tests.browser import rows
from tests.browser.screenshots import STORY, text_as
from tests.cast import PATROL_PHONE

STRANGER = "+447700900299"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("size", ["desktop", "handheld"])
def test_an_empty_page_says_what_to_do_and_a_first_text_is_answered(visit, size):
    page = visit("/phones/", size=size)
    assert page.locator("#no-phones").is_visible()
    text_as(page, STRANGER, STORY)
    assert page.locator(".bubble.sent").inner_text().startswith(STORY)
    assert "04-10.20" in page.locator(".bubble:not(.sent)").inner_text()
    width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert width <= 0, "nothing sticks out sideways"


def test_what_another_page_sends_appears_within_seconds(visit):
    watching, typing = visit("/phones/"), visit("/phones/")
    text_as(typing, STRANGER, STORY)
    watching.locator(f".phone[data-phone='{STRANGER}'] .bubble.sent").wait_for(timeout=5_000)


def test_hostile_text_is_shown_as_text(visit):
    page = visit("/phones/")
    hostile = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"
    text_as(page, STRANGER, hostile)
    assert hostile in page.locator(".bubble.sent p").inner_text()
    assert page.locator(".bubble img, .bubble script").count() == 0
    assert "taken" not in page.title()


def test_a_unit_is_found_by_name_and_its_key_fills_the_message(visit, patrol):
    page = visit("/phones/")
    page.fill("#query", "lumut")
    page.locator("#list button", has_text="MY-LUMUT-04").click()
    frame = page.locator(f".phone[data-phone='{PATROL_PHONE}']")
    frame.locator("textarea").fill("7")
    frame.locator("textarea").press("Enter")
    frame.locator(".bubble:not(.sent)").wait_for()


def test_on_a_handheld_one_phone_fills_the_screen_and_the_way_back_works(visit):
    page = visit("/phones/", size="handheld")
    text_as(page, STRANGER, "SOS")
    assert page.locator("aside").is_hidden()
    page.locator(".phone.front .close").click()
    page.locator("aside").wait_for()
    page.locator("#list button").first.click()
    assert page.locator(".phone.front .bubble").count() == 2


def test_a_call_shows_keys_and_says_what_the_voice_answers(visit, patrol, station):
    rows.call_for(patrol)
    page = visit("/phones/")
    frame = page.locator(f".phone[data-phone='{PATROL_PHONE}']")
    frame.get_by_role("button", name="1 go", exact=True).click()
    frame.locator(".heard").wait_for()
    assert frame.locator(".heard").inner_text().startswith("1 ➤")
