"""Who may do what: a row for every route and method. A new route without a row fails here."""

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from knox.models import AuthToken

from tests import factories

pytestmark = pytest.mark.django_db

ROLES = ("anonymous", "device", "crew", "second_crew", "liaison", "dispatcher", "supervisor", "admin")
DESK = {"dispatcher": 200, "supervisor": 200, "admin": 200}
CREW_AND_DESK = {"crew": 200, "second_crew": 403, **DESK}
# Everybody not named is refused: 401 without a login, 403 with one. 400 and 404 here mean: let in, then nothing useful was sent.
EVERYBODY_200 = dict.fromkeys(ROLES, 200)

ROWS: dict[tuple[str, str], dict[str, int]] = {
    ("POST", "api/v1/devices/"): dict.fromkeys(ROLES, 201),
    ("GET", "api/v1/devices/<uuid:id>/"): {"device": 200},
    ("PATCH", "api/v1/devices/<uuid:id>/"): {"device": 200},
    ("DELETE", "api/v1/devices/<uuid:id>/"): {"device": 204},
    ("GET", "api/v1/places/"): DESK | {"liaison": 200},
    ("POST", "api/v1/places/"): dict.fromkeys([*DESK, "liaison"], 400),
    ("GET", "api/v1/places/alike/"): DESK | {"liaison": 200},
    ("GET", "api/v1/places/<uuid:id>/"): DESK | {"liaison": 200},
    ("PATCH", "api/v1/places/<uuid:id>/"): DESK | {"liaison": 200},
    ("POST", "api/v1/places/<uuid:id>/retire/"): DESK | {"liaison": 200},
    ("POST", "api/v1/places/<uuid:id>/restore/"): DESK | {"liaison": 200},
    # Only whoever did it: here nobody who asks.
    ("POST", "api/v1/place-changes/<uuid:id>/undo/"): dict.fromkeys([*DESK, "liaison"], 404),
    ("POST", "api/v1/reports/"): dict.fromkeys(ROLES, 201),
    ("GET", "api/v1/reports/"): {"device": 200},
    ("POST", "api/v1/reports/<uuid:id>/photos/"): dict.fromkeys(ROLES, 404) | {"device": 400},
    ("GET", "api/v1/incidents/"): DESK,
    ("GET", "api/v1/incidents.geojson"): DESK,
    ("GET", "api/v1/incidents/<uuid:id>/"): DESK,
    ("POST", "api/v1/incidents/<uuid:id>/weather/"): dict.fromkeys(DESK, 201),
    ("DELETE", "api/v1/incidents/<uuid:id>/weather/"): dict.fromkeys(DESK, 409),  # none was entered
    ("GET", "api/v1/incidents/<uuid:id>/vessels/"): DESK,
    # Whose units they are is asked row by row.
    ("POST", "api/v1/patrol-units/positions/"): {"crew": 200, "second_crew": 200},
    ("POST", "api/v1/patrol-units/<str:call_sign>/positions/"): {"crew": 200},
    ("GET", "api/v1/dispatches/"): CREW_AND_DESK | {"second_crew": 200},
    ("POST", "api/v1/dispatches/<uuid:id>/acknowledge/"): CREW_AND_DESK,
    ("POST", "api/v1/dispatches/<uuid:id>/decline/"): CREW_AND_DESK,
    ("POST", "api/v1/dispatches/<uuid:id>/under-way/"): CREW_AND_DESK,
    ("POST", "api/v1/dispatches/<uuid:id>/on-scene/"): CREW_AND_DESK,
    ("POST", "api/v1/dispatches/<uuid:id>/complete/"): CREW_AND_DESK,
    ("POST", "api/v1/dispatches/<uuid:id>/cannot-continue/"): CREW_AND_DESK,
    ("POST", "api/v1/dispatches/<uuid:id>/confirm/"): CREW_AND_DESK,
    # No login helps: only the carrier's signature does.
    ("POST", "webhooks/twilio/sms/"): dict.fromkeys(ROLES, 403),
    ("POST", "webhooks/twilio/status/"): dict.fromkeys(ROLES, 403),
    ("POST", "webhooks/twilio/voice/"): dict.fromkeys(ROLES, 403),
    ("GET", "api/schema/"): EVERYBODY_200,
    ("GET", "api/docs/"): EVERYBODY_200,
}
# Pages are not guarded by a DRF permission.
ELSEWHERE = {
    "": "tests/config/test_home.py",
    "healthz": "tests/config",
    "readyz": "tests/config",
    "metrics": "tests/config",
    "places/": "tests/communities/test_place_views.py",
}
ELSEWHERE_BELOW = ("admin/", "phones/", "console/")  # the console: tests/alerts/console/test_access.py

# The state from which each verb may be said.
BEFORE = {
    "under-way": "acknowledged",
    "on-scene": "en_route",
    "complete": "on_scene",
    "cannot-continue": "en_route",
}


def routes() -> dict[str, object]:
    """Every route of the URLconf with its view, as one string from the root."""

    def walk(resolver: URLResolver, prefix: str):
        for entry in resolver.url_patterns:
            route = prefix + str(entry.pattern)
            if isinstance(entry, URLPattern):
                yield route, entry.callback
            else:
                yield from walk(entry, route)

    return dict(walk(get_resolver(), ""))


def test_every_route_and_method_has_a_row():
    found = set()
    for route, view in routes().items():
        if route in ELSEWHERE or route.startswith(ELSEWHERE_BELOW):
            continue
        found |= {
            (method.upper(), route)
            for method in ("get", "post", "put", "patch", "delete")
            if hasattr(view.cls, method)
        }
    assert found == set(ROWS)


def test_every_api_view_names_its_permissions_itself():
    for route, view in routes().items():
        if route.startswith("api/v1/"):
            own = vars(view.cls).keys() | {
                name
                for base in view.cls.__mro__[1:-1]
                if base.__module__.startswith(("communities", "reports", "alerts"))
                for name in vars(base)
            }
            assert own & {"permission_classes", "get_permissions"}, route


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("method", "route"), ROWS, ids=" ".join)
def test_role_matrix(method, route, role, client, patrol, second_patrol, request):
    device = factories.Device(token="fisher-app")
    report = factories.Report(device=device)
    village = request.getfixturevalue("community")
    place = factories.Place(community=village)
    users = {name: request.getfixturevalue(name) for name in ROLES[2:]}
    if role == "device":
        headers = {"Authorization": "Device fisher-app"}
    elif role == "anonymous":
        headers = {}
    else:
        headers = {"Authorization": f"Token {AuthToken.objects.create(user=users[role])[1]}"}
    verb = route.split("/")[-2] if "dispatches/<" in route else ""
    dispatch = factories.Dispatch(
        incident__status="responding" if verb in BEFORE else "dispatching", unit=patrol, status=BEFORE.get(verb, "alerting"),
        role="lead" if verb in BEFORE else "",
    )  # fmt: skip
    factories.Escalation(incident=dispatch.incident, state="running")
    ids = {
        "devices": device.pk,
        "reports": report.pk,
        "places": place.pk,
        "place-changes": report.pk,
        "incidents": dispatch.incident_id,
        "dispatches": dispatch.pk,
    }
    url = "/" + route.replace("<uuid:id>", str(ids.get(route.split("/")[2]))).replace(
        "<str:call_sign>", patrol.call_sign
    )
    body, content_type = b"{}", "application/json"
    if "positions" in route:
        body = b"[]"
    if route.startswith("webhooks/"):
        body, content_type = b"From=%2B447700900201&Body=SOS", "application/x-www-form-urlencoded"
    if "acknowledge" in route:  # a desk says how the crew told it
        body = b'{"reason": "by radio"}'
    if "weather" in route:
        body = b'{"sea_state": 3}'
    if "photos" in route:
        body, content_type = b"--x--\r\n", "multipart/form-data; boundary=x"
    expected = ROWS[method, route].get(role, 401 if role == "anonymous" else 403)
    if route.startswith(("api/v1/devices/<", "api/v1/reports/")) and expected == 403:
        expected = 401  # these know devices only, and a staff token is none
    answer = client.generic(method, url, body, content_type=content_type, headers=headers)
    assert answer.status_code == expected, answer.content[:300]
