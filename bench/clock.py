"""Stopwatches: a command in a process of its own, and two or more sides in turn."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
_REBILL = "from analyzer.cli import main; main()"


@dataclass(frozen=True, slots=True)
class Run:
    """What a process took."""

    seconds: float
    cpu_seconds: float
    """Of its threads together, user and system: what a busy machine changes least."""
    peak_bytes: int
    """The most memory it held; on Linux."""
    said: str


def rebill(*words: object) -> Run:
    """Run a rebill command of this checkout."""
    return command([sys.executable, "-c", _REBILL, *map(str, words)])


def command(words: Sequence[str]) -> Run:
    """Run a command from the root of this checkout.

    Raises:
        SystemExit: it failed.
    """
    start = time.perf_counter()
    # As an installed program runs: its bytecode is compiled once and kept.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment
    ) as process:
        said = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"failed: {' '.join(words)}\n{said}")
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, said)


def middle(runs: Sequence[Run]) -> Run:
    """Return the medians of several runs, and the highest peak of all."""
    usual = median_of([Taken(run.seconds, run.cpu_seconds) for run in runs])
    peak = max(run.peak_bytes for run in runs)
    return Run(usual.seconds, usual.cpu_seconds, peak, runs[0].said)


@dataclass(frozen=True, slots=True)
class Taken:
    """What a call took."""

    seconds: float
    cpu_seconds: float
    """Of all threads, and of processes that it started and that ended."""


def in_turns(sides: Mapping[str, Callable[[], object]], repeat: int) -> dict[str, Taken]:
    """Return each side's medians. They take turns, so that a busy minute hits all."""
    taken: dict[str, list[Taken]] = {name: [] for name in sides}
    for _ in range(repeat):
        for name, side in sides.items():
            taken[name].append(timed(side))
    return {name: median_of(runs) for name, runs in taken.items()}


def median_of(runs: Sequence[Taken]) -> Taken:
    """Return the medians of several calls."""
    return Taken(median(run.seconds for run in runs), median(run.cpu_seconds for run in runs))


def timed(side: Callable[[], object]) -> Taken:
    """Return what a call takes."""
    start, cpu = time.perf_counter(), _cpu_seconds()
    side()
    return Taken(time.perf_counter() - start, _cpu_seconds() - cpu)


def _cpu_seconds() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime
