"""A browser and servers to look at. Without Chromium these tests fail in CI and skip elsewhere."""

import os
import shutil
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.screen)


def chromium() -> str:
    """Where Chromium is; fails in CI and skips elsewhere when it is nowhere."""
    found = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    if found is None:
        missing = "Chromium is not installed (Debian: apt install chromium fonts-noto-cjk)"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return found


@pytest.fixture(scope="session")
def browser():
    """One headless browser for all tests."""
    path = chromium()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield opened
        opened.close()


def until(page, expression: str, timeout: float = 30_000) -> None:
    """Wait until an expression holds. (Playwright's own way needs `eval`, which the pages forbid.)"""
    waited = 0.0
    while not page.evaluate(expression):
        assert waited < timeout, f"never came true: {expression}"
        page.wait_for_timeout(50)
        waited += 50


@contextmanager
def served(desk):
    """A server for a desk on a free port; gives its address."""
    import waitress

    from dash_app.app import create_app
    from dash_app.settings import Settings

    app = create_app(Settings(), desk)
    server = waitress.create_server(app.server, host="127.0.0.1", port=0, threads=8)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.close()
        thread.join(10)


@pytest.fixture(scope="session")
def invented():
    """The address of an invented plant."""
    from tests.dash_app.plant import InventedDesk

    with served(InventedDesk()) as address:
        yield address


class Look:
    """A page that notes everything that must not happen: errors, outside requests."""

    def __init__(self, browser, address, language="en", theme="light", width=1600):
        self.address = address
        self.errors: list[str] = []
        self.outside: list[str] = []
        self.bytes = 0
        self.context = browser.new_context(
            viewport={"width": width, "height": 960},
            locale="ko-KR" if language == "ko" else "en-US",
        )
        for name, value in (("language", language), ("theme", theme)):
            self.context.add_cookies([{"name": name, "value": value, "url": address}])
        self.page = self.context.new_page()
        self.page.set_default_timeout(30_000)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", self._request)
        self.page.on("requestfinished", self._finished)

    def _console(self, message):
        if message.type in ("error", "warning"):
            self.errors.append(message.text)

    def _request(self, request):
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.outside.append(request.url)

    def _finished(self, request):
        self.bytes += request.sizes()["responseBodySize"]

    def go(self, path, ready="#page > *"):
        """Open a page and wait until it stands."""
        self.page.goto(self.address + path)
        self.page.wait_for_selector(ready)
        until(self.page, "document.fonts.status === 'loaded'")
        return self.page


@pytest.fixture
def look(browser):
    """Makes pages and closes them; afterwards nothing bad may have been noted."""
    made = []

    def open_one(address, **wishes):
        made.append(Look(browser, address, **wishes))
        return made[-1]

    yield open_one
    for one in made:
        one.context.close()
    assert not [e for one in made for e in one.errors]
    assert not [o for one in made for o in one.outside]
