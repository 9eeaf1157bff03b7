"""Run the harness once and judge it; the exit status is 1 where a promise was broken.

python -m tests.faults [--seed 1] [--reports 5000] [--rate 20] [--kills 200] [--minutes 15] [--write]
"""

import argparse
import os
import platform
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime

from config.localservices import ROOT
from tests.faults import cast, history, oracle, report
from tests.faults.clients import Crews, Reporters
from tests.faults.history import History
from tests.faults.injection import Injector
from tests.faults.stage import Stage
from tests.faults.watch import Watch

LATE_LIMIT_S, CALM_LATE_LIMIT_S = 15.0, 2.0
#: What a change waits for before it lands.
SHORT = {"seed": 20, "reports": 300, "rate": 4, "kills": 20, "minutes": 1.25, "patience": 60.0}
PLAN = {
    "late_s": [0.0, 3.0], "doubled": 0.2, "reordered": 0.2, "missing": 0.5, "forged": 0.3, "failing": 0.05,
    "codes": [30003, 30005, 30008],
}  # fmt: skip
DOCUMENT = ROOT / "docs" / "reliability.md"
#: After which comment the table of a run without faults, and with them, is written.
MARKS = ("<!-- without faults -->\n", "<!-- with faults -->\n")


def say(text: str) -> None:
    print(f"faults: {text}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--reports", type=int, default=5000)
    parser.add_argument("--rate", type=float, default=20, help="reports a second")
    parser.add_argument("--kills", type=int, default=200, help="0: no fault at all")
    parser.add_argument(
        "--minutes", type=float, default=15, help="tell nothing new and hurt nobody after so long"
    )
    parser.add_argument(
        "--late", type=float, help="seconds that a rung may be late: 2 without faults, 15 with"
    )
    parser.add_argument(
        "--patience",
        type=float,
        default=180,
        help="seconds until all must be heard, and as many until all is quiet",
    )
    parser.add_argument("--write", action="store_true", help=f"write {DOCUMENT.relative_to(ROOT)}")
    parser.add_argument("--short", action="store_true", help=f"{SHORT}, where not asked otherwise")
    parser.add_argument("--keep", action="store_true", help="leave logs and the carriers' journal under var/")
    if "--short" in sys.argv:
        parser.set_defaults(**SHORT)
    asked = parser.parse_args()

    command = f"make faults SEED={asked.seed} REPORTS={asked.reports} KILLS={asked.kills}"
    say(
        f"seed {asked.seed}: {asked.reports} reports at {asked.rate:g}/s, {asked.kills} kills; again: {command}"
    )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the servers go even then
    begun = time.monotonic()
    stage = Stage(asked.seed, cast.people(asked.seed), PLAN | {"seed": asked.seed})
    try:
        with stage:
            told, armed, trouble = run(stage, asked)
    finally:
        if not asked.keep:
            stage.remove()
    found = oracle.judge(told)
    limit_s = asked.late or (LATE_LIMIT_S if asked.kills else CALM_LATE_LIMIT_S)
    broken = found.violations(told, late_limit_s=limit_s)
    minutes = (time.monotonic() - begun) / 60
    text = report.markdown(told, found, armed, title=f"`{command}`: {minutes:.0f} minutes, {machine()}")
    print(text, flush=True)
    for line in trouble[:10]:
        say(f"a fault could not be done: {line}")
    for line in broken:
        say(f"BROKEN: {line}")
    say("nothing is broken" if not broken else f"{len(broken)} promises broken, seed {asked.seed}")
    if asked.write:
        DOCUMENT.write_text(replaced(DOCUMENT.read_text(), text, faults=asked.kills > 0))
    return bool(broken)


def replaced(document: str, table: str, *, faults: bool) -> str:
    """The document with the table of the last run of this kind in place of the one before."""
    before, calm, rest = document.partition(MARKS[0])
    calm_table, hurt, hurt_table = rest.partition(MARKS[1])
    if faults:
        return f"{before}{calm}{calm_table}{hurt}\n{table}"
    return f"{before}{calm}\n{table}\n{hurt}{hurt_table}"


def run(stage: Stage, asked: argparse.Namespace) -> tuple[History, dict, list[str]]:
    """One run on a stage that stands: load and faults together, then quiet, then all that is known."""
    token = cast.make_rows()
    injector = Injector(stage, asked.seed, every_s=0.0)
    injector.prepare()
    stage.start()
    watch = Watch(stage)
    watch.start()
    reporters = Reporters(stage, asked.seed, asked.reports, asked.rate)
    crews = Crews(stage, asked.seed, token)
    say(f"the service is ready at {stage.origin}; logs in {stage.folder}")
    begun = time.monotonic()
    seconds = min(asked.minutes * 60, asked.reports / asked.rate)
    injector.every_s = seconds / max(asked.kills * 1.35, 1)
    reporters.start()
    crews.start()
    if asked.kills:
        injector.start()
    told_at = begun
    while time.monotonic() - begun < asked.minutes * 60:
        time.sleep(0.5)
        done = reporters.sent >= asked.reports and injector.kills >= asked.kills
        if done and not reporters.waiting.qsize():
            break
        if time.monotonic() - told_at > 30:
            told_at = time.monotonic()
            heard = sum(1 for answer in reporters.answered if answer.heard)
            say(f"{told_at - begun:.0f} s: {heard} reports answered, {injector.kills} kills")
    reporters.stop()
    injector.stop_all()
    reporters.finish(asked.patience)
    crews.hurry.set()
    quiet = wait_until_quiet(stage, asked.patience)
    crews.stop()
    say(f"quiet after {time.monotonic() - begun:.0f} s" if quiet else "NOT QUIET in time")
    # The journal first: what is sent after it may have a row, but what it holds must have one.
    carriers = history.read_carriers(stage.journal)
    with stage.connect() as connection:
        rows = history.read_rows(connection)
    told = History(
        answers=[*reporters.answered, *crews.answered],
        events=injector.all_events(),
        rows=rows,
        spooled=spooled(stage),
        unable=watch.stop(),
        ended_at=time.time(),
        **carriers,
    )
    return told, injector.armed, injector.trouble


QUIET = """
SELECT (SELECT count(*) FROM alerts_notification
        WHERE status IN ('pending', 'leased', 'failed_temp') AND due_at < now() + interval '20 s')
     + (SELECT count(*) FROM alerts_escalation
        WHERE state IN ('wanted', 'running') AND purpose = 'unit' AND due_at < now() + interval '10 s')
"""


def wait_until_quiet(stage: Stage, within_s: float) -> bool:
    """Whether, within so many seconds, nothing is due any more and the spool is empty."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        try:
            with stage.connect() as connection:
                left = connection.execute(QUIET).fetchone()[0]
        except OSError:
            left = 1
        except Exception as exc:
            say(f"the database does not answer: {type(exc).__name__}")
            left = 1
        if not left and not spooled(stage):
            return True
        time.sleep(1)
    return False


def spooled(stage: Stage) -> int:
    """How many requests wait in the spool or were set aside."""
    folders = (stage.folder / "spool" / name for name in ("waiting", "quarantine"))
    return sum(
        1 for folder in folders if folder.is_dir() for path in folder.iterdir() if path.name[0].isdigit()
    )


def machine() -> str:
    cores = len(os.sched_getaffinity(0))
    load = os.getloadavg()[1]
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True
    ).stdout
    return f"{cores} cores shared with other work (load {load:.0f}), {platform.system()}, {datetime.now(UTC):%Y-%m-%d}, {commit.strip()}"


if __name__ == "__main__":
    sys.exit(main())
