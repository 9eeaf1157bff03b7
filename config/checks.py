"""System checks of what the environment says, and the refusal to serve on a wrong one."""

import sys
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register
from django.core.management.base import BaseCommand, SystemCheckError
from django.db import DatabaseError

from config.durability import unsafe_settings
from config.environment import is_fernet_key
from reports import spool

LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@register(Tags.security)
def check_secrets(app_configs, **kwargs) -> list:
    """Outside DEBUG the secrets must be set, and long enough that nobody guesses them."""
    if settings.DEBUG:
        return []
    found = []
    if len(settings.SECRET_KEY) < 50 or settings.SECRET_KEY.startswith("django-insecure-"):
        found.append(Error("SECRET_KEY is the default or shorter than 50 characters.", id="config.E002"))
    if not settings.IDENTITY_KEYS or not all(is_fernet_key(key) for key in settings.IDENTITY_KEYS):
        found.append(
            Error(
                "IDENTITY_KEYS is missing or holds something that is not a Fernet key.",
                hint="Make one with: python -c 'from cryptography.fernet import Fernet; "
                "print(Fernet.generate_key().decode())'",
                id="config.E003",
            )
        )
    if len(settings.IDENTITY_HASH_KEY) < 32:
        found.append(Error("IDENTITY_HASH_KEY is missing or shorter than 32 characters.", id="config.E004"))
    return found


@register(Tags.security)
def check_origin(app_configs, **kwargs) -> list:
    """Phones and carriers must reach the service over TLS."""
    origin = urlsplit(settings.PUBLIC_ORIGIN)
    if settings.DEBUG or origin.scheme == "https" or origin.hostname in LOOPBACK:
        return []
    return [Error("PUBLIC_ORIGIN must begin with https:// outside DEBUG.", id="config.E005")]


@register(Tags.security, deploy=True)
def check_origin_is_public(app_configs, **kwargs) -> list:
    """A deployment whose address is this machine's own hears nobody."""
    if urlsplit(settings.PUBLIC_ORIGIN).hostname not in LOOPBACK:
        return []
    return [
        Warning("PUBLIC_ORIGIN is on this machine only: no phone or carrier reaches it.", id="config.W005")
    ]


@register()
def check_carriers(app_configs, **kwargs) -> list:
    """A real carrier needs all of its credentials, and nothing simulated beside it."""
    if not settings.TWILIO_ACCOUNT_SID:
        return []
    found = []
    if not settings.TWILIO_AUTH_TOKEN:
        found.append(
            Error(
                "TWILIO_ACCOUNT_SID is set without TWILIO_AUTH_TOKEN: nothing could be sent or trusted.",
                id="config.E001",
            )
        )
    if not settings.TWILIO_FROM:
        found.append(Error("TWILIO_ACCOUNT_SID is set without TWILIO_FROM, the sender.", id="config.E006"))
    elif not settings.TWILIO_FROM.startswith("+"):
        found.append(Warning("TWILIO_FROM is no phone number: nobody can be called up.", id="config.W012"))
    if settings.PHONES != "off":
        found.append(
            Error("PHONES must be off with a real carrier: it speaks for any number.", id="config.E007")
        )
    if settings.LADDER_SCALE != 1:
        found.append(Error("LADDER_SCALE must be 1 with a real carrier: it is for demos.", id="config.E008"))
    return found


@register()
def check_phones(app_configs, **kwargs) -> list:
    """Simulated phones that all the world may use belong on one's own machine."""
    if settings.PHONES == "open" and urlsplit(settings.PUBLIC_ORIGIN).hostname not in LOOPBACK:
        return [Error("PHONES=open lets anybody answer as a crew; use staff or off.", id="config.E009")]
    return []


@register(Tags.database)
def check_durability(app_configs, databases=None, **kwargs) -> list:
    """The database must keep what it committed through a power cut."""
    if not databases or settings.ALLOW_NON_DURABLE_DATABASE:
        return []
    found = []
    for alias in databases:
        try:
            unsafe = unsafe_settings(alias)
        except DatabaseError as exc:
            found.append(
                Warning(f"Durability of {alias} is not known: {type(exc).__name__}.", id="config.W011")
            )
            continue
        for name, value in unsafe.items():
            found.append(
                Error(
                    f"PostgreSQL has {name} = {value}: a power cut could lose a report that was answered.",
                    hint="Set fsync, full_page_writes and synchronous_commit to on.",
                    id="config.E010",
                )
            )
    return found


@register("spool", deploy=True)
def check_spool(app_configs, **kwargs) -> list:
    """Whoever takes reports in must be able to keep them while the database is away."""
    if trouble := spool.trouble():
        return [Error(f"The spool is {trouble}.", hint="See SPOOL_ROOT.", id="config.E011")]
    return []


def refuse_to_serve_on_errors() -> None:
    """Run every check, those of database and spool too; print the errors and leave with status 1 if any."""
    command = BaseCommand()
    try:
        command.check(databases=["default"])
        command.check(tags=["spool"], include_deployment_checks=True)
    except SystemCheckError as exc:
        print(exc, file=sys.stderr, flush=True)
        raise SystemExit(1) from exc
