"""Waiting for what another process does."""

import time

from config.localservices import wait_until


def seconds_until(look, within_s: float = 15.0) -> float:
    """How long it takes until `look()` is true; fails if it is not within `within_s`."""
    started = time.monotonic()
    assert wait_until(look, within_s, 0.02), f"not within {within_s} s"
    return time.monotonic() - started
