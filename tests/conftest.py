"""The tests' environment: their own fast cluster, throwaway secrets, nothing of the developer's .env."""

import fcntl
import os
import subprocess
from datetime import datetime, timedelta

import hypothesis
import pytest

from config.localservices import Failed, Services

os.environ |= {
    # Here and not in pyproject.toml: pytest-django reads that one before this file has set the rest.
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "SUAR_ENV_FILES": "",
    "DEBUG": "0",
    "SECRET_KEY": "only-for-tests-" * 4,
    "PORT": "8000",
    "PUBLIC_ORIGIN": "http://127.0.0.1:8000",
    "IDENTITY_KEYS": "dGVzdHMtb25seS1rZXktb2YtMzItYnl0ZXMtLi4uLi4=",
    "IDENTITY_HASH_KEY": "only-for-tests-only-for-tests-only-for-tests",
    "TWILIO_AUTH_TOKEN": "only-for-tests",
    "HASHED_STATIC": "0",
    "LOG_LEVEL": "warning",
    "SPOOL_ROOT": str(Services(fast=True).var / "spool"),
}
for name in (
    "AIS_SOURCE ALLOWED_HOSTS BEHIND_PROXY DEFAULT_COUNTRY FCM_BASE FIREBASE_CREDENTIALS LADDER_SCALE LANGUAGE_CODE LOG_JSON MAP_TILES "
    "METRICS_TOKEN OPERATIONS_NUMBER PHONES TIME_ZONE TWILIO_ACCOUNT_SID TWILIO_API_BASE TWILIO_FROM TWILIO_SIGNING_KEYS"
).split():
    os.environ.pop(name, None)

# `make test` tries the same cases each time, so that no change is refused by chance; `make fuzz` seeks new ones.
hypothesis.settings.register_profile("fixed", derandomize=True, max_examples=300, deadline=None)
hypothesis.settings.register_profile("search", max_examples=5000, deadline=None, print_blob=True)
hypothesis.settings.load_profile("fixed")

services = Services(fast=True)
try:
    os.environ |= services.start()
except (Failed, PermissionError) as exc:
    pytest.exit(str(exc), returncode=1)


def pytest_configure() -> None:
    from django.conf import settings

    # Logging in is not what most tests are about, and the real hasher takes a third of a second.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_sessionstart(session) -> None:
    subprocess.run(["sh", "config/compile_words.sh"], cwd=session.config.rootpath, check=True)
    # Not as pytest_plugins: the cast imports models, and Django is set up only now.
    session.config.pluginmanager.import_plugin("tests.cast")


@pytest.fixture(scope="session")
def django_db_modify_db_settings():
    """A database name that no other test run on this machine holds: the first whose lock is free."""
    from django.db import connections

    for number in range(50):
        lock = (services.var / f"database-{number}.lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            continue
        connections["default"].settings_dict["TEST"]["NAME"] = f"test_suar_{number}"
        yield
        lock.close()
        return
    pytest.exit("50 test runs at once are enough.", returncode=1)


@pytest.fixture(autouse=True)
def nobody_is_remembered():
    """Tokens of an earlier test name rows that are gone; its officer may have read Malay."""
    from django.utils import translation

    from communities import authentication

    authentication.remembered.clear()
    translation.deactivate()


@pytest.fixture(autouse=True)
def now_is_of_the_test(request, monkeypatch):
    """A module's NOW that is the present means the moment of each test, however long ago it was collected."""
    from django.utils import timezone

    now, kept = timezone.now(), getattr(request.module, "NOW", None)
    if isinstance(kept, datetime) and abs(now - kept) < timedelta(hours=6):
        monkeypatch.setattr(request.module, "NOW", now)
