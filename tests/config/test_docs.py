"""What the documents name is there: links, make targets, manage.py commands, settings, files."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.core.management import get_commands
from django.urls import Resolver404, resolve

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
OWN_APPS = {"communities", "reports", "alerts", "config"}
MAKE_TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
SETTINGS = set(re.findall(r"^([A-Z][A-Z0-9_]*)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
# A block of code or a word in backquotes: only there is a name meant as a name.
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)


def every(pattern: str, *, code_only: bool = True) -> list:
    """Pairs (document, match) of every distinct match, as test parameters."""
    found = set()
    for document in DOCUMENTS:
        text = document.read_text()
        pieces = CODE.findall(text) if code_only else [text]
        for piece in pieces:
            found |= {(document.relative_to(ROOT).as_posix(), match) for match in re.findall(pattern, piece)}
    return [pytest.param(*pair, id=" ".join(pair)) for pair in sorted(found)]


def anchors_of(document: Path) -> set[str]:
    """The anchors that a renderer makes of headings: lower case, no punctuation, dashes for spaces."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize(("document", "target"), every(LINK.pattern, code_only=False))
def test_a_link_leads_somewhere(document, target):
    if re.match(r"https?://|mailto:", target):
        return  # the world outside is not asked
    path, _, anchor = unquote(target).partition("#")
    found = (ROOT / document).parent / path if path else ROOT / document
    assert found.exists(), f"{document} links to {target}"
    if anchor:
        assert anchor in anchors_of(found), f"{document}: {found.name} has no heading for #{anchor}"


@pytest.mark.parametrize(("document", "target"), every(r"(?:^|\n|`|=\S* )make ([a-z]+)"))
def test_a_make_target_is_in_the_makefile(document, target):
    assert target in MAKE_TARGETS


@pytest.mark.parametrize(("document", "command"), every(r"manage\.py ([a-z_]+)"))
def test_a_command_exists(document, command):
    assert command in get_commands()


def test_the_readme_names_every_command_and_every_make_target_of_daily_use():
    readme = (ROOT / "README.md").read_text()
    ours = {name for name, app in get_commands().items() if str(app).split(".")[0] in OWN_APPS}
    assert {name for name in ours if f"`{name}`" not in readme} == set()
    daily = {"demo", "run", "test", "lint", "bench", "schema", "stop", "clean", "help"}
    assert {target for target in daily if f"make {target}" not in readme} == set()


@pytest.mark.parametrize(("document", "name"), every(r"(?:^|[`\s]|export )([A-Z][A-Z0-9]*_[A-Z0-9_]+)="))
def test_a_setting_is_in_env_example(document, name):
    assert name in SETTINGS | {"ONCE", "PORT"}


def test_the_production_settings_are_enough_to_start():
    """The list in production.md holds whatever a check would ask for."""
    listed = set(re.findall(r"^([A-Z_]+)=", (ROOT / "docs" / "production.md").read_text(), re.MULTILINE))
    needed = {
        "SECRET_KEY",
        "PUBLIC_ORIGIN",
        "BEHIND_PROXY",
        "DATABASE_URL",
        "IDENTITY_KEYS",
        "IDENTITY_HASH_KEY",
        "TWILIO_ACCOUNT_SID",
        "TWILIO_AUTH_TOKEN",
        "TWILIO_FROM",
        "PHONES",
    }
    assert needed <= listed


def test_the_units_of_production_start_what_the_procfile_starts():
    text = (ROOT / "docs" / "production.md").read_text()
    for line in (ROOT / "Procfile").read_text().splitlines():
        name, command = line.split(": ", 1)
        command = command.removeprefix("exec ").removeprefix("nice -n 5 ").replace("$PORT", "8000")
        assert f"/srv/suar/{command}" in text, f"production.md starts {name} otherwise than the Procfile"


@pytest.mark.parametrize(
    ("document", "path"),
    every(r"(?:^|[`\s(])((?:communities|reports|alerts|config|tests|docs)/[\w./*-]*[\w/])(?=[`\s),.:;])"),
)
def test_a_file_that_is_named_is_there(document, path):
    assert list(ROOT.glob(path.rstrip("/")))


@pytest.mark.parametrize(
    ("document", "path"),
    every(r"(?:127\.0\.0\.1:8000|\$origin|https://suar\.example\.org|POST |GET )(/[a-z][\w/.-]*)"),
)
def test_an_address_is_served(document, path):
    try:
        resolve(re.sub(r"/ID/", "/01a203a9-4987-73f0-8b8e-4b6dcb062e7f/", path))
    except Resolver404:
        pytest.fail(f"{document}: {path}")


def test_the_list_of_decisions_is_complete():
    listed = set(
        re.findall(r"\]\(([0-9]{4}-[a-z0-9-]+\.md)\)", (ROOT / "docs/decisions/README.md").read_text())
    )
    assert listed == {decision.name for decision in DECISIONS}


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem)
def test_the_title_of_a_decision_begins_with_its_number(decision):
    assert decision.read_text().startswith(f"# {decision.stem[:4]} ")


def test_no_two_decisions_share_a_number():
    numbers = [decision.name[:4] for decision in DECISIONS]
    assert len(numbers) == len(set(numbers))
