"""Encrypt the vault, and the raw messages, anew under the first key of IDENTITY_KEYS."""

from django.core.management.base import BaseCommand
from django.db import transaction

from alerts.models import InboundMessage
from communities import identity

SAY_EVERY = 1000


class Command(BaseCommand):
    help = "Encrypt identities and raw messages anew under the first key of IDENTITY_KEYS; safe to run again."

    def handle(self, *args, **options) -> None:
        self.what = "identities"
        identities = identity.rotate(progress=self.progress)
        self.what = "raw messages"
        messages = self.rotate_messages()
        self.stdout.write(
            f"{identities} identities and {messages} raw messages are under the first key; drop the older."
        )

    def rotate_messages(self) -> int:
        count = 0
        for pk in InboundMessage.objects.values_list("pk", flat=True).iterator():
            with transaction.atomic():
                message = InboundMessage.objects.select_for_update().get(pk=pk)
                message.raw_encrypted = identity.rotated(message.raw_encrypted)
                message.save(update_fields=["raw_encrypted"])
            count += 1
            self.progress(count)
        return count

    def progress(self, done: int) -> None:
        if done % SAY_EVERY == 0:
            self.stderr.write(f"{done} {self.what}")
