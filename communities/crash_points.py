"""Places at which the fault harness may kill the process: in service each is a call that does nothing.

    K1  a webhook's signature was found right        K7   a rung of the ladder is committed
    K2  a report is inserted, not committed          K8   an acknowledgement is committed, not yet answered
    K3  a report is committed, not yet answered      K9   a receipt is recorded, not committed
    K4  notifications are leased, none is sent       K10  a key pressed in a call was acted on, unanswered
    K5  the carrier took a message, no row says so   K11  a kept request is replayed, and still kept
    K6  a rung is worked out, not committed          K12  a photo is claimed, its copy is not made

Nothing in the service sets `hook`, and no setting of it can: tests/faults has settings of its own that do.
"""

from collections.abc import Callable

NAMES = tuple(f"K{number}" for number in range(1, 13))

hook: Callable[[str], None] | None = None


def crash_point(name: str) -> None:
    """Pass the place `name`; with a hook set, tell it."""
    if hook is not None:
        hook(name)
