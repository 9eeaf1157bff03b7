"""Who may open the console, and how far each of them sees."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from alerts.models import PatrolUnit
from communities.admin import DESK, role_of
from communities.models import User
from reports.models import Incident


def desk_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let dispatchers, supervisors and administrators in; a stranger signs in first.

    A script that asks for a fragment is told 401 instead of being sent the page to sign in.
    """

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            if is_fragment(request):
                return HttpResponse(status=401)
            return redirect_to_login(request.get_full_path())
        if role_of(request.user) not in DESK:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    guarded.permission = DESK  # the role matrix asks for it
    return guarded


def is_fragment(request: HttpRequest) -> bool:
    """Whether the console's script asks, and wants a part of the page only (header `X-Fragment`)."""
    return "X-Fragment" in request.headers


def incidents_for(user: User) -> QuerySet[Incident]:
    """The incidents that the user sees; whatever the console reads starts from them."""
    return Incident.objects.all()


def units_for(user: User) -> QuerySet[PatrolUnit]:
    """The units that the user sees; whatever the console reads starts from them."""
    return PatrolUnit.objects.all()
