import sys

from django.core.management.base import BaseCommand

from communities.jsonlines import answer_lines
from reports.reading import read


class Command(BaseCommand):
    help = 'Read {"id", "text", "language"?, "from"?} as JSON lines; write what each says. No database.'
    requires_system_checks = []

    def handle(self, **options):
        for line in answer_lines(getattr(sys.stdin, "buffer", sys.stdin), answer):
            self.stdout.write(line)
            self.stdout.flush()


def answer(row: dict) -> dict:
    """Read one message; ValueError where `text` is no string."""
    text = row.get("text")
    if not isinstance(text, str):
        raise ValueError("text is not a string")
    language, sender = row.get("language"), row.get("from")
    return read(
        text,
        language=language if isinstance(language, str) else None,
        sender_country=sender if isinstance(sender, str) else None,
    ).as_dict()
