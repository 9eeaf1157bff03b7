"""Bring the database, the static files and the shipped data up to this version of the code."""

import hashlib

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand

#: In order of what points at what. Each command is safe to run again.
DATA_COMMANDS: tuple[str, ...] = ()


class Command(BaseCommand):
    help = "Check the database, migrate it, collect static files, load the shipped data. Safe to run again."
    requires_system_checks = []  # the database's own are run below, before anything is written

    def handle(self, **options) -> None:
        self.check(databases=["default"])
        self.stdout.write("prepare: migrating the database")
        call_command("migrate", interactive=False, verbosity=0)
        collect_static(self.stdout)
        for name in DATA_COMMANDS:
            self.stdout.write(f"prepare: {name}")
            call_command(name)


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
