"""Send what is due, until stopped."""

import signal

from django.core.management.base import BaseCommand

from alerts.dispatcher import Dispatcher


class Command(BaseCommand):
    help = "Carry out due rungs of the ladders and send due notifications. Any number of copies may run."
    requires_system_checks = "__all__"

    def handle(self, *args, **options) -> None:
        self.check(databases=["default"])  # refuses a database that may forget
        dispatcher = Dispatcher()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: dispatcher.stop())
        dispatcher.run()
