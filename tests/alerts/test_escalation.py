"""Which incidents the sweep starts a ladder or a look for."""

import pytest
from django.utils import timezone

from alerts import escalation
from alerts.models import Escalation
from tests import factories

NOW = timezone.now()


def test_a_sweep_finds_who_asked_in_vain(db):
    incident = factories.Incident(dispatch_requested_at=NOW, priority=1)
    assert escalation.sweep(NOW) == 1
    assert Escalation.objects.get().incident == incident
    assert escalation.sweep(NOW) == 0


@pytest.mark.parametrize(
    ("fields", "looked_for"),
    [
        ({"type": "disabled_adrift", "priority": 2}, True),
        ({"type": "medical", "priority": 3}, True),
        ({"type": "medical", "priority": 4}, False),
        ({"type": "smuggling_goods", "priority": 2}, False),
        ({"type": "unclassified", "priority": 2, "flags": ["plea_word"]}, True),
        ({"type": "medical", "priority": 2, "taken_at": NOW}, False),
        ({"type": "medical", "priority": 2, "status": "closed"}, False),
    ],
)
def test_which_untouched_incidents_call_for_a_look(db, fields, looked_for):
    factories.Incident(received_at=NOW, **fields)
    assert escalation.sweep(NOW) == looked_for
