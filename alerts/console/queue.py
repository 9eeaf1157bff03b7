"""The queue at the desk: which incidents, in what order, page by page."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from alerts.console import access, changes
from alerts.console.rows import render
from alerts.models import Escalation
from communities.models import User
from reports.models import Incident, Question, Report
from reports.taxonomy import EmergencyPhase, IncidentType, ResponsePhase

PAGE = 50
#: The one filter that looks at what has ended; newest first.
ENDED = "ended"
#: So many incidents of a script are looked at again, to see which of them a search finds.
MOST_ASKED = 200


class QueueFilter(forms.Form):
    """What the desk may ask the queue for; a value that is none of these is left out, never an error."""

    q = forms.CharField(label=_("Search"), required=False, max_length=60)
    priority = forms.MultipleChoiceField(
        label=_("Priority"), required=False, choices=[(str(n), f"P{n}") for n in range(1, 6)]
    )
    status = forms.MultipleChoiceField(
        label=_("Status"),
        required=False,
        choices=[
            *((value, Incident.Status(value).label) for value in Incident.QUEUE_STATUSES),
            (ENDED, _("ended, the newest first")),
        ],
    )
    type = forms.MultipleChoiceField(label=_("Type"), required=False, choices=IncidentType.choices)
    holder = forms.ChoiceField(
        label=_("Held"),
        required=False,
        choices=[
            ("", _("by anybody")),
            ("me", _("by me")),
            ("nobody", _("by nobody")),
            ("other", _("by others")),
        ],
    )
    drill = forms.ChoiceField(
        label=_("Drills"),
        required=False,
        choices=[("", _("too")), ("no", _("left out")), ("yes", _("alone"))],
    )
    distress = forms.BooleanField(label=_("distress"), required=False)
    wants_unit = forms.BooleanField(label=_("wants a unit"), required=False)
    no_position = forms.BooleanField(label=_("without position"), required=False)
    unanswered = forms.BooleanField(label=_("a question nobody answered"), required=False)
    proposed = forms.BooleanField(label=_("proposed as the same"), required=False)

    def asked(self) -> dict:
        """The filters that are set and mean something."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def query(self) -> str:
        """The filters as they stand in an address, always in the same order."""
        query = QueryDict(mutable=True)
        for name, value in self.asked().items():
            query.setlist(name, value if isinstance(value, list) else ["on" if value is True else value])
        return query.urlencode()


def narrow(incidents: QuerySet[Incident], asked: dict, user: User, now: datetime) -> QuerySet[Incident]:
    """Leave the incidents that the filters ask for; what has ended is only there if asked for alone."""
    if ended(asked):
        rows = incidents.exclude(status__in=Incident.QUEUE_STATUSES)
    else:
        rows = incidents.in_queue()
        if statuses := [value for value in asked.get("status", []) if value != ENDED]:
            rows = rows.filter(status__in=statuses)
    for name in ("priority", "type"):
        if name in asked:
            rows = rows.filter(**{f"{name}__in": asked[name]})
    held = Q(held_by__isnull=False, held_until__gt=now)
    match asked.get("holder"):
        case "me":
            rows = rows.filter(held, held_by=user)
        case "nobody":
            rows = rows.exclude(held)
        case "other":
            rows = rows.filter(held).exclude(held_by=user)
    if "drill" in asked:
        rows = rows.filter(drill=asked["drill"] == "yes")
    if "distress" in asked:
        rows = rows.filter(
            Q(emergency_phase=EmergencyPhase.DISTRESS) | Q(response_phase=ResponsePhase.ATTACK)
        )
    if "wants_unit" in asked:
        rows = rows.filter(
            escalation__purpose=Escalation.Purpose.UNIT, escalation__state__in=["wanted", "running"]
        )
    if "no_position" in asked:
        rows = rows.filter(position__isnull=True)
    if "unanswered" in asked:
        rows = rows.filter(Exists(Question.objects.unanswered(now).filter(incident=OuterRef("pk"))))
    if "proposed" in asked:
        rows = rows.filter(proposed_same_as__isnull=False)
    return search(rows, asked)


def search(rows: QuerySet[Incident], asked: dict) -> QuerySet[Incident]:
    """By reference; in the queue, which is short, by its beginning, by place and by words of a report too."""
    text = asked.get("q", "").strip()
    if not text:
        return rows
    if ended(asked):
        return rows.filter(reference=text.upper())
    said = Report.objects.filter(incident=OuterRef("pk"), text__icontains=text)
    return rows.filter(Q(reference__startswith=text.upper()) | Q(place__icontains=text) | Exists(said))


def ended(asked: dict) -> bool:
    return asked.get("status") == [ENDED]


# --- Pages ---


@dataclass(frozen=True, slots=True)
class After:
    """Behind which row the next page begins: its place in the order, and its id."""

    place: int
    pk: UUID

    def __str__(self) -> str:
        return f"{self.place}.{self.pk}"

    @classmethod
    def read(cls, text: str | None) -> "After | None":
        """What `str` wrote; None for anything else, which is the first page."""
        place, _dot, pk = (text or "").partition(".")
        try:
            found = cls(int(place), UUID(pk))
        except ValueError:
            return None
        return found if abs(found.place) < 2**62 else None


def _place(incident: Incident, asked: dict) -> int:
    return int(incident.received_at.timestamp() * 1_000_000) if ended(asked) else incident.queue_rank


def _ordered(rows: QuerySet[Incident], asked: dict, after: After | None) -> QuerySet[Incident]:
    if not ended(asked):
        rows = rows.order_by("queue_rank", "id")
        if after:
            later = Q(queue_rank=after.place, id__gt=after.pk) | Q(queue_rank__gt=after.place)
            rows = rows.filter(later, queue_rank__gte=after.place)
        return rows
    rows = rows.order_by("-received_at", "id")
    if after:
        try:
            at = datetime.fromtimestamp(after.place / 1_000_000, UTC)
        except (ValueError, OverflowError, OSError):
            return rows.none()
        rows = rows.filter(Q(received_at=at, id__gt=after.pk) | Q(received_at__lt=at), received_at__lte=at)
    return rows


def queue_of(request: HttpRequest, query: QueryDict) -> dict:
    """The template's context of one page of the queue, as `query` asks for it.

    `since` is the mark up to which everything is seen: the stream goes on from there.
    """
    since = changes.mark()
    now = timezone.now()
    form = QueueFilter(query)
    asked = form.asked()
    seen = access.incidents_for(request.user)
    ordered = _ordered(narrow(seen, asked, request.user, now), asked, After.read(query.get("after")))
    page = list(ordered.only("pk", "queue_rank", "received_at")[: PAGE + 1])
    shown = [incident.pk for incident in page[:PAGE]]
    versions = (
        {} if ended(asked) or not shown else {pk: one.version for pk, one in changes.look(shown).rows.items()}
    )
    rendered = render(seen, shown, versions, get_language())
    return {
        "since": since,
        "rows": [rendered[pk]["html"] for pk in shown if pk in rendered],
        "form": form,
        "asked": asked,
        "query": form.query(),
        "after": query.get("after", ""),
        "more": str(After(_place(page[PAGE - 1], asked), shown[-1])) if len(page) > PAGE else "",
        "ended": ended(asked),
    }


def matching(user: User, query: QueryDict, ids: list[UUID]) -> list[UUID]:
    """Which of these incidents the filters of `query` find."""
    rows = narrow(access.incidents_for(user), QueueFilter(query).asked(), user, timezone.now())
    return list(rows.filter(pk__in=ids[:MOST_ASKED]).values_list("pk", flat=True))
