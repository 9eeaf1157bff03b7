"""Who works in the demonstration: logins, crews with an app, two communities with their landing places."""

import secrets
from dataclasses import dataclass, field

from django.contrib.auth.hashers import make_password
from django.contrib.gis.geos import Point
from django.db import transaction

from alerts.models import PatrolUnit, Station
from communities.languages import Language
from communities.models import Community, Device, LandingSite, User
from communities.sphere import Position

#: (login, role, station whose agency employs them, communities, what for)
DESK = [
    ("dispatcher", User.Role.DISPATCHER, "B03", (), "works the queue"),
    ("supervisor", User.Role.SUPERVISOR, "B03", (), "second officer; may look inside the vault"),
    ("liaison", User.Role.LIAISON, "B19", ("Pangkor", "Semporna"), "knows the two communities"),
    ("admin", User.Role.ADMIN, "B03", (), "everything"),
]
#: Crews that can sign in with a password; the others' accounts only own the unit's app.
CREW_LOGINS = ("MY-LUMUT-04", "MY-BATUUBAN-03", "MY-KUNAK-24")


@dataclass(frozen=True, slots=True)
class Village:
    """A community of the demonstration. Positions (lon, lat) are the shipped gazetteer's."""

    name: str
    language: str
    waters: Position
    landing_sites: dict[str, Position] = field(default_factory=dict)


VILLAGES = [
    Village(
        "Pangkor", Language.MALAY, (100.45, 4.20),
        {
            "Pangkor": (100.5747, 4.2134), "Lumut": (100.6298, 4.2323),
            "Labohan Bilek Besar": (100.5648, 4.3098),
        },
    ),
    Village(
        "Semporna", Language.MALAY, (118.70, 4.40),
        {"Semporna": (118.61119, 4.48178), "Kobang": (118.69287, 4.44188), "Pulau Mabul": (118.631, 4.245)},
    ),
]  # fmt: skip


@dataclass(slots=True)
class People:
    """What `load` did; `new_logins` got the password, the others kept theirs."""

    new_logins: list[str] = field(default_factory=list)
    kept_logins: list[str] = field(default_factory=list)
    crews: int = 0
    communities: int = 0


@transaction.atomic
def load(password: str, *, replace: bool) -> People:
    """Make the people of the demonstration, once; `replace` gives `password` also to logins that exist.

    All logins share one password, hashed once: they guard made-up data on one machine.
    """
    people, hashed = People(), make_password(password)
    communities = {village.name: _community(village) for village in VILLAGES}
    people.communities = len(communities)
    agencies = {station.code: station.agency for station in Station.objects.select_related("agency")}
    for login, role, station, names, _ in DESK:
        superuser = role == User.Role.ADMIN
        user = _login(
            login,
            hashed,
            replace,
            people,
            role=role,
            is_staff=True,
            is_superuser=superuser,
            agency=agencies.get(station),
        )
        user.communities.add(*(communities[name] for name in names))
    for login in CREW_LOGINS:
        _login(login.lower(), hashed, replace, people, role=User.Role.CREW)
    people.crews = _crews()
    return people


def new_password() -> str:
    """A password to print once: 72 random bits."""
    return secrets.token_urlsafe(9)


def _login(login: str, hashed: str, replace: bool, people: People, **fields) -> User:
    user, created = User.objects.get_or_create(username=login, defaults={"password": hashed, **fields})
    if replace and not created:
        user.password = hashed
        user.save(update_fields=["password"])
    (people.new_logins if created or replace else people.kept_logins).append(login)
    return user


def _crews() -> int:
    """Give each unit a crew account and, unless it is reached by text alone, an app that takes push."""
    units = {unit.call_sign.lower(): unit for unit in PatrolUnit.objects.select_related("station")}
    crews = User.objects.in_bulk(units, field_name="username")
    # An unusable password: nobody signs in as this crew until an administrator sets one.
    new = [
        User(username=login, role=User.Role.CREW, password=make_password(None))
        for login in units
        if login not in crews
    ]
    crews |= {user.username: user for user in User.objects.bulk_create(new)}
    for login, user in crews.items():
        user.agency_id = units[login].station.agency_id
    User.objects.bulk_update(crews.values(), ["agency"])
    membership = PatrolUnit.crew.through
    membership.objects.bulk_create(
        [membership(patrolunit=units[login], user=user) for login, user in crews.items()],
        ignore_conflicts=True,
    )
    with_app = set(Device.objects.filter(platform="simulated").values_list("user__username", flat=True))
    Device.objects.bulk_create(
        Device(
            user=crews[login],
            platform="simulated",
            push_kind=Device.PushKind.TOKEN,
            push_target=f"simulated-{login}",
            language=unit.language,
            token_hash=Device.hash_token(Device.new_token()),
        )
        for login, unit in units.items()
        if unit.alert_channel != PatrolUnit.AlertChannel.SMS and login not in with_app
    )
    return len(units)


def _community(village: Village) -> Community:
    community, _ = Community.objects.get_or_create(
        country="MY",
        name=village.name,
        defaults={"language": village.language, "waters": Point(*village.waters, srid=4326)},
    )
    for name, position in village.landing_sites.items():
        LandingSite.objects.get_or_create(
            community=community, name=name, defaults={"position": Point(*position, srid=4326)}
        )
    return community
