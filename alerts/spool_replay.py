"""What the spool keeps becomes rows: each request is presented again to the view that could not take it."""

import logging
from datetime import datetime
from io import BytesIO

from django.core.handlers.wsgi import WSGIRequest
from django.db import Error as DatabaseError
from django.db import InterfaceError, InternalError, connection
from django.urls import resolve
from django.utils import timezone

from alerts import feedback, inbound_sync
from alerts.models import InboundMessage
from alerts.webhooks import form_of
from communities.database_watch import watch
from reports import intake, spool, spooling
from reports.models import Report
from reports.taxonomy import ReplyMode

log = logging.getLogger(__name__)

#: Classes of SQLSTATE that are the database's trouble and not the request's: connection, resources, operator,
#: system error; and a standby that takes no writes.
OF_THE_DATABASE = ("08", "53", "58", "57P", "25006")


class Refused(Exception):
    """The view answered, and did not take the request."""


def replay(kept: spool.Kept, *, now: datetime | None = None) -> None:
    """Make the rows of a kept request, with the time at which it came, and send the answer that it got.

    Safe to run twice: the key finds what is there. Raises what the view raises, or Refused.
    """
    response = present(kept)
    if response.status_code >= 400 and response.status_code != 409:  # 409: kept and queued as a second report
        raise Refused(f"answered {response.status_code}")
    if kept.kind == "sms":
        _answer_sms(kept, now or timezone.now())
    elif kept.kind == "app":
        _answer_app(response.data, now or timezone.now())


def present(kept: spool.Kept):
    """Call the view as if the request had come again, marked as one that was believed before."""
    path, _, query = kept.path.partition("?")
    request = WSGIRequest(
        {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": path.encode().decode("latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "0",
            "CONTENT_TYPE": "application/json" if kept.kind == "app" else "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(kept.body)),
            "HTTP_AUTHORIZATION": kept.headers.get("authorization", ""),
            "wsgi.input": BytesIO(kept.body),
            "wsgi.url_scheme": "https",
            spooling.RECEIVED_AT: kept.received_at,
            spooling.KEY: kept.key,
        }
    )
    view, positional, named = resolve(path)
    return view(request, *positional, **named)


def is_of_the_database(exc: Exception) -> bool:
    """Whether a replay failed because the database is away, and not for a fault of the request."""
    if not isinstance(exc, DatabaseError):
        return False
    if watch.away or isinstance(exc, InterfaceError):
        return True
    state = getattr(exc.__cause__, "sqlstate", None)
    if state is not None:
        return state.startswith(OF_THE_DATABASE)
    if isinstance(exc, InternalError):
        return False
    connection.close()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return True
    return False


def _answer_sms(kept: spool.Kept, now: datetime) -> None:
    """What the webhook would have answered goes out as a text of its own."""
    text = intake.storable(form_of(kept.body).get("Body", ""))[0]
    keys = [kept.key, *(f"{kept.key}#{number}" for number in range(2, 10))]
    messages = InboundMessage.objects.filter(carrier="twilio", external_id__in=keys, text=text)
    message = messages.exclude(reply="").order_by("received_at").first()
    if message is not None:
        inbound_sync.answer(message, message.reply, now)


def _answer_app(body: dict, now: datetime) -> None:
    """An app that asks again gets its reference; where we know a way to the reporter, nobody waits for it.

    A quiet report is asked for by its app, or not at all: a push could be seen by the wrong person.
    """
    report = Report.objects.select_related("reporter", "incident").get(pk=body["id"])
    quiet = report.quiet or report.reply_mode in (ReplyMode.QUIET, ReplyMode.NONE)
    if report.reporter is not None and body.get("reply") and not quiet:
        feedback.say(report, report.incident, body["reply"], key=f"kept:{report.pk}", now=now)
