"""One round: ask every question within a bounded time, mend what can be mended, keep the alarms."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection, transaction

from alerts import alarms, pulses
from alerts.auditor import contradictions, incidents, processes, rows
from alerts.auditor.findings import Finding

log = logging.getLogger(__name__)

#: Every look with the kinds of alarm that it raises, and that are cleared when it finds nothing. What matters
#: most comes first, in case time runs out.
LOOKS: dict[Callable[[datetime], Iterator[Finding]], set[str]] = (
    processes.LOOKS | rows.LOOKS | incidents.LOOKS | contradictions.LOOKS
)
OWN_KINDS = {"round_failed"}
#: Of its period a round may use so much; one statement and one wait for a lock a part of that.
BUDGET = 0.6
STATEMENT_S = 2.0
LOCK_S = 1.0


@dataclass
class Round:
    """What came of one round. `clean`: everything was looked at in time, and nothing was or is wrong."""

    looked: int = 0
    took_s: float = 0.0
    found: dict[tuple[str, str], Finding] = field(default_factory=dict)
    mended: list[Finding] = field(default_factory=list)
    unsure: set[tuple[str, str]] = field(default_factory=set)
    failed: list[str] = field(default_factory=list)
    standing: int = 0

    @property
    def clean(self) -> bool:
        return not (self.failed or self.mended or self.unsure or self.standing)


class Budget:
    """The time that a round may take."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.end = time.monotonic() + seconds

    @property
    def left_s(self) -> float:
        return self.end - time.monotonic()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """A transaction in which no statement, and no wait for a lock, outlasts its part of what is left."""
        statement_ms = max(int(1000 * min(STATEMENT_S, self.left_s)), 10)
        lock_ms = max(int(1000 * min(LOCK_S, self.left_s)), 10)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT set_config('statement_timeout', %s::text, true), "
                    "set_config('lock_timeout', %s::text, true)",
                    [str(statement_ms), str(lock_ms)],
                )
            yield


def go(seen_before: set[tuple[str, str]]) -> Round:
    """Make one round; `seen_before` are the last one's `unsure`. Raises DatabaseError."""
    started = time.monotonic()
    budget = Budget(BUDGET * settings.AUDITOR_PERIOD_S)
    round_ = Round()
    with budget.transaction():
        now = database_time()
    processes.ask_web()
    whole = set(OWN_KINDS)
    spoilt: set[str] = set()
    findings: list[Finding] = []
    for look, kinds in LOOKS.items():
        try:
            if budget.left_s <= 0:
                raise TimeoutError
            with budget.transaction():
                findings += look(now)
            round_.looked += 1
            whole |= kinds
        except Exception as exc:  # whatever it is, the other looks go on
            _keep_connection(exc)
            log.error("the look %s did not end: %s", look.__name__, type(exc).__name__)
            round_.failed.append(look.__name__)
            spoilt |= kinds
    for finding in findings:
        fact = (finding.kind, finding.subject)
        if finding.at_once or fact in seen_before:
            _deal_with(finding, round_, budget, now)
        if not finding.at_once:
            round_.unsure.add(fact)
    if round_.failed:
        text = f"{len(round_.failed)} of {len(LOOKS)} looks did not end, first {round_.failed[0]}"
        round_.found["round_failed", "looks"] = Finding("round_failed", "looks", text)
    with budget.transaction() if budget.left_s > 0 else Budget(STATEMENT_S).transaction():
        for (kind, subject), finding in round_.found.items():
            alarms.stand(kind, subject, finding.text, incident=finding.incident, now=now)
        alarms.clear_others(whole - spoilt, set(round_.found), now=now)
        round_.standing = alarms.standing().exclude(kind__in=alarms.NOT_OURS).count()
        pulses.forget()
    round_.took_s = time.monotonic() - started
    return round_


def database_time() -> datetime:
    """What every deadline is measured by."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        return cursor.fetchone()[0]


def _deal_with(finding: Finding, round_: Round, budget: Budget, now: datetime) -> None:
    """Mend it, or note it as an alarm; what cannot be mended now is an alarm until a later round mends it."""
    fact = (finding.kind, finding.subject)
    if finding.mend is None:
        round_.found[fact] = finding
        return
    try:
        if budget.left_s <= 0:
            raise TimeoutError
        with budget.transaction():
            finding.mend(now)
        round_.mended.append(finding)
        log.warning("mended: %s", finding.text)
    except Exception as exc:
        _keep_connection(exc)
        log.error("could not mend (%s): %s", type(exc).__name__, finding.text)
        round_.found[fact] = finding


def _keep_connection(exc: Exception) -> None:
    """After a broken connection the next look gets another one."""
    if isinstance(exc, DatabaseError) and not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
