"""The one Chromium of a test process: Playwright's driver may be started only once in each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

SYSTEM_CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    path = SYSTEM_CHROMIUM if SYSTEM_CHROMIUM.exists() else None
    running = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
    yield running
    running.close()
