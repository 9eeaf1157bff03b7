import json

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation, ValidationError
from django.db import DataError
from django.http import Http404
from django.test import RequestFactory
from rest_framework import exceptions
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from config import problems


class AlreadyTakenError(Exception):
    problem_status = 409
    problem_type = "already-taken"
    problem_extra = {"taken_by": "KM Lumut 2"}


class Probe(APIView):
    permission_classes = [AllowAny]
    authentication_classes = []
    raised: Exception | None = None

    def post(self, request):
        if self.raised:
            raise self.raised
        return Response(request.data)


def answer(raised=None, body=b"{}", content_type="application/json"):
    request = RequestFactory().generic("POST", "/api/v1/probe/", body, content_type=content_type)
    response = Probe.as_view(raised=raised)(request)
    response.render()
    return response, json.loads(response.content)


@pytest.mark.parametrize(
    ("raised", "status"),
    [
        (AlreadyTakenError("Another unit goes."), 409),
        (exceptions.ValidationError({"text": ["too long"]}), 400),
        (exceptions.ValidationError("no"), 400),
        (ValidationError({"text": ["too long"]}), 400),
        (ValidationError("no"), 400),
        (exceptions.NotAuthenticated(), 401),
        (exceptions.Throttled(wait=3), 429),
        (exceptions.MethodNotAllowed("POST"), 405),
        (Http404(), 404),
        (PermissionDenied(), 403),
        (SuspiciousOperation("crs"), 400),
        (RequestDataTooBig(), 413),
        (RecursionError(), 400),
        (UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates"), 400),
        (DataError("value out of range"), 400),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_every_error_is_a_problem_document(raised, status):
    # 401 becomes 403 where no way of signing in could be asked for, as DRF does.
    response, body = answer(raised)
    assert response.status_code == body["status"]
    assert body["status"] in {status, 403 if status == 401 else status}
    assert response["Content-Type"] == "application/problem+json"
    assert body["type"] == "about:blank" or body["type"].startswith("/api/docs/#")
    assert body["title"]


def test_an_apps_exception_tells_status_kind_and_more():
    _, body = answer(AlreadyTakenError("Another unit goes."))
    assert body == {
        "type": "/api/docs/#already-taken",
        "title": "Conflict",
        "status": 409,
        "detail": "Another unit goes.",
        "taken_by": "KM Lumut 2",
    }


def test_field_errors_stand_by_field():
    assert answer(exceptions.ValidationError({"text": ["too long"]}))[1]["errors"] == {"text": ["too long"]}
    assert answer(exceptions.ValidationError("no"))[1]["errors"] == {"non_field_errors": ["no"]}
    assert answer(ValidationError("no"))[1]["errors"] == {"non_field_errors": ["no"]}


def test_a_throttle_says_when_to_come_back():
    assert answer(exceptions.Throttled(wait=3))[0]["Retry-After"] == "3"


def test_an_unforeseen_fault_is_not_dressed_up_as_bad_input():
    with pytest.raises(ZeroDivisionError):
        answer(ZeroDivisionError())


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"\xff\xfe{}", "application/json", 400),
        (b"[" * 200_000, "application/json", 400),
        (b'{"n": ' + b"9" * 5000 + b"}", "application/json", 400),
        (b"NaN", "application/json", 400),
        (b"", "application/json", 200),
        (b"a=b", "application/x-www-form-urlencoded", 415),
        (b"<a/>", "text/xml; charset=utf-99", 415),
        (b"{}", "application/json; charset=nonsense", 200),
    ],
)
def test_a_hostile_body_is_refused_and_never_a_fault(body, content_type, status):
    assert answer(body=body, content_type=content_type)[0].status_code == status


@pytest.mark.parametrize("path", ["/api/v1/nothing/", "/webhooks/nothing/"])
def test_programs_get_a_problem_document_where_there_is_nothing(client, path):
    response = client.get(path)
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["status"] == 404


def test_people_get_a_page_where_there_is_nothing(client):
    response = client.get("/nothing/")
    assert response.status_code == 404
    assert response["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(
    ("handler", "arguments", "status"),
    [
        (problems.bad_request, [SuspiciousOperation()], 400),
        (problems.bad_request, [RequestDataTooBig()], 413),
        (problems.permission_denied, [PermissionDenied()], 403),
        (problems.server_error, [], 500),
    ],
)
def test_the_error_handlers_speak_to_programs_as_programs(handler, arguments, status):
    response = handler(RequestFactory().get("/webhooks/twilio/sms/"), *arguments)
    assert response.status_code == status == json.loads(response.content)["status"]
    assert response["Content-Type"] == "application/problem+json"
    assert handler(RequestFactory().get("/admin/"), *arguments)["Content-Type"].startswith("text/html")
