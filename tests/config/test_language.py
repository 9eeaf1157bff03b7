"""The officers' language is theirs alone: no phone, carrier or client of the API hears it."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.fixture
def malay(client, dispatcher):
    """A client who chose Malay."""
    client.force_login(dispatcher)
    answer = client.post("/console/language/", {"language": "ms", "next": "/console/shift/"})
    assert answer["Location"] == "/console/shift/"
    return client


@pytest.mark.parametrize("path", ["/console/", "/console/shift/", "/places/", "/phones/"])
def test_the_pages_speak_the_language_that_was_chosen(path, malay, settings):
    settings.PHONES = "open"
    assert '<html lang="ms"' in malay.get(path).content.decode()


def test_the_next_request_of_somebody_else_is_in_the_default(malay, client, dispatcher):
    malay.get("/console/shift/")
    del client.cookies["django_language"]
    assert '<html lang="en"' in client.get("/console/shift/").content.decode()


@pytest.mark.parametrize("path", ["/api/v1/incidents/?limit=x", "/api/v1/nothing/", "/webhooks/twilio/sms/"])
def test_the_api_and_webhooks_answer_as_before(path, malay, client):
    told = malay.get(path)
    del client.cookies["django_language"]
    before = client.get(path)
    assert told.content == before.content
    assert "ms" not in told.headers.get("Content-Language", "")


@pytest.mark.parametrize("next_page", ["https://evil.example/", "//evil.example/", "javascript:1"])
def test_the_switch_leads_nowhere_else(next_page, malay):
    answer = malay.post("/console/language/", {"language": "id", "next": next_page})
    assert "evil" not in answer["Location"]
    assert not answer["Location"].startswith("javascript")


@pytest.mark.parametrize("language", ["", "xx", "../../etc", "ms\x00"])
def test_an_unknown_language_changes_nothing(language, malay):
    malay.post("/console/language/", {"language": language})
    assert '<html lang="ms"' in malay.get("/console/shift/").content.decode()
