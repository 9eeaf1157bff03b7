"""Everything a demonstration needs: stations, units, names on the chart, sectors, communities and logins."""

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from alerts import demo_people, sectors
from communities.models import Place


class Command(BaseCommand):
    help = "Load made-up stations, units and people for a demonstration or a training. Safe to run again."

    def add_arguments(self, parser):
        parser.add_argument(
            "--force", action="store_true", help="although DEBUG is off (never with real carriers)"
        )
        parser.add_argument(
            "--islands", action="store_true", help="also the Indonesian island register (ODbL)"
        )

    def handle(self, *, force, islands, **options):
        if not settings.SIMULATED_CARRIERS or settings.FIREBASE_CREDENTIALS:
            raise CommandError("Real carriers are configured: made-up units have no place here.")
        if not settings.DEBUG and not force:
            raise CommandError("DEBUG is off: is this the service itself? A training service takes --force.")
        chosen = settings.DEMO_PASSWORD
        if chosen:
            try:
                validate_password(chosen)
            except ValidationError as error:
                raise CommandError(f"DEMO_PASSWORD: {' '.join(error.messages)}") from None
        call_command("import_patrol_units", stdout=self.stdout, stderr=self.stderr)
        # The chart's names never change within a demonstration; reading them again takes seconds.
        if islands or not Place.objects.filter(source="GeoNames").exists():
            call_command("import_places", islands=islands, stdout=self.stdout)
        if not sectors.loaded().exists():
            call_command("derive_sectors", stdout=self.stdout)
        password = chosen or demo_people.new_password()
        people = demo_people.load(password, replace=bool(chosen))
        self.stdout.write(f"Crews: {people.crews}; communities: {people.communities}")
        self.tell_logins(people, "as in DEMO_PASSWORD" if chosen else password)

    def tell_logins(self, people: demo_people.People, password: str) -> None:
        purposes = {login: purpose for login, _, _, _, purpose in demo_people.DESK}
        for login in people.new_logins:
            self.stdout.write(f"  login {login:<16} {purposes.get(login, 'crew of that unit')}")
        if people.new_logins:
            self.stdout.write(f"  password of these: {password}")
        if people.kept_logins:
            self.stdout.write(
                f"  password as before: {', '.join(people.kept_logins)} (DEMO_PASSWORD sets a new one)"
            )
