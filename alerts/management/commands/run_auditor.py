"""Look for what should have happened and did not, until stopped."""

import os
import signal

from django.core.management.base import BaseCommand

from alerts.auditor.process import Auditor


class Command(BaseCommand):
    help = "Find what does not move, mend it or raise an alarm. Any number of copies may run: one is at work."
    requires_system_checks = "__all__"

    def handle(self, *args, **options) -> None:
        self.check(databases=["default"])  # refuses a database that may forget
        auditor = Auditor()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: auditor.stop())
        auditor.run()
        # A thread that still waits for a database or a carrier keeps nobody from stopping.
        os._exit(1 if auditor.stuck else 0)
