import pytest

from tests.carriers.fixtures import fake_fcm, fake_twilio  # noqa: F401


@pytest.fixture
def sea(live_server, fake_twilio, fake_fcm, settings, transactional_db):  # noqa: F811
    """The service on real HTTP, its carriers on loopback, nothing else simulated."""
    from tests.phone import Sea

    settings.PUBLIC_ORIGIN = live_server.url
    settings.ALLOWED_HOSTS = ["*"]
    settings.REDIS_URL = ""
    return Sea(live_server.url, fake_twilio, fake_fcm)


@pytest.fixture
def fisher_phone(sea, fisher):
    from tests.cast import FISHER_PHONE

    return sea.phone(FISHER_PHONE)


@pytest.fixture
def stranger_phone(sea):
    """A number nobody has heard of."""
    return sea.phone("+447700900299")


@pytest.fixture
def patrol_phone(sea, patrol):
    return sea.phone(patrol.phone)


@pytest.fixture
def second_phone(sea, second_patrol):
    return sea.phone(second_patrol.phone)


@pytest.fixture
def duty_phone(sea, station):
    return sea.phone(station.duty_phone)


@pytest.fixture
def mrcc_phone(sea, mrcc):
    return sea.phone(mrcc.duty_phone)
