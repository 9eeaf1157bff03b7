"""What crews, AVL boxes and the desk do over HTTP."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alerts import dispatch, positions, weather
from alerts.models import Dispatch, PatrolUnit, UnitPosition
from alerts.serializers import (
    DispatchSerializer,
    IncidentStorySerializer,
    PositionOutcomeSerializer,
    ReasonSerializer,
    UnitPositionBatchSerializer,
    UnitPositionSerializer,
    WeatherSerializer,
)
from communities.models import Device
from communities.permissions import IsCrew, IsDesk
from communities.serializers import problems
from communities.views import private
from reports.models import Incident


@private
class UnitPositions(APIView):
    permission_classes = [IsCrew]

    @extend_schema(
        operation_id="send_unit_positions",
        request=PolymorphicProxySerializer(
            component_name="UnitPositions",
            serializers=[UnitPositionSerializer, UnitPositionBatchSerializer],
            resource_type_field_name=None,
            many=False,
        ),
        responses={200: PositionOutcomeSerializer} | problems(400, 401, 403),
    )
    def post(self, request: Request, call_sign: str) -> Response:
        """Send fixes of one's own unit: one, or a batch of up to 500. The newest counts, in whatever order.

        Nonsense in a batch (0, 0; out of range; over two minutes in the future) is refused row by row; a
        single one with 400.
        """
        unit = request.user.patrol_units.filter(call_sign=call_sign).first()
        if unit is None:
            raise PermissionDenied  # also for a call sign that nobody has: which ones exist is a secret
        rows = request.data if isinstance(request.data, list) else [request.data]
        if len(rows) > positions.MOST_ROWS:
            raise serializers.ValidationError(f"At most {positions.MOST_ROWS} positions at once.")
        source = UnitPosition.Source.APP if isinstance(request.auth, Device) else UnitPosition.Source.AVL
        outcome = positions.record(unit, rows, source=source)
        if outcome.errors and rows is not request.data:
            raise serializers.ValidationError(outcome.errors[0][1])
        return Response(
            {
                "accepted": outcome.accepted,
                "ignored": outcome.ignored,
                "errors": [{"index": index, "detail": why} for index, why in outcome.errors],
            }
        )


def visible_to(user) -> QuerySet[Dispatch]:
    """The dispatches that a crew (its own units') or the desk (all) may see."""
    dispatches = Dispatch.objects.select_related("unit", "incident").prefetch_related("incident__weather")
    if user.is_desk:
        return dispatches
    return dispatches.filter(unit__in=PatrolUnit.objects.filter(crew=user))


@private
class Dispatches(APIView):
    permission_classes = [IsCrew | IsDesk]

    @extend_schema(
        operation_id="list_dispatches", responses={200: DispatchSerializer(many=True)} | problems(401, 403)
    )
    def get(self, request: Request) -> Response:
        """Dispatches that the crew may still answer, oldest first; the desk sees those of all units."""
        return Response(DispatchSerializer(visible_to(request.user).answerable()[:200], many=True).data)


@private
class DispatchVerb(APIView):
    """A crew's word about its dispatch, or the desk's for a crew on the radio; saying it twice is once."""

    permission_classes = [IsCrew | IsDesk]
    say: Callable[..., Dispatch]
    takes_reason = True

    def post(self, request: Request, id) -> Response:
        found = get_object_or_404(Dispatch, pk=id)
        if not visible_to(request.user).filter(pk=found.pk).exists():
            raise PermissionDenied
        said = ReasonSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        via = "officer" if request.user.is_desk else "app"
        reason = said.validated_data if self.takes_reason else {}
        self.say(found.pk, via=via, by=request.user, **reason)
        return Response(DispatchSerializer(visible_to(request.user).get(pk=found.pk)).data)


def _verb(operation_id: str, what: str):
    return extend_schema_view(
        post=extend_schema(
            operation_id=operation_id,
            description=what,
            request=ReasonSerializer,
            responses={200: DispatchSerializer} | problems(400, 401, 403, 404, 409),
        )
    )


@_verb("acknowledge_dispatch", "I have it and I go. 409: another leads (`call_sign`, `acknowledged_at`).")
class Acknowledge(DispatchVerb):
    say = staticmethod(dispatch.acknowledge)
    takes_reason = False


@_verb("decline_dispatch", "I cannot go: the next unit is called at once.")
class Decline(DispatchVerb):
    say = staticmethod(dispatch.decline)


@_verb("report_under_way", "The unit has cast off.")
class UnderWay(DispatchVerb):
    say = staticmethod(dispatch.under_way)


@_verb("report_on_scene", "The unit is at the position.")
class OnScene(DispatchVerb):
    say = staticmethod(dispatch.on_scene)


@_verb("complete_dispatch", "The unit's work there is done.")
class Complete(DispatchVerb):
    say = staticmethod(dispatch.complete)


@_verb("report_cannot_continue", "The unit drops out: the next one is called at once.")
class CannotContinue(DispatchVerb):
    say = staticmethod(dispatch.cannot_continue)


@private
class IncidentStory(APIView):
    permission_classes = [IsDesk]

    @extend_schema(
        operation_id="read_incident", responses={200: IncidentStorySerializer} | problems(401, 403, 404)
    )
    def get(self, request: Request, id) -> Response:
        """One incident: its reports, in their words and as read, its dispatches and the whole story."""
        incidents = Incident.objects.select_related("held_by", "escalation").prefetch_related(
            "reports__reporter",
            "reports__attachments",
            "dispatches__unit",
            "dispatches__transitions__by",
            "transitions__by",
            "notifications__unit",
            "weather__by",
        )
        return Response(IncidentStorySerializer(get_object_or_404(incidents, pk=id)).data)


@private
class Weather(APIView):
    permission_classes = [IsDesk]

    @extend_schema(
        operation_id="enter_weather",
        request=WeatherSerializer,
        responses={201: WeatherSerializer} | problems(400, 401, 403, 404, 409),
    )
    def post(self, request: Request, id) -> Response:
        """Enter wind, current and sea at the scene: units are ranked, and crews steered, by the newest.

        A speed goes with its direction. 409: the incident has ended, or nothing was said.
        """
        incident = get_object_or_404(Incident, pk=id)
        said = WeatherSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        row = weather.enter(incident.pk, by=request.user, **said.validated_data)
        return Response(WeatherSerializer(row).data, status=201)
