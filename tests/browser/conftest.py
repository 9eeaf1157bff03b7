"""A real browser on the served pages. Rows are made before the first visit: the browser's loop shuts the ORM out."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.screenshots import DESKTOP, HANDHELD, binary, launch, log_in


class Visits:
    """Opens pages of one server: `visit("/phones/", who="dispatcher", size="handheld")`.

    The browser is started at the first visit. `faults` is what it complained of; a test that brings a fault about
    takes it off.
    """

    def __init__(self, base: str, enter) -> None:
        self.base, self.enter = base, enter
        self.faults: list[str] = []
        self._running: list = []
        self._database = ThreadPoolExecutor(1)

    def __call__(self, path: str, *, who: str | None = None, size: str = "desktop", **options):
        if not self._running:
            playwright = sync_playwright().start()
            self._running.extend((playwright, launch(playwright)))
        handheld = size == "handheld"
        context = self._running[1].new_context(
            **{
                "viewport": HANDHELD if handheld else DESKTOP,
                "is_mobile": handheld,
                "has_touch": handheld,
                "color_scheme": "dark",
            }
            | options
        )
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda said: self.faults.append(said.text) if said.type == "error" else None)
        if who:
            self.enter(self, page, who)
        page.goto(f"{self.base}{path}")
        return page

    def db(self, work, *args, **kwargs):
        """Do database work while the browser runs: in another thread, committed when it returns."""

        def run():
            from django.db import connection

            try:
                return work(*args, **kwargs)
            finally:
                connection.close()

        return self._database.submit(run).result()

    def stop(self) -> None:
        if self._running:
            self._running[1].close()
            self._running[0].stop()
        self._database.shutdown()


@pytest.fixture
def chromium():
    """Skips where there is no browser, but not where the set-up can install one."""
    if binary() is None:
        # Ubuntu's package is a snap; wherever the set-up can install a browser, its absence is a failure.
        refuse = pytest.fail if "CI" in os.environ else pytest.skip
        refuse("Chromium is missing: apt-get install chromium")


@pytest.fixture
def visit(chromium, live_server, settings):
    """Open a page of Django's own server (WSGI: the desk asks every 3 s, there is no stream).

    The browser is stopped before the database is emptied, because nothing else may ask the database while it runs.
    """
    from tests.cast import PASSWORD  # its models can be imported only now

    settings.ALLOWED_HOSTS = ["*"]
    settings.SIMULATED_CARRIERS, settings.PHONES = True, "open"
    visits = Visits(live_server.url, lambda _visits, page, who: log_in(page, live_server.url, who, PASSWORD))
    yield visits
    visits.stop()
    assert visits.faults == []


@pytest.fixture(scope="session")
def web_server(django_db_setup):
    """The web processes of the Procfile on the tests' database: granian, two workers, the stream and all."""
    from django.db import connection

    from tests.bench.stage import Server, web_command

    address, _slash, _name = os.environ["DATABASE_URL"].rpartition("/")
    name = connection.settings_dict["NAME"]
    server = Server(
        web_command(), {"DATABASE_URL": f"{address}/{name}", "PHONES": "open", "DB_POOL_MAX": "12"}
    )
    yield server.wait()
    server.stop()


@pytest.fixture
def visit_live(chromium, web_server, transactional_db):
    """Open a page of the real web server; `visit_live.db(work, …)` changes rows while the browser looks.

    Signed in by a session of its own, since the server's passwords are hashed otherwise than the tests'.
    """
    visits = Visits(f"http://127.0.0.1:{web_server.port}", _sign_in)
    visits.server = web_server
    yield visits
    visits.stop()
    assert visits.faults == []


def _sign_in(visits: Visits, page, who: str) -> None:
    page.context.add_cookies(
        [{"name": "sessionid", "value": visits.db(_session_of, who), "url": visits.base}]
    )


def _session_of(who: str) -> str:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from communities.models import User

    user = User.objects.get(username=who)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return session.session_key
