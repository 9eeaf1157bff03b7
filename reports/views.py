"""Reports, their photos and the queue over HTTP."""

import json
from datetime import timedelta
from io import BytesIO

from django.contrib.gis.db.models import PointField
from django.contrib.gis.geos import Polygon
from django.core.exceptions import RequestDataTooBig
from django.db.models import QuerySet
from django.db.models.functions import Cast
from django.http import Http404, HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import ParseError
from rest_framework.generics import GenericAPIView
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from communities.authentication import DeviceAuthentication, ReportingAuthentication
from communities.models import Device, User
from communities.paging import KeysetPages
from communities.parsers import JSONParser, forgiving_json
from communities.permissions import IsDesk, IsDevice
from communities.serializers import problems
from communities.views import private
from reports import media, spool, spooling, tasks
from reports.intake import Incoming, Receipt, receive
from reports.models import Attachment, Incident, Report
from reports.reading.places import SECRET
from reports.serializers import (
    ConflictSerializer,
    IncidentFilterSerializer,
    IncidentSerializer,
    OwnReportSerializer,
    PhotoConflictSerializer,
    PhotoSerializer,
    PhotoUploadSerializer,
    ReceiptSerializer,
    ReportSubmissionSerializer,
    incoming,
    latitude_longitude,
    photo_key,
)
from reports.taxonomy import ReplyMode

#: Without a device of its own, a report takes photos for this long from whoever knows its id.
OPEN_TO_PHOTOS = timedelta(hours=24)
#: A map with more open incidents than this says that it left some out.
MOST_FEATURES = 5000
_FORM_BYTES = 64 * 1024  # what a multipart body holds besides its photo


class KeyConflict(Exception):
    """Other content came under a key that is taken; both reports are kept and queued."""

    problem_status = 409
    problem_type = "key-conflict"

    def __init__(self, receipt: Receipt, reply: str) -> None:
        super().__init__("This external_id came before with other content. Both reports are kept and queued.")
        second = receipt.conflict
        self.problem_extra = {
            "id": str(second.pk),
            "external_id": second.external_id,
            "reference": second.reference,
            "conflicts_with": str(receipt.report.pk),
            "reply": reply,
        }


class PhotoConflict(Exception):
    """Another photo came under a key that is taken; both are kept."""

    problem_status = 409
    problem_type = "key-conflict"

    def __init__(self, second: Attachment) -> None:
        super().__init__("This external_id came before with another photo. Both photos are kept.")
        self.problem_extra = {
            "id": str(second.pk),
            "report": str(second.report_id),
            "external_id": second.external_id,
        }


class AlwaysJSON(DefaultContentNegotiation):
    """JSON, whatever is asked for: no header is a reason to lose a report."""

    def select_renderer(self, request, renderers, format_suffix=None):
        return renderers[0], renderers[0].media_type


class NewestFirst(KeysetPages):
    ordering = ("-received_at", "id")


@private
class Reports(spooling.SpooledView, GenericAPIView):
    """Send reports, list one's own.

    `reply` says what the reporter hears, `kept_reply` what is said of a report that is only kept yet; both
    are wired in by whoever has the words (alerts).
    """

    reply = staticmethod(lambda report: "")
    kept_reply = staticmethod(lambda seen: "")
    parser_classes = [JSONParser]  # for the contract; a report is read more forgivingly, see `post`
    content_negotiation_class = AlwaysJSON
    pagination_class = NewestFirst
    queryset = Report.objects.none()

    def get_authenticators(self):
        posting = self.request is not None and self.request.method == "POST"
        return [ReportingAuthentication()] if posting else [DeviceAuthentication()]

    def get_permissions(self):
        return [AllowAny()] if self.request is not None and self.request.method == "POST" else [IsDevice()]

    @extend_schema(
        operation_id="send_report",
        request=ReportSubmissionSerializer,
        responses={
            201: ReceiptSerializer,
            200: ReceiptSerializer,
            (409, "application/problem+json"): ConflictSerializer,
        }
        | problems(400, 413),
        parameters=[
            OpenApiParameter(
                "Idempotency-Key", str, "header", description="stands in for a missing external_id"
            )
        ],
        auth=[{"device": []}, {}],
    )
    def post(self, request: Request) -> Response:
        """Send a report, with a device token or none. It is taken whatever its fields or headers say.

        201 a new report; 200 a repeat (same `external_id`, same content), same body; 409 other content came
        under the same `external_id`: it is kept and queued too. A token that is not ours is no reason to lose
        the report: it is taken as nobody's. The body is read as JSON whatever its Content-Type says.

        While the database is away the report is kept all the same: 201 with status `spooled`, without `id`
        and `reference`, which a repeat under the answered `external_id` gets once it is back.
        """
        seen = self.seen(request, **_sender(request))
        receipt = receive(seen, now=self.received_at)
        if receipt.conflict is not None:
            raise KeyConflict(receipt, self.reply(receipt.conflict))
        return Response(
            self.body(receipt.report),
            status=status.HTTP_201_CREATED if receipt.created else status.HTTP_200_OK,
        )

    def seen(self, request: Request, flags: tuple[str, ...] = (), **sender) -> Incoming:
        """The report as its app sent it. Raises ParseError, ValidationError, RequestDataTooBig."""
        if not request.body:
            raise ParseError("The body is empty.")
        data, repaired = forgiving_json(BytesIO(request.body))
        if isinstance(data, dict) and self.is_replay:
            data = data | {"external_id": request.META[spooling.KEY]}
        elif isinstance(data, dict) and not data.get("external_id"):
            data = data | {"external_id": request.headers.get("Idempotency-Key")}
        if repaired:
            flags = (*flags, "text_repaired")
        return incoming(data, first_byte_at=self.received_at, flags=flags, **sender)

    def to_keep(self, request: Request) -> spool.Kept:
        self.kept = self.seen(request)
        return spool.Kept(
            kind="app",
            path=request.path,
            body=request.body,
            key=self.kept.external_id,
            received_at=self.received_at,
            headers={"authorization": request.headers.get("Authorization", "")},
        )

    def kept_answer(self, request: Request, kept: spool.Kept) -> Response:
        position = self.kept.position
        body = {
            "id": None,
            "reference": None,
            "external_id": kept.key,
            "status": "spooled",
            "received_at": kept.received_at,
            "position": position and {"latitude": position[1], "longitude": position[0]},
            "position_error_m": None,
            "position_status": Report.PositionStatus.OK if position else Report.PositionStatus.NONE,
            "reply": self.kept_reply(self.kept),
            "quiet": self.kept.quiet,
        }
        return Response(body, status=status.HTTP_201_CREATED)

    def body(self, report: Report) -> dict:
        """What ReceiptSerializer describes, without its cost. Nothing in it changes later."""
        return {
            "id": str(report.pk),
            "reference": report.reference,
            "external_id": report.external_id,
            "status": Report.Status.RECEIVED,
            "received_at": report.received_at,
            "position": latitude_longitude(None if SECRET in report.flags else report.position),
            "position_error_m": report.position_error_m,
            "position_status": report.position_status,
            "reply": self.reply(report),
            "quiet": report.quiet,
        }

    @extend_schema(
        operation_id="list_own_reports", responses={200: OwnReportSerializer(many=True)} | problems(401, 403)
    )
    def get(self, request: Request) -> Response:
        """This app's own reports, newest first, and what became of them."""
        reports = Report.objects.of_device(request.auth).select_related("incident__merged_into__merged_into")
        page = self.paginator.paginate_queryset(reports, request, view=self)
        return self.paginator.get_paginated_response([own_report(report) for report in page])


def own_report(report: Report) -> dict:
    """A report as its reporter may see it: see OwnReportSerializer."""
    return {
        "id": str(report.pk),
        "reference": report.reference,
        "external_id": report.external_id,
        "received_at": report.received_at,
        "state": what_became_of(report),
        "quiet": report.reply_mode == ReplyMode.QUIET,
    }


def what_became_of(report: Report) -> str:
    """One of four plain words. Help is on the way only where rescue was promised (FULL)."""
    if report.reply_mode in (ReplyMode.QUIET, ReplyMode.NONE):
        return "received"
    incident = report.incident.survivor
    status_ = Incident.Status
    if report.status == Report.Status.DISMISSED or incident.status in (
        status_.RESOLVED,
        status_.STOOD_DOWN,
        status_.CLOSED,
    ):
        return "closed"
    if incident.status in (status_.RESPONDING, status_.ON_SCENE) and report.reply_mode == ReplyMode.FULL:
        return "help_on_the_way"
    return "received" if incident.status == status_.OPEN and incident.taken_at is None else "being_looked_at"


def _sender(request: Request) -> dict:
    """Who sent a report, as intake wants it; a crew's app has no reporter."""
    if not isinstance(request.auth, Device):
        return {"flags": (request.auth,) if request.auth else ()}
    device = request.auth
    return {"device": device, "reporter": device.reporter}


class PhotoParser(MultiPartParser):
    """Multipart bodies up to one photo; a longer one is refused before it is read."""

    def parse(self, stream, media_type=None, parser_context=None):
        if int(parser_context["request"].META.get("CONTENT_LENGTH") or 0) > media.MOST_BYTES + _FORM_BYTES:
            raise RequestDataTooBig
        return super().parse(stream, media_type, parser_context)


@private
class Photos(APIView):
    authentication_classes = [ReportingAuthentication]
    permission_classes = [AllowAny]  # whose report it is decides, in `report`
    parser_classes = [PhotoParser]

    def report(self, id) -> Report:
        """The report, if this caller may add to it: its device, or anybody while it has none and is young."""
        report = Report.objects.filter(pk=id).first()
        if report is None:
            raise Http404
        own = isinstance(self.request.auth, Device) and self.request.auth.pk == report.device_id
        young = report.device_id is None and report.received_at > timezone.now() - OPEN_TO_PHOTOS
        if not (own or young):
            raise Http404
        return report

    @extend_schema(
        operation_id="add_photo",
        request={"multipart/form-data": PhotoUploadSerializer},
        responses={
            201: PhotoSerializer,
            200: PhotoSerializer,
            (409, "application/problem+json"): PhotoConflictSerializer,
        }
        | problems(400, 404, 413, 415, 422),
        parameters=[
            OpenApiParameter("Idempotency-Key", str, "header", description="stands in for external_id")
        ],
        auth=[{"device": []}, {}],
    )
    def post(self, request: Request, id) -> Response:
        """Add a photo to a report, by the app that sent it; for a day by anybody if it came without token.

        201 a new photo; 200 a repeat (same key and bytes; without a key: same bytes), same body; 409 another
        photo came under the same key: it is kept too. 415 no picture that we can open, 422 a damaged or too
        large one: send it again under the same key.
        """
        report = self.report(id)
        upload = PhotoUploadSerializer(data=request.data)
        upload.is_valid(raise_exception=True)
        key = upload.validated_data["external_id"] or photo_key(request.headers.get("Idempotency-Key"))
        attachment, new = media.keep(report, upload.validated_data["photo"], key)
        if new:
            tasks.shrink_photo.delay_on_commit(str(attachment.pk))
        if key and attachment.external_id != key:
            raise PhotoConflict(attachment)
        return Response(
            PhotoSerializer(attachment).data, status=status.HTTP_201_CREATED if new else status.HTTP_200_OK
        )


def everything(user: User) -> QuerySet[Incident]:
    """Every incident: what somebody may see where nobody says less."""
    return Incident.objects.all()


def filtered(request: Request, seen: QuerySet[Incident]) -> tuple[QuerySet[Incident], bool]:
    """Those of `seen` that the query string asks for, and whether all of them are open."""
    wanted = IncidentFilterSerializer(data=request.query_params.dict())
    wanted.is_valid(raise_exception=True)
    wanted = wanted.validated_data
    statuses = wanted.get("status")
    only_open = not statuses or set(statuses) <= set(Incident.QUEUE_STATUSES)
    incidents = seen.in_queue() if only_open else seen
    if statuses:
        incidents = incidents.filter(status__in=statuses)
    if wanted.get("priority"):
        incidents = incidents.filter(priority__in=wanted["priority"])
    if wanted.get("type"):
        incidents = incidents.filter(type__in=wanted["type"])
    if wanted.get("q"):
        incidents = incidents.filter(reference__startswith=wanted["q"].upper())
    if wanted.get("since"):
        incidents = incidents.filter(last_report_at__gte=wanted["since"])
    if wanted.get("bbox"):
        # As plain degrees: the edges of a box on the globe would bulge away from its parallels.
        incidents = incidents.alias(point=Cast("position", PointField())).filter(
            point__contained=Polygon.from_bbox(wanted["bbox"])
        )
    return incidents, only_open


class IncidentPages(KeysetPages):
    """The queue in its own order; the archive, of which no index knows the rank, newest first."""

    only_open = True

    def get_ordering(self, request, queryset, view):
        return ("queue_rank", "id") if self.only_open else ("-received_at", "id")


@private
class Incidents(GenericAPIView):
    permission_classes = [IsDesk]
    pagination_class = IncidentPages
    queryset = Incident.objects.none()
    seen_by = staticmethod(everything)

    @extend_schema(
        operation_id="list_incidents",
        parameters=[IncidentFilterSerializer],
        responses={200: IncidentSerializer(many=True)} | problems(400, 401, 403),
    )
    def get(self, request: Request) -> Response:
        """The queue, most urgent first; with a status that is not open the archive, newest first."""
        incidents, self.paginator.only_open = filtered(request, self.seen_by(request.user))
        page = self.paginator.paginate_queryset(incidents.select_related("held_by"), request, view=self)
        return self.paginator.get_paginated_response(IncidentSerializer(page, many=True).data)


@private
class IncidentMap(APIView):
    permission_classes = [IsDesk]
    seen_by = staticmethod(everything)

    @extend_schema(
        operation_id="map_incidents",
        parameters=[IncidentFilterSerializer],
        responses={(200, "application/geo+json"): OpenApiTypes.OBJECT} | problems(400, 401, 403),
    )
    def get(self, request: Request) -> HttpResponse:
        """The same incidents for a map, as GeoJSON (RFC 7946); `truncated` if some were left out."""
        incidents, only_open = filtered(request, self.seen_by(request.user))
        order = ("queue_rank", "id") if only_open else ("-received_at", "id")
        rows = list(incidents.order_by(*order).values_list(*_FEATURE_COLUMNS)[: MOST_FEATURES + 1])
        collection = {
            "type": "FeatureCollection",
            "features": [_feature(row) for row in rows[:MOST_FEATURES]],
            "truncated": len(rows) > MOST_FEATURES,
        }
        return HttpResponse(json.dumps(collection, ensure_ascii=False), content_type="application/geo+json")


_FEATURE_COLUMNS = (
    "id",
    "position",
    "reference",
    "status",
    "type",
    "priority",
    "score",
    "drill",
    "position_error_m",
    "persons_on_board",
    "received_at",
)


def _feature(row: tuple) -> dict:
    id, position, *rest, received_at = row
    properties = dict(zip(_FEATURE_COLUMNS[2:-1], rest, strict=True))
    properties["received_at"] = received_at.isoformat()
    geometry = {"type": "Point", "coordinates": [position.x, position.y]} if position else None
    return {"type": "Feature", "id": str(id), "geometry": geometry, "properties": properties}
