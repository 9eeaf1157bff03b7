"""Replay what the spool keeps, until stopped; text distress while the database is away."""

import signal

from django.core.management.base import BaseCommand, CommandError

from alerts.spooler import Spooler
from reports import spool


class Command(BaseCommand):
    help = "Replay requests kept while the database was away; text distress to duty desks until then."
    requires_system_checks = "__all__"

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--again", action="store_true", help="first put back what was set aside for a human"
        )

    def handle(self, *args, **options) -> None:
        self.check(databases=["default"])
        if trouble := spool.trouble():
            raise CommandError(f"The spool is {trouble}. See SPOOL_ROOT and SPOOL_MOST_MB.")
        if options["again"]:
            self.stdout.write(f"{spool.put_back()} requests are tried again")
            if Spooler.is_at_work():
                self.stdout.write("The spool process that is at work here tries them.")
                return
        spooler = Spooler()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: spooler.stop())
        spooler.run()
