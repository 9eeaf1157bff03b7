"""Tell one report's story against the running service, step by step as it is seen to happen."""

from datetime import timedelta

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from knox.models import AuthToken

from alerts import story
from alerts.demo_people import CREW_LOGINS, DESK
from communities.models import User


class Command(BaseCommand):
    help = "Tell one report's story through the running service; fails at the first step that is not seen."

    def add_arguments(self, parser):
        parser.add_argument("--origin", help="where the service answers (default: its port on this machine)")

    def handle(self, *, origin, **options):
        if not settings.SIMULATED_CARRIERS or settings.FIREBASE_CREDENTIALS or settings.PHONES != "open":
            raise CommandError("The story needs simulated carriers and PHONES=open: `make demo` sets both.")
        desk = User.objects.filter(role=User.Role.DISPATCHER, is_active=True, is_staff=True)
        officer = desk.filter(username="dispatcher").first() or desk.first()
        if officer is None:
            raise CommandError("There is no dispatcher to watch the queue: run load_demo_data first.")
        if ended := story.clear_stage(officer):
            self.stdout.write(f"{ended} incidents of earlier tellings were stood down.")
        if settings.LADDER_SCALE < 1:
            self.stdout.write(f"The ladder's times are shortened {1 / settings.LADDER_SCALE:g}-fold.")
        kept, token = AuthToken.objects.create(user=officer, expiry=timedelta(minutes=15))
        service = story.Service(origin or f"http://127.0.0.1:{settings.PORT}", token)
        try:
            story.Story(service, self.say, story.a_new_number()).tell()
        except story.NotSeen as problem:
            raise CommandError(f"NOT SEEN: {problem}") from None
        finally:
            kept.delete()
        self.tell_where(service.origin)

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def tell_where(self, origin: str) -> None:
        self.stdout.write("\nEvery step was seen. Look around:")
        for path, what in (
            ("/console/", "the desk: queue, chart and units, live"),
            ("/admin/", "what staff edit: people, places, units, ladders"),
            ("/phones/", "the simulated phones: text as the fisher, as a crew, as a duty officer"),
            ("/api/docs/", "the API"),
        ):
            self.stdout.write(f"  {origin + path:<36} {what}")
        crews = ", ".join(name.lower() for name in CREW_LOGINS)
        self.stdout.write(f"Logins: {', '.join(login for login, *_ in DESK)}; crews {crews}")
        password = settings.DEMO_PASSWORD or "as shown when they were made (DEMO_PASSWORD sets a new one)"
        self.stdout.write(f"Password of all: {password}")
