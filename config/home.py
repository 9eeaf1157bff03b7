"""Where somebody who opens the bare address belongs."""

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


def home(request: HttpRequest) -> HttpResponse:
    """The desk for whoever works the queue, else the administration; a stranger signs in first."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    return redirect("console" if request.user.is_desk and request.user.is_staff else "admin:index")
