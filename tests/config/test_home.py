"""The bare address leads everybody to where they work."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "address"),
    [
        ("dispatcher", "/console/"),
        ("supervisor", "/console/"),
        ("admin", "/console/"),
        ("liaison", "/admin/"),
        ("crew", "/admin/"),
    ],
)
def test_the_bare_address_leads_to_ones_own_work(client, request, role, address):
    client.force_login(request.getfixturevalue(role))
    assert client.get("/")["Location"] == address


def test_a_stranger_signs_in_and_comes_back(client):
    assert client.get("/")["Location"] == "/admin/login/?next=/"
