"""The page of names of the sea in a real browser: what a liaison officer clicks, a fisher can write a moment later."""

import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest
from django.contrib.gis.geos import Point
from playwright.sync_api import expect

from tests import factories
from tests.carriers.twilio import FORM, post_over_http

pytestmark = pytest.mark.django_db(transaction=True)

# Contrast of text with what is behind it (WCAG 2.2, 1.4.3): 4.5, of large text 3.
FAINT = """() => {
  const channel = (c) => ((c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  const numbers = (css) => (css.match(/[\\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const ground = (node) => {
    for (; node; node = node.parentElement) {
      const colour = numbers(getComputedStyle(node).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const faint = [];
  for (const node of document.querySelectorAll("#places *, #desk-nav *")) {
    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
    if (!own || !node.checkVisibility() || node.closest("#chart, template")) continue;
    const style = getComputedStyle(node);
    const [a, b] = [light(numbers(style.color)), light(ground(node))].sort((x, y) => y - x);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.6 && style.fontWeight >= 700);
    if ((a + 0.05) / (b + 0.05) < (large ? 3 : 4.5)) faint.push(`${node.textContent.trim().slice(0, 40)}: ${((a + 0.05) / (b + 0.05)).toFixed(2)}`);
  }
  return faint;
}"""
NAMELESS = """() => [...document.querySelectorAll("#places input:not([type=hidden]), #places select, #places textarea, #places button, #places [role]")]
  .filter((node) => node.checkVisibility() && !(node.labels?.length || node.ariaLabel || node.textContent.trim() || node.role === "status"))
  .map((node) => node.outerHTML.slice(0, 80))"""
SMALL = """() => [...document.querySelectorAll("#places button, #places input:not([type=checkbox]), #places select")]
  .filter((node) => node.checkVisibility() && !node.closest("#chart") && node.getBoundingClientRect().height < 24).map((node) => node.outerHTML.slice(0, 80))"""


def rows(ask):
    """What `ask()` finds in the database, asked in a thread: the browser's loop shuts the ORM out of this one."""

    def inner():
        from django.db import connection

        try:
            return ask()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(inner).result()


def refresh_names():
    from reports import known_places

    assert rows(known_places.refresh)


def name_at(page, x, y, name):
    """Write down a name by a click on the chart."""
    page.locator("#chart canvas").first.wait_for()
    page.locator("#chart").click(position={"x": x, "y": y})
    page.fill("#name", name)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#undo span")).to_have_text(f"{name}: added")


@pytest.fixture
def lubuk(liaison, community):
    from communities import village_names

    return village_names.add(
        by=liaison, community=community, name="Lubuk Pak Mat", position=(100.4, 4.2), kind="fishing_ground"
    ).place


@pytest.fixture
def own_index(monkeypatch):
    from reports import known_places

    monkeypatch.setattr(known_places, "_kept", known_places._Kept())


def test_a_name_that_was_clicked_is_read_in_the_next_text_and_no_more_after_the_undo(
    visit, liaison, dispatcher, fisher, own_index, live_server, settings
):
    from alerts.signatures import sign
    from communities.charts import position_text
    from reports.models import Report
    from tests.cast import FISHER_PHONE

    def positions():
        return rows(
            lambda: [(report.lon_lat, report.position_source) for report in Report.objects.order_by("id")]
        )

    def sends(sid, words):
        body = urlencode({"From": FISHER_PHONE, "MessageSid": sid, "Body": words}).encode()
        url = f"{live_server.url}/webhooks/twilio/sms/"
        return post_over_http(url, body, {"Content-Type": FORM, "X-Twilio-Signature": sign(url, body)})

    settings.PUBLIC_ORIGIN = live_server.url
    page = visit("/places/", who="liaison")
    expect(page.locator("#nothing")).to_contain_text("No village's own name is written down yet.")
    name_at(page, 300, 300, "Lubuk Pak Mat")
    shown = page.locator("#list .detail").inner_text().split(" · ")[0]
    refresh_names()
    assert sends("SM1", "tolong lubuk pak mat")[0] == 200
    [(position, source)] = positions()
    assert (position_text(*position), source) == (shown, "named_place")

    page.keyboard.press("Control+z")
    expect(page.locator("#undo span")).to_have_text("Lubuk Pak Mat: undone")
    expect(page.locator("#nothing")).to_be_visible()
    refresh_names()
    assert sends("SM2", "tolong lubuk pak mat")[0] == 200
    assert [position for position, _source in positions()][1:] == [None]
    page.get_by_role("button", name="Do it again").click()
    expect(page.locator("#list .name")).to_have_text("Lubuk Pak Mat")


def test_a_name_is_moved_by_a_click_and_the_story_tells_from_where(visit, liaison, lubuk):
    page = visit("/places/", who="liaison")
    page.locator("#list button").click()
    before = page.input_value("#position")
    page.wait_for_timeout(500)  # the chart comes to rest
    page.locator("#chart").click(position={"x": 150, "y": 150})
    after = page.input_value("#position")
    assert before == "04°12.00'N 100°24.00'E" != after
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#undo span")).to_have_text("Lubuk Pak Mat: moved")
    page.locator("#list button").click()
    page.get_by_text("Who did what").click()
    expect(page.locator("#story li")).to_have_count(2)
    assert f"liaison: moved ({before} → {after})" in page.locator("#story li").first.inner_text()


def test_what_is_already_called_so_is_told_before_saving(visit, liaison, lubuk):
    for position in ((100.4, 4.4), (100.4, 6.0), (104.0, 2.5)):
        factories.Place(name="Pulau Besar", position=Point(*position, srid=4326))
    page = visit("/places/", who="liaison")
    page.get_by_role("button", name="Add a name…").click()
    page.fill("#name", "Pulau Besar")
    expect(page.locator("#advice")).to_contain_text("3 others are called Pulau Besar.")
    page.fill("#position", "4-12.0U 100-24.0T")
    expect(page.locator("#advice")).to_contain_text(
        "3 others are called Pulau Besar; the nearest is 12 NM off."
    )
    expect(page.locator("#advice")).to_contain_text("Nearby: Lubuk Pak Mat at this position")
    expect(page.locator("#read")).to_have_text("04°12.00'N 100°24.00'E")
    page.fill("#name", "Pak Mat")
    expect(page.locator("#advice")).to_contain_text("would not be understood")


def test_mistakes_are_told_beside_their_field_and_nothing_typed_is_lost(visit, liaison, lubuk):
    page = visit("/places/", who="liaison")
    page.get_by_role("button", name="Add a name…").click()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#name-fault")).to_have_text("Write down the name.")
    expect(page.locator("#position-fault")).to_have_text("Click on the chart, or type a position.")
    expect(page.locator("#name")).to_be_focused()
    page.fill("#name", "Lubuk Pak Mat")
    page.fill("#position", "near the island")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#position-fault")).to_contain_text("The position cannot be read.")
    page.fill("#position", "4 12.0 N 100 24.0 E")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#fault")).to_contain_text(
        "Pangkor calls a place 0.0 NM from here Lubuk Pak Mat already."
    )
    assert page.input_value("#name") == "Lubuk Pak Mat"
    page.fill("#name", "!!!")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#name-fault")).to_have_text("A name needs letters.")
    page.keyboard.press("Escape")
    expect(page.locator("#edit")).to_be_hidden()
    assert all("409" in fault or "400" in fault for fault in visit.faults)
    visit.faults.clear()


def test_a_server_that_is_away_is_told_and_tried_again(visit, liaison, lubuk):
    page = visit("/places/", who="liaison")
    expect(page.locator("#list .name")).to_have_text("Lubuk Pak Mat")
    page.context.set_offline(True)
    page.locator(".leaflet-control-zoom-in").click()
    expect(page.locator("#state")).to_contain_text("The names could not be loaded.")
    page.keyboard.press("n")
    page.fill("#name", "Karang Api")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#fault")).to_contain_text("The server cannot be reached.")
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#state")).to_be_hidden()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#undo span")).to_have_text("Karang Api: added")
    assert all("ERR_INTERNET_DISCONNECTED" in fault for fault in visit.faults)
    visit.faults.clear()


def test_all_of_it_can_be_done_by_keys(visit, liaison, community):
    page = visit("/places/", who="liaison")
    page.locator("#chart canvas").first.wait_for()
    page.focus("#chart")
    for _ in range(2):
        page.keyboard.press("ArrowUp")
    page.wait_for_timeout(600)
    page.keyboard.press("Enter")
    expect(page.locator("#name")).to_be_focused()
    page.keyboard.type("Lubuk Pak Mat")
    page.keyboard.press("Enter")
    expect(page.locator("#undo span")).to_have_text("Lubuk Pak Mat: added")
    expect(page.locator("#new")).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("#query")).to_be_focused()
    page.keyboard.type("pak")
    expect(page.locator("#list .name")).to_have_text("Lubuk Pak Mat")
    for _ in range(2):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#list') !== null")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert float(outline.removesuffix("px")) >= 2, "who uses keys sees where they are"
    page.keyboard.press("Enter")
    expect(page.locator("#edit h2")).to_have_text("Change a name")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+z")
    expect(page.locator("#undo span")).to_have_text("Lubuk Pak Mat: undone")


def test_a_name_goes_out_of_use_and_comes_back(visit, liaison, lubuk):
    page = visit("/places/", who="liaison")
    page.locator("#list button").click()
    page.get_by_role("button", name="Take out of use").click()
    expect(page.locator("#undo span")).to_have_text("Lubuk Pak Mat: taken out of use")
    expect(page.locator("#nothing")).to_be_visible()
    page.get_by_label("names taken out of use").check()
    page.locator("#list button").click()
    page.get_by_role("button", name="Take back into use").click()
    expect(page.locator("#undo span")).to_have_text("Lubuk Pak Mat: taken back into use")


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_it_fits_every_screen_can_be_read_and_every_control_has_a_name(visit, liaison, lubuk, width, scheme):
    page = visit("/places/", who="liaison", size="handheld" if width == 360 else "desktop")
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    page.reload()
    expect(page.locator("#list .name")).to_have_text("Lubuk Pak Mat")

    def is_sound():
        assert (
            page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        )
        assert page.evaluate(FAINT) == []
        assert page.evaluate(NAMELESS) == []
        assert page.evaluate(SMALL) == []

    is_sound()
    page.locator("#list button").click()
    page.fill("#position", "")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#position-fault")).not_to_be_empty()
    page.get_by_text("Keys").click()
    is_sound()


def test_a_hostile_name_is_shown_as_text(visit, liaison, community):
    from communities import village_names

    hostile = "Lubuk <img src=x onerror=\"document.title='taken'\"></script>"
    village_names.add(
        by=liaison,
        community=community,
        name=hostile,
        position=(100.45, 4.2),
        kind="reef",
        alt_names=[hostile],
    )
    page = visit("/places/", who="liaison")
    expect(page.locator("#list .name")).to_contain_text("onerror")
    expect(page.locator(".leaflet-tooltip")).to_contain_text("onerror")
    page.locator("#list button").click()
    page.fill("#note", "seen")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#undo span")).to_contain_text("onerror")
    page.reload()
    expect(page.locator("#undo span")).to_contain_text("onerror")
    assert page.locator("img[src=x]").count() == 0
    assert "taken" not in page.title()


def test_tiles_are_drawn_over_the_land_and_their_credit_is_text(visit, liaison, community, settings):
    settings.MAP_TILES = "https://tiles.example.org/{z}/{x}/{y}.png"
    settings.MAP_TILES_CREDIT = "<b>Tiles</b> & makers"
    policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    settings.CONTENT_SECURITY_POLICY = {
        "DIRECTIVES": policy | {"img-src": [*policy["img-src"], "https://tiles.example.org"]}
    }
    page = visit("/admin/", who="liaison")
    asked = []

    def tile(route):
        asked.append(route.request.url)
        route.fulfill(
            content_type="image/svg+xml",
            body="<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>",
        )

    page.route("https://tiles.example.org/**", tile)
    page.goto(page.url.replace("/admin/", "/places/"))
    page.locator(".leaflet-tile-loaded").first.wait_for()
    page.locator(".leaflet-land-pane canvas").wait_for()
    expect(page.locator(".leaflet-control-attribution")).to_have_text("<b>Tiles</b> & makers")
    assert all(re.fullmatch(r"https://tiles\.example\.org/\d+/\d+/\d+\.png", address) for address in asked)


def test_the_chart_asks_nobody_outside(visit, liaison, lubuk, live_server):
    page = visit("/admin/", who="liaison")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{live_server.url}/places/")
    expect(page.locator("#list .name")).to_have_text("Lubuk Pak Mat")
    page.wait_for_load_state("networkidle")
    assert any("land-" in address for address in asked)
    assert {address for address in asked if not address.startswith((live_server.url, "data:"))} == set()


def test_the_chart_goes_to_the_waters_of_the_village_and_to_what_is_typed(visit, liaison, community):
    far = factories.Community(name="Semporna", waters=Point(118.7, 4.4, srid=4326))
    liaison.communities.add(far)
    page = visit("/places/", who="liaison")
    page.get_by_role("button", name="Add a name…").click()
    page.get_by_label("Whose name it is").select_option("Semporna")
    expect(page.locator(".chart-grid", has_text="118°30'E")).to_be_visible()
    page.fill("#position", "4-12.0U 100-24.0T")
    expect(page.locator(".chart-grid", has_text="100°20'E")).to_be_visible()
    page.get_by_label("Whose name it is").select_option("Pangkor")
    page.fill("#name", "Lubuk Pak Mat")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#list .detail")).to_have_text(
        "04°12.00'N 100°24.00'E · fishing ground (lubuk) · Pangkor"
    )
