"""The story of the demonstration, seen from two desks at once in real browsers."""

import threading

import pytest
from django.db import connections
from knox.models import AuthToken
from playwright.sync_api import expect

from alerts.dispatcher import Dispatcher
from alerts.story import Service, Story
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
FISHER = "+447700900777"
SHORTENED = 0.05  # of the ladder's times
SAR = {"range_nm": 220, "capabilities": ["sar_surface", "fast_intercept", "boarding"], "alert_channel": "sms"}


@pytest.fixture
def two_units(agency):
    """Two boats that can come: at Semporna, and at Lahad Datu."""
    for code, at, call_sign, phone in (
        ("B24", (118.62, 4.48), "MY-SEMPORNA-01", "+447700900011"),
        ("B25", (118.34, 5.01), "MY-LAHADDATU-02", "+447700900012"),
    ):
        station = factories.Station(code=code, name=code, agency=agency, position=factories.point(at))
        factories.PatrolUnit(call_sign=call_sign, station=station, phone=phone, speed_kn=36, **SAR)
    return ["MY-SEMPORNA-01", "MY-LAHADDATU-02"]


@pytest.fixture
def at_work(settings, transactional_db):
    """A dispatcher that sends by the simulated carriers."""
    settings.SIMULATED_CARRIERS, settings.PHONES, settings.LADDER_SCALE = True, "open", SHORTENED
    one = Dispatcher()

    def run() -> None:
        try:
            one.run()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    yield one
    one.stop()
    thread.join(20)
    assert not thread.is_alive()


def test_two_desks_see_the_story_as_it_happens(visit_live, dispatcher, supervisor, two_units, at_work):
    _row, token = AuthToken.objects.create(user=dispatcher)
    story = Story(Service(visit_live.base, token), lambda line: None, FISHER)
    told = visit_live.db  # the story runs where the browser's loop does not
    one, two = desks = [visit_live("/console/?all=", who=who) for who in ("dispatcher", "supervisor")]
    for desk in desks:
        expect(desk.locator("#link")).to_have_attribute("data-state", "live", timeout=20_000)
        expect(desk.locator("#queue-empty")).to_be_visible()

    form, answer, report = told(story.a_fisher_texts)
    incident = told(story.it_is_a_p1, report)
    row = f"#row-{incident}"
    for desk in desks:
        expect(desk.locator(f"{row} .badge").first).to_have_text("P1")
        expect(desk.locator(f"{row} .persons")).to_have_text("POB 5")
        expect(desk.locator("#alarm")).to_be_visible()

    first, number = told(story.the_nearest_unit_is_told, incident)
    assert first == two_units[0]
    two.locator(f"{row} a.open").click()
    for desk in desks:
        expect(desk.locator(f"{row} .called")).to_contain_text(first)
    expect(two.locator("#pane header .unit").first).to_contain_text(first)
    expect(two.locator("#pane .story")).to_contain_text(f"SMS → {first}")

    second, second_number = told(story.nobody_answers, incident, first, number)
    for desk in desks:
        expect(desk.locator(f"{row} .called")).to_contain_text(second)
        expect(desk.locator("#alarm"), "a boat is called, but no officer has it").to_be_visible()
    one.get_by_role("button", name="Take").first.click()
    expect(two.locator(f"{row} .holder")).to_contain_text("dispatcher")
    for desk in desks:
        expect(desk.locator("#alarm")).to_be_hidden()

    told(story.a_crew_goes, incident, second, second_number, report)
    for desk in desks:
        expect(desk.locator(f"{row} .status")).to_have_text("responding")
        expect(desk.locator(f"{row} .unit.goes")).to_contain_text(second)
    expect(two.locator("#pane header .unit.goes")).to_contain_text(second)
    expect(two.locator("#pane .story")).to_contain_text("sedang datang")

    smugglers = told(story.an_app_reports_smugglers, incident)
    for desk in desks:
        expect(desk.locator(f"#row-{smugglers} .holder")).to_contain_text("nobody yet")
        expect(desk.locator(f"#row-{smugglers} .unit")).to_have_count(0)
        expect(desk.locator("#alarm")).to_be_hidden()

    told(story.the_first_webhook_again, form, answer, incident, smugglers, [FISHER, number, second_number])
    for desk in desks:
        expect(desk.locator("#queue-list .row")).to_have_count(2)
