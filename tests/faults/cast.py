"""Who is there: stations off Perak, thirty-six units, their crews, and how each of them answers.

Numbers are from +44 7700 900000 to 900999, which the British regulator keeps for fiction: 000-035 units, 100-105
desks, 199 operations, 200-999 fishers.
"""

from random import Random

UNITS = 36
STATIONS = 6
NEAREST = (100.63333, 4.23333)  # Lumut
FISHERS = [f"+447700900{number}" for number in range(200, 1000)]
#: How units answer, by their number: texts, calls, seconds until they do. "app" is for `clients.Crews`.
MANNERS = ("sms", "app", "sms", "declines", "voice", "app", "sms", "sleeps", "app")


def phone_of(unit: int) -> str:
    return f"+447700900{unit:03}"


def manner_of(unit: int) -> str:
    return MANNERS[unit % len(MANNERS)]


def people(seed: int) -> dict[str, dict]:
    """The script of the carriers: what a crew does with a text or a call."""
    chance = Random(f"{seed}:people")
    acts = {
        "sms": {"texts": ["acknowledge"], "calls": ["press 1"]},
        "declines": {"texts": ["decline"], "calls": ["hang up"]},
        "voice": {"texts": ["sleep"], "calls": ["voicemail", "press 1"]},
        "app": {"texts": ["sleep"], "calls": ["press 1"]},
        "sleeps": {"texts": ["sleep"], "calls": ["ring"]},
    }
    return {
        phone_of(unit): acts[manner_of(unit)] | {"after_s": round(chance.uniform(0.5, 4), 1)}
        for unit in range(UNITS)
    }


def make_rows() -> str:
    """Write stations, units and the crews' app and login; return the API token that speaks for every crew."""
    from knox.models import AuthToken

    from communities.models import User
    from tests import factories

    agency = factories.Agency()
    centre = factories.Station(
        code="MRCC", name="MRCC", kind="mrcc", agency=agency, duty_phone="+447700900105",
        position=factories.point((101.4, 3.0)),
    )  # fmt: skip
    stations = [
        factories.Station(
            code=f"F{n}", name=f"Base {n}", agency=agency, parent=centre, duty_phone=f"+44770090010{n}",
            position=factories.point((NEAREST[0] - 0.02 * n, NEAREST[1])),
        )
        for n in range(STATIONS - 1)
    ]  # fmt: skip
    crew = factories.User(username="crews", role=User.Role.CREW, agency=agency)
    factories.Device(
        reporter=None, user=crew, token="crews-app", push_kind="token", push_target="crews-phone"
    )
    for unit in range(UNITS):
        boat = factories.PatrolUnit(
            call_sign=f"MY-FAULT-{unit:02}", station=stations[unit % len(stations)], phone=phone_of(unit),
            speed_kn=20 + unit % 17, range_nm=400, readiness_s=30 * (unit % 11),
            capabilities=["sar_surface", "fast_intercept", "boarding", "armed_boarding"],
        )  # fmt: skip
        boat.crew.add(crew)
    return AuthToken.objects.create(user=crew)[1]
