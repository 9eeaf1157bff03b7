"""Errors as RFC 9457 `application/problem+json`, for the API and for what carriers call.

An app's exception tells how it is answered by attributes of its class: `problem_status` (int),
`problem_type` (a slug, shown in `type`) and `problem_extra` (a dict merged into the answer).
"""

import logging
from http import HTTPStatus

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation, ValidationError
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_exception_handler
from rest_framework.views import set_rollback

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
#: Here errors are for programs; elsewhere a person reads a page.
MACHINE_PATHS = ("/api/", "/webhooks/")
# What hostile input raises past a parser: nesting too deep, lone surrogates, a value no column holds.
BAD_INPUT = (SuspiciousOperation, RecursionError, UnicodeError, DataError)

# The database is away, full or too slow; the intake is not answered so, but kept (reports.spooling).
AWAY = (OperationalError, InterfaceError)
RETRY_AFTER_S = 10


def problem(status: int, detail: str = "", *, slug: str = "", errors=None, extra: dict | None = None) -> dict:
    """The body of an error. `errors` is by field, as a serializer gives them; `slug` names the kind."""
    body = {
        "type": f"/api/docs/#{slug}" if slug else "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
    }
    if detail:
        body["detail"] = detail
    if errors is not None:
        body["errors"] = errors
    return body | (extra or {})


def exception_handler(exc: Exception, context: dict) -> Response | None:
    """Answer an exception of a DRF view; None (an unforeseen one) leaves it to handler500."""
    body = _body(exc)
    if body is None:
        return None
    answer = drf_exception_handler(exc, context)  # for its headers (WWW-Authenticate, Retry-After)
    if answer is None:
        set_rollback()
        answer = Response()
    if isinstance(exc, AWAY):
        answer["Retry-After"] = RETRY_AFTER_S
    answer.data = body
    answer.status_code = body["status"]
    answer.content_type = CONTENT_TYPE
    return answer


def _body(exc: Exception) -> dict | None:
    status = getattr(exc, "problem_status", None)
    if status is not None:
        slug, extra = getattr(exc, "problem_type", ""), getattr(exc, "problem_extra", None)
        return problem(status, str(exc), slug=slug, extra=extra)
    match exc:
        case exceptions.ValidationError():
            errors = exc.detail if isinstance(exc.detail, dict) else {"non_field_errors": exc.detail}
            return problem(400, "Some fields are not right.", slug="invalid", errors=errors)
        case ValidationError():
            errors = exc.message_dict if hasattr(exc, "error_dict") else {"non_field_errors": exc.messages}
            return problem(400, "Some fields are not right.", slug="invalid", errors=errors)
        case exceptions.APIException():
            return problem(exc.status_code, str(exc.detail))
        case Http404():
            return problem(404, "There is nothing at this address, or it is not yours to see.")
        case PermissionDenied():
            return problem(403, "You may not do this.")
        case RequestDataTooBig():
            return problem(413, "The body is too large.")
        case _ if isinstance(exc, AWAY):
            logger.error("Answered 503: %s: %s", type(exc).__name__, exc)
            return problem(503, "The service cannot do this now. Ask again in a moment.")
        case _ if isinstance(exc, BAD_INPUT):
            logger.warning("Refused as bad input: %s", type(exc).__name__)
            return problem(400, "The request cannot be read.")
    return None


def _respond(request: HttpRequest, status: int, detail: str, page) -> HttpResponse:
    if request.path.startswith(MACHINE_PATHS):
        return JsonResponse(problem(status, detail), status=status, content_type=CONTENT_TYPE)
    return page()


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    status = 413 if isinstance(exception, RequestDataTooBig) else 400
    return _respond(
        request, status, "The request cannot be read.", lambda: defaults.bad_request(request, exception)
    )


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _respond(
        request, 403, "You may not do this.", lambda: defaults.permission_denied(request, exception)
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _respond(
        request, 404, "There is nothing at this address.", lambda: defaults.page_not_found(request, exception)
    )


def server_error(request: HttpRequest) -> HttpResponse:
    return _respond(
        request, 500, "The fault is ours; it is in the log.", lambda: defaults.server_error(request)
    )
