"""One studio and one browser for all tests. Each test opens pages with `visit`, which fails it when one reports an error."""

import re

import pytest
from playwright.sync_api import expect, sync_playwright

from installation import Installation

PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)

# What the content policy forbids is said on the console by the browser itself; with scripts, its event says it again.
TELL_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) =>
    console.error(`policy: ${event.violatedDirective} forbids ${event.blockedURI}`));
"""


@pytest.fixture(scope="session")
def studio(tmp_path_factory):
    installation = None
    try:
        installation = Installation(tmp_path_factory.mktemp("studio"))
        yield installation
    finally:
        if installation:
            installation.stop()


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=arguments, timeout=120_000)
        yield browser
        browser.close()


class Visitor:
    """Somebody with a browser of their own."""

    cookies = {}

    def __init__(self, studio, chromium, who, *, by_hand=False, **options):
        self.studio, self.who = studio, who
        options.setdefault("viewport", {"width": 1280, "height": 900})
        self.context = chromium.new_context(base_url=studio.address, **options)
        self.context.set_default_timeout(PATIENCE_MS)
        self.troubles = []
        # Answers that a test asks for by what it does wrong: the browser calls them errors too.
        self.refusals = set()
        if options.get("java_script_enabled", True):
            self.context.add_init_script(TELL_VIOLATIONS)
        self.context.on("console", self._hear)
        self.context.on("weberror", lambda error: self.troubles.append(str(error.error)))
        self.page = self.context.new_page()
        if who and not by_hand:
            self._sign_in()

    def _sign_in(self):
        if kept := self.cookies.get(self.who):
            self.context.add_cookies(kept)
            return
        self.page.goto("/sign-in")
        self.page.fill("#name", self.who)
        self.page.fill("#password", self.studio.accounts[self.who]["password"])
        self.page.click("main button")
        expect(self.page.locator(".top nav")).to_be_visible()
        self.cookies[self.who] = self.context.cookies()

    def _hear(self, message):
        if message.type != "error":
            return
        answer = re.search(r"the server responded with a status of (\d+)", message.text)
        if answer and int(answer[1]) in self.refusals:
            return
        self.troubles.append(f"{message.text} ({message.location.get('url', '')})")


@pytest.fixture
def visit(studio, chromium):
    visitors = []

    def open_browser(who, **options):
        visitor = Visitor(studio, chromium, who, **options)
        visitors.append(visitor)
        return visitor

    yield open_browser
    troubles = [f"{visitor.who}: {trouble}" for visitor in visitors for trouble in visitor.troubles]
    for visitor in visitors:
        visitor.context.close()
    assert not troubles, "\n".join(troubles)
