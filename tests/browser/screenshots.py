"""Photograph the pages of a running service for the README: `python -m tests.browser.screenshots`.

Takes BASE_URL (default http://127.0.0.1:8000), LOGIN and PASSWORD of somebody at the desk from the environment, or
the same as arguments; writes docs/images/*.png. With `--story` it first sends one SMS from a simulated phone, so
that there is something to see, and writes down one name of the sea. Needs Chromium.
"""

import argparse
import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP, HANDHELD = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
WIDE = {"width": 1800, "height": 1000}
FISHER = "+447700900321"  # kept for fiction by the British regulator
STORY = "TOLONG bot karam 4 10.2N 100 25.1E 3 orang"


def binary() -> str | None:
    """Where the system's Chromium is; None where there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def launch(playwright) -> Browser:
    """Start it without a sandbox and without a word to the outside."""
    return playwright.chromium.launch(executable_path=binary(), args=CHROMIUM_ARGS)


def log_in(page: Page, base: str, login: str, password: str) -> None:
    page.goto(f"{base}/admin/login/")
    page.fill("#id_username", login)
    page.fill("#id_password", password)
    page.click("input[type=submit]")
    page.wait_for_selector("#user-tools")


def text_as(page: Page, number: str, text: str) -> None:
    """Send an SMS on the phones page as `number`."""
    page.fill("#query", number)
    page.wait_for_selector(f"#list button:has-text('{number}')")
    page.keyboard.press("Enter")
    frame = page.locator(f".phone[data-phone='{number}']")
    frame.locator("textarea").fill(text)
    frame.locator("form button").click()
    frame.locator(".bubble:not(.sent)").last.wait_for()
    if page.locator("#query").is_visible():  # on a handheld the phone now fills the screen
        page.fill("#query", "")
        page.locator("#query").blur()


def name_place(page: Page, base: str, name: str, position: str) -> None:
    """Write down what a village calls a place, unless it is written down already, and show it."""
    page.goto(f"{base}/places/")
    page.wait_for_selector("#list[aria-busy=false]", state="attached")
    if page.locator("#list .name", has_text=name).count() == 0:
        page.click("#new")
        page.fill("#name", name)
        page.fill("#position", position)
        page.click("#edit button[type=submit]")
        page.wait_for_selector("#undo:not([hidden])")
    page.locator("#list button", has_text=name).click()
    page.wait_for_selector("#edit")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(600)  # the chart has moved there and come to rest


def take(base: str, login: str, password: str, folder: Path, *, story: bool) -> list[str]:
    """Write the pictures; return their names."""
    folder.mkdir(parents=True, exist_ok=True)
    names = []

    def shoot(page: Page, name: str) -> None:
        page.screenshot(path=folder / name)
        names.append(name)

    with sync_playwright() as playwright:
        browser = launch(playwright)
        context = browser.new_context(viewport=DESKTOP, color_scheme="dark", reduced_motion="reduce")
        page = context.new_page()
        log_in(page, base, login, password)
        page.goto(f"{base}/phones/")
        if story:
            text_as(page, FISHER, STORY)
            page.wait_for_selector(".phone[data-kind=unit] .bubble", timeout=20_000)
        page.wait_for_selector(".bubble")
        shoot(page, "phones.png")
        page.set_viewport_size(WIDE)
        page.goto(f"{base}/console/?all=")
        page.wait_for_selector("#link[data-state=live]")
        page.click(".row a.open")
        page.wait_for_selector("#pane")
        page.wait_for_selector("#sea canvas")
        page.wait_for_load_state("domcontentloaded")
        page.wait_for_timeout(2500)  # the chart has moved there and come to rest
        shoot(page, "queue.png")
        incident = page.url
        page.set_viewport_size(DESKTOP)
        page.goto(incident)
        page.wait_for_timeout(2500)
        shoot(page, "incident.png")
        if story:
            name_place(page, base, "Lubuk Pak Mat", "04-12.50N 100-29.00E")
            shoot(page, "places.png")
        cookies = context.cookies()
        context.close()
        context = browser.new_context(
            viewport=HANDHELD, color_scheme="dark", device_scale_factor=2, is_mobile=True
        )
        context.add_cookies(cookies)
        page = context.new_page()
        for name, address in (
            ("queue-phone", f"{base}/console/?all="),
            ("incident-phone", incident),
        ):
            page.goto(address)
            page.wait_for_timeout(2000)  # the stream never ends, so the network is never idle
            shoot(page, f"{name}.png")
        page.goto(f"{base}/phones/")
        page.wait_for_selector("#list button")
        shoot(page, "phones-list-phone.png")
        page.click("#list button")
        page.wait_for_selector(".phone.front .bubble")
        shoot(page, "phones-phone.png")
        browser.close()
    return names


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--base", default=os.environ.get("BASE_URL", "http://127.0.0.1:8000"))
    parser.add_argument("--login", default=os.environ.get("LOGIN", "dispatcher"))
    parser.add_argument("--password", default=os.environ.get("PASSWORD"))
    parser.add_argument("--to", type=Path, default=IMAGES)
    parser.add_argument("--story", action="store_true", help="send an SMS as a fisher first")
    said = parser.parse_args()
    if not said.password:
        parser.error("PASSWORD is not set")
    for name in take(said.base.rstrip("/"), said.login, said.password, said.to, story=said.story):
        print(said.to / name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
