"""One incident as a file: CSV for a spreadsheet, PDF for a folder. That it was taken out is written down."""

from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from alerts.console import inert, pdf, record, waiting
from alerts.console.access import desk_only, incidents_for
from alerts.models import DeskEntry
from reports.models import Incident


@desk_only
@require_GET
def as_csv(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All sections one below the other; the first column names the section."""
    incident = _found(request, pk)
    now = timezone.now()
    rows = [[line] for line in _notice(request, incident, now)]
    for section in record.sections(incident):
        rows.append([])
        rows.append([section.title, *section.columns])
        rows.extend([section.title, *row] for row in section.rows)
    _write_down(request, incident, "csv", now)
    answer = HttpResponse("".join(inert.csv_lines(rows)), content_type="text/csv; charset=utf-8")
    return _named(answer, incident, now, "csv")


@desk_only
@require_GET
def as_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The same for print, with page numbers, the time and by whom."""
    incident = _found(request, pk)
    now = timezone.now()
    notice = _notice(request, incident, now)
    head = f"{_('DRILL')} {incident}" if incident.drill else str(incident)
    try:
        content = pdf.write(head, " · ".join(notice), notice, record.sections(incident))
    except pdf.FontsMissing as exc:
        return HttpResponse(str(exc), status=503, content_type="text/plain; charset=utf-8")
    _write_down(request, incident, "pdf", now)
    return _named(HttpResponse(content, content_type="application/pdf"), incident, now, "pdf")


def _found(request: HttpRequest, pk: UUID) -> Incident:
    incident = incidents_for(request.user).select_related("merged_into").filter(pk=pk).first()
    if incident is None:
        raise Http404
    return incident


def _notice(request: HttpRequest, incident: Incident, now: datetime) -> list[str]:
    lines = [
        _("Printed %(time)s by %(name)s") % {"time": record.moment(now), "name": request.user},
        _("Contains no reporter identity"),
    ]
    return [_("DRILL: exercise traffic, nothing of this was real"), *lines] if incident.drill else lines


def _write_down(request: HttpRequest, incident: Incident, form: str, now: datetime) -> None:
    waiting.write(DeskEntry.Kind.EXPORTED, by=request.user, incident=incident, text=form, now=now)


def _named(answer: HttpResponse, incident: Incident, now: datetime, ending: str) -> HttpResponse:
    answer["Content-Disposition"] = f'attachment; filename="{incident.reference}-{now:%Y%m%dT%H%MZ}.{ending}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
