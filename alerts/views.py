"""What crews, AVL boxes and the desk do over HTTP."""

from collections.abc import Callable
from dataclasses import replace

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alerts import dispatch, positions, vessels, weather
from alerts.console.access import incidents_for
from alerts.models import Dispatch, PatrolUnit, UnitPosition
from alerts.serializers import (
    DispatchSerializer,
    FleetPositionSerializer,
    IncidentStorySerializer,
    NearVesselSerializer,
    PositionOutcomeSerializer,
    ReasonSerializer,
    UnitPositionBatchSerializer,
    UnitPositionSerializer,
    WeatherSerializer,
)
from communities.authentication import RecentAuthentication
from communities.models import Device
from communities.permissions import IsCrew, IsDesk
from communities.serializers import problems
from communities.views import private


@private
class UnitPositions(APIView):
    """The crew of one unit, or the box aboard it."""

    authentication_classes = [RecentAuthentication]
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

        Nonsense in a batch (0, 0; out of range; over two minutes in the future; faster than the unit
        can go) is refused row by row; a single one with 400.
        """
        units = positions.units_of(request.user.pk, [call_sign])
        if not units:
            raise PermissionDenied  # also for a call sign that nobody has: which ones exist is a secret
        one = not isinstance(request.data, list)
        outcome = take_positions(request, [request.data] if one else request.data, units, of=call_sign)
        if outcome.errors and one:
            raise serializers.ValidationError(outcome.errors[0][2])
        return told(outcome)


@private
class FleetPositions(APIView):
    """A gateway that collects the fixes of many units: its user is in the crew of each."""

    authentication_classes = [RecentAuthentication]
    permission_classes = [IsCrew]

    @extend_schema(
        operation_id="send_fleet_positions",
        request=FleetPositionSerializer(many=True, max_length=positions.MOST_ROWS),
        responses={200: PositionOutcomeSerializer} | problems(400, 401, 403),
    )
    def post(self, request: Request) -> Response:
        """Send fixes of many units: up to 500 rows, each with its call sign, in any order.

        A row of a unit that the token may not speak for is refused like one of a unit that is not there.
        """
        rows = request.data
        if not isinstance(rows, list):
            raise serializers.ValidationError("Send a list of positions.")
        named = [row.get("call_sign") for row in rows[: positions.MOST_ROWS] if isinstance(row, dict)]
        return told(take_positions(request, rows, positions.units_of(request.user.pk, named)))


def take_positions(
    request: Request, rows: list, units: dict[str, positions.Tracked], *, of: str | None = None
) -> positions.Outcome:
    """Read and record `rows` of `units`; 400 where there are too many."""
    if len(rows) > positions.MOST_ROWS:
        raise serializers.ValidationError(f"At most {positions.MOST_ROWS} positions at once.")
    source = UnitPosition.Source.APP if isinstance(request.auth, Device) else UnitPosition.Source.AVL
    now = timezone.now()
    said, refused = positions.read_rows(rows, now, of=of)
    outcome = positions.record(units, said, source=source, now=now)
    return replace(outcome, errors=sorted(refused + outcome.errors))


def told(outcome: positions.Outcome) -> Response:
    return Response(
        {
            "accepted": outcome.accepted,
            "ignored": outcome.ignored,
            "repaired": outcome.repaired,
            "refused": outcome.refused,
            "errors": [
                {"index": index, "reason": reason, "detail": why} for index, reason, why in outcome.errors
            ],
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
    officer_says_why = False

    def post(self, request: Request, id) -> Response:
        found = get_object_or_404(Dispatch, pk=id)
        if not visible_to(request.user).filter(pk=found.pk).exists():
            raise PermissionDenied
        said = ReasonSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        via = "officer" if request.user.is_desk else "app"
        says_why = via == "officer" and self.officer_says_why
        reason = said.validated_data if self.takes_reason or says_why else {}
        if says_why and not reason.get("reason"):
            raise serializers.ValidationError({"reason": ["Say how the crew told you that it goes."]})
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


@_verb(
    "acknowledge_dispatch",
    "I have it and I go. The desk, for a crew on the radio, must give a `reason`."
    " 409: another leads (`call_sign`, `acknowledged_at`).",
)
class Acknowledge(DispatchVerb):
    say = staticmethod(dispatch.acknowledge)
    takes_reason = False
    officer_says_why = True


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


@_verb("confirm_dispatch", "I have read the stand-down; all is well; I come later: whatever was asked.")
class Confirm(DispatchVerb):
    say = staticmethod(dispatch.confirm)
    takes_reason = False


@private
class IncidentStory(APIView):
    permission_classes = [IsDesk]

    @extend_schema(
        operation_id="read_incident", responses={200: IncidentStorySerializer} | problems(401, 403, 404)
    )
    def get(self, request: Request, id) -> Response:
        """One incident: its reports, in their words and as read, its dispatches and the whole story."""
        incidents = (
            incidents_for(request.user)
            .select_related("held_by", "escalation")
            .prefetch_related(
                "reports__reporter",
                "reports__attachments",
                "dispatches__unit",
                "dispatches__transitions__by",
                "transitions__by",
                "notifications__unit",
                "weather__by",
            )
        )
        return Response(IncidentStorySerializer(get_object_or_404(incidents, pk=id)).data)


@private
class Weather(APIView):
    permission_classes = [IsDesk]

    @extend_schema(
        operation_id="enter_weather",
        request=WeatherSerializer,
        responses={200: WeatherSerializer, 201: WeatherSerializer} | problems(400, 401, 403, 404, 409),
    )
    def post(self, request: Request, id) -> Response:
        """Enter wind, current and sea at the scene: units are ranked, and crews steered, by the newest.

        A speed goes with its direction. What is left out stays, null takes it back. 200: nothing changed.
        409: the incident has ended, or nothing was said.
        """
        incident = get_object_or_404(incidents_for(request.user), pk=id)
        said = WeatherSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        row, is_new = weather.enter(incident.pk, by=request.user, **said.validated_data)
        return Response(WeatherSerializer(row).data, status=201 if is_new else 200)

    @extend_schema(
        operation_id="take_back_weather",
        responses={200: WeatherSerializer} | problems(401, 403, 404, 409),
    )
    def delete(self, request: Request, id) -> Response:
        """Take the last entry back: the one before it counts again, as a new row. Returns what counts now.

        Done twice, the entry stands again. 409: the incident has ended, or no weather was entered.
        """
        incident = get_object_or_404(incidents_for(request.user), pk=id)
        row, _ = weather.take_back(incident.pk, by=request.user)
        return Response(WeatherSerializer(row).data)


@private
class IncidentVessels(APIView):
    permission_classes = [IsDesk]

    @extend_schema(
        operation_id="list_vessels_near_incident",
        responses={200: NearVesselSerializer(many=True)} | problems(401, 403, 404),
    )
    def get(self, request: Request, id) -> Response:
        """Vessels heard on AIS within 30 NM in the last half hour that could help, the nearest first.

        Empty where the incident has no position. Whom to call is the officer's decision: a quiet matter is
        no matter for other ships.
        """
        incident = get_object_or_404(incidents_for(request.user), pk=id)
        found = vessels.near(incident.lon_lat) if incident.lon_lat else []
        return Response(NearVesselSerializer(found, many=True).data)
