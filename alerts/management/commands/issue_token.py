"""Give a crew, an AVL box or staff a token for the API."""

from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, transaction
from knox.models import AuthToken

from alerts.models import PatrolUnit
from communities.models import User


class Command(BaseCommand):
    help = "Print a new API token of a user, kept only as a hash. Send it as `Authorization: Token <token>`."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument(
            "--create", choices=User.Role.values, metavar="ROLE", help="make the user if there is none"
        )
        parser.add_argument(
            "--unit",
            metavar="CALL_SIGN",
            action="append",
            default=[],
            help="put the user into this unit's crew; once for each unit that a gateway speaks for",
        )
        parser.add_argument("--days", type=int, default=90, help="until it expires; 0 for never (an AVL box)")

    def handle(self, *args, **options) -> None:
        try:
            self.issue(**options)
        except OperationalError:
            raise CommandError("The database does not answer; no token was made.") from None

    @transaction.atomic
    def issue(self, *, username: str, create: str | None, unit: list[str], days: int, **options) -> None:
        user = User.objects.filter(username=username).first()
        if user is None:
            if create is None:
                raise CommandError(f"There is no user {username}. Add --create ROLE to make one.")
            user = User.objects.create_user(username, role=create)
            self.stderr.write(f"Made user {username}, {user.get_role_display()}, without a password.")
        elif create not in (None, user.role):
            raise CommandError(f"User {username} exists already, as {user.get_role_display()}.")
        if not user.is_active:
            raise CommandError(f"User {username} is not active.")
        if days < 0:
            raise CommandError("--days cannot be negative.")
        for call_sign in unit:
            self.join_crew(user, call_sign)
        _, token = AuthToken.objects.create(user=user, expiry=timedelta(days=days) if days else None)
        self.stdout.write(token)

    def join_crew(self, user: User, call_sign: str) -> None:
        found = PatrolUnit.objects.filter(call_sign=call_sign).first()
        if found is None:
            raise CommandError(f"There is no unit {call_sign}.")
        if user.role != User.Role.CREW:
            raise CommandError(f"User {user.username} is {user.get_role_display()}, not crew.")
        found.crew.add(user)
        self.stderr.write(f"{user.username} is in the crew of {found.call_sign}.")
