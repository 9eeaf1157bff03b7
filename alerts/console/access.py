"""Who may open the console, and how far each of them sees."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from alerts.models import Dispatch, PatrolUnit
from communities.admin import DESK, role_of
from communities.models import User
from reports.models import Incident


def desk_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let dispatchers, supervisors and administrators in; a stranger signs in first.

    A script that asks for a fragment is told 401 instead of being sent the page to sign in; so it is where
    its page is another's (header `X-User`), who signed in before in this browser.
    """

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            if is_fragment(request):
                return HttpResponse(status=401)
            return redirect_to_login(request.get_full_path())
        if is_fragment(request) and request.headers.get("X-User") not in (None, "", str(request.user.pk)):
            return HttpResponse(status=401)
        if role_of(request.user) not in DESK:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    guarded.permission = DESK  # the role matrix asks for it
    return guarded


def is_fragment(request: HttpRequest) -> bool:
    """Whether the console's script asks, and wants a part of the page only (header `X-Fragment`)."""
    return "X-Fragment" in request.headers


# --- How far each of them sees ---

#: Metres added to a position's error before it counts as surely inside a sector: edges are drawn straight on
#: the chart, and the true line between two far points bends from that.
MARGIN_M = 1852
#: Metres of a degree of latitude, somewhat less than the truth, so that the box is larger than the circle.
DEGREE_M = 110_000


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose eyes: of an agency, or of everybody (None). All with the same scope see the same."""

    agency: UUID | None = None

    def incidents(self, of: QuerySet[Incident] | None = None) -> QuerySet[Incident]:
        """The incidents that this desk may know of, or those of a queryset.

        One is left out only if it surely lies in a sector of another agency that has a desk of its own,
        touches no sector of this one, and none of this agency's units was ever told of it; one that was
        merged follows the incident that stayed, too.
        """
        of = Incident.objects.all() if of is None else of
        others = self._other_desks()
        return of.exclude(self._left_out(others)) if others else of

    def rows(self, of: QuerySet, incident: str) -> QuerySet:
        """Rows that tell of an incident (by that lookup) which this desk may know of, and those of none."""
        others = self._other_desks()
        if not others:
            return of
        return of.exclude(**{f"{incident}__in": Incident.objects.filter(self._left_out(others))})

    def units(self, of: QuerySet[PatrolUnit] | None = None) -> QuerySet[PatrolUnit]:
        """The units that this desk may see, or those of a queryset.

        Those of another agency with a desk of its own only while called for an incident that this one sees.
        """
        of = PatrolUnit.objects.all() if of is None else of
        others = self._other_desks()
        if not others:
            return of
        called = Dispatch.objects.answerable().filter(incident__in=self.incidents().in_queue())
        return of.filter(~Q(station__agency__in=others) | Q(pk__in=called.values("unit")))

    def _other_desks(self) -> list[UUID]:
        """Agencies beside this one where somebody at a desk can sign in."""
        if self.agency is None:
            return []
        desks = User.objects.filter(is_active=True, is_staff=True, role__in=DESK, agency__isnull=False)
        return list(desks.exclude(agency=self.agency).values_list("agency", flat=True).distinct())

    def _left_out(self, others: list[UUID]) -> Q:
        stayed = Q(merged_into__isnull=True) | self._elsewhere("merged_into", others)
        return self._elsewhere("", others) & stayed

    def _elsewhere(self, of: str, others: list[UUID]) -> Q:
        prefix = f"{of}__" if of else ""
        where = (F(f"{prefix}position"), F(f"{prefix}position_error_m"))
        told = Dispatch.objects.filter(incident=OuterRef(of or "pk"), unit__station__agency=self.agency)
        return (
            Q(InSector(*where, agencies=others, relation="ST_Covers"))
            & ~Q(InSector(*where, agencies=[self.agency], relation="ST_Intersects"))
            & ~Q(Exists(told))
        )


class InSector(Func):
    """Whether a sector of one of the agencies covers (or touches: ST_Intersects) a position, error and all.

    Nothing is known of an incident without position or without its error, so it is in none.
    """

    arity = 2
    output_field = BooleanField()
    conditional = True

    def __init__(self, position, error_m, *, agencies: list[UUID], relation: str, **extra) -> None:
        super().__init__(position, error_m, **extra)
        self.agencies, self.relation = agencies, relation

    def as_sql(self, compiler, connection, **_extra):
        (position, *_rest), (error, *_none) = (compiler.compile(one) for one in self.source_expressions)
        size = f"({error} + {MARGIN_M}) / {float(DEGREE_M)}"
        box = (
            f"ST_Expand({position}::geometry,"
            f" {size} / greatest(0.1, cos(radians(ST_Y({position}::geometry)))), {size})"
        )
        sectors = "SELECT 1 FROM communities_zone AS sector WHERE sector.kind = 'sector'"
        near = f"sector.agency_id = ANY(%s::uuid[]) AND {self.relation}(sector.area::geometry, {box})"
        return f"EXISTS ({sectors} AND {near})", [self.agencies]


def scope_of(user: User) -> Scope:
    """How far somebody at the desk sees."""
    return Scope(user.agency_id)


def incidents_for(user: User) -> QuerySet[Incident]:
    """The incidents that this user may know of: where everything that the console reads of them starts."""
    return scope_of(user).incidents()


def units_for(user: User) -> QuerySet[PatrolUnit]:
    """The units that this user may see: where everything that the console reads of them starts."""
    return scope_of(user).units()
