"""The two carriers, played on loopback with their real wire formats; the fixtures are in `fixtures`."""

from tests.carriers.fcm import FakeFcm
from tests.carriers.server import Fault
from tests.carriers.twilio import FakeTwilio, through

__all__ = ["FakeFcm", "FakeTwilio", "Fault", "through"]
