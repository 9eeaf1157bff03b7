"""The one way to the right: reports says that a unit is wanted, alerts hears it."""

from django.dispatch import Signal

# Sent with `incident_id` and `now` inside the transaction that asks for a unit, so that the
# receiver's rows commit with it or not at all. A sweep finds whatever still asks in vain.
dispatch_requested = Signal()
