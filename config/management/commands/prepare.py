"""Bring the database, the static files and the shipped data up to this version of the code."""

import hashlib

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Check the database, migrate it, collect static files. Safe to run again."
    requires_system_checks = []  # the database's own are run below, before anything is written

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--demo-data",
            action="store_true",
            help="made-up units and logins too, unless a carrier is real",
        )

    def handle(self, *, demo_data: bool, **options) -> None:
        self.check(databases=["default"])
        self.stdout.write("prepare: migrating the database")
        call_command("migrate", interactive=False, verbosity=0)
        collect_static(self.stdout)
        if demo_data and settings.SIMULATED_CARRIERS and not settings.FIREBASE_CREDENTIALS:
            self.stdout.write("prepare: loading stations, units, places and logins of the demonstration")
            call_command("load_demo_data", force=True, stdout=self.stdout)


def collect_static(stdout) -> None:
    """Write hashed copies, unless those of just these files are there: it takes seconds."""
    if not settings.HASHED_STATIC:
        return
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            digest.update(f"{path} {storage.size(path)} {storage.get_modified_time(path)}\n".encode())
    stamp = settings.STATIC_ROOT / ".collected"
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return
    stdout.write("prepare: collecting static files")
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(digest.hexdigest())
