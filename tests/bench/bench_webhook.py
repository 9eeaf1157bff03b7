"""One signed SMS, durably stored and answered, against the bare form: `python -m tests.bench.bench_webhook`."""

import itertools
import random
import uuid
from collections.abc import Iterator
from urllib.parse import urlencode

from tests.bench import floor
from tests.bench.stage import (
    ORIGIN,
    Load,
    Server,
    Stage,
    drive,
    granian,
    ratio,
    request,
    show_goals,
    show_loads,
    take_turns,
    web_command,
)

ROUNDS, SECONDS, CONNECTIONS = 3, 1.5, 16
PHONES, SIGNED = 3000, 6000
PATH = "/webhooks/twilio/sms/"
SIGHTING = "kapal asing pukat tunda {} {}"
DISTRESS = "TOLONG bot karam {} {} 4 orang"


def phones(count: int) -> list[str]:
    """Numbers that have written before, each with a reporter behind it."""
    from communities import identity
    from communities.models import Identity, Reporter

    numbers = [f"+6019{number:07}" for number in range(count)]
    reporters = Reporter.objects.bulk_create([Reporter(language="ms") for _ in numbers])
    Identity.objects.bulk_create(
        Identity(
            reporter=reporter,
            phone_hash=identity.keyed_hash(number),
            phone_encrypted=identity.encrypt(number.encode()),
        )
        for reporter, number in zip(reporters, numbers, strict=True)
    )
    return numbers


def signed(path: str, text: str, numbers: list[str], count: int, *, forged: bool = False) -> Iterator[bytes]:
    """`count` different texts as the carrier would post them, then the same ones again."""
    from alerts import signatures

    draw = random.Random(text)
    bodies = []
    for number in itertools.islice(itertools.cycle(numbers), count):
        position = f"{draw.uniform(0.2, 12):.3f}N", f"{draw.uniform(95, 125):.3f}E"
        body = urlencode(
            {
                "MessageSid": f"SM{uuid.uuid4().hex}",
                "AccountSid": "AC" + "0" * 32,
                "From": number,
                "To": "+60320000000",
                "Body": text.format(*position),
                "NumMedia": "0",
                "FromCountry": "MY",
            }
        ).encode()
        signature = signatures.sign(ORIGIN + PATH, body, token="another" if forged else None)
        bodies.append(
            request(
                "POST",
                path,
                body,
                Content_Type="application/x-www-form-urlencoded",
                X_Twilio_Signature=signature,
            )
        )
    return itertools.cycle(bodies)


def main() -> None:
    with Stage() as stage:
        stage.postgres.sql("floor", floor.TABLES)
        numbers = phones(PHONES)
        servers = {
            "floor": Server(granian("tests.bench.floor:application"), stage.environment),
            "suar": Server(web_command(), stage.environment),
        }
        streams = {
            "floor, form and three rows": ("floor", signed("/sms", SIGHTING, numbers, 3 * SIGNED)),
            "suar, sighting": ("suar", signed(PATH, SIGHTING, numbers, SIGNED)),
            "suar, distress": ("suar", signed(PATH, DISTRESS, numbers, SIGNED)),
            "suar, the carrier's retry": ("suar", signed(PATH, SIGHTING + ".", numbers, CONNECTIONS)),
            "suar, forged": ("suar", signed(PATH, SIGHTING, numbers, 100, forged=True)),
        }
        try:
            for name, server in servers.items():
                server.wait("/healthz" if name == "suar" else "/")
            # The first calls of a process import, open connections and read the coast: they do not count.
            drive(servers["suar"], streams["suar, sighting"][1], CONNECTIONS, 5, 0)
            drive(servers["suar"], streams["suar, the carrier's retry"][1], CONNECTIONS, 2, 0)

            def variant(server: str, stream: Iterator[bytes]) -> Load:
                return drive(servers[server], stream, CONNECTIONS, SECONDS, stage.postgres.pid())

            found = take_turns(
                {name: lambda of=of: variant(*of) for name, of in streams.items()},
                ROUNDS,
            )
        finally:
            for server in servers.values():
                server.stop()
    base = "floor, form and three rows"
    show_loads(f"SMS webhook, {CONNECTIONS} connections, {ROUNDS} rounds of {SECONDS:g} s", found, base)
    print()
    show_goals(
        [
            ("sighting, rate by the floor's", ratio(found, "suar, sighting", base), ">=", 0.35),
            (
                "sighting, p99 ms",
                min(load.percentile_ms(99) for load in found["suar, sighting"]),
                "<=",
                100,
            ),
            ("forged, rate by the floor's", ratio(found, "suar, forged", base), ">=", 0.35),
        ]
    )


if __name__ == "__main__":
    main()
