"""Simulated phones: every conversation a simulated carrier would carry, and a keyboard for each phone.

There is no other store than the rows themselves: what went out are Notifications that the recorder took,
what came in are InboundMessages with their replies. What is typed here goes through the function that a
carrier's webhook calls, as a form in the carrier's shape. The page is the carrier, so it alone may print a
fisher's number; it does not exist where real carriers are configured.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Q
from django.http import Http404, HttpRequest, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_GET, require_POST

from alerts import inbound, spoken
from alerts.models import InboundMessage, Notification, PatrolUnit, Station
from communities import identity
from communities import phones as numbers
from communities.models import Reporter

#: Rows read for the first look, and for one conversation.
RECENT = 200
#: Asked for again at each poll, so that a row whose transaction took a moment is not missed.
OVERLAP = timedelta(seconds=10)
#: A message older than this when it changes is seen at the next reload.
LATEST_CHANGE = timedelta(hours=1)
MOST_FOUND = 20
LONGEST_TEXT = 1600  # what a carrier takes in one message
SHOWN = ("accepted", "delivered", "read")
APP = "app:"  # key of a phone that has no number


@dataclass(frozen=True, slots=True)
class Phone:
    """One phone on the page. `key` is its number, or `app:` and a name where only an app is known."""

    key: str
    kind: str  # unit, duty or fisher
    title: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One bubble: `sent` by this phone or not; `kind` sms, push or voice; times in ISO 8601."""

    id: str
    phone: str
    at: str
    kind: str
    sent: bool
    text: str
    title: str = ""
    language: str = ""
    status: str = ""
    purpose: str = ""
    reference: str = ""
    call: str = ""  # of a call that can still be answered by a key: the notification's id
    incident: str = ""  # address of the incident's page; for staff only


def guarded(view):
    """Answer 404 unless the carriers are simulated and this visitor may use the phones."""

    @wraps(view)
    def inner(request: HttpRequest, *args, **kwargs):
        at_desk = getattr(request.user, "is_desk", False)
        if not settings.SIMULATED_CARRIERS or settings.PHONES not in ("open", "staff"):
            raise Http404
        if settings.PHONES == "staff" and not at_desk:
            raise Http404
        return view(request, *args, **kwargs)

    return csrf_protect(never_cache(inner))


@guarded
@require_GET
def page(request: HttpRequest):
    """The page; its script asks for everything else."""
    return render(request, "phones/phones.html", {"longest": LONGEST_TEXT})


@guarded
@require_GET
def feed(request: HttpRequest) -> JsonResponse:
    """What is new since `since` (seconds of the epoch, from the last answer); without it the recent past."""
    now = timezone.now()
    since = _moment(request.GET.get("since"))
    out, inward = _outgoing(), InboundMessage.objects.all()
    if since is not None:
        floor = _first_id(since - LATEST_CHANGE)
        changed = Q(accepted_at__gte=since) | Q(delivered_at__gte=since) | Q(read_at__gte=since)
        out, inward = out.filter(changed, id__gte=floor), inward.filter(received_at__gte=since, id__gte=floor)
    lines, known = _lines(request, out, inward)
    return JsonResponse(
        {
            "cursor": (now - OVERLAP).timestamp(),
            "phones": [asdict(phone) for phone in _described({line.phone for line in lines}, known)],
            "lines": [asdict(line) for line in lines],
        }
    )


@guarded
@require_GET
def conversation(request: HttpRequest) -> JsonResponse:
    """The last messages of one phone."""
    key = request.GET.get("phone", "")[:60]
    lines, known = _lines(request, *_rows_of(key))
    lines = [line for line in lines if line.phone == key]
    return JsonResponse(
        {
            "phones": [asdict(phone) for phone in _described({key}, known)],
            "lines": [asdict(line) for line in lines],
        }
    )


@guarded
@require_GET
def search(request: HttpRequest) -> JsonResponse:
    """Units and duty officers by name or number, and any number as a fisher's phone."""
    words = request.GET.get("q", "").replace("\x00", "").strip()[:60]
    if not words:
        return JsonResponse({"phones": []})
    units = PatrolUnit.objects.exclude(phone="").filter(
        Q(call_sign__icontains=words) | Q(phone__icontains=words) | Q(station__name__icontains=words)
    )
    stations = Station.objects.exclude(duty_phone="").filter(
        Q(code__icontains=words) | Q(duty_phone__icontains=words) | Q(name__icontains=words)
    )
    keys = [
        *units.values_list("phone", flat=True)[:MOST_FOUND],
        *stations.values_list("duty_phone", flat=True)[:MOST_FOUND],
    ]
    number = number_of(words)
    if number and number not in keys:
        keys.append(number)
    return JsonResponse({"phones": [asdict(phone) for phone in _described(dict.fromkeys(keys), {})]})


@guarded
@require_POST
def send_text(request: HttpRequest) -> JsonResponse:
    """Send an SMS as the phone `phone`, in the carrier's own shape."""
    number, text = number_of(request.POST.get("phone", "")), request.POST.get("text", "")[:LONGEST_TEXT]
    if not number:
        return JsonResponse({"detail": _("Only a phone with a number can send an SMS.")}, status=400)
    form = _form(number, text)
    reply = inbound.receive(form, urlencode(form, errors="replace").encode())
    return JsonResponse({"reply": reply})


@guarded
@require_POST
def press_key(request: HttpRequest) -> JsonResponse:
    """Press a key in a voice call, as the callee would; answers what the voice says then."""
    digit = request.POST.get("digit", "")
    notification = _call(request.POST.get("call", ""))
    if notification is None or len(digit) != 1 or digit not in "0123456789*#":
        return JsonResponse({"detail": _("This call is over.")}, status=404)
    return JsonResponse({"said": spoken.press(notification, digit)})


def number_of(text: str) -> str:
    """A number as its carrier would give it, or "" where the text holds no digits to dial."""
    text = text.replace("\x00", "").strip()
    if (
        not any(character.isdigit() for character in text)
        or text.startswith(APP)
        or any(c.isalpha() for c in text)
    ):
        return ""
    return numbers.sender(text)


def _form(number: str, text: str) -> dict[str, str]:
    """What Twilio posts for an SMS."""
    sid = f"SM{uuid.uuid4().hex}"
    return {
        "ToCountry": settings.DEFAULT_COUNTRY,
        "SmsMessageSid": sid,
        "NumMedia": "0",
        "SmsSid": sid,
        "SmsStatus": "received",
        "Body": text,
        "FromCountry": numbers.country_of(number),
        "To": settings.TWILIO_FROM or "+15005550006",  # the provider's own number for tests
        "NumSegments": "1",
        "MessageSid": sid,
        "AccountSid": settings.TWILIO_ACCOUNT_SID or f"AC{'0' * 32}",
        "From": number,
        "ApiVersion": "2010-04-01",
    }


def _call(pk: str) -> Notification | None:
    try:
        wanted = uuid.UUID(pk)
    except ValueError:
        return None
    calls = _outgoing().filter(pk=wanted, channel=Notification.Channel.VOICE)
    return calls.select_related("station", "incident").first()


def _outgoing():
    return Notification.objects.filter(status__in=SHOWN, carrier="simulated")


def _moment(text: str | None) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(text), UTC) if text else None
    except (ValueError, OverflowError, OSError):
        return None


def _first_id(at: datetime) -> uuid.UUID:
    """The smallest UUIDv7 of a moment: rows are found by their key, which is in order of time."""
    return uuid.UUID(int=max(int(at.timestamp() * 1000), 0) << 80)


def _rows_of(key: str):
    """Everything that one phone sent or was sent."""
    if key.startswith(APP):
        name = key.removeprefix(APP)
        reporters = Reporter.objects.filter(identity__isnull=True, notifications__isnull=False)
        mine = [
            pk for pk in reporters.values_list("pk", flat=True).distinct() if str(pk)[-6:].upper() == name
        ]
        out = _outgoing().filter(Q(unit__call_sign=name) | Q(reporter__in=mine))
        return out, InboundMessage.objects.none()
    reporter = identity.find(key)
    recipient = (
        Q(unit__phone=key) | Q(station__duty_phone=key) | Q(reporter=reporter)
        if reporter
        else (Q(unit__phone=key) | Q(station__duty_phone=key))
    )
    return _outgoing().filter(recipient), InboundMessage.objects.filter(sender_hash=identity.keyed_hash(key))


def _lines(request: HttpRequest, out, inward) -> tuple[list[Line], dict[str, Phone]]:
    """The rows as bubbles, oldest first, and what the rows themselves tell of the phones."""
    at_desk = getattr(request.user, "is_desk", False) and request.user.is_staff
    known: dict[str, Phone] = {}
    addresses: dict = {}

    def phone_of(row) -> str | None:
        phone = _phone_of(row, addresses)
        if phone is None:
            return None
        known.setdefault(phone.key, phone)
        return phone.key

    lines = []
    for row in out.select_related("unit", "station", "reporter").order_by("-id")[:RECENT]:
        if (key := phone_of(row)) is not None:
            lines.append(_outgoing_line(row, key, at_desk))
    rows = inward.select_related("unit", "station", "reporter", "report", "dispatch").order_by("-id")[:RECENT]
    for row in rows:
        if (key := phone_of(row)) is not None:
            lines += _inbound_lines(row, key, at_desk)
    return sorted(lines, key=lambda line: (line.at, line.id)), known


def _phone_of(row, addresses: dict) -> Phone | None:
    """The phone that a notification or an inbound message belongs to."""
    if row.unit:
        return Phone(
            row.unit.phone or f"{APP}{row.unit.call_sign}",
            "unit",
            row.unit.call_sign,
            row.unit.get_kind_display(),
        )
    if row.station:
        return (
            Phone(row.station.duty_phone, "duty", row.station.name, _("duty officer"))
            if row.station.duty_phone
            else None
        )
    if getattr(row, "operations", False):
        return Phone(numbers.of_operations(), "duty", _("operations"), _("duty officer"))
    if row.reporter is None:
        return None
    if row.reporter_id not in addresses:
        addresses[row.reporter_id] = identity.address_of(row.reporter)
    number = addresses[row.reporter_id]
    if number is None:
        return Phone(
            f"{APP}{row.reporter.pseudonym}", "fisher", _("Fisher with the app"), row.reporter.pseudonym
        )
    return Phone(number, "fisher", number, _("fisher"))


def _outgoing_line(row: Notification, key: str, at_desk: bool) -> Line:
    voice = row.channel == Notification.Channel.VOICE
    return Line(
        id=f"n{row.pk}",
        phone=key,
        at=(row.accepted_at or row.created_at).isoformat(),
        kind=row.channel,
        sent=False,
        text=row.text,
        title=row.title,
        language=row.get_language_display(),
        status=row.status,
        purpose=row.purpose,
        reference=row.reference,
        call=str(row.pk) if voice else "",
        incident=_incident_page(row.incident_id) if at_desk else "",
    )


def _inbound_lines(row: InboundMessage, key: str, at_desk: bool) -> Iterable[Line]:
    matter = row.report.incident_id if row.report else row.dispatch.incident_id if row.dispatch else None
    incident = _incident_page(matter) if at_desk and matter else ""
    yield Line(f"i{row.pk}", key, row.received_at.isoformat(), "sms", True, row.text, incident=incident)
    if row.reply:
        # A moment later, so that an answer never stands above its question.
        at = row.received_at + timedelta(milliseconds=1)
        yield Line(
            f"r{row.pk}", key, at.isoformat(), "sms", False, row.reply, purpose="answer", incident=incident
        )


def _incident_page(pk) -> str:
    return reverse("admin:reports_incident_change", args=[pk])


def _described(keys: Iterable[str], known: dict[str, Phone]) -> list[Phone]:
    """Name the phones. A unit's number stays the unit's when it reports; two duty desks may share one."""
    wanted = [key for key in keys if key]
    units = {
        unit.phone: unit for unit in PatrolUnit.objects.filter(phone__in=wanted).select_related("station")
    }
    desks = defaultdict(list)
    for station in Station.objects.filter(duty_phone__in=wanted):
        desks[station.duty_phone].append(station.name)
    phones = []
    for key in wanted:
        if key in units:
            unit = units[key]
            phones.append(
                Phone(key, "unit", unit.call_sign, f"{unit.get_kind_display()}, {unit.station.name}")
            )
        elif key in desks:
            phones.append(Phone(key, "duty", ", ".join(desks[key]), _("duty officer")))
        else:
            phones.append(known.get(key) or Phone(key, "fisher", key, _("fisher")))
    return phones


urlpatterns = [
    path("", page, name="phones"),
    path("feed/", feed, name="phones_feed"),
    path("conversation/", conversation, name="phones_conversation"),
    path("search/", search, name="phones_search"),
    path("text/", send_text, name="phones_text"),
    path("press/", press_key, name="phones_press"),
]
