"""The system's Chromium, for tests that need a real browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--accept-lang=es",  # whose pages most tests read; the driver would ask for English
)


def chromium_path() -> str | None:
    """Where the browser is: LMS_CHROMIUM, or the first of its usual names; None where there is none."""
    named = os.environ.get("LMS_CHROMIUM")
    names = [named] if named else ["chromium", "chromium-browser", "google-chrome"]
    return next((found for name in names if (found := shutil.which(name))), None)


@contextmanager
def launched() -> Iterator[Any]:
    """A running browser; the test is skipped by name without one, and fails where one is demanded."""
    path = chromium_path()
    if path is None:
        if os.environ.get("LMS_TEST_REQUIRE_BROWSER"):
            pytest.fail("LMS_TEST_REQUIRE_BROWSER is set and there is no Chromium")
        pytest.skip("browser test skipped: no Chromium on this machine (install it, or set LMS_CHROMIUM)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=path, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def axe_faults(page: Any) -> list[str]:
    """What axe finds on the page, one line a rule with the first places."""
    from axe_playwright_python.sync_playwright import Axe

    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = Axe().run(page, options={"runOnly": rules}).response["violations"]
    return [f"{item['id']}: {item['help']} at {[node['target'] for node in item['nodes'][:3]]}" for item in found]
