from django.core.management.base import BaseCommand

from alerts import duty_numbers
from reports import spool


class Command(BaseCommand):
    help = "Write the signed file of duty desks that are texted while the database is away."

    def handle(self, **options) -> None:
        spool.prepare()
        self.stdout.write(f"{duty_numbers.write()} desks in {duty_numbers.path()}")
