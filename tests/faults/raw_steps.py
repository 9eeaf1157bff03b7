"""Random sequences of raw SQL by four actors at once: `python -m tests.faults.raw_steps --sequences 100000 --seed 1`.

No code of the product stands between the actors and the rows, as with a hand in psql or a program that forgot
the rules: each of four connections sets states of the five machines to anything, with a named officer's row or
without. What PostgreSQL takes must be a step of the tables, and no row may contradict another at the end.
`states.py` plays the product's own acts.
"""

import argparse
import os
import random
import shutil
import signal
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import psycopg

BATCH = 200  # sequences whose rows are made, and judged, together
ACTORS = 4
UNITS = 6

#: Each machine's table, column and key; what is copied of a first row besides its key.
_TABLES = {
    "incident": ("reports_incident", "status", "id"),
    "report": ("reports_report", "status", "id"),
    "dispatch": ("alerts_dispatch", "status", "id"),
    "notification": ("alerts_notification", "status", "id"),
    "escalation": ("alerts_escalation", "state", "incident_id"),
}
_COPY = """
INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table}, to_jsonb(first) || made)).*
FROM {table} first, jsonb_array_elements(%s::jsonb) made WHERE first.{key} = %s
"""
_SET = """
WITH was AS (SELECT {column} AS state FROM {table} WHERE {key} = %(id)s FOR UPDATE)
UPDATE {table} SET {column} = %(new)s::text {also} FROM was WHERE {key} = %(id)s RETURNING was.state
"""
_SET_BY_OFFICER = """
WITH was AS (SELECT status AS state FROM reports_incident WHERE id = %(id)s FOR UPDATE),
story AS (
    INSERT INTO reports_transition (id, incident_id, field, old, new, by_id, reason, at)
    SELECT gen_random_uuid(), %(id)s, 'status', was.state, %(new)s::text, %(officer)s, 'raw', now() FROM was
)
UPDATE reports_incident SET status = %(new)s::text {also} FROM was WHERE id = %(id)s RETURNING was.state
"""
_MERGED = ", merged_into_id = CASE WHEN %(new)s::text = 'merged' THEN %(other)s::uuid END"


@dataclass
class Tally:
    sequences: int = 0
    taken: Counter = field(default_factory=Counter)
    refused: Counter = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


class Rows:
    """First rows made by the factories, and the copies that sequences play with."""

    def __init__(self) -> None:
        from communities.models import User
        from tests import factories

        self.officer = factories.User(role=User.Role.DISPATCHER, is_staff=True).pk
        units = [factories.PatrolUnit(call_sign=f"MY-RAW-{n}") for n in range(UNITS)]
        self.units = [str(unit.pk) for unit in units]
        incident = factories.Incident()
        dispatch = factories.Dispatch(incident=incident, unit=units[0], status="alerting")
        self.first = {
            "incident": incident.pk,
            "report": factories.Report(incident=incident).pk,
            "dispatch": dispatch.pk,
            "notification": factories.Notification(incident=incident, dispatch=dispatch, unit=units[0]).pk,
            "escalation": factories.Escalation(incident=incident).pk,
        }

    def copies(self, link: psycopg.Connection, rng: random.Random, number: int) -> list[dict]:
        """Rows of so many sequences: for each, machine to the keys of its rows."""
        made = {name: [] for name in _TABLES}
        sequences = []
        for n in range(number):
            ids = {
                name: [str(_uuid(rng)) for _ in range(2)] for name in ("incident", "dispatch", "notification")
            }
            ids |= {"report": [str(_uuid(rng))], "escalation": ids["incident"][:1]}
            for m, key in enumerate(ids["incident"]):
                made["incident"].append({"id": key, "reference": f"{2 * n + m:05}"})
            home = ids["incident"][0]
            made["report"].append(
                {"id": ids["report"][0], "incident_id": home, "external_id": ids["report"][0]}
            )
            for key, unit in zip(ids["dispatch"], rng.sample(self.units, 2), strict=True):
                made["dispatch"].append({"id": key, "incident_id": home, "unit_id": unit})
            for key in ids["notification"]:
                made["notification"].append(
                    {"id": key, "incident_id": home, "dispatch_id": ids["dispatch"][0], "key": key}
                )
            made["escalation"].append({"incident_id": home})
            sequences.append(ids)
        for name, rows in made.items():
            table, _column, key = _TABLES[name]
            link.execute(
                _COPY.format(table=table, key=key), [psycopg.types.json.Jsonb(rows), self.first[name]]
            )
        return sequences


def _uuid(rng: random.Random):
    from uuid import UUID

    return UUID(int=rng.getrandbits(128), version=4)


class Play:
    """Sequences on one database. `machines` is name to the table of its steps."""

    def __init__(self, url: str, seed: int) -> None:
        from alerts import states
        from reports import states as reports_states

        self.machines = {
            "incident": reports_states.INCIDENT,
            "report": reports_states.REPORT,
            "dispatch": states.DISPATCH,
            "notification": states.NOTIFICATION,
            "escalation": states.ESCALATION,
        }
        self.rng = random.Random(seed)
        self.rows = Rows()
        self.links = [psycopg.connect(url, autocommit=True, prepare_threshold=1) for _ in range(ACTORS)]
        self.threads = ThreadPoolExecutor(ACTORS)
        self.tally = Tally()

    def batch(self, number: int) -> None:
        """Play so many sequences one after the other, then judge all rows and forget them."""
        steps: list[tuple[str, str, str, str]] = []
        for ids in self.rows.copies(self.links[0], self.rng, number):
            hands: list[list[tuple]] = [[] for _ in range(ACTORS)]
            for _ in range(self.rng.randint(4, 12)):
                hands[self.rng.randrange(ACTORS)].append(self._act(ids))
            for done in self.threads.map(self._play, self.links, hands):
                steps += done
            self.tally.sequences += 1
        self._judge(steps)
        self._forget()

    def _act(self, ids: dict) -> tuple:
        machine = self.rng.choice(
            ("incident", "incident", "dispatch", "dispatch", "notification", "escalation", "report")
        )
        new = self.rng.choice(sorted(map(str, self.machines[machine])))
        values = {
            "id": self.rng.choice(ids[machine]),
            "new": new,
            "other": ids["incident"][1],
            "officer": self.rows.officer,
        }
        return machine, values, machine == "incident" and self.rng.random() < 0.6

    def _play(self, link: psycopg.Connection, hand: list[tuple]) -> list[tuple]:
        taken = []
        for machine, values, by_officer in hand:
            table, column, key = _TABLES[machine]
            also = _MERGED if machine == "incident" else ""
            statement = (
                _SET_BY_OFFICER.format(also=also)
                if by_officer
                else _SET.format(table=table, column=column, key=key, also=also)
            )
            try:
                [(old,)] = link.execute(statement, values).fetchall()
            except psycopg.IntegrityError as refusal:
                self.tally.refused[f"{machine}: {refusal.diag.constraint_name}"] += 1
            except psycopg.errors.DeadlockDetected:
                self.tally.refused[f"{machine}: deadlock"] += 1
            else:
                if old != values["new"]:
                    taken.append((machine, values["id"], old, values["new"]))
                    self.tally.taken[machine] += 1
        return taken

    def _judge(self, steps: list[tuple[str, str, str, str]]) -> None:
        from tests.faults.state_acts import WRONG

        for machine, key, old, new in steps:
            if new not in self.machines[machine][old]:
                self.tally.faults.append(f"{machine} {key}: {old} became {new}")
        spanning = (
            "an end that no officer wrote",
            "responding without a unit",
            "two leads",
            "a unit in two places",
        )
        for name in spanning:
            for (key,) in self.links[0].execute(WRONG[name]).fetchall():
                self.tally.faults.append(f"{name}: {key}")
        # Every row stands where its taken steps lead, so that no step went unseen.
        ends: dict[tuple, Counter] = {}
        for machine, key, old, new in steps:
            ends.setdefault((machine, key), Counter()).update({new: 1})
            ends[machine, key].subtract({old: 1})
        for machine, (table, column, key) in _TABLES.items():
            for row, state in self.links[0].execute(f"SELECT {key}::text, {column} FROM {table}").fetchall():
                moved = ends.get((machine, row))
                if moved and any(moved.values()) and moved[state] != 1:
                    self.tally.faults.append(f"{machine} {row}: stands at {state} without a step to it")

    def _forget(self) -> None:
        """Drop the copies; the append-only story of incidents goes with a TRUNCATE, so all rows are made anew."""
        link = self.links[0]
        with link.transaction():
            link.execute(
                "CREATE TEMP TABLE IF NOT EXISTS kept_incident AS SELECT * FROM reports_incident WHERE id = %s",
                [self.rows.first["incident"]],
            )
            for name in ("report", "dispatch", "notification", "escalation"):
                table, _column, key = _TABLES[name]
                link.execute(
                    f"CREATE TEMP TABLE IF NOT EXISTS kept_{name} AS SELECT * FROM {table} WHERE {key} = %s",
                    [self.rows.first[name]],
                )
            link.execute("TRUNCATE reports_incident CASCADE")
            for name in ("incident", "report", "dispatch", "notification", "escalation"):
                link.execute(f"INSERT INTO {_TABLES[name][0]} SELECT * FROM kept_{name}")

    def close(self) -> None:
        self.threads.shutdown()
        for link in self.links:
            link.close()


def play(url: str, sequences: int, seed: int, say=lambda text: None) -> Tally:
    """Play so many sequences on the migrated database at `url`; stop at the tenth fault."""
    game, started = Play(url, seed), time.monotonic()
    try:
        while game.tally.sequences < sequences and len(game.tally.faults) < 10:
            game.batch(min(BATCH, sequences - game.tally.sequences))
            if game.tally.sequences % (25 * BATCH) == 0:
                rate = game.tally.sequences / (time.monotonic() - started)
                say(f"{game.tally.sequences} of {sequences} sequences, {rate:.0f} a second")
    finally:
        game.close()
    return game.tally


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sequences", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    wanted = parser.parse_args()
    import secrets

    from config.localservices import ROOT, Services

    for name in ("DATABASE_URL", "REDIS_URL"):  # nobody's own data is played with
        os.environ.pop(name, None)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the servers go even then
    services = Services(ROOT / "var" / f"raw-steps-{os.getpid()}", fast=True)
    values = services.start()
    try:
        os.environ |= values | {
            "DJANGO_SETTINGS_MODULE": "config.settings", "SUAR_ENV_FILES": "", "DEBUG": "0", "LOG_LEVEL": "error",
            "REDIS_URL": "", "SECRET_KEY": secrets.token_hex(32), "IDENTITY_HASH_KEY": secrets.token_hex(32),
            "IDENTITY_KEYS": "b25seS1mb3ItdGhpcy1ydW4tMzItYnl0ZXMtLi4uLi4=",
        }  # fmt: skip
        import django
        from django.core.management import call_command

        from tests.bench.stage import show

        django.setup()
        call_command("migrate", verbosity=0)
        started = time.monotonic()
        url = values["DATABASE_URL"].replace("postgis:", "postgresql:")
        tally = play(url, wanted.sequences, wanted.seed, say=lambda text: print(text, flush=True))
        print("\n".join(tally.faults))
        show([("machine: constraint", "refused"), *sorted(tally.refused.items())])
        took = time.monotonic() - started
        taken = ", ".join(f"{name} {count}" for name, count in sorted(tally.taken.items()))
        print(f"seed {wanted.seed}: {tally.sequences} sequences in {took:.0f} s; steps taken: {taken}")
        print(f"{len(tally.faults)} wrong", flush=True)
        return bool(tally.faults)
    finally:
        from django.db import connections

        connections["default"].close_pool()
        services.clean()
        shutil.rmtree(services.root, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
