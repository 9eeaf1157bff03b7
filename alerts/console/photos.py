"""Photos for the desk: the copy without metadata, to those who may see the incident."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from alerts.console.access import desk_only, incidents_for
from reports.models import Attachment


@desk_only
@require_GET
def photo(request: HttpRequest, pk) -> HttpResponse:
    """The sharable copy of one photo, WebP; 404 until the worker has made it. The original is not served."""
    seen = Attachment.objects.filter(report__incident__in=incidents_for(request.user))
    row = get_object_or_404(seen, pk=pk, status=Attachment.Status.READY)
    try:
        file = row.shared.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    answer = FileResponse(file, content_type="image/webp", filename=f"photo-{str(row.pk)[-6:]}.webp")
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
