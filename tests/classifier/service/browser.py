"""A page of the service in Chromium, with a recording as its microphone."""

import shutil
from contextlib import contextmanager

import pytest
from playwright.sync_api import sync_playwright

CHROMIUM = shutil.which("chromium")
PATIENCE = 60_000  # milliseconds
MINUTES = 600_000
NEEDS_CHROMIUM = pytest.mark.skipif(not CHROMIUM, reason="needs Debian's chromium: apt install chromium")


@contextmanager
def page_of(server, microphone, path="", **look):
    """A page of a server, which may complain of nothing on the console and ask no other host for anything."""
    flags = ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    flags.append(f"--use-file-for-fake-audio-capture={microphone}")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=flags)
        page = browser.new_context(permissions=["microphone"], **look).new_page()
        page.set_default_timeout(PATIENCE)
        wrong = []
        page.on("console", lambda line: wrong.append(line.text) if line.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "request",
            lambda ask: wrong.append(ask.url) if not ask.url.startswith((server.address, "data:", "blob:")) else None,
        )
        page.goto(f"{server.address}{path}")
        yield page
        browser.close()
    assert not wrong, wrong
