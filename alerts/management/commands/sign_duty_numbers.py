from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from alerts import duty_numbers
from reports import spool


class Command(BaseCommand):
    help = "Write the signed file of duty desks that are texted while the database is away."

    def handle(self, **options) -> None:
        spool.prepare()
        try:
            desks = duty_numbers.write()
        except OperationalError:
            raise CommandError("The database does not answer; the file is as it was.") from None
        self.stdout.write(f"{desks} desks in {duty_numbers.path()}")
