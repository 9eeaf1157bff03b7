"""Messages, calls and pages of them as Twilio writes them down."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import urlencode
from uuid import uuid4

from tests.carriers.segments import segments

API_VERSION = "2010-04-01"


def now() -> str:
    """The time as Twilio writes it."""
    return format_datetime(datetime.now(UTC))


def message(account: str, asked: dict[str, str]) -> dict:
    """A text that was just taken."""
    sender, at = asked.get("From", ""), now()
    return _message(
        account, f"SM{uuid4().hex}", asked["Body"], sender or None, asked["To"], at,
        date_sent=None, direction="outbound-api", status="queued" if sender else "accepted",
        messaging_service_sid=asked.get("MessagingServiceSid"),
        num_segments=str(segments(asked["Body"])) if sender else "0",
    )  # fmt: skip


def inbound(
    account: str, sid: str, sender: str, number: str, body: str, photos: int, seconds_ago: float
) -> dict:
    """A text that came in."""
    at = format_datetime(datetime.now(UTC) - timedelta(seconds=seconds_ago))
    return _message(
        account, sid, body, sender, number, at,
        date_sent=at, direction="inbound", status="received", num_media=str(photos),
        num_segments=str(segments(body)),
    )  # fmt: skip


def _message(account: str, sid: str, body: str, sender: str | None, to: str, at: str, **more) -> dict:
    uri = f"/{API_VERSION}/Accounts/{account}/Messages/{sid}"
    return {
        "account_sid": account,
        "api_version": API_VERSION,
        "body": body,
        "date_created": at,
        "date_updated": at,
        "error_code": None,
        "error_message": None,
        "from": sender,
        "messaging_service_sid": None,
        "num_media": "0",
        "price": None,
        "price_unit": "USD",
        "sid": sid,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": to,
        "uri": f"{uri}.json",
    } | more


def call(account: str, asked: dict[str, str]) -> dict:
    """A call that was just begun; it has no times before it left the queue."""
    sid = f"CA{uuid4().hex}"
    uri = f"/{API_VERSION}/Accounts/{account}/Calls/{sid}"
    return {
        "account_sid": account,
        "annotation": None,
        "answered_by": None,
        "api_version": API_VERSION,
        "caller_name": None,
        "date_created": None,
        "date_updated": None,
        "direction": "outbound-api",
        "duration": None,
        "end_time": None,
        "forwarded_from": None,
        "from": asked["From"],
        "from_formatted": asked["From"],
        "group_sid": None,
        "parent_call_sid": None,
        "phone_number_sid": "PN" + "0" * 32,
        "price": None,
        "price_unit": "USD",
        "queue_time": "0",
        "sid": sid,
        "start_time": None,
        "stir_verstat": None,
        "status": "queued",
        "subresource_uris": {"recordings": f"{uri}/Recordings.json"},
        "to": asked["To"],
        "to_formatted": asked["To"],
        "trunk_sid": None,
        "uri": f"{uri}.json",
    }


def page(path: str, name: str, entries: list[dict], asked: dict[str, str]) -> dict:
    """The page that was asked for of `entries`, which are newest first."""
    size, number = int(asked.get("PageSize", 50)), int(asked.get("Page", 0))
    query = {key: value for key, value in asked.items() if key != "Page"} | {"PageSize": size}
    uris = [f"{path}?{urlencode(query | {'Page': one})}" for one in range(number + 2)]
    shown = entries[number * size : (number + 1) * size]
    return {
        "end": number * size + len(shown) - 1,
        "first_page_uri": uris[0],
        "next_page_uri": uris[number + 1] if len(entries) > (number + 1) * size else None,
        "page": number,
        "page_size": size,
        "previous_page_uri": uris[number - 1] if number else None,
        name: shown,
        "start": number * size,
        "uri": uris[number],
    }


def wanted(entry: dict, asked: dict[str, str]) -> bool:
    """Tell whether a list asks for this entry."""
    fields = {name: asked[name] for name in ("To", "From", "Status") if name in asked}
    return all(entry[name.lower()] == value for name, value in fields.items()) and in_time(entry, asked)


def in_time(entry: dict, asked: dict[str, str]) -> bool:
    """Tell whether an entry lies in the time asked for. One that has no time yet does not."""
    for parameter, field in (("DateSent", "date_sent"), ("StartTime", "start_time")):
        for sign in "><":
            bound = asked.get(parameter + sign)
            if bound is None:
                continue
            if entry.get(field) is None:
                return False
            at, bound_at = (
                parsedate_to_datetime(entry[field]),
                datetime.fromisoformat(bound.replace("Z", "+00:00")),
            )
            bound_at = bound_at.replace(tzinfo=bound_at.tzinfo or UTC)
            if at < bound_at if sign == ">" else at > bound_at:
                return False
    return True


def media(account: str, path: str, uris: list[str]) -> dict:
    """The list of one message's photos."""
    shown = [
        {
            "account_sid": account,
            "content_type": "image/jpeg",
            "date_created": now(),
            "date_updated": now(),
            "parent_sid": uri.split("/")[-3],
            "sid": uri.rpartition("/")[2],
            "uri": f"{uri}.json",
        }
        for uri in uris
    ]
    return {
        "media_list": shown, "uri": path, "first_page_uri": path, "next_page_uri": None, "page": 0,
        "previous_page_uri": None, "page_size": 50, "start": 0, "end": len(shown),
    }  # fmt: skip
