"""Listen to AIS receivers, until stopped."""

import signal

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from alerts.ais_intake import Intake
from alerts.ais_listener import Listener


class Command(BaseCommand):
    help = "Take units' fixes, vessels and beacons from the AIS receivers of AIS_SOURCE."
    requires_system_checks = "__all__"

    def handle(self, *args, **options) -> None:
        if not settings.AIS_SOURCE:
            raise CommandError("AIS_SOURCE names no receiver.")
        self.check(databases=["default"])  # refuses a database that may forget
        intake = Intake(Listener(settings.AIS_SOURCE))
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: intake.stop())
        intake.run()
