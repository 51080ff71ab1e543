"""A real Chromium without a network, and the pages it opens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from analyzer.findings import Findings
from reports import html

DRAWN = "html[data-charts=drawn]"
PATIENCE_MS = 60_000

Open = Callable[..., Page]


@pytest.fixture
def open_report(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Open findings as a report: ``page.complaints`` lists what the browser objected to."""
    contexts = []

    def open_page(
        findings: Findings, *, width: int = 1280, drawn: bool = True, render=html.render, **options
    ) -> Page:
        file = tmp_path / "report.html"
        file.write_text(render(findings), encoding="utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": 900}, offline=True, **options
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.complaints = _complaints(page)
        page.goto(file.as_uri())
        if drawn:
            page.wait_for_selector(DRAWN, state="attached")
        return page

    yield open_page
    for context in contexts:
        context.close()


def _complaints(page: Page) -> list[str]:
    heard: list[str] = []
    page.on("console", lambda message: heard.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: heard.append(f"error: {error}"))
    page.on("dialog", lambda dialog: (heard.append("dialog"), dialog.dismiss()))
    page.on(
        "request",
        lambda request: (
            heard.append(f"request: {request.url[:80]}")
            if not request.url.startswith(("file:", "data:"))
            else None
        ),
    )
    return heard
