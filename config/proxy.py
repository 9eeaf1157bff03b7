"""Who is calling, where a reverse proxy stands in front."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The caller's address: behind our proxy the last hop it wrote down, else the connection's own.

    The last entry of X-Forwarded-For is the proxy's word; those before it are the caller's and may be lies.
    """
    if settings.BEHIND_PROXY and (hops := request.headers.get("X-Forwarded-For", "")):
        return hops.rpartition(",")[2].strip()
    return request.META.get("REMOTE_ADDR", "")
