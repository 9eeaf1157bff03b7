"""What a row of the story says in the words of whoever reads it."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.models import Dispatch, PatrolUnit
from reports.models import Incident

#: The fields of an incident's transitions, as the desk reads them.
FIELDS = {
    "status": gettext_lazy("status"),
    "type": gettext_lazy("type"),
    "emergency_phase": gettext_lazy("emergency phase"),
    "response_phase": gettext_lazy("response phase"),
    "severity": gettext_lazy("severity"),
    "priority": gettext_lazy("priority"),
    "position": gettext_lazy("position"),
    "position_error_m": gettext_lazy("position error, metres"),
    "persons_on_board": gettext_lazy("persons on board"),
    "held_by": gettext_lazy("held by"),
    "duty": gettext_lazy("duty officer"),
    "ladder": gettext_lazy("ladder"),
    "unit": gettext_lazy("unit"),
    "reply_mode": gettext_lazy("what the reporter hears"),
    "proposed_same_as": gettext_lazy("proposed as the same"),
    "reports": gettext_lazy("reports"),
    "weather": gettext_lazy("weather there"),
}
_VALUES = {
    field.name: dict(field.flatchoices)
    for field in Incident._meta.get_fields()
    if getattr(field, "choices", None)
}
_DISPATCH = dict(Dispatch.Status.choices)
_UNIT = dict(PatrolUnit.Status.choices)


def change(field: str, old: str, new: str) -> str:
    """One change of an incident: "status: open → dispatching"; an unknown field or value stays as it is."""
    return _said(FIELDS.get(field, field), _VALUES.get(field, {}), old, new)


def task_change(call_sign: str, old: str, new: str) -> str:
    """One change of a unit's task: "MY-LUMUT-04: alerting → acknowledged"."""
    return _said(call_sign, _DISPATCH, old, new)


def unit_change(call_sign: str, old: str, new: str) -> str:
    """One change of a unit's own status: "MY-LUMUT-04: available → maintenance"."""
    return _said(call_sign, _UNIT, old, new)


def _said(what, values: dict, old: str, new: str) -> str:
    return _("%(field)s: %(old)s → %(new)s") % {
        "field": what,
        "old": values.get(old, old) or "–",
        "new": values.get(new, new) or "–",
    }
