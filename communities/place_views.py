"""The page on which liaison officers write down names of the sea, and its API under /api/v1/places/."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from communities import charts, coast, names, places, village_names
from communities.models import Community, Place, PlaceChange
from communities.permissions import NamesPlaces
from communities.serializers import (
    AlikeFilterSerializer,
    AlikeSerializer,
    NewPlaceSerializer,
    PlaceActSerializer,
    PlaceFilterSerializer,
    PlacesSerializer,
    PlaceStorySerializer,
    problems,
)
from communities.sphere import NAUTICAL_MILE_M, Position
from communities.views import private

NEARBY_M = 5 * NAUTICAL_MILE_M
MOST_ALIKE = 5
MOST_CHANGES = 50
# The coastline is good to half a mile: nearer to the shore than this nothing is said of land.
INLAND_M = NAUTICAL_MILE_M


@never_cache
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The chart with its form; its script asks for everything else. For staff: see communities.urls."""
    if not NamesPlaces().has_permission(request, None):
        raise PermissionDenied
    communities = list(Community.objects.confiding_in(request.user))
    act = village_names.last_act(request.user)
    context = admin.site.each_context(request) | {
        "title": _("Names of the sea"),
        "is_nav_sidebar_enabled": False,
        "communities": communities,
        "kinds": village_names.Kind.choices,
        "data": {
            "waters": {
                str(community.pk): [community.waters.y, community.waters.x, community.waters_radius_m]
                for community in communities
                if community.waters
            },
            "communities": {str(community.pk): community.name for community in communities},
            "kinds": {value: str(label) for value, label in village_names.Kind.choices},
            "last": act and {"id": str(act.pk), "text": _act_text(act)},
        },
    }
    return render(request, "communities/places.html", context)


def _act_text(act: PlaceChange) -> str:
    return _("%(name)s: %(act)s %(span)s ago.") % {
        "name": act.place.name,
        "act": act.get_act_display(),
        "span": timesince(act.at),
    }


class _Writing(APIView):
    """`refuse_name` and `refuse_position` raise ValueError; wired in by whoever reads texts (reports)."""

    permission_classes = [NamesPlaces]
    refuse_name = staticmethod(lambda name: None)
    refuse_position = staticmethod(lambda position: None)

    def wanted(self, request: Request, **options) -> NewPlaceSerializer:
        """What is to be written down, checked."""
        context = {
            "request": request,
            "refuse_name": self.refuse_name,
            "refuse_position": self.refuse_position,
        }
        wanted = NewPlaceSerializer(data=request.data, context=context, **options)
        wanted.is_valid(raise_exception=True)
        return wanted


@private
class Places(_Writing):
    @extend_schema(
        operation_id="list_places",
        parameters=[PlaceFilterSerializer],
        responses={200: PlacesSerializer} | problems(400, 401, 403),
    )
    def get(self, request: Request) -> Response:
        """Names inside `bbox`, else those that hold the words `q`; the villages' own come first.

        Where a box holds more charted names than `limit`, none of them is given: come nearer.
        """
        asked = PlaceFilterSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        limit = asked.validated_data["limit"]
        if box := asked.validated_data.get("bbox"):
            inside = Place.objects.in_use().inside(box)
            found = list(inside.own_to_villages_of(request.user).order_by("id")[: limit + 1])
            more = len(found) > limit
            if not more:
                charted = list(inside.charted().order_by()[: limit - len(found) + 1])
                more = len(found) + len(charted) > limit
                found += [] if more else charted
        else:
            found = list(
                village_names.search(
                    request.user,
                    asked.validated_data.get("q", ""),
                    asked.validated_data.get("near"),
                    retired=asked.validated_data["retired"],
                )[: limit + 1]
            )
            more = len(found) > limit
        return Response(PlacesSerializer({"places": found[:limit], "more": more}).data)

    @extend_schema(
        operation_id="add_place",
        request=NewPlaceSerializer,
        responses={201: PlaceActSerializer} | problems(400, 401, 403, 409),
    )
    def post(self, request: Request) -> Response:
        """Write down what a village calls a place. Texts are read with it within 30 seconds."""
        act = village_names.add(by=request.user, **self.wanted(request).validated_data)
        return Response(_done(act), status=status.HTTP_201_CREATED)


@private
class OnePlace(_Writing):
    @extend_schema(operation_id="read_place", responses={200: PlaceStorySerializer} | problems(401, 403, 404))
    def get(self, request: Request, id) -> Response:
        """One place, and who did what to it."""
        place = _place(request, id)
        place.story = place.changes.select_related("by")[:MOST_CHANGES]
        return Response(PlaceStorySerializer(place).data)

    @extend_schema(
        operation_id="change_place",
        request=NewPlaceSerializer(partial=True),
        responses={200: PlaceActSerializer} | problems(400, 401, 403, 404, 409),
    )
    def patch(self, request: Request, id) -> Response:
        """Change or move a village's own name; what is left out stays."""
        wanted = self.wanted(request, partial=True)
        act = village_names.change(id, by=request.user, **wanted.validated_data)
        return Response(_done(act, _place(request, id)))


class _Verb(APIView):
    permission_classes = [NamesPlaces]


@private
class Retire(_Verb):
    @extend_schema(
        operation_id="retire_place",
        request=None,
        responses={200: PlaceActSerializer} | problems(401, 403, 404),
    )
    def post(self, request: Request, id) -> Response:
        """Take a village's own name out of use: no text is read with it any more. Nothing is deleted."""
        act = village_names.retire(id, by=request.user)
        return Response(_done(act, _place(request, id)))


@private
class Restore(_Verb):
    @extend_schema(
        operation_id="restore_place",
        request=None,
        responses={200: PlaceActSerializer} | problems(401, 403, 404, 409),
    )
    def post(self, request: Request, id) -> Response:
        """Take a name back into use."""
        act = village_names.restore(id, by=request.user)
        return Response(_done(act, _place(request, id)))


@private
class Undo(_Verb):
    @extend_schema(
        operation_id="undo_place_change",
        request=None,
        responses={200: PlaceActSerializer} | problems(401, 403, 404, 409),
        parameters=[OpenApiParameter("id", description="of the act")],
    )
    def post(self, request: Request, id) -> Response:
        """Undo an act of one's own that nobody built on; the answer's act can be undone in turn."""
        return Response(_done(village_names.undo(id, by=request.user)))


@private
class PlacesAlike(_Writing):
    """`read_position` and `is_understood` are wired in too."""

    read_position = staticmethod(charts.read_position)
    is_understood = staticmethod(lambda name: True)

    @extend_schema(
        operation_id="places_alike",
        parameters=[AlikeFilterSerializer],
        responses={200: AlikeSerializer} | problems(400, 401, 403),
    )
    def get(self, request: Request) -> Response:
        """What to know before a name is saved: where it would be, who bears it already, what lies near."""
        asked = AlikeFilterSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        name, written = asked.validated_data.get("name", ""), asked.validated_data.get("position", "")
        advice, here = [], None
        if written.strip():
            try:
                here = self.read_position(written)
                self.refuse_position(here)
            except ValueError as unread:
                advice.append(str(unread))
        if here and coast.is_land(*here) and coast.distance_to_coast_m(*here) > INLAND_M:
            advice.append(_("This is on land."))
        known = Place.objects.in_use().known_to(request.user)
        known = known.exclude(pk=asked.validated_data.get("place"))
        same_name = _same_name(known, name, here)
        if same_name:
            advice.append(_same_name_text(name, same_name, here))
        if any(place.community_id is None for place in same_name):
            advice.append(
                _("To fishers of this village it will mean this place, to everybody else the charted one.")
            )
        if name.strip() and (refusal := self._refusal(name)):
            advice.append(refusal)
        elif name.strip() and not self.is_understood(name):
            advice.append(
                _(
                    "A text that says only this would not be understood as a place. Write down what it is "
                    "too, as fishers say it: Lubuk …, Karang …, Unjam …"
                )
            )
        nearby = _nearby(known, here) if here else []
        return Response(
            AlikeSerializer(
                {
                    "position": here and {"latitude": here[1], "longitude": here[0]},
                    "position_text": charts.position_text(*here) if here else "",
                    "same_name": same_name[:MOST_ALIKE],
                    "nearby": nearby,
                    "advice": advice,
                }
            ).data
        )

    def _refusal(self, name: str) -> str:
        try:
            self.refuse_name(name)
        except ValueError as refused:
            return str(refused)
        return ""


def _place(request: Request, id) -> Place:
    place = Place.objects.known_to(request.user).filter(pk=id).first()
    if place is None:
        raise Http404
    return place


def _done(act: PlaceChange | None, place: Place | None = None) -> dict:
    return PlaceActSerializer({"place": place or act.place, "change": act}).data


def _same_name(known, name: str, here: Position | None) -> list[Place]:
    if not (folded := names.full_name(name)):
        return []
    rows = known.filter(search_names__contains=[folded[:200]])
    if here:
        rows = rows.annotate(distance_m=places.SphereDistance("position", here)).order_by("distance_m")
    return list(rows)


def _same_name_text(name: str, same_name: list[Place], here: Position | None) -> str:
    count = len(same_name)
    values = {"count": count, "name": " ".join(name.split())}
    if here is None:
        return (
            ngettext("%(count)d other is called %(name)s.", "%(count)d others are called %(name)s.", count)
            % values
        )
    values["miles"] = f"{same_name[0].distance_m / NAUTICAL_MILE_M:.0f}"
    return (
        ngettext(
            "%(count)d other is called %(name)s, %(miles)s NM off.",
            "%(count)d others are called %(name)s; the nearest is %(miles)s NM off.",
            count,
        )
        % values
    )


def _nearby(known, here: Position) -> list[Place]:
    rows = known.annotate(distance_m=places.SphereDistance("position", here)).order_by("distance_m")
    return [place for place in rows[:MOST_ALIKE] if place.distance_m <= NEARBY_M]
