"""In what shape a carrier's receipts reach us: late, doubled, out of order, missing, forged."""

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

DELIVERED = ("queued", "sent", "delivered")
UNDELIVERED = ("queued", "sent", "undelivered")


class Told(NamedTuple):
    """One receipt, so many seconds after the message was taken; `forged` must be refused."""

    after_s: float
    status: str
    error_code: int | None = None
    forged: bool = False


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Shares from 0 to 1, and the span in which a receipt comes; the same seed and message, the same receipts.

    `failing`: which share of messages ends in one of `codes`, drawn by lot; the others are delivered.
    """

    seed: int = 0
    late_s: tuple[float, float] = (0.0, 0.0)
    doubled: float = 0.0
    reordered: float = 0.0
    missing: float = 0.0
    forged: float = 0.0
    failing: float = 0.0
    codes: tuple[int, ...] = (30003, 30005, 30008)

    def receipts(self, key: str) -> list[Told]:
        """What is told of the message that `key` names, in the order of time."""
        chance = Random(f"{self.seed}:{key}")
        code = chance.choice(self.codes) if self.codes and chance.random() < self.failing else None
        statuses = list(UNDELIVERED if code else DELIVERED)
        if chance.random() < self.reordered:
            chance.shuffle(statuses)
        told = []
        after_s = 0.0
        for status in statuses:
            after_s += chance.uniform(*self.late_s)
            if chance.random() < self.missing:
                continue
            told.append(Told(after_s, status, code))
            if chance.random() < self.doubled:
                told.append(Told(after_s + chance.uniform(*self.late_s), status, code))
        if chance.random() < self.forged:
            lie = chance.choice(["delivered", "failed", "read"])
            told.append(Told(chance.uniform(0, after_s), lie, None, forged=True))
        return sorted(told, key=lambda one: one.after_s)
