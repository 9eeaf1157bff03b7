"""Every word of the desk is there in each of its languages; no thread of ours speaks them to a phone."""

import re
import shutil
import subprocess
import sys
from gettext import GNUTranslations
from pathlib import Path

import pytest
from django.utils import translation

from alerts import dispatch
from alerts.models import Notification
from reports.intake import Incoming, receive

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("ms", "id", "fil")
#: Where the words of the desk are; those of the administration's own forms may stay English.
DESK = re.compile(
    r"alerts/(console|templates/console|asking|checklists|alarms|sector_ladders)|reports/taxonomy"
)
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sd]|%%")


def words_of(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def unquoted(lines: str) -> str:
    return "".join(
        part.encode().decode("unicode_escape").encode("latin-1").decode()
        for part in re.findall(r'"((?:[^"\\]|\\.)*)"', lines)
    )


@pytest.fixture(scope="module")
def asked_for(tmp_path_factory) -> set[str]:
    """The msgids of the desk, found anew in a copy of the sources."""
    copy = tmp_path_factory.mktemp("sources")
    for name in ("alerts", "communities", "config", "reports"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("data", "*.pyc", "static"))
    (copy / "locale" / "ms" / "LC_MESSAGES").mkdir(parents=True)
    subprocess.run(
        [sys.executable, "-m", "django", "makemessages", "-v0", "--add-location=file", "--no-wrap", "-l", "ms"],
        cwd=copy, check=True, env={"PATH": "/usr/bin:/bin:/usr/local/bin", "DJANGO_SETTINGS_MODULE": ""},
    )  # fmt: skip
    found = (copy / "locale" / "ms" / "LC_MESSAGES" / "django.po").read_text()
    entries = re.findall(r"((?:#.*\n)+)msgid ((?:\"(?:[^\"\\]|\\.)*\"\n)+)", found)
    return {unquoted(text) for where, text in entries if DESK.search(where)}


def labels() -> set[str]:
    """What the states and kinds of our models are called."""
    from django.apps import apps

    with translation.override("en"):
        return {
            str(label)
            for model in apps.get_models()
            if model._meta.app_label in ("alerts", "reports")
            for field in model._meta.get_fields()
            for _value, label in getattr(field, "flatchoices", None) or ()
        }


def catalogue(language: str, tmp_path: Path) -> dict[str, str]:
    """What is translated; fuzzy and empty entries do not count."""
    compiled = tmp_path / "words.mo"
    subprocess.run(["msgfmt", "--check-format", "-o", compiled, words_of(language)], check=True)
    with compiled.open("rb") as file:
        return GNUTranslations(file)._catalog


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_desk_is_translated(language, asked_for, tmp_path):
    known = catalogue(language, tmp_path)
    assert len(asked_for) > 400
    wanted = {text for text in asked_for | labels() if text}
    missing = {text for text in wanted if text not in known and (text, 0) not in known}
    assert missing == set(), "make words, and translate what is new"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_a_guess_or_loses_a_placeholder(language, tmp_path):
    assert "#, fuzzy" not in words_of(language).read_text()
    for text, said in catalogue(language, tmp_path).items():
        if text and isinstance(text, str):
            assert sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(said)), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_in_that_language_says_so(language, client, admin):
    client.force_login(admin)
    client.post("/console/language/", {"language": language})
    page = client.get("/console/shift/").content.decode()
    assert f'<html lang="{language}"' in page
    assert "Hand over the watch" not in page


def test_what_phones_hear_does_not_depend_on_the_officers_language(dispatcher, patrol, mrcc):
    """The same matter handled by two officers: crews, desks and reporters are told the same words."""
    told = {}
    for language in ("en", "ms"):
        with translation.override(language):
            incident = receive(
                Incoming(source="sms", external_id=language, text="enjin rosak hanyut 4 10.2N 100 25.1E")
            ).report.incident
            task = dispatch.task(incident.pk, patrol.pk, by=dispatcher)
            dispatch.stand_down(incident.pk, by=dispatcher, reason="safe")
            texts = Notification.objects.filter(incident=incident).order_by("created_at", "key")
            told[language] = [re.sub(r"\b\w{5}\b|\d{4}Z", "…", row.text) for row in texts]
            assert task.why
    assert told["en"] == told["ms"]
    assert told["en"]
