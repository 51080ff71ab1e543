"""`rebill simulate` under five levers: 32 coalitions, shares and bootstrap, at growing sizes.

python -m bench simulate --requests 1000000 --requests 10000000
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import log
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.clock import Run, middle, rebill
from bench.databases import POLICY, database, forget
from bench.table import TARGET_SIZE, Options, Row, at_most, seconds

_OUT_OF_CORE = 100_000_000
"""The size with a limit of memory alone."""


def measure(options: Options) -> Iterator[Row]:
    """Yield the first run and the second at each size, the growth between, report and help."""
    first: dict[int, Run] = {}
    for size in options.sizes:
        path = database(options.folder, size)
        first[size] = middle([_afresh(path) for _ in range(options.repeat)])
        yield from _first(size, first[size])
        again = middle([_simulate(path) for _ in range(options.repeat)])
        what = f"simulate, {size:,} requests, sums remembered"
        yield Row(what, seconds(again.seconds), cpu=seconds(again.cpu_seconds))
        yield _report(path, size, options.repeat)
    yield from _growth(first)
    shown = middle([rebill("--help") for _ in range(2 * options.repeat + 1)])
    yield at_most("rebill --help", shown.seconds, 0.3, "s", seconds(shown.cpu_seconds))


def _simulate(path: Path) -> Run:
    return rebill("simulate", "--db", path, "--policy", POLICY, "--json")


def _afresh(path: Path) -> Run:
    forget(path)
    return _simulate(path)


def _first(size: int, run: Run) -> Iterator[Row]:
    what, peak_gb = f"simulate, {size:,} requests", run.peak_bytes / 1e9
    cpu = seconds(run.cpu_seconds)
    if size == TARGET_SIZE:
        yield at_most(what, run.seconds, 15, "s", cpu)
        yield at_most(f"{what}: peak memory", peak_gb, 4, "GB")
        return
    yield Row(what, seconds(run.seconds), cpu=cpu)
    if size == _OUT_OF_CORE:
        yield at_most(f"{what}: peak memory", peak_gb, 8, "GB")
    else:
        yield Row(f"{what}: peak memory", f"{peak_gb:.2f} GB")


def _report(path: Path, size: int, repeat: int) -> Row:
    with TemporaryDirectory() as folder:
        page = Path(folder) / "report.html"
        words = ("report", "--db", path, "--policy", POLICY, "-o", page)
        run = middle([rebill(*words) for _ in range(repeat)])
    what = f"report after simulate, {size:,} requests"
    cpu = seconds(run.cpu_seconds)
    if size == TARGET_SIZE:
        return at_most(what, run.seconds, 3, "s", cpu)
    return Row(what, seconds(run.seconds), cpu=cpu)


def _growth(first: dict[int, Run]) -> Iterator[Row]:
    """From one size to the next, the work (CPU seconds) may grow as n log n does."""
    for small, large in pairwise(first):
        grown = first[large].cpu_seconds / first[small].cpu_seconds
        allowed = large * log(large) / (small * log(small))
        yield Row(
            f"growth from {small:,} to {large:,} requests",
            f"{first[large].seconds / first[small].seconds:.1f}x",
            f"≤ {allowed:.1f}x (n log n)",
            grown <= allowed,
            f"{grown:.1f}x",
        )
