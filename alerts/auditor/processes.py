"""Processes that give no sign of life, and clocks that are wrong."""

import json
import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from urllib.parse import urlsplit

import requests
from django.conf import settings

from alerts import pulses
from alerts.auditor.findings import Finding, age

log = logging.getLogger(__name__)

#: Seconds that a web process may take to say that it is ready.
WEB_TIMEOUT_S = 2.0
#: What a restart may take before the lack of a kind is an alarm; counted from the auditor's own start too.
START_PULSES = 12
_started = time.monotonic()


def silent_processes(now: datetime) -> Iterator[Finding]:
    """Copies that stopped without a word, and kinds of which none is left."""
    found = pulses.signs()
    may_start_s = max(START_PULSES * settings.PULSE_S, 2 * settings.AUDITOR_PERIOD_S)
    running_s = time.monotonic() - _started
    silent = pulses.silent(found)
    for sign in silent:
        # Last heard before this auditor began: all is being started anew, and it may not be up yet.
        if sign.age_s > running_s and running_s <= max(may_start_s, pulses.limit_s(sign.kind)):
            continue
        text = f"{sign.name} gives no sign of life for {age(sign.age_s)}"
        yield Finding("process_silent", sign.name, text, at_once=True)
    for kind in settings.AUDITOR_EXPECTS:
        of_kind = [sign for sign in found if sign.kind == kind]
        if kind in {sign.kind for sign in silent} or any(not s.ended and not s.is_silent for s in of_kind):
            continue
        since_s = min((s.age_s for s in of_kind), default=float("inf"))
        if min(since_s, running_s) > max(may_start_s, pulses.limit_s(kind)):
            yield Finding("process_silent", f"kind:{kind}", f"no {kind} process is at work", at_once=True)


def wrong_clocks(now: datetime) -> Iterator[Finding]:
    """Machines whose clock is apart from the database's: deadlines and tokens go by both."""
    apart: dict[str, int] = {}
    for sign in pulses.signs():
        if not sign.ended and not sign.is_silent and abs(sign.ahead_ms) > pulses.CLOCK_MS:
            host = sign.host or sign.name
            apart[host] = max(sign.ahead_ms, apart.get(host, 0), key=abs)
    for host, ahead_ms in apart.items():
        way = "ahead of" if ahead_ms > 0 else "behind"
        text = f"the clock of {host} is {abs(ahead_ms) / 1000:.0f} s {way} the database's"
        yield Finding("clock_apart", host, text)


def ask_web() -> None:
    """Ask the web processes, and write a sign of life for each that answers. Raises DatabaseError.

    Not inside a transaction: none is held while they take their time.
    """
    if "web" not in settings.AUDITOR_EXPECTS:
        return
    for url, answered in zip(settings.AUDITOR_WEB_URLS, ask_all(), strict=True):
        if answered:
            pulses.write("web", "answered that it is ready", name=f"web:{urlsplit(url).netloc[:60]}")


def ask_all() -> list[bool]:
    """Which of AUDITOR_WEB_URLS answer that they are ready; all are asked at once, within WEB_TIMEOUT_S."""
    pool = ThreadPoolExecutor(max(len(settings.AUDITOR_WEB_URLS), 1))
    jobs = [pool.submit(is_ready, url) for url in settings.AUDITOR_WEB_URLS]
    end = time.monotonic() + WEB_TIMEOUT_S
    answers = []
    for job in jobs:
        try:
            answers.append(job.result(max(0.0, end - time.monotonic())))
        except TimeoutError:  # a server that trickles
            answers.append(False)
    pool.shutdown(wait=False)
    return answers


def is_ready(url: str) -> bool:
    """Whether a web process says 200 and "ok". Never raises."""
    try:
        with requests.Session() as session:
            session.trust_env = False  # never by way of a proxy
            answer = session.get(url, timeout=WEB_TIMEOUT_S, allow_redirects=False)
        return answer.status_code == 200 and json.loads(answer.content)["status"] == "ok"
    except (requests.RequestException, ValueError, KeyError, TypeError) as exc:
        log.warning("a web process did not answer: %s", type(exc).__name__)
        return False


LOOKS = {
    silent_processes: {"process_silent"},
    wrong_clocks: {"clock_apart"},
}
