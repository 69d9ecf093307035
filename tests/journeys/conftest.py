"""A real browser for journeys, and what a page must never do in one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, sync_playwright

from tests.journeys import kit_app

COLOURS_ONLY = {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"]}
"""Rules of axe that another theme can break: it changes colours and nothing else of a page."""

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-software-rasterizer",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The Chromium of the system. Without one the journeys are skipped with the command to type."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("Для этой проверки нужен браузер: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


@dataclass
class Watch:
    """Everything that went wrong on a page: errors in the console (breaches of the content policy are among
    them), exceptions, and answers with a server fault. `expect` names what a test causes on purpose."""

    errors: list[str] = field(default_factory=list)
    expected: tuple[str, ...] = ()

    def expect(self, *parts: str) -> None:
        self.expected = parts

    def on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.errors.append(f"{message.type}: {message.text}")

    def on_exception(self, error: object) -> None:
        self.errors.append(f"exception: {error}")

    def on_response(self, response: Response) -> None:
        if response.status >= 500:
            self.errors.append(f"{response.status}: {response.url}")

    def unexpected(self) -> list[str]:
        return [error for error in self.errors if not any(part in error for part in self.expected)]


def watch(page: Page) -> Watch:
    found = Watch()
    page.on("console", found.on_console)
    page.on("pageerror", found.on_exception)
    page.on("response", found.on_response)
    return found


# --- the gallery of the parts of pages ---


@pytest.fixture(scope="module")
def running_site() -> Iterator[kit_app.Site]:
    with kit_app.running() as site:
        yield site


@pytest.fixture
def site(running_site: kit_app.Site) -> kit_app.Site:
    running_site.received.clear()
    running_site.answers.clear()
    running_site.signed_in = True
    running_site.answering.set()
    running_site.token = "first-token"
    return running_site


@pytest.fixture
def context(chromium: Browser, site: kit_app.Site) -> Iterator[BrowserContext]:
    # The browser speaks English on purpose: dates and words must be Russian all the same.
    context = chromium.new_context(
        base_url=site.address, viewport={"width": 1440, "height": 900}, locale="en-US"
    )
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def seen(page: Page) -> Iterator[Watch]:
    """Fails the test when the page did anything that a page must not do."""
    found = watch(page)
    yield found
    assert found.unexpected() == []
