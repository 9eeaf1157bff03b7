"""The states of a dispatch: every pair of the table."""

import pytest
from django.utils import timezone

from alerts import workflow
from alerts.models import Dispatch
from tests import factories

pytestmark = pytest.mark.django_db
EDGES = {
    "proposed": "alerting stood_down",
    "alerting": "acknowledged declined no_answer stood_down",
    "no_answer": "acknowledged declined stood_down",
    "acknowledged": "en_route cannot_continue stood_down",
    "en_route": "on_scene cannot_continue stood_down",
    "on_scene": "completed cannot_continue stood_down",
    "declined": "",
    "completed": "",
    "cannot_continue": "",
    "stood_down": "",
}
STAMPS = {
    "acknowledged": "acknowledged_at", "en_route": "under_way_at", "on_scene": "on_scene_at", "declined": "ended_at",
    "completed": "ended_at", "cannot_continue": "ended_at", "stood_down": "ended_at",
}  # fmt: skip


def test_the_table_names_every_state():
    assert set(EDGES) == set(Dispatch.Status.values) == set(workflow.ALLOWED)


@pytest.mark.parametrize(("old", "new"), [(old, new) for old in EDGES for new in EDGES], ids=" to ".join)
def test_every_pair(old, new):
    dispatch, now = factories.Dispatch(status=old), timezone.now()
    allowed = new in EDGES[old].split()
    if allowed:
        workflow.advance(dispatch, new, via="sms", now=now, reason="because")
    else:
        with pytest.raises(workflow.DispatchNotAllowed):
            workflow.advance(dispatch, new, via="sms", now=now, reason="because")
    dispatch.refresh_from_db()
    assert dispatch.status == (new if allowed else old)
    assert [(row.old, row.new, row.via) for row in dispatch.transitions.all()] == (
        [(old, new, "sms")] if allowed else []
    )
    stamps = {name: getattr(dispatch, name) for name in set(STAMPS.values())}
    expected = {name: now if allowed and STAMPS.get(new) == name else None for name in stamps}
    assert stamps == expected
