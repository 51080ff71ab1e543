"""Stopwatches: a command in a process of its own, and two or more sides in turn."""

from __future__ import annotations

import os
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
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        said = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"failed: {' '.join(words)}\n{said}")
    return Run(seconds, usage.ru_maxrss * 1024, said)


def middle(runs: Sequence[Run]) -> Run:
    """Return the run of median time, with the highest peak of all."""
    ordered = sorted(runs, key=lambda run: run.seconds)
    usual = ordered[len(ordered) // 2]
    return Run(usual.seconds, max(run.peak_bytes for run in runs), usual.said)


def in_turns(sides: Mapping[str, Callable[[], object]], repeat: int) -> dict[str, float]:
    """Return each side's median seconds. They take turns, so that a busy minute hits all."""
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(repeat):
        for name, side in sides.items():
            taken[name].append(timed(side))
    return {name: median(seconds) for name, seconds in taken.items()}


def timed(side: Callable[[], object]) -> float:
    """Return how many seconds a call takes."""
    start = time.perf_counter()
    side()
    return time.perf_counter() - start
