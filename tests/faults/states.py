"""Random sequences by four actors at once: `python -m tests.faults.states --sequences 100000 --seed 1`.

A sequence is 4 to 12 acts on a few incidents of its own, dealt to a dispatcher, a crew, an officer and a
carrier, each in a thread with its own connection. After each, `state_acts.WRONG` is asked of all rows. What
the threads' race makes of a seed differs from run to run; which acts are tried does not.
"""

import argparse
import logging
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import traceback
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

KEPT = 20  # sequences whose rows stay before all are cleared


@dataclass
class Tally:
    """What came of the acts: how many were done and refused by name, and what must not be."""

    sequences: int = 0
    done: Counter = field(default_factory=Counter)
    refused: Counter = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def rows(self) -> list[tuple]:
        names = sorted(self.done.keys() | self.refused.keys())
        return [
            ("actor", "act", "done", "refused"),
            *((*name.split(": "), self.done[name], self.refused[name]) for name in names),
            ("all", f"{self.sequences} sequences", self.done.total(), self.refused.total()),
        ]


class Play:
    """Sequences one after the other, the four actors of each at once. Use as a context."""

    def __init__(self, seed: int) -> None:
        from tests.faults import state_acts

        self.acts = state_acts
        self.rng = random.Random(seed)
        self.cast = state_acts.people()
        self.threads = ThreadPoolExecutor(len(state_acts.ACTORS))
        self.tally = Tally()

    def __enter__(self) -> "Play":
        return self

    def __exit__(self, *_) -> None:
        from django.db import connection

        # Each actor's thread gives its own connection back.
        list(self.threads.map(lambda _: (time.sleep(0.05), connection.close()), self.acts.ACTORS))
        self.threads.shutdown()

    def sequence(self) -> None:
        seed = self.rng.getrandbits(48)
        rng = random.Random(seed)
        if self.tally.sequences % KEPT == 0:
            self.acts.clear()
        matters = self.acts.Matters(self.cast, rng)
        hands = dict.fromkeys(self.acts.ACTORS, ())
        for _ in range(rng.randint(4, 12)):
            actor = rng.choice(list(hands))
            hands[actor] += ((rng.choice(self.acts.ACTORS[actor]), rng.getrandbits(48)),)
        played = [self.threads.submit(self._play, actor, hand, matters) for actor, hand in hands.items()]
        for one in played:
            self.tally.faults += [f"seed {seed}: {fault}" for fault in one.result()]
        self.tally.faults += [f"seed {seed}: {found}" for found in self.acts.wrong()]
        self.tally.sequences += 1

    def _play(self, actor: str, hand: tuple, matters) -> list[str]:
        faults = []
        for act, seed in hand:
            name = f"{actor}: {act.__name__}"
            try:
                act(matters, random.Random(seed))
                self.tally.done[name] += 1
            except Exception as error:  # every other one is a finding
                if self.acts.refused(error):
                    self.tally.refused[name] += 1
                else:
                    faults.append(f"{name}: {traceback.format_exc()}")
        return faults


def play(sequences: int, seed: int, *, seconds: float = 1e9, say=lambda text: None) -> Tally:
    """Play so many sequences, or as many as fit the time; stop at the tenth fault."""
    started = told = time.monotonic()
    with Play(seed) as game:
        while game.tally.sequences < sequences and len(game.tally.faults) < 10:
            game.sequence()
            now = time.monotonic()
            if now - told > 10:
                told = now
                rate = game.tally.sequences / (now - started)
                say(f"{game.tally.sequences} of {sequences} sequences, {rate:.0f} a second")
            if now - started > seconds:
                break
    return game.tally


def _one_process(sequences: int, seed: int, minutes: float) -> int:
    """Play on the database that the environment names."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from tests.bench.stage import show
    from tests.faults import state_acts

    call_command("migrate", verbosity=0)
    logging.disable(logging.CRITICAL)
    settings.TRANSPORTS = state_acts.TRANSPORTS
    state_acts.false_ranking(setattr)
    started = time.monotonic()
    tally = play(
        sequences, seed, seconds=60 * minutes, say=lambda text: print(f"seed {seed}: {text}", flush=True)
    )
    print("\n".join(tally.faults))
    show(tally.rows())
    took = time.monotonic() - started
    print(f"seed {seed}: {tally.sequences} sequences in {took:.0f} s, {len(tally.faults)} wrong", flush=True)
    return bool(tally.faults)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sequences", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--processes", type=int, default=2, help="each with a database of its own")
    parser.add_argument("--minutes", type=float, default=1e6, help="end then, and tell what came of it")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.child:
        return _one_process(wanted.sequences, wanted.seed, wanted.minutes)
    import secrets

    from config.localservices import ROOT, Services

    for name in ("DATABASE_URL", "REDIS_URL"):  # nobody's own data is played with
        os.environ.pop(name, None)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the servers go even then
    services = Services(ROOT / "var" / f"states-{os.getpid()}", fast=True)
    values = services.start()
    environment = os.environ | values | {
        "DJANGO_SETTINGS_MODULE": "config.settings", "SUAR_ENV_FILES": "", "DEBUG": "0", "LOG_LEVEL": "error",
        "REDIS_URL": "", "SECRET_KEY": secrets.token_hex(32), "IDENTITY_HASH_KEY": secrets.token_hex(32),
        "IDENTITY_KEYS": "b25seS1mb3ItdGhpcy1ydW4tMzItYnl0ZXMtLi4uLi4=",
    }  # fmt: skip
    share = -(-wanted.sequences // wanted.processes)
    children = []
    try:
        for number in range(wanted.processes):
            services.load()[0].sql("postgres", f"CREATE DATABASE states_{number} TEMPLATE suar")
            url = values["DATABASE_URL"].removesuffix("suar") + f"states_{number}"
            command = [sys.executable, "-m", "tests.faults.states", "--child"]
            command += ["--sequences", str(share), "--seed", str(wanted.seed + number)]
            command += ["--minutes", str(wanted.minutes)]
            children.append(subprocess.Popen(command, env=environment | {"DATABASE_URL": url}))
        return max(child.wait() for child in children)
    finally:
        for child in children:
            child.terminate()
        services.clean()
        shutil.rmtree(services.root, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
