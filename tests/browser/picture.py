"""Takes the README's picture of the demo's report; needs Pillow, which no test does.

To take it again: ``rebill demo -o demo.html && python -m tests.browser.picture demo.html``.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.conftest import FLAGS, SYSTEM_CHROMIUM

PICTURE = Path(__file__).parents[2] / "sample_logs" / "report.png"
SIZE = {"width": 1000, "height": 1120}
GREY_LETTERS = "--disable-lcd-text"
COLOURS = 64
"""A page of text needs no more: a third of the bytes."""


def take(report: Path, picture: Path = PICTURE) -> None:
    """Write what a reader sees first of a report."""
    path = SYSTEM_CHROMIUM if SYSTEM_CHROMIUM.exists() else None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, GREY_LETTERS])
        page = browser.new_page(viewport=SIZE)
        page.goto(report.resolve().as_uri())
        page.wait_for_selector("html[data-charts=drawn]", state="attached")
        taken = Image.open(BytesIO(page.screenshot()))
        browser.close()
    flat = taken.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    flat.save(picture, optimize=True)


if __name__ == "__main__":
    take(Path(sys.argv[1]))
