"""The response checklist: every type has one, and the newest tick of an item counts."""

from datetime import timedelta

import pytest
from django.utils import timezone

from alerts import checklists
from alerts.models import ChecklistTick
from reports.taxonomy import TAXONOMY, Category, ReplyMode
from tests import factories

NOW = timezone.now()


@pytest.mark.parametrize("type_", TAXONOMY)
def test_every_type_has_a_short_list_of_known_items(type_):
    keys = checklists.LISTS[type_]
    assert 3 <= len(keys) <= 13
    assert len(set(keys)) == len(keys)
    assert set(keys) <= set(checklists.ITEMS)
    assert all(len(key) <= ChecklistTick._meta.get_field("item").max_length for key in keys)


def test_no_item_is_on_no_list():
    assert set(checklists.ITEMS) == {key for keys in checklists.LISTS.values() for key in keys}


@pytest.mark.parametrize("type_", TAXONOMY)
def test_a_quiet_matter_says_first_that_nobody_calls_and_a_rescue_never(type_):
    row = TAXONOMY[type_]
    if row.reply == ReplyMode.QUIET and type_ != "irregular_migration":
        assert checklists.LISTS[type_][0] == "no_call"
    if row.category == Category.EMERGENCY and row.reply == ReplyMode.FULL:
        assert "no_call" not in checklists.LISTS[type_]
        assert "accounted" in checklists.LISTS[type_]


@pytest.mark.django_db
def test_the_newest_tick_counts_and_stays_when_the_type_is_changed(dispatcher):
    incident = factories.Incident(type="sinking")
    for n, done in enumerate((True, False, True)):
        ChecklistTick.objects.create(
            incident=incident, item="air", done=done, by=dispatcher, at=NOW + timedelta(seconds=n)
        )
    row = next(item for item in checklists.checklist(incident) if item.key == "air")
    assert (row.done, row.tick.by) == (True, dispatcher)
    assert "air" not in [item.key for item in checklists.still_open(incident)]
    incident.type = "medical"
    assert "air" in [item.key for item in checklists.checklist(incident)]
