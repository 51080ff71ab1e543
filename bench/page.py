"""The report in a browser: its size, when it answers, and when its charts stand there.

Chromium opens each page anew, from a file, at its first chart; a stopwatch in the page says when
the page was interactive, when the charts in view were drawn, and when all of them were.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from playwright.sync_api import Browser, sync_playwright

from bench.clock import rebill
from bench.databases import POLICY, database
from bench.generate import FEATURES, write_log
from bench.table import Options, Row

EACH, REQUESTS = 72, 50_000
"""So many features like each of the usual ones."""
MANY = EACH * len(FEATURES)
MOST_SECONDS, MOST_BYTES = 1.5, 2_500_000
RUNS = 7
"""Pages opened for each median: one takes two seconds."""
_CHROMIUM = Path("/usr/bin/chromium")
_WATCH = """
window.seen = {};
new MutationObserver(() => {
  const plots = Array.from(document.querySelectorAll(".plot")).filter((plot) => {
    const box = plot.getBoundingClientRect();
    return box.height && box.top < window.innerHeight && box.bottom > 0;
  });
  const drawn = plots.length && plots.every((plot) => plot.dataset.width);
  if (drawn && !window.seen.view) window.seen.view = performance.now();
  if (document.documentElement.dataset.charts) window.seen.all ||= performance.now();
}).observe(document, { subtree: true, attributeFilter: ["data-width", "data-charts"] });
"""
_READ = """() => [
  performance.getEntriesByType("navigation")[0].domInteractive, window.seen.view, window.seen.all
]"""


@dataclass(frozen=True, slots=True)
class Opened:
    """Seconds from the start of one page."""

    interactive: float
    in_view: float
    all_drawn: float
    cpu_seconds: float
    """Of the page's own process, until all charts were drawn."""


def measure(options: Options) -> Iterator[Row]:
    """Yield the sizes and the medians of the demo's report and of one of 504 features."""
    with TemporaryDirectory() as name, sync_playwright() as driver:
        pages = {
            "demo": _demo(Path(name)),
            f"{MANY} features": _many(Path(name), options.folder),
        }
        path = _CHROMIUM if _CHROMIUM.exists() else None
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        runs: dict[str, list[Opened]] = {what: [] for what in pages}
        for _ in range(max(RUNS, options.repeat)):
            for what, page in pages.items():
                runs[what].append(opened(browser, page))
        browser.close()
        for what, page in pages.items():
            yield from _rows(what, page.stat().st_size, runs[what])


def _rows(what: str, size: int, runs: list[Opened]) -> Iterator[Row]:
    yield Row(
        f"{what}: the file",
        f"{size / 1e6:.2f} MB",
        f"≤ {MOST_BYTES / 1e6:g} MB",
        size <= MOST_BYTES,
    )
    for moment, times in (
        ("interactive", [run.interactive for run in runs]),
        ("charts in view drawn", [run.in_view for run in runs]),
        ("all charts drawn", [run.all_drawn for run in runs]),
    ):
        usual, last = median(times), moment.startswith("all")
        cpu = f"{median(run.cpu_seconds for run in runs):.2f} s" if last else ""
        yield Row(
            f"{what}: {moment}", f"{usual:.2f} s", f"≤ {MOST_SECONDS} s", usual <= MOST_SECONDS, cpu
        )


def opened(browser: Browser, page: Path) -> Opened:
    """Open a report at its first chart, in a process of its own, and wait for its charts."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, offline=True)
    tab = context.new_page()
    tab.add_init_script(_WATCH)
    tab.goto(f"{page.as_uri()}#levers")
    tab.wait_for_selector("html[data-charts=drawn]", state="attached")
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")
    busy = max(one["cpuTime"] for one in processes["processInfo"] if one["type"] == "renderer")
    first, in_view, drawn = (moment / 1000 for moment in tab.evaluate(_READ))
    context.close()
    return Opened(first, in_view, drawn, busy)


def _demo(folder: Path) -> Path:
    page = folder / "demo.html"
    rebill("demo", "-o", page)
    return page


def _many(folder: Path, databases: Path) -> Path:
    page, policy = folder / "many.html", folder / "policy.toml"
    log = database(databases, REQUESTS, f"{MANY}-features-", _write_many)
    rules = POLICY.read_text(encoding="utf-8")
    for feature in FEATURES:
        rules = rules.replace(f'"{feature.name}"', f'"{feature.name}_*"')
    policy.write_text(rules, encoding="utf-8")
    rebill("report", "--db", log, "--policy", policy, "-o", page)
    return page


def _write_many(path: Path, requests: int) -> Path:
    """The usual log, each of its features as many, told apart by a number."""
    whole = write_log(path.with_suffix(".all"), requests)
    table = pq.read_table(whole)
    whole.unlink()
    names = pc.fill_null(table.column("feature"), "other")
    numbers = pa.array([str(n % EACH) for n in range(len(table))])
    named = pc.binary_join_element_wise(names, numbers, "_")
    pq.write_table(
        table.set_column(table.schema.get_field_index("feature"), "feature", named), path
    )
    return path
