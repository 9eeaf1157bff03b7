"""The chart of the desk in a real browser: ten thousand incidents, units, measuring, a report by telephone."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from alerts.console import rows as queue_rows
from alerts.models import PatrolUnit
from reports.models import Incident
from tests import factories
from tests.browser import rows

pytestmark = pytest.mark.django_db(transaction=True)
DESK = "/console/"

READY = "#sea .chart[aria-busy=false]"
# Events that the desk's parts send, kept to be looked at.
LISTEN = "window.heard = []; for (const name of ['open', 'show', 'said']) document.addEventListener(`suar:${name}`, (event) => window.heard.push([name, event.detail]));"
# Milliseconds between frames while the chart is dragged in small steps, and how many there were.
DRAG = """async () => {
  const chart = document.querySelector('#sea .chart');
  const { x, y, width, height } = chart.getBoundingClientRect();
  const point = (n) => ({ clientX: x + width / 2 + n, clientY: y + height / 2 + n / 2, bubbles: true, button: 0, buttons: 1 });
  const frames = [];
  const frame = () => new Promise(requestAnimationFrame);
  chart.dispatchEvent(new MouseEvent('mousedown', point(0)));
  let before = await frame();
  for (let n = 1; n <= 60; n += 1) {
    chart.dispatchEvent(new MouseEvent('mousemove', point(n * 2)));
    const now = await frame();
    frames.push(now - before);
    before = now;
  }
  chart.dispatchEvent(new MouseEvent('mouseup', point(120)));
  return frames;
}"""


def desk(visit, **options):
    page = visit(DESK, who="dispatcher", **options)
    page.locator(READY).wait_for()
    page.evaluate(LISTEN)
    return page


def heard(page, name) -> list:
    return [detail for said, detail in page.evaluate("window.heard") if said == name]


def view(page, lon, lat, zoom):
    """Move the chart, as a part of the desk would ask."""
    page.evaluate(
        f"document.dispatchEvent(new CustomEvent('suar:show', {{detail: {{position: [{lon}, {lat}], zoom: {zoom}}}}}))"
    )
    page.wait_for_timeout(400)


def middle(page) -> dict:
    box = page.locator("#sea .chart").bounding_box()
    return {"x": box["width"] / 2, "y": box["height"] / 2}


def test_ten_thousand_incidents_move_smoothly(visit, dispatcher, capsys):
    rows.spread(10_000)
    page = desk(visit)
    expect(page.locator("#in-view summary")).to_contain_text("of 10000 incidents")
    frames = sorted(page.evaluate(DRAG))
    page.wait_for_timeout(500)
    with capsys.disabled():
        print(f"\nframes while dragging: median {frames[30]:.1f} ms, worst {frames[-1]:.1f} ms")
    # Functional, not a race: a chart that drew ten thousand symbols at each step would be far over it.
    assert frames[30] < 100


def test_grouping_ten_thousand_points_is_quick_and_loses_none(visit, dispatcher):
    page = desk(visit)
    counts = page.evaluate(
        """async () => {
        const { gather, mercator } = await import('/static/console/grid.js');
        const points = Array.from({ length: 10000 }, (_, n) => {
          const [x, y] = mercator(98 + (n * 0.618034 % 1) * 22, 1 + (n * 0.754878 % 1) * 8);
          return { x, y, rank: n };
        });
        const started = performance.now();
        const groups = gather(points, 5, 38);
        const ms = performance.now() - started;
        const sum = groups.reduce((all, group) => all + group.points.length, 0);
        const right = groups.every((group) => group.points.every((point) => point.rank >= group.first.rank));
        const apart = gather(points, 18, 38).length;
        return { sum, groups: groups.length, right, apart, ms };
    }"""
    )
    assert counts["sum"] == 10_000
    assert counts["groups"] < 1_000
    assert counts["right"]
    assert counts["apart"] == 10_000
    assert counts["ms"] < 500


def test_a_click_on_many_comes_nearer_and_on_one_opens_it(visit, dispatcher):
    one, two = (
        factories.Incident(position=factories.point((100.2 + n * 0.02, 4.2)), priority=n + 1) for n in (0, 1)
    )
    page = desk(visit)
    view(page, 100.2, 4.2, 6)
    chart = page.locator("#sea .chart")
    chart.click(position=middle(page))
    page.wait_for_timeout(1_000)
    assert heard(page, "open") == [], "two on one spot of the screen: nearer, not opened"
    view(page, 100.2, 4.2, 14)
    chart.click(position=middle(page))
    assert heard(page, "open") == [{"id": str(one.pk)}]
    assert two.pk != one.pk


def test_what_lies_on_one_spot_is_listed(visit, dispatcher):
    for priority in (4, 1):
        factories.Incident(priority=priority)
    page = desk(visit)
    view(page, *factories.OFF_PANGKOR, 16)
    page.locator("#sea .chart").click(position=middle(page))
    picked = page.locator(".picked button")
    expect(picked).to_have_count(2)
    expect(picked.first).to_contain_text("P1")


def test_incidents_in_view_are_told_in_words_too(visit, dispatcher):
    incident = factories.Incident(priority=2, type="sinking")
    factories.Incident(position=factories.point((118, 5)))
    factories.Incident(position=None)
    page = desk(visit)
    view(page, *factories.OFF_PANGKOR, 9)
    expect(page.locator("#in-view summary")).to_have_text("In view: 1 of 2 incidents; 1 have no position")
    page.locator("#in-view summary").click()
    page.get_by_role("button", name=f"P2 {incident.reference} sinking").click()
    assert heard(page, "open") == [{"id": str(incident.pk)}]


def test_a_row_of_the_stream_moves_its_incident(visit, dispatcher):
    incident = factories.Incident()
    found = queue_rows.render(Incident.objects.all(), [incident.pk], {incident.pk: "2"}, "en")
    row = found[incident.pk]
    row["facets"] |= {"position": [118.0, 5.0], "priority": 1}
    page = desk(visit)
    page.evaluate(
        "(row) => document.dispatchEvent(new CustomEvent('suar:rows', {detail: {rows: [row], gone: []}}))",
        row,
    )
    view(page, 118, 5, 12)
    page.locator("#sea .chart").click(position=middle(page))
    assert heard(page, "open") == [{"id": str(incident.pk)}]
    page.evaluate(
        "(id) => document.dispatchEvent(new CustomEvent('suar:rows', {detail: {rows: [], gone: [id]}}))",
        str(incident.pk),
    )
    expect(page.locator("#in-view summary")).to_contain_text("0 of 0")


TELL = "(detail) => document.dispatchEvent(new CustomEvent('suar:rows', {detail}))"


def test_after_a_break_the_chart_drops_what_is_gone_and_counts_what_has_no_place(visit, dispatcher):
    stays, ended, nowhere = factories.Incident(), factories.Incident(), factories.Incident(position=None)
    found = queue_rows.render(Incident.objects.all(), [nowhere.pk], {}, "en")
    page = desk(visit)
    summary = page.locator("#in-view summary")
    expect(summary).to_contain_text("of 2 incidents; 1 have no position")
    page.evaluate(TELL, {"rows": [], "gone": [], "present": [str(stays.pk)]})
    expect(summary).to_contain_text("of 1 incidents; 0 have no position")
    page.evaluate(TELL, {"rows": [found[nowhere.pk]], "gone": []})
    expect(summary).to_contain_text("of 1 incidents; 1 have no position")
    assert ended.pk != stays.pk


def test_what_is_told_while_the_chart_is_read_is_not_lost(visit, dispatcher):
    incident = factories.Incident()
    [row] = queue_rows.render(Incident.objects.all(), [incident.pk], {}, "en").values()
    page = desk(visit)
    answers = []
    page.route("**/console/sea/incidents/", lambda route: answers.append(route))
    page.evaluate("document.dispatchEvent(new CustomEvent('suar:stale', {detail: {}}))")
    while not answers:
        page.wait_for_timeout(20)
    nothing = {"at": "", "types": [], "unplaced": [], "incidents": {"id": []}}
    page.evaluate(TELL, {"rows": [row], "gone": []})
    answers[0].fulfill(json=nothing)  # it was written before the row came to be
    page.locator(READY).wait_for()
    expect(page.locator("#in-view summary")).to_contain_text("of 1 incidents")


def test_each_ring_of_distance_is_named_where_it_is(visit, dispatcher):
    incident = factories.Incident()
    page = desk(visit)
    page.click("#layers summary")
    page.check("#layers [name=rings]")
    page.evaluate(
        "(detail) => document.dispatchEvent(new CustomEvent('suar:opened', {detail}))",
        {"id": str(incident.pk), "position": list(incident.lon_lat)},
    )
    view(page, *incident.lon_lat, 9)
    names = page.locator(".ring-label")
    expect(names).to_have_text(["5 NM", "10 NM", "25 NM", "50 NM"])
    heights = [names.nth(n).evaluate("(one) => one.getBoundingClientRect().top") for n in range(4)]
    assert heights == sorted(set(heights), reverse=True)


def test_the_measure_tells_miles_and_degrees_true(visit, dispatcher):
    page = desk(visit)
    view(page, 100.0, 4.0, 10)
    figures = page.evaluate(
        """async () => {
        const { distanceNm, bearingDeg, legText, FORMATS } = await import('/static/console/geodesy.js');
        return [distanceNm([4, 100], [5, 100]), bearingDeg([4, 100], [4, 101]), legText([4, 100], [3, 99]),
          FORMATS.minutes(-4.99999, 118.5), FORMATS.seconds(4.99999, -118.5), FORMATS.decimal(4.5, 118.25)];
    }"""
    )
    assert figures[0] == pytest.approx(60.04, abs=0.01)
    assert figures[1] == pytest.approx(89.96, abs=0.01)
    assert figures[2:] == [
        "84.8 NM 225°",
        "05°00.00'S 118°30.00'E",
        "05°00'00.0\"N 118°30'00.0\"W",
        "4.50000, 118.25000",
    ]
    page.get_by_role("button", name="Measure").click()
    chart, at = page.locator("#sea .chart"), middle(page)
    chart.click(position=at)
    chart.click(position={"x": at["x"] + 120, "y": at["y"]})
    expect(page.locator("#measured")).to_have_text(re.compile(r"^\d+\.\d+ NM 090°$"))
    page.keyboard.press("Enter")  # the chart's middle: back to the first point
    expect(page.locator("#measured")).to_have_text(re.compile(r"1: .* 090° · 2: .* (269|270|271)° · in all"))
    page.keyboard.press("Backspace")
    expect(page.locator("#measured")).to_have_text(re.compile(r"^\d+\.\d+ NM 090°$"))
    page.keyboard.press("Escape")
    expect(page.locator("#measured")).to_be_hidden()
    assert heard(page, "open") == []


def test_a_report_by_telephone_is_placed_by_a_click(visit, dispatcher):
    page = desk(visit)
    view(page, 100.4, 4.2, 11)
    page.locator("#sea .chart").focus()
    page.keyboard.press("p")
    panel = page.locator("#phone-in")
    expect(panel.locator("[name=position]")).to_have_value("04°12.00'N 100°24.00'E")
    at = middle(page)
    page.locator("#sea .chart").click(position={"x": at["x"] - 100, "y": at["y"] + 20})
    expect(panel.locator("[name=position]")).not_to_have_value("04°12.00'N 100°24.00'E")
    assert int(panel.locator("[name=position_error_m]").input_value()) > 50
    panel.locator("[name=text]").fill("<b>bot karam</b> 3 orang")
    panel.get_by_role("button", name="Put it in the queue").click()
    expect(panel).to_contain_text("Tell the caller:")
    expect(panel).to_contain_text("<b>bot karam</b> 3 orang")
    expect(panel).to_contain_text("A unit is wanted")
    panel.get_by_role("link", name="Open the incident").click()
    assert len(heard(page, "open")) == 1


def test_a_typed_position_is_read_back(visit, dispatcher):
    page = desk(visit)
    page.click("#phone-in-open")
    expect(page.locator("#phone-in [name=text]")).to_be_focused()
    expect(page.locator("#phone-in [name=position]")).to_have_value("")  # nobody named a place yet
    page.fill("#phone-in [name=position]", "4 10.2N 100 25.1E")
    expect(page.locator("#phone-in [data-read]")).to_have_text("Read as 04°10.20'N 100°25.10'E")
    page.fill("#phone-in [name=position]", "somewhere")
    expect(page.locator("#phone-in [data-read]")).to_have_text("This is not read as one position.")
    page.keyboard.press("Escape")
    expect(page.locator("#phone-in")).to_be_hidden()


def test_a_callers_words_outlive_the_escape_key(visit, dispatcher):
    page = desk(visit)
    page.click("#phone-in-open")
    page.fill("#phone-in [name=text]", "bot karam 3 orang")
    page.keyboard.press("Escape")
    expect(page.locator("#phone-in")).to_be_hidden()
    page.click("#phone-in-open")
    expect(page.locator("#phone-in [name=text]")).to_have_value("bot karam 3 orang")
    page.locator("#phone-in [data-cancel]").click()
    page.click("#phone-in-open")
    expect(page.locator("#phone-in [name=text]")).to_have_value("")


def test_a_call_sign_half_typed_outlives_the_reading_of_the_board(visit, dispatcher, patrol):
    page = desk(visit, viewport={"width": 1700, "height": 900})
    page.locator("#units .filters [name=q]").fill("LUM")
    with page.expect_response("**/console/units/**"):
        page.evaluate(
            "document.dispatchEvent(new CustomEvent('suar:units', {detail: {units: [{call_sign: 'X', position: [100, 4]}]}}))"
        )
    page.wait_for_timeout(200)
    expect(page.locator("#units .filters [name=q]")).to_have_value("LUM")
    expect(page.locator("#units .filters [name=q]")).to_be_focused()


def test_the_board_shows_a_unit_on_the_chart_and_sets_its_status(visit, dispatcher, patrol):
    factories.UnitPosition(unit=patrol, position_at=timezone.now() - timedelta(hours=3), longitude=100.2)
    page = desk(visit)
    row = page.locator("tr[data-unit='MY-LUMUT-04']")
    page.set_viewport_size({"width": 1700, "height": 900})
    expect(row).to_contain_text("anywhere within 108 NM")
    row.locator("a.show").click()
    assert heard(page, "show")[0]["position"] == [100.2, 4.23333]
    row.locator("[data-status]").click()
    page.select_option("dialog [name=status]", "off_watch")
    page.fill("dialog [name=reason]", "engine")
    page.get_by_role("button", name="Set the status").click()
    expect(page.locator("tbody[data-group=away] tr[data-unit]")).to_have_count(1)
    said = heard(page, "said")[0]
    assert "off watch" in said["text"]
    assert said["undo"]["url"].endswith("/undo/")


def test_a_layer_that_was_switched_off_stays_off(visit, dispatcher, patrol):
    page = desk(visit)
    page.click("#layers summary")
    page.uncheck("#layers [name=units]")
    page.reload()
    page.locator(READY).wait_for()
    page.click("#layers summary")
    expect(page.locator("#layers [name=units]")).not_to_be_checked()
    expect(page.locator("#layers [name=incidents]")).to_be_checked()


def test_without_land_the_chart_works_and_says_so(visit, dispatcher):
    incident = factories.Incident()
    page = visit(DESK, who="dispatcher")
    page.route(re.compile("land-coarse"), lambda route: route.abort())
    page.reload()
    page.locator(READY).wait_for()
    page.evaluate(LISTEN)
    expect(page.locator("#sea .chart-note")).to_contain_text("The land could not be loaded")
    view(page, *factories.OFF_PANGKOR, 7)
    page.locator("#sea .chart").click(position=middle(page))
    assert heard(page, "open") == [{"id": str(incident.pk)}]
    visit.faults[:] = [fault for fault in visit.faults if "ERR_FAILED" not in fault]


@pytest.mark.parametrize("width", [360, 1280, 2560])
def test_nothing_sticks_out_sideways(visit, dispatcher, patrol, width):
    PatrolUnit.objects.update(description="x" * 60)
    page = desk(visit)
    page.set_viewport_size({"width": width, "height": 800})
    for part in ("Chart", "Units"):
        if page.locator("#tabs").is_visible():
            page.locator("#tabs").get_by_role("link", name=part).click()
        page.locator("tr[data-unit]" if part == "Units" else "#sea .chart canvas").first.wait_for()
        assert (
            page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        )
