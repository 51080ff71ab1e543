"""A slider in a real Chromium: from its input event to the figures that follow it.

`rebill serve` in a process of its own, the sample policy in the link, each control moved several
times to values that nothing has asked for before. The clock is the page's own: it starts with the
input event and stops once the table, the chart and the link are those of the new value.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import copy
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, sync_playwright

from analyzer.web.scenario import to_link
from bench.clock import ROOT, Taken, median_of
from bench.databases import POLICY, database
from bench.table import TARGET_SIZE, Options, Row, seconds

_CHROMIUM = Path("/usr/bin/chromium")
_SERVE = "from analyzer.cli import main; main()"
_PATIENCE_MS = 900_000
_LIMITS_S = {1_000_000: 0.3, TARGET_SIZE: 1.5}
_CONTROLS: dict[str, tuple[str, str, Sequence[object]]] = {
    "routing threshold": ("support_chat", "Accepts an answer from a score of", range(5, 12)),
    "TTL": ("translation", "Keeps an answer for", (0, 2, 4, 6, 7, 1, 5)),
    "compression ratio": ("support_chat", "Keeps of the input", range(3, 10)),
    "pack size": ("classification", "Requests in a pack", (0, 1, 2, 4, 5)),
    "model": ("translation", "Call this model instead", (
        "gpt-4.1-nano", "gpt-4.1-mini", "claude-haiku-4-5", "global-api/qwen3-8b", "gpt-4o",
    )),
}  # fmt: skip
"""The feature, the control's label, and the steps or values that it is moved to."""
_MOVED = """async ([label, value]) => {
  const labels = [...document.querySelectorAll("label")];
  const named = labels.find(one => one.innerText.trim().startsWith(label));
  const control = named.control ?? named.querySelector("input");
  const before = location.href, start = performance.now();
  control.value = value;
  for (const kind of ["input", "change"])
    control.dispatchEvent(new Event(kind, { bubbles: true }));
  while (location.href === before) await new Promise(requestAnimationFrame);
  return performance.now() - start;
}"""


def measure(options: Options) -> Iterator[Row]:
    """Yield the median and the longest wait of each control, at each size."""
    for size in options.sizes:
        with TemporaryDirectory() as folder, _served(options, size, Path(folder)) as page:
            for name, (feature, label, values) in _CONTROLS.items():
                page.pick(feature)
                yield _row(name, size, [page.moved(label, value) for value in values])


class _Tab:
    """A page of a server, and what the server's process takes."""

    def __init__(self, page: Page, process: int) -> None:
        self._page, self._process = page, process

    def open(self, address: str) -> None:
        self._page.set_default_timeout(_PATIENCE_MS)
        self._page.goto(address)
        self._settled()

    def pick(self, feature: str) -> None:
        """Show another feature's controls, and wait for what that asks for."""
        self._page.get_by_label("Feature", exact=True).click()
        self._page.get_by_role("option", name=feature, exact=True).click()
        self._page.wait_for_timeout(500)
        self._settled()

    def moved(self, label: str, value: object) -> Taken:
        """Return what passes from a control's input to its figures; the rest is waited for."""
        cpu = self._cpu_seconds()
        taken_ms: float = self._page.evaluate(_MOVED, [label, str(value)])
        taken = Taken(taken_ms / 1000, self._cpu_seconds() - cpu)
        self._settled()
        return taken

    def _settled(self) -> None:
        self._page.wait_for_function("document.querySelector('[data-settled=yes]')")

    def _cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self._process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _served(options: Options, size: int, folder: Path) -> Iterator[_Tab]:
    """Serve a copy of the database, and open the sample policy in Chromium."""
    original = database(options.folder, size)
    for suffix in ("", ".secret"):
        copy(f"{original}{suffix}", folder / f"company.duckdb{suffix}")
    command = [sys.executable, "-c", _SERVE, "serve", "--port", "0", "--db"]
    with subprocess.Popen(
        [*command, folder / "company.duckdb"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
    ) as server:
        try:
            url = server.stdout.readline().strip() if server.stdout else ""
            with sync_playwright() as playwright:
                path = _CHROMIUM if _CHROMIUM.exists() else None
                browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
                tab = _Tab(browser.new_page(), server.pid)
                tab.open(f"{url}/tune?s={to_link(POLICY.read_text(encoding='utf-8'))}")
                yield tab
                browser.close()
        finally:
            server.terminate()


def _row(name: str, size: int, taken: list[Taken]) -> Row:
    what = f"{name}, {size:,} requests: median and longest of {len(taken)}"
    usual, limit = median_of(taken), _LIMITS_S.get(size)
    measured = f"{seconds(usual.seconds)}, {seconds(max(one.seconds for one in taken))}"
    cpu = seconds(usual.cpu_seconds)
    if limit is None:
        return Row(what, measured, cpu=cpu)
    return Row(what, measured, f"≤ {seconds(limit)}", usual.seconds <= limit, cpu)
