import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.checks import run_checks

ROOT = Path(__file__).resolve().parents[2]
GOOD = {
    "DEBUG": False,
    "SECRET_KEY": "x7" * 30,
    "IDENTITY_KEYS": [Fernet.generate_key().decode()],
    "IDENTITY_HASH_KEY": "h" * 32,
    "PUBLIC_ORIGIN": "https://suar.example.org",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "token",
    "TWILIO_FROM": "+60300000000",
    "PHONES": "off",
    "LADDER_SCALE": 1.0,
}


def found(settings, **changes) -> set[str]:
    for name, value in (GOOD | changes).items():
        setattr(settings, name, value)
    issues = run_checks(include_deployment_checks=True)
    return {issue.id for issue in issues if str(issue.id).startswith("config.")}


def test_a_sound_configuration_is_not_complained_about(settings):
    assert found(settings) == set()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"TWILIO_AUTH_TOKEN": ""}, "config.E001"),
        ({"SECRET_KEY": "django-insecure-" + "x" * 60}, "config.E002"),
        ({"SECRET_KEY": "short"}, "config.E002"),
        ({"IDENTITY_KEYS": []}, "config.E003"),
        ({"IDENTITY_KEYS": [GOOD["IDENTITY_KEYS"][0], "bad"]}, "config.E003"),
        ({"IDENTITY_HASH_KEY": ""}, "config.E004"),
        ({"IDENTITY_HASH_KEY": "short"}, "config.E004"),
        ({"PUBLIC_ORIGIN": "http://suar.example.org"}, "config.E005"),
        ({"PUBLIC_ORIGIN": "http://127.0.0.1:8000"}, "config.W005"),
        ({"TWILIO_FROM": ""}, "config.E006"),
        ({"TWILIO_FROM": "COASTGUARD"}, "config.W012"),
        ({"PHONES": "staff"}, "config.E007"),
        ({"LADDER_SCALE": 0.1}, "config.E008"),
        ({"TWILIO_ACCOUNT_SID": "", "PHONES": "open"}, "config.E009"),
    ],
)
def test_each_mistake_has_its_check(settings, changes, expected):
    assert found(settings, **changes) == {expected}


def test_secrets_may_be_missing_while_developing(settings):
    assert found(settings, DEBUG=True, SECRET_KEY="short", IDENTITY_KEYS=[], IDENTITY_HASH_KEY="") == set()


@pytest.mark.django_db
def test_a_database_that_may_forget_is_refused(settings):
    settings.ALLOW_NON_DURABLE_DATABASE = False
    issues = [issue for issue in run_checks(databases=["default"]) if issue.id == "config.E010"]
    messages = " ".join(issue.msg for issue in issues)
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        assert f"{name} = off" in messages, "the tests' own cluster is fast, and may forget"


@pytest.mark.django_db
def test_the_tests_own_database_is_let_pass_by_its_flag(settings):
    settings.ALLOW_NON_DURABLE_DATABASE = True
    assert not [issue for issue in run_checks(databases=["default"]) if issue.id == "config.E010"]


def serve(**changes) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", "import config.wsgi; print('serving')"],
        cwd=ROOT, env=os.environ | changes, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def test_the_web_application_refuses_to_serve_on_errors():
    refused = serve(ALLOW_NON_DURABLE_DATABASE="0", TWILIO_ACCOUNT_SID="AC" + "0" * 32, TWILIO_AUTH_TOKEN="")
    assert refused.returncode != 0
    assert "serving" not in refused.stdout
    assert "fsync = off" in refused.stderr
    assert "config.E001" in refused.stderr


def test_the_web_application_serves_on_a_sound_configuration():
    assert serve().stdout.strip() == "serving"
