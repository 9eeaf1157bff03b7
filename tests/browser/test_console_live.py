"""The live desk in real browsers on the real web server: changes, claims, alarm, offline and back."""

import re

import pytest
from playwright.sync_api import expect

from reports import decisions
from reports.models import Incident
from tests import factories
from tests.browser import rows

pytestmark = pytest.mark.django_db(transaction=True)
DESK = "/console/?all="


def live(page):
    expect(page.locator("#link")).to_have_attribute("data-state", "live", timeout=20_000)
    return page


def row_of(page, incident):
    return page.locator(f"#row-{incident.pk}")


def test_a_new_report_is_at_every_desk_within_a_second(visit_live, dispatcher, supervisor):
    desks = [live(visit_live(DESK, who=who)) for who in ("dispatcher", "supervisor")]
    expect(desks[0].locator("#queue-empty")).to_be_visible()
    incident = visit_live.db(rows.incident)
    for desk in desks:
        expect(row_of(desk, incident)).to_be_visible(timeout=1_500)
        expect(desk.locator("#queue-empty")).to_be_hidden()


def test_of_two_who_take_it_one_has_it_and_the_other_sees_the_name(visit_live, dispatcher, supervisor):
    incident = rows.incident()
    one, two = (live(visit_live(DESK, who=who)) for who in ("dispatcher", "supervisor"))
    one.get_by_role("button", name=f"Take {incident.reference}").click()
    expect(row_of(two, incident).locator(".holder")).to_contain_text("dispatcher", timeout=3_000)
    expect(one.locator("#toasts")).to_contain_text("You hold")
    expect(two.locator("#alarm")).to_be_hidden()


def test_distress_sounds_at_every_desk_until_it_is_taken(visit_live, dispatcher, supervisor):
    one, two = (live(visit_live(DESK, who=who)) for who in ("dispatcher", "supervisor"))
    for page in (one, two):
        page.locator("#sound").click()
        expect(page.locator("#sound")).to_have_attribute("aria-pressed", "true")
    incident = visit_live.db(rows.incident)
    for page in (one, two):
        expect(page.locator("#alarm")).to_be_visible(timeout=3_000)
        expect(page.locator("#alarm")).to_have_attribute("data-sounding", "true", timeout=3_000)
        assert incident.reference in page.locator("#alarm li").inner_text()
    expect(one).to_have_title(re.compile(r"\(1\) DISTRESS"), timeout=4_000)
    one.locator("#mute").click()
    expect(one.locator("#alarm")).to_have_attribute("data-sounding", "false")
    expect(one.locator("#alarm")).to_be_visible()
    expect(two.locator("#alarm")).to_have_attribute("data-sounding", "true")
    visit_live.db(decisions.take, incident.pk, dispatcher)
    for page in (one, two):
        expect(page.locator("#alarm")).to_be_hidden(timeout=3_000)
    expect(two).not_to_have_title(re.compile("DISTRESS"), timeout=4_000)


def test_a_drill_shows_and_does_not_sound(visit_live, dispatcher):
    page = live(visit_live(DESK, who="dispatcher"))
    page.locator("#sound").click()
    visit_live.db(factories.Incident, drill=True, emergency_phase="DISTRESS")
    expect(page.locator("#alarm.drill")).to_be_visible(timeout=3_000)
    page.wait_for_timeout(1_500)
    expect(page.locator("#alarm")).to_have_attribute("data-sounding", "false")


def test_offline_is_said_and_what_happened_meanwhile_comes_without_a_reload(visit_live, dispatcher):
    old = rows.incident()
    page = live(visit_live(DESK, who="dispatcher"))
    page.evaluate("window.stayed = true")
    page.context.set_offline(True)
    expect(page.locator("#offline")).to_contain_text("No link to the server since", timeout=20_000)
    new = visit_live.db(rows.incident, "enjin rosak 5 10.2N 100 25.1E", "SM2")
    visit_live.db(factories.force, Incident.objects.filter(pk=old.pk), status="closed")
    page.context.set_offline(False)
    live(page)
    expect(row_of(page, new)).to_be_visible()
    expect(row_of(page, old)).to_have_count(0)
    expect(page.locator("#offline")).to_be_hidden()
    assert page.evaluate("window.stayed") is True
    visit_live.faults.clear()  # the browser's own words on the lost link


def test_signed_out_elsewhere_keeps_the_page_and_says_so(visit_live, dispatcher):
    from django.contrib.sessions.models import Session

    incident = rows.incident()
    page = live(visit_live(DESK, who="dispatcher"))
    visit_live.db(Session.objects.all().delete)
    page.locator("#queue-q").fill("x")  # the next question is answered 401
    expect(page.locator("#offline")).to_contain_text("signed out", timeout=10_000)
    expect(page.locator("#offline a")).to_be_visible()
    expect(row_of(page, incident)).to_be_visible()
    visit_live.faults.clear()


def test_who_is_put_off_the_desk_sees_it_no_more_until_put_back(visit_live, dispatcher):
    from communities.models import User

    incident = rows.incident()
    page = live(visit_live(DESK, who="dispatcher"))
    expect(row_of(page, incident)).to_be_visible()
    visit_live.db(User.objects.filter(pk=dispatcher.pk).update, role="liaison")
    page.context.set_offline(True)
    page.wait_for_timeout(200)
    page.context.set_offline(False)
    expect(page.locator("#offline")).to_contain_text("You do not belong to the desk", timeout=20_000)
    expect(row_of(page, incident)).to_be_hidden()
    visit_live.db(User.objects.filter(pk=dispatcher.pk).update, role="dispatcher")
    live(page)
    expect(row_of(page, incident)).to_be_visible()
    visit_live.faults.clear()


def test_rows_hold_still_under_the_pointer_and_move_afterwards(visit_live, dispatcher):
    first, second = (
        factories.Incident(reference=name, queue_rank=rank, priority=3)
        for name, rank in (("FIRST", 50), ("SECND", 60))
    )
    page = live(visit_live(DESK, who="dispatcher"))
    row_of(page, first).hover()
    newest = visit_live.db(factories.Incident, reference="NEWST", queue_rank=10, priority=3)
    visit_live.db(Incident.objects.filter(pk=second.pk).update, queue_rank=5, place="Pangkor")
    expect(row_of(page, second)).to_contain_text("Pangkor")  # what it says changes at once
    expect(page.locator("#queue-new")).to_have_text("1 new above: show")
    assert order(page) == ["FIRST", "SECND"]
    page.locator("#queue-new").click()
    expect(row_of(page, newest)).to_be_visible()
    assert order(page) == ["SECND", "NEWST", "FIRST"]


def test_rows_that_no_longer_fit_the_filter_go(visit_live, dispatcher):
    one = factories.Incident(priority=1)
    page = live(visit_live("/console/?priority=1", who="dispatcher"))
    expect(row_of(page, one)).to_be_visible()
    visit_live.db(Incident.objects.filter(pk=one.pk).update, priority=2)
    expect(row_of(page, one)).to_have_count(0, timeout=3_000)
    other = visit_live.db(factories.Incident, priority=1)
    expect(row_of(page, other)).to_be_visible(timeout=3_000)


def test_the_queue_is_walked_by_keys_and_the_keys_are_listed(visit_live, dispatcher):
    for n, name in enumerate(("AAAAA", "BBBBB")):
        factories.Incident(reference=name, queue_rank=n)
    page = live(visit_live(DESK, who="dispatcher"))
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert "BBBBB" in page.evaluate("document.activeElement.textContent")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.locator("#pane-title")).to_contain_text("AAAAA")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_contain_text("next incident")
    expect(page.locator("#keys")).to_contain_text("do it, from where you write")
    page.keyboard.press("Escape")


def test_views_are_kept_and_their_removal_is_undone(visit_live, dispatcher):
    page = live(visit_live("/console/?priority=1", who="dispatcher"))
    page.locator("#views > summary").click()
    page.get_by_label("Keep these filters as").fill("Urgent")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#views li a")).to_have_text("Urgent")
    page.get_by_role("button", name="Remove").click()
    expect(page.locator("#views li a")).to_have_count(0)
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.locator("#toasts")).to_contain_text("is back")


@pytest.mark.parametrize("width", [360, 1280, 2560])
def test_nothing_sticks_out_sideways(visit_live, dispatcher, width):
    rows.incident()
    page = live(visit_live(DESK, who="dispatcher", viewport={"width": width, "height": 900}))
    page.locator("#queue-more-filters > summary").click()
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_on_a_phone_the_queue_begins_in_sight_of_the_alarm(visit_live, dispatcher):
    for n in range(3):
        rows.incident(f"TOLONG bot karam 4 1{n}.2N 100 25.1E 3 orang", key=f"SM{n}")
    page = live(visit_live(DESK, who="dispatcher", viewport={"width": 360, "height": 740}))
    expect(page.locator("#alarm")).to_be_visible()
    expect(page.locator("#queue-list > .row").first).to_be_visible()
    top = page.locator("#queue").bounding_box()["y"]
    assert top < 740 / 2


def test_colours_and_the_wall_are_kept(visit_live, dispatcher):
    page = live(visit_live(DESK, who="dispatcher"))
    page.select_option("#theme", "light")
    page.locator("#wall").click()
    page.wait_for_timeout(500)  # Chromium writes down what is kept in a time of its own
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    assert page.evaluate("document.documentElement.hasAttribute('data-wall')")


def order(page) -> list[str]:
    return page.locator("#queue-list > .row").evaluate_all("rows => rows.map((row) => row.dataset.reference)")


def test_without_a_stream_the_desk_asks_and_sees_the_same(visit, dispatcher):
    page = live(visit(DESK, who="dispatcher"))
    incident = visit.db(rows.incident)
    expect(row_of(page, incident)).to_be_visible(timeout=6_000)
