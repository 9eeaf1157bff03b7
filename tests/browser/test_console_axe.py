"""No page of the console breaks a rule of WCAG 2.2 AA that axe-core can see: dark, light, wide and on a phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from alerts import alarms
from alerts.console import waiting
from alerts.console.acts import ACTS
from alerts.models import DeskEntry, Handover
from tests import factories
from tests.browser import rows

pytestmark = pytest.mark.django_db(transaction=True)
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
WIDTHS = (360, 1280)
#: The elements at fault, where a page can be scrolled sideways.
STICKING_OUT = """() => document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
  [...document.body.querySelectorAll("*")].filter(one => one.getBoundingClientRect().right > innerWidth + 1)
    .map(one => one.outerHTML.slice(0, 120))"""


@pytest.fixture
def busy(dispatcher, supervisor, patrol):
    """Something on every page: an incident with a call and a note, an alarm, a hand-over note that was read."""
    call = rows.call_for(patrol)
    factories.Incident(drill=True)
    alarms.stand("clock_apart", "db", "the clock is wrong", incident=call.incident)
    note = Handover.objects.create(by=supervisor, text="quiet night", at=call.created_at)
    waiting.write(DeskEntry.Kind.READ_HANDOVER, by=dispatcher, subject=note.pk)
    Handover.objects.create(by=supervisor, text="look at the clock", at=call.created_at)
    return call.incident


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize(
    "page", ["", "incidents/{id}/", "units/", "shift/", "shift/log/", "incidents/{id}/act/correct/"]
)
def test_axe_finds_no_fault(page, scheme, visit, busy):
    opened = visit("/console/" + page.format(id=busy.pk), who="dispatcher")
    opened.emulate_media(color_scheme=scheme)
    for width in WIDTHS:
        opened.set_viewport_size({"width": width, "height": 800})
        opened.wait_for_timeout(200)
        found = Axe().run(opened, options=RULES).response["violations"]
        assert [(fault["id"], [node["html"][:160] for node in fault["nodes"]]) for fault in found] == [], (
            width
        )
        assert opened.evaluate(STICKING_OUT) == [], f"scrolls sideways at {width}"


def test_axe_finds_no_fault_in_the_form_of_any_act_on_a_phone(visit, busy):
    opened = visit("/console/", who="dispatcher", viewport={"width": 360, "height": 740})
    site, seen = opened.url.partition("/console/")[0], []
    for act in ACTS:
        address = f"{site}/console/incidents/{busy.pk}/act/{act}/"
        if opened.request.get(address).status != 200:
            continue  # not offered as the incident stands
        opened.goto(address)
        form = opened.locator("form.act")
        if not form.count():
            continue  # done without asking
        assert form.is_visible(), act
        seen.append(act)
        found = Axe().run(opened, options=RULES).response["violations"]
        assert [(fault["id"], [node["html"][:160] for node in fault["nodes"]]) for fault in found] == [], act
        assert opened.evaluate(STICKING_OUT) == [], f"{act} scrolls sideways"
    assert len(seen) > 8, seen
