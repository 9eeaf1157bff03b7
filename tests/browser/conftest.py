"""A real browser on the served pages. Rows are made before the first visit: the browser's loop shuts the ORM out."""

import os

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.screenshots import DESKTOP, HANDHELD, binary, launch, log_in


@pytest.fixture
def visit(live_server, settings):
    """Open a page: `visit("/phones/", who="dispatcher", size="handheld")`; fails if the browser complains.

    Started at the first visit and stopped before the database is emptied, because nothing else may ask the
    database while it runs.
    """
    from tests.cast import PASSWORD  # its models can be imported only now

    if binary() is None:
        # Ubuntu's package is a snap; wherever the set-up can install a browser, its absence is a failure.
        refuse = pytest.fail if "CI" in os.environ else pytest.skip
        refuse("Chromium is missing: apt-get install chromium")
    settings.ALLOWED_HOSTS = ["*"]
    settings.SIMULATED_CARRIERS, settings.PHONES = True, "open"
    running, faults = [], []

    def open_page(path: str, *, who: str | None = None, size: str = "desktop"):
        if not running:
            playwright = sync_playwright().start()
            running.extend((playwright, launch(playwright)))
        handheld = size == "handheld"
        context = running[1].new_context(
            viewport=HANDHELD if handheld else DESKTOP,
            is_mobile=handheld,
            has_touch=handheld,
            color_scheme="dark",
        )
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        if who:
            log_in(page, live_server.url, who, PASSWORD)
        page.goto(f"{live_server.url}{path}")
        return page

    open_page.faults = faults  # a test that brings a fault about takes it off
    yield open_page
    if running:
        running[1].close()
        running[0].stop()
    assert faults == []
