import sys
from functools import partial

from django.core.management.base import BaseCommand

from communities.jsonlines import answer_lines
from reports.known_places import LazyIndex
from reports.reading import read


class Command(BaseCommand):
    help = 'Read {"id", "text", "language"?, "from"?} as JSON lines; write what each says. No database.'
    requires_system_checks = []

    def handle(self, **options):
        places = LazyIndex()
        for line in answer_lines(getattr(sys.stdin, "buffer", sys.stdin), partial(answer, places=places)):
            self.stdout.write(line)
            self.stdout.flush()


def answer(row: dict, places=None) -> dict:
    """Read one message with the names of `places`; ValueError where `text` is no string."""
    text = row.get("text")
    if not isinstance(text, str):
        raise ValueError("text is not a string")
    language, sender = row.get("language"), row.get("from")
    return read(
        text,
        language=language if isinstance(language, str) else None,
        sender_country=sender if isinstance(sender, str) else None,
        places=places,
    ).as_dict()
