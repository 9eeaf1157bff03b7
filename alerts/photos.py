"""Photos of an MMS: they lie with the carrier, and are fetched from there and from nowhere else.

The text is a report before the first byte of a photo is asked for; nothing here can lose it.
"""

import logging
import re
import uuid
from datetime import datetime, timedelta
from urllib.parse import unquote, urljoin, urlsplit

import requests
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from alerts.transports import twilio_api, wire
from alerts.transports.base import TransportError
from reports import media
from reports import tasks as report_tasks
from reports.models import Report

log = logging.getLogger(__name__)

MOST_AT_ONCE = 50  # reports of one round
FETCH_TIME_S = 30  # for one photo
_CHUNK = 64 * 1024
# Where Twilio keeps the bytes, by its help page on protecting media: an address there carries its own key and
# our login stays behind. The second is for accounts that do not ask for a login, and names the account.
_STORE = "https://mms.twiliocdn.com/"
_OPEN_STORE = "https://s3-external-1.amazonaws.com/media.twiliocdn.com/{account}/"
_REDIRECTS = (301, 302, 303, 307, 308)


def fetch_waiting(*, back: timedelta, now: datetime | None = None) -> int:
    """Fetch the photos of the time `back` that we do not have yet; return how many came.

    A second run does nothing. A carrier that does not answer ends the round; the next one tries again.
    """
    if not settings.TWILIO_ACCOUNT_SID:
        return 0
    since = (now or timezone.now()) - back
    fetched = 0
    reports = (
        # Ids tell the time (UUIDv7), and there is an index on them.
        Report.objects.filter(pk__gte=uuid.UUID(int=int(since.timestamp() * 1000) << 80))
        .filter(source=Report.Source.SMS, reading__extra__has_key="media")
        .prefetch_related("attachments")
        .order_by("pk")
    )
    for report in [one for one in reports if missing(one)][:MOST_AT_ONCE]:
        try:
            fetched += fetch(report)
        except TransportError as exc:
            log.warning("photos of report %s: %s", report.pk, exc)
            if not exc.permanent:
                break
    return fetched


def missing(report: Report) -> list[tuple[str, str]]:
    """(key, address) of each photo that a text told of and that we have not got."""
    kept = {attachment.external_id for attachment in report.attachments.all()}
    told = report.reading.get("extra", {}).get("media") or []
    keyed = [(f"mms:{number}", photo.get("url", "")) for number, photo in enumerate(told)]
    return [(key, url) for key, url in keyed if key not in kept and address(url)]


def fetch(report: Report) -> int:
    """Fetch the photos of one report; return how many are new. Raises TransportError.

    What is no picture is kept too, marked rejected, and not asked for again.
    """
    new = 0
    refused = None
    for key, url in missing(report):
        try:
            content = download(url)
        except TransportError as exc:
            if not exc.permanent:
                raise
            refused = exc  # this one is gone; the others may be there
            continue
        try:
            attachment, created = media.keep(report, SimpleUploadedFile(key, content), key)
        except media.NotAPicture as exc:
            log.info("report %s, %s: %s", report.pk, key, exc)
            continue
        if created:
            new += 1
            report_tasks.shrink_photo.delay_on_commit(str(attachment.pk))
    if refused is not None and not new:
        raise refused
    return new


def address(url: str) -> str:
    """Where to fetch `url` from, or "" if it is not one of the carrier's own addresses of our account."""
    account = re.escape(settings.TWILIO_ACCOUNT_SID)
    path = rf"/2010-04-01/Accounts/{account}/Messages/\w+/Media/\w+"
    for origin in (twilio_api.API, settings.TWILIO_API_BASE.rstrip("/")):
        if origin and re.fullmatch(re.escape(origin) + path, url, re.ASCII):
            return (settings.TWILIO_API_BASE.rstrip("/") or twilio_api.API) + urlsplit(url).path
    return ""


def download(url: str) -> bytes:
    """The bytes behind a photo's address, at most `media.MOST_BYTES`. Raises TransportError.

    Follows one redirect, to the carrier's own store alone, and never takes our login there.
    """
    here = address(url)
    if not here:
        raise TransportError("not an address of the carrier", permanent=True, code="foreign_address")

    def call() -> bytes:
        session = wire.mount(requests.Session(), carries_message=False)
        login = (settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN)
        with session, session.get(here, auth=login, stream=True, allow_redirects=False) as answer:
            if answer.status_code not in _REDIRECTS:
                return _body(answer)
            store = urljoin(here, answer.headers.get("Location", ""))
        if not store.startswith(_stores()) or "/../" in unquote(store):
            raise TransportError("sent on to a foreign address", permanent=True, code="foreign_address")
        with session, session.get(store, auth=_no_login, stream=True, allow_redirects=False) as answer:
            return _body(answer)

    return wire.within(FETCH_TIME_S, call)


def _stores() -> tuple[str, ...]:
    """What the address of a photo in the store begins with: the host and, in a shared one, the account."""
    return _STORE, _OPEN_STORE.format(account=settings.TWILIO_ACCOUNT_SID)


def _no_login(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """None at all, not even one that a .netrc has."""
    return request


def _body(answer: requests.Response) -> bytes:
    if answer.status_code != 200:
        raise twilio_api.refusal(answer)
    content = bytearray()
    for chunk in answer.iter_content(_CHUNK):
        content += chunk
        if len(content) > media.MOST_BYTES:
            raise TransportError("the photo is too large", permanent=True, code="too_large")
    return bytes(content)
