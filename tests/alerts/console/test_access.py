"""Who may open which page of the console: a row for every route. A new route without a row fails here."""

from collections.abc import Callable

import pytest
from django.urls import get_resolver, reverse

from alerts.console import urls
from tests import factories

pytestmark = pytest.mark.django_db

ROLES = ("anonymous", "crew", "liaison", "dispatcher", "supervisor", "admin")
DESK = {"dispatcher": 200, "supervisor": 200, "admin": 200}
NOBODY = {"pk": "00000000-0000-7000-8000-000000000000"}
#: (method, name of the route) to the answer for each role; whoever is not named gets 403, a stranger signs in first.
ROWS: dict[tuple[str, str], dict[str, int]] = {
    ("GET", "console"): DESK,
    ("GET", "console-queue"): dict.fromkeys(DESK, 302),  # a fragment for the script alone
    ("GET", "console-stream"): DESK,
    ("GET", "console-changes"): DESK,
    ("POST", "console-view-save"): dict.fromkeys(DESK, 302),
    ("POST", "console-view-rename"): dict.fromkeys(DESK, 404),
    ("POST", "console-view-default"): dict.fromkeys(DESK, 404),
    ("POST", "console-view-remove"): dict.fromkeys(DESK, 404),
    ("POST", "console-view-restore"): dict.fromkeys(DESK, 404),
    ("GET", "console-incident"): DESK,
    ("GET", "console-act"): DESK,
    ("POST", "console-undo"): dict.fromkeys(DESK, 404),
    ("POST", "console-lease"): dict.fromkeys(DESK, 409),
    ("GET", "console-photo"): dict.fromkeys(DESK, 404),
    ("GET", "console-units"): DESK,
    ("GET", "console-unit-status"): dict.fromkeys(DESK, 404),
    ("POST", "console-unit-status-undo"): dict.fromkeys(DESK, 404),
    ("GET", "console-shift"): DESK,
    ("POST", "console-hand-over"): {"dispatcher": 400, "supervisor": 400, "admin": 400},
    ("POST", "console-take-waiting"): {"dispatcher": 302, "supervisor": 302, "admin": 302},
    ("GET", "console-log"): DESK,
    ("GET", "console-log-file"): DESK,
    ("POST", "console-language"): dict.fromkeys(DESK, 302),
    ("GET", "console-incident-csv"): dict.fromkeys(DESK, 404),
    ("GET", "console-incident-pdf"): dict.fromkeys(DESK, 404),
    ("GET", "console-sea-incidents"): DESK,
    ("GET", "console-sea-incident"): dict.fromkeys(DESK, 404),
    ("GET", "console-sea-units"): DESK,
    ("GET", "console-sea-fixtures"): DESK,
    ("GET", "console-phone-in"): DESK,
    ("GET", "console-phone-in-position"): DESK,
    ("GET", "console-phone-in-taken"): dict.fromkeys(DESK, 404),
}
#: Arguments of a route, by its name; made when it is asked for.
ARGUMENTS: dict[str, Callable[[], dict]] = {
    "console-incident": lambda: {"pk": factories.Incident().pk},
    "console-act": lambda: {"pk": factories.Incident().pk, "name": "take"},
    "console-undo": lambda: NOBODY | {"act_id": NOBODY["pk"]},
    "console-lease": lambda: {"pk": factories.Incident().pk},
    "console-photo": lambda: NOBODY,
    "console-unit-status": lambda: NOBODY,
    "console-unit-status-undo": lambda: NOBODY,
    "console-incident-csv": lambda: NOBODY,
    "console-incident-pdf": lambda: NOBODY,
    "console-view-rename": lambda: NOBODY,
    "console-view-default": lambda: NOBODY,
    "console-view-remove": lambda: NOBODY,
    "console-view-restore": lambda: NOBODY,
    "console-sea-incident": lambda: NOBODY,
    "console-phone-in-taken": lambda: NOBODY,
}


def test_every_route_has_a_row():
    assert {entry.name for entry in urls.urlpatterns} == {name for _method, name in ROWS}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("method", "name"), ROWS, ids=" ".join)
def test_role_matrix_of_the_console(method, name, role, client, request):
    if role != "anonymous":
        client.force_login(request.getfixturevalue(role))
    answer = getattr(client, method.lower())(reverse(name, kwargs=ARGUMENTS.get(name, dict)()))
    if role == "anonymous":
        assert answer.status_code == 302
        assert answer["Location"].startswith("/admin/login/")
    else:
        assert answer.status_code == ROWS[method, name].get(role, 403)


def test_a_script_without_a_session_is_told_so_and_not_sent_a_page(client):
    assert client.get("/console/", headers={"X-Fragment": "1"}).status_code == 401


def test_the_console_is_below_its_own_address():
    assert any(str(entry.pattern) == "console/" for entry in get_resolver().url_patterns)


def test_who_is_refused_reads_why_and_where_to_go(client, liaison):
    client.force_login(liaison)
    answer = client.get(reverse("console"))
    assert answer.status_code == 403
    text = answer.content.decode()
    assert f"You are signed in as {liaison} (" in text
    assert reverse("places-page") in text
