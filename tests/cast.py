"""The named cast of the tests, off Pangkor: who they are, where they are, what number they have.

Numbers are from +44 7700 900000 to 900999, which the British regulator keeps for fiction.
"""

from types import SimpleNamespace

import pytest

from communities.languages import Language
from communities.models import User
from tests import factories

PASSWORD = "the-tide-is-high-4"
FISHER_PHONE = "+447700900201"
PATROL_PHONE = "+447700900003"
SECOND_PATROL_PHONE = "+447700900002"
DUTY_PHONE = "+447700900502"
SECOND_DUTY_PHONE = "+447700900501"
MRCC_PHONE = "+447700900562"
CAPABILITIES = ["sar_surface", "fast_intercept", "boarding", "armed_boarding"]


@pytest.fixture
def agency(db):
    return factories.Agency()


@pytest.fixture
def mrcc(agency):
    """The country's rescue co-ordination centre."""
    return factories.Station(
        code="MRCC-MY",
        name="MRCC Malaysia",
        kind="mrcc",
        agency=agency,
        duty_phone=MRCC_PHONE,
        position=factories.point((101.4, 3.0)),
    )


@pytest.fixture
def station(agency, mrcc):
    """Lumut, whose duty officer answers DUTY_PHONE."""
    return factories.Station(code="B03", name="Lumut", agency=agency, parent=mrcc, duty_phone=DUTY_PHONE)


@pytest.fixture
def second_station(agency, mrcc):
    """Penang, 70 miles to the north."""
    return factories.Station(
        code="B02", name="Batu Uban, Penang", agency=agency, parent=mrcc, duty_phone=SECOND_DUTY_PHONE,
        position=factories.point((100.35, 5.41667)),
    )  # fmt: skip


@pytest.fixture
def patrol(station):
    """The unit nearest to Pangkor: an interceptor at Lumut, reached by text and by app."""
    return factories.PatrolUnit(
        call_sign="MY-LUMUT-04",
        station=station,
        phone=PATROL_PHONE,
        speed_kn=36,
        range_nm=220,
        capabilities=CAPABILITIES,
    )


@pytest.fixture
def second_patrol(second_station):
    """The next nearest, at Penang; its crew has no app."""
    return factories.PatrolUnit(
        call_sign="MY-BATUUBAN-03", station=second_station, phone=SECOND_PATROL_PHONE, speed_kn=33, range_nm=220,
        capabilities=CAPABILITIES, alert_channel="sms",
    )  # fmt: skip


@pytest.fixture
def crew(patrol, agency):
    """Who sails the nearest unit; `crew.devices` holds their app, which takes push."""
    user = factories.User(username="crew", role=User.Role.CREW, agency=agency)
    patrol.crew.add(user)
    factories.Device(
        reporter=None, user=user, token="crew-app", push_kind="token", push_target="simulated-crew"
    )
    return user


@pytest.fixture
def second_crew(second_patrol, agency):
    """Who sails the next nearest unit."""
    user = factories.User(username="second_crew", role=User.Role.CREW, agency=agency)
    second_patrol.crew.add(user)
    return user


@pytest.fixture
def duty_officer(station):
    """Who answers the station's duty phone: known by that number alone."""
    return SimpleNamespace(station=station, phone=station.duty_phone)


@pytest.fixture
def community(db):
    """Pangkor: its waters are seven miles west of the island."""
    return factories.Community(name="Pangkor", waters=factories.point(factories.OFF_PANGKOR))


@pytest.fixture
def fisher(community):
    """A reporter known by a phone number, enrolled with the community."""
    reporter = factories.Reporter(community=community, language=Language.MALAY)
    factories.Identity(reporter=reporter, phone=FISHER_PHONE)
    return reporter


@pytest.fixture
def dispatcher(agency):
    return _officer("dispatcher", User.Role.DISPATCHER, agency)


@pytest.fixture
def supervisor(agency):
    return _officer("supervisor", User.Role.SUPERVISOR, agency)


@pytest.fixture
def liaison(agency, community):
    """The officer of the fisher's community, and of no other."""
    user = _officer("liaison", User.Role.LIAISON, agency)
    user.communities.add(community)
    return user


@pytest.fixture
def admin(agency):
    return _officer("admin", User.Role.ADMIN, agency, is_superuser=True)


@pytest.fixture
def charlie(db):
    """Has a login, sails nothing, belongs to nobody: may see nothing."""
    user = factories.User(username="charlie", role=User.Role.CREW)
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    return user


def _officer(name, role, agency, **fields):
    user = factories.User(username=name, role=role, agency=agency, is_staff=True, **fields)
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    return user
