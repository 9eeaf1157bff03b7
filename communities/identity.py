"""The vault: the only module that can turn a reporter back into a person, and it writes down who asked.

Numbers and names are encrypted with keys from the environment (IDENTITY_KEYS: the first
encrypts, all decrypt) and found by a keyed hash (IDENTITY_HASH_KEY), so that a copy of the
database alone names nobody. Raw bodies of inbound messages are kept with the same keys.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction

from communities.models import Identity, Reporter, Reveal, User


class RevealRefused(Exception):
    """This officer may not look, or gave no reason."""

    problem_status = 403
    problem_type = "reveal-refused"


@dataclass(frozen=True, slots=True)
class Revealed:
    phone: str
    name: str


def keyed_hash(text: str) -> bytes:
    """HMAC-SHA256 of a number: finds it again without telling it. 32 bytes."""
    return hmac.digest(settings.IDENTITY_HASH_KEY.encode(), b"phone:" + text.encode(), "sha256")


def encrypt(plain: bytes) -> bytes:
    """Encrypt under the first key."""
    return _vault(tuple(settings.IDENTITY_KEYS)).encrypt(plain)


def decrypt(token: bytes) -> bytes:
    """Decrypt under whichever key fits; raises cryptography.fernet.InvalidToken."""
    return _vault(tuple(settings.IDENTITY_KEYS)).decrypt(bytes(token))


def find(phone: str) -> Reporter | None:
    """The reporter behind a number, if we ever heard from it."""
    return Reporter.objects.filter(identity__phone_hash=keyed_hash(phone)).first()


def reporter_for(phone: str) -> Reporter:
    """The reporter behind a number, made on the first message.

    Two first messages at once make one reporter: the second waits on the unique hash.
    """
    reporter = find(phone)
    if reporter is not None:
        return reporter
    try:
        with transaction.atomic():
            reporter = Reporter.objects.create()
            Identity.objects.create(
                reporter=reporter, phone_hash=keyed_hash(phone), phone_encrypted=encrypt(phone.encode())
            )
    except IntegrityError:
        return Reporter.objects.get(identity__phone_hash=keyed_hash(phone))
    return reporter


def remember_name(reporter: Reporter, name: str) -> None:
    """Keep the name of a reporter who told us one."""
    Identity.objects.filter(reporter=reporter).update(name_encrypted=encrypt(name.encode()))


def address_of(reporter: Reporter) -> str | None:
    """The number to send to, for the carrier and nobody else; None for an app without a number."""
    token = Identity.objects.filter(reporter=reporter).values_list("phone_encrypted", flat=True).first()
    return decrypt(token).decode() if token is not None else None


@transaction.atomic
def reveal(reporter: Reporter, *, by: User, reason: str) -> Revealed:
    """Show an officer who the reporter is, and write down that he looked and why.

    Raises RevealRefused unless `by` is a supervisor or administrator and gives a reason.
    """
    if not (by.is_active and (by.is_superuser or by.role in {User.Role.SUPERVISOR, User.Role.ADMIN})):
        raise RevealRefused("Only a supervisor may look inside the vault.")
    if not reason.strip():
        raise RevealRefused("Say why you need to know who this is.")
    identity = Identity.objects.filter(reporter=reporter).first()
    if identity is None:
        raise RevealRefused("This reporter used the app without giving a number or a name.")
    Reveal.objects.create(identity=identity, by=by, reason=reason.strip()[:300])
    return Revealed(
        phone=decrypt(identity.phone_encrypted).decode(),
        name=decrypt(identity.name_encrypted).decode() if identity.name_encrypted else "",
    )


def rotate(progress: Callable[[int], None] | None = None) -> int:
    """Encrypt every identity anew under the first key; return how many.

    Safe to stop and to run again. The keyed hash stays: it is not encryption and has a key of its own.
    """
    count = 0
    for pk in Identity.objects.values_list("pk", flat=True).iterator():
        with transaction.atomic():
            identity = Identity.objects.select_for_update().get(pk=pk)
            identity.phone_encrypted = rotated(identity.phone_encrypted)
            if identity.name_encrypted:
                identity.name_encrypted = rotated(identity.name_encrypted)
            identity.save(update_fields=["phone_encrypted", "name_encrypted"])
        count += 1
        if progress:
            progress(count)
    return count


def rotated(token: bytes) -> bytes:
    """The same secret under the first key."""
    return _vault(tuple(settings.IDENTITY_KEYS)).rotate(bytes(token))


@lru_cache(maxsize=4)
def _vault(keys: tuple[str, ...]) -> MultiFernet:
    if not keys:
        raise ImproperlyConfigured("IDENTITY_KEYS is empty: no reporter can be stored without a key.")
    return MultiFernet([Fernet(key) for key in keys])
