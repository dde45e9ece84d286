"""A real browser and the real web server for the tests in this folder.

    def test_it_shows_the_brand(desk, page):
        page.goto(desk.address("/", host="fernhill.localhost"))

A page that writes an error to the console, breaks the content security policy or throws fails its test; a test that
provokes one on purpose names it with `console.expect("404")`. A failed test leaves a screenshot in `screenshots/`.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from apps.accounts.models import User
from tests.conftest import HOW_TO_INSTALL_CHROMIUM, signed_in
from tests.live import LiveDesk

SCREENSHOTS = Path(__file__).resolve().parents[2] / "screenshots"
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
FAILED = pytest.StashKey[bool]()
PATIENCE = 20_000  # milliseconds, for machines that do many other things
expect.set_options(timeout=PATIENCE)


# What is done here asks much of the database; the other pages look the same on both.
ON_BOTH_DATABASES = {"test_a_day", "test_move", "test_portal_tickets", "test_ticket_lists", "test_ticket_page"}


@pytest.hookimpl(tryfirst=True)  # before those that are to run once are left out
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/e2e/" in item.nodeid:
            item.add_marker(pytest.mark.e2e)
            if item.path.stem not in ON_BOTH_DATABASES:
                item.add_marker(pytest.mark.once)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = os.environ.get("DESK_TEST_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if executable is None:
        message = f"no Chromium was found; install one: {HOW_TO_INSTALL_CHROMIUM}"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Console:
    """What the browser complained about, and what the test expects it to complain about."""

    complaints: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def expect(self, pattern: str) -> None:
        """Complaints that match this regular expression are no failure."""
        self.expected.append(pattern)

    def unexpected(self) -> list[str]:
        return [text for text in self.complaints if not any(re.search(pattern, text) for pattern in self.expected)]

    def listen_to(self, context: BrowserContext) -> None:
        context.on("console", self._note)
        context.on("weberror", lambda error: self.complaints.append(f"thrown: {error.error}"))

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error" or "Content Security Policy" in message.text:
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")


@pytest.fixture
def console() -> Iterator[Console]:
    console = Console()
    yield console
    assert not console.unexpected()


@pytest.fixture
def new_context(
    browser: Browser, console: Console, request: pytest.FixtureRequest
) -> Iterator[Callable[..., BrowserContext]]:
    """`new_context(viewport={"width": 360, "height": 800}, …)`: another person's browser."""
    contexts: list[BrowserContext] = []

    def make(**options: object) -> BrowserContext:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
        context.set_default_timeout(PATIENCE)
        console.listen_to(context)
        contexts.append(context)
        return context

    yield make
    if request.node.stash.get(FAILED, False):
        _take_screenshots(contexts, request.node.name)
    for context in contexts:
        context.close()


def _take_screenshots(contexts: list[BrowserContext], name: str) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    pages = [page for context in contexts for page in context.pages]
    for number, page in enumerate(pages, 1):
        page.screenshot(path=SCREENSHOTS / f"{re.sub(r'[^\w-]+', '-', name)}-{number}.png", full_page=True)


@pytest.fixture
def page(desk: LiveDesk, new_context: Callable[..., BrowserContext]) -> Page:
    """A page in a fresh browser of 1280 × 800; `page.set_viewport_size` makes it a phone."""
    return new_context().new_page()


@pytest.fixture
def sign_in(desk: LiveDesk) -> Callable[..., None]:
    """`sign_in(page, user)` signs a person in on `localhost`, or on another `host`, without the form."""

    def sign(page: Page, user: User, host: str = "localhost") -> None:
        session = signed_in(user).cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": desk.address("/", host=host)}]
        )

    return sign


@pytest.fixture
def assert_accessible() -> Callable[[Page], None]:
    """`assert_accessible(page)` fails with what axe-core finds wrong on the page as it is now."""

    def check(page: Page) -> None:
        results = Axe().run(page, options={"resultTypes": ["violations"]})
        assert results.violations_count == 0, results.generate_report()

    return check
