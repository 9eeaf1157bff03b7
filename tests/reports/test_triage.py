"""What the rule makes of a report: who is asked for, what a crew may see."""

import pytest
from django.utils import timezone

from reports import triage
from reports.intake import Incoming, receive
from reports.models import Incident, Report
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def report(text: str, key="k", **fields) -> Report:
    return receive(Incoming(source="sms", external_id=key, text=text, **fields), now=NOW).report


@pytest.fixture
def asked(monkeypatch):
    """Whom a unit was asked for."""
    found = []
    monkeypatch.setattr(
        triage.dispatch_requested, "send", lambda sender, **said: found.append(said["incident_id"])
    )
    return found


def test_a_distress_asks_at_once_and_nothing_else_does(asked):
    for key, text in enumerate(("enjin rosak", "bot seludup", "hello", "")):
        report(text, str(key))
    assert asked == []
    incident = report("bot karam", "p1").incident
    assert asked == [incident.pk]
    assert Incident.objects.get(pk=incident.pk).dispatch_requested_at == NOW


def test_a_known_hoaxers_distress_is_alerted_and_checked_beside(asked):
    hoaxer = factories.Reporter(source_letter="E")
    incident = report("bot karam 4.20 100.45", reporter=hoaxer).incident
    assert incident.priority == 1
    assert "verify_in_parallel" in incident.flags
    assert asked == [incident.pk]


@pytest.mark.parametrize(
    ("position", "shown"),
    [((100.45678, 4.21234), (100.46, 4.21)), ((100.4, 4.2), (100.4, 4.2))],
)
def test_an_informers_own_position_is_blurred(position, shown):
    row = report("nampak bot seludup", position=position, position_error_m=10)
    assert row.incident.lon_lat == pytest.approx(shown)
    assert row.incident.position_error_m == 1852
    assert (row.reporter_position.x, row.reporter_position.y) == position
