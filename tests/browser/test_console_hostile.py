"""Words of strangers on the pages of the console: shown, and never run."""

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from alerts.models import Handover, InboundMessage, Note
from tests import factories
from tests.browser import rows

pytestmark = pytest.mark.django_db(transaction=True)
BLNS = json.loads((Path(__file__).parents[1] / "data" / "hostile" / "blns.json").read_text())
EVIL = [
    "<script>window.ran=1</script>",
    "<img src=x onerror=window.ran=1>",
    "<svg onload=window.ran=1><a xlink:href=javascript:window.ran=1>x</a></svg>",
    "\"'><iframe srcdoc='<script>parent.ran=1</script>'>",
    "</template></script><script>window.ran=1</script>",
    "{{ 7|add:42 }} {% now 'Y' %} ${7*7} #{7*7} <%= 7*7 %>",
    "\u202e}/* gnp.exe \u2066\u2069 javascript:window.ran=1",
    "<style>body{display:none}</style><base href=//evil.example/>",
    "<link rel=stylesheet href=//evil.example/a.css><meta http-equiv=refresh content='0;url=//evil.example'>",
]


@pytest.fixture
def infested(dispatcher, supervisor, patrol):
    """An incident whose every word is hostile: reports, place, note, crew's words, hand-over note."""
    call = rows.call_for(patrol)
    incident = call.incident
    for text in [*EVIL, *BLNS]:
        factories.Report(incident=incident, text=text.replace("\x00", ""))
    for n, text in enumerate(EVIL):
        Note.objects.create(incident=incident, by=dispatcher, text=text, at=call.created_at)
        Handover.objects.create(by=supervisor, text=text, at=call.created_at)
        InboundMessage.objects.create(
            external_id=f"SMcrew{n}", kind="reply", sender_hash=b"x" * 32, raw_encrypted=b"x", text=text,
            unit=patrol, dispatch=call.dispatch, received_at=call.created_at,
        )  # fmt: skip
        factories.Place(name=text[:110], search_names=[f"evil{n}"])
    type(incident).objects.filter(pk=incident.pk).update(place=EVIL[1])
    return incident


@pytest.mark.parametrize("path", ["", "incidents/{id}/", "units/", "shift/", "shift/log/"])
def test_hostile_words_are_shown_and_never_run(path, visit, infested):
    page = visit("/console/shift/", who="dispatcher")
    asked, dialogs = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    answer = page.goto(page.url.replace("/console/shift/", "/console/" + path.format(id=infested.pk)))
    page.wait_for_timeout(500)
    assert dialogs == []
    assert page.evaluate("window.ran") is None
    assert {urlsplit(url).netloc for url in asked if urlsplit(url).scheme.startswith("http")} == {
        urlsplit(page.url).netloc
    }
    assert page.locator("body").is_visible()
    assert page.locator("base, iframe, meta[http-equiv=refresh]").count() == 0
    policy = answer.header_value("content-security-policy")
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    assert page.locator("main [onerror], main [onload], main script:not([src]):not([type])").count() == 0


def test_what_was_written_is_what_is_read(visit, infested):
    page = visit(f"/console/incidents/{infested.pk}/", who="dispatcher")
    shown = page.locator("body").inner_text()
    for text in (EVIL[0], EVIL[5], "<img src=x onerror=window.ran=1>"):
        assert text in shown
