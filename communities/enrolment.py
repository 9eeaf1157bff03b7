"""Apps: enrol one, tell it where to push, revoke it."""

from django.db import transaction
from django.utils import timezone

from communities.models import Device, Reporter


@transaction.atomic
def enrol(*, platform="", app_version="", language="", push_kind="", push_target="") -> tuple[Device, str]:
    """Make a device with a reporter of its own; return it and its token, which is never shown again.

    No number and no name are asked: the reporter stays a pseudonym.
    """
    token = Device.new_token()
    _take_over(push_target)
    device = Device.objects.create(
        reporter=Reporter.objects.create(language=language),
        token_hash=Device.hash_token(token),
        platform=platform,
        app_version=app_version,
        language=language,
        push_kind=push_kind,
        push_target=push_target,
    )
    return device, token


@transaction.atomic
def update(device: Device, **values) -> Device:
    """Set language, app version or push target of a device; a new push target is a live one."""
    if "push_target" in values:
        _take_over(values["push_target"], keep=device)
        values["push_retired_at"] = None
    if values.get("language") and device.reporter_id:
        Reporter.objects.filter(pk=device.reporter_id).update(language=values["language"])
    for name, value in values.items():
        setattr(device, name, value)
    device.save(update_fields=list(values))
    return device


def revoke(device: Device) -> None:
    """End a device's token and its pushes at once; its reports stay."""
    now = timezone.now()
    Device.objects.filter(pk=device.pk, revoked_at__isnull=True).update(revoked_at=now)


def _take_over(push_target: str, keep: Device | None = None) -> None:
    """A push target belongs to whoever registered it last: phones are handed on."""
    if push_target:
        live = Device.objects.filter(push_retired_at__isnull=True, revoked_at__isnull=True)
        live.filter(push_target=push_target).exclude(pk=keep.pk if keep else None).update(
            push_retired_at=timezone.now()
        )
