"""The duty desks in a signed file on this machine: whom to text while the database is away.

Written from the stations by the spool process, every minute while the database is there. Whoever can write
the file but does not know SECRET_KEY cannot have distress calls sent to himself.
"""

import hmac
import json
import os
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.crypto import salted_hmac

from alerts.models import PatrolUnit, Station
from communities import identity
from communities.sphere import great_circle_m

#: An older file is believed, with an alarm: a desk may have another number since.
OLD_AFTER = timedelta(days=2)


class NotUsable(Exception):
    """The file is missing, altered, or names nobody."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A station with a duty phone. `position` is (lon, lat); `centre`: code of the one above with a phone."""

    code: str
    phone: str
    language: str
    kind: str
    country: str
    centre: str
    position: tuple[float, float]


@dataclass(frozen=True, slots=True)
class DutyNumbers:
    """`crews`: keyed hashes of the units' numbers (hex) to call signs; a crew in distress is named."""

    made_at: datetime
    desks: list[Desk]
    crews: dict[str, str]

    def for_place(self, where: tuple[float, float] | None, country: str) -> list[Desk]:
        """Who answers for (lon, lat): the nearest desk and its centre; else a country's centres, else all.

        As `candidates.desks`, but without the zones.
        """
        if where is not None:
            nearest = min(self.desks, key=lambda desk: great_circle_m(where, desk.position))
            above = [desk for desk in self.desks if desk.code == nearest.centre and desk != nearest]
            return [nearest, *above]
        centres = [desk for desk in self.desks if desk.kind != Station.Kind.STATION] or self.desks
        return [desk for desk in centres if desk.country == country] or centres


def path() -> Path:
    return Path(settings.SPOOL_ROOT) / "duty_numbers.json"


def write(*, now: datetime | None = None) -> int:
    """Write the file from the database, in one step; return how many desks it names. Raises OSError."""
    stations = Station.objects.exclude(duty_phone="").select_related("agency", "parent").order_by("code")
    desks = []
    for station in stations:
        centre = station.centre
        desks.append(
            Desk(
                code=station.code,
                phone=station.duty_phone,
                language=station.language,
                kind=station.kind,
                country=station.agency.country,
                centre=centre.code if centre is not None and centre.duty_phone else "",
                position=(station.position.x, station.position.y),
            )
        )
    units = PatrolUnit.objects.exclude(phone="").values_list("phone", "call_sign")
    crews = {identity.keyed_hash(phone).hex(): call_sign for phone, call_sign in units}
    made_at = (now or timezone.now()).isoformat()
    words = json.dumps({"made_at": made_at, "desks": [asdict(desk) for desk in desks], "crews": crews})
    temporary = path().with_name(f".duty-{os.getpid()}-{secrets.token_hex(4)}")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"{_signature(words)}\n{words}\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path())
    return len(desks)


def load() -> DutyNumbers:
    """What the file says. Raises NotUsable."""
    try:
        signature, _, words = path().read_text().rstrip("\n").partition("\n")
    except (OSError, UnicodeDecodeError) as exc:
        raise NotUsable(f"cannot be read: {type(exc).__name__}") from exc
    if not hmac.compare_digest(signature.encode(), _signature(words).encode()):
        raise NotUsable("its signature is wrong")
    said = json.loads(words)
    desks = [Desk(**row | {"position": tuple(row["position"])}) for row in said["desks"]]
    if not desks:
        raise NotUsable("no station has a duty phone")
    return DutyNumbers(datetime.fromisoformat(said["made_at"]), desks, said["crews"])


def trouble(*, now: datetime | None = None) -> str:
    """What is wrong with the file; "" for nothing."""
    try:
        made_at = load().made_at
    except NotUsable as exc:
        return str(exc)
    return "older than two days" if (now or timezone.now()) - made_at > OLD_AFTER else ""


def _signature(words: str) -> str:
    return salted_hmac("suar.duty_numbers", words, algorithm="sha256").hexdigest()
