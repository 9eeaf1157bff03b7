import pytest

from tests.carriers.expectations import Expectations
from tests.carriers.fixtures import fake_fcm, fake_twilio  # noqa: F401


@pytest.fixture
def sea(live_server, fake_twilio, fake_fcm, settings, transactional_db):  # noqa: F811
    """The service on real HTTP, its carriers on loopback, nothing else simulated."""
    from tests.phone import Sea

    settings.PUBLIC_ORIGIN = live_server.url
    settings.ALLOWED_HOSTS = ["*"]
    settings.REDIS_URL = ""
    yield Sea(live_server.url, fake_twilio, fake_fcm)
    nothing_unexpected(fake_twilio, fake_fcm)


def nothing_unexpected(twilio, fcm) -> None:
    """Fail the test if anybody was told what nobody should hear, or who nobody knows."""
    from django.conf import settings

    from alerts.models import PatrolUnit, Station
    from communities import identity
    from communities.models import Identity
    from reports.models import Incident, Report

    reporters = {identity.address_of(row.reporter) for row in Identity.objects.select_related("reporter")}
    known = set(Incident.objects.values_list("reference", flat=True))
    known |= set(Report.objects.values_list("reference", flat=True))
    numbers = reporters | set(Station.objects.values_list("duty_phone", flat=True))
    numbers |= {*PatrolUnit.objects.values_list("phone", flat=True), settings.OPERATIONS_NUMBER}
    expected = Expectations(numbers=numbers, references=known.__contains__, secret=reporters)
    for entry in [*twilio.messages.values(), *twilio.calls.values()]:
        if entry.get("body", "").startswith("SUAR ALARM: "):  # straight from the auditor, no receipt wanted
            assert entry["to"] in numbers
        elif entry["direction"] != "inbound":
            expected.look(entry)
    for message in fcm.messages:
        expected.look({"message": message})
    expected.verify()


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
