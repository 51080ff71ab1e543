"""The same requests here and on Spark over as many cores: processor time, memory, shuffles.

python -m bench spark --requests 1000000 --requests 10000000
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.clock import rebill
from bench.databases import POLICY, database, forget
from bench.generate import write_skewed_log
from bench.table import Options, Row, at_most

PARTS = (2, 16, 64)
"""Cores that a cluster seems to have: as many times four stretches are cut at most."""
_MONTH, _CORES, _JVM_GB = 10_000_000_000, 128, 2.0
"""The plan: requests, cores, and what Spark's own side of a core is given."""
_SKEWED, _WORKER_GB = 10_000_000, 1.5
"""Requests of the log with a hot key, and what a worker may hold."""
_TICKS = os.sysconf("SC_CLK_TCK")
_POLL_S = 0.2


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took, its child processes included."""

    seconds: float
    core_seconds: float
    worker_bytes: int
    """The most that one Python process held."""
    answer: str
    shuffled_bytes: int = 0
    spilled_bytes: int = 0
    kept_bytes: int = 0
    """Of the rows as they were read, in memory or on disk until the command ends."""


def measure(options: Options) -> Iterator[Row]:
    """Yield both engines at each size, and what partitions cost at the smallest."""
    for size in options.sizes:
        path = database(options.folder, size)
        here, there = _here(path), _there(_lake(path), PARTS[0])
        if json.loads(here.answer) != json.loads(there.answer):
            raise SystemExit(f"{size:,} requests: the engines differ")
        yield from _beside(size, here, there)
    yield from _planned(options.sizes[-1], there)
    yield from _under_skew(options)
    for parts in PARTS[1:]:
        size = options.sizes[0]
        cost = _there(_lake(database(options.folder, size)), parts)
        yield Row(f"{size:,} requests, cut for {parts} cores", f"{_each_us(cost, size):.1f} µs")


def _beside(size: int, here: Cost, there: Cost) -> Iterator[Row]:
    what = f"{size:,} requests"
    yield Row(f"{what}: local, processor time a request", f"{_each_us(here, size):.2f} µs")
    yield Row(f"{what}: Spark, processor time a request", f"{_each_us(there, size):.2f} µs")
    ratio = there.core_seconds / here.core_seconds
    yield Row(f"{what}: Spark over local, processor time", f"{ratio:.1f}x")
    yield Row(f"{what}: Spark over local, by the clock", f"{there.seconds / here.seconds:.1f}x")
    yield Row(f"{what}: Spark, largest Python worker", f"{there.worker_bytes / 1e6:,.0f} MB")
    yield Row(f"{what}: shuffled a request", f"{there.shuffled_bytes / size:.0f} bytes")
    yield Row(f"{what}: spilled", f"{there.spilled_bytes / 1e6:,.0f} MB")
    yield Row(f"{what}: kept a request", f"{there.kept_bytes / size:.0f} bytes")


def _planned(size: int, cost: Cost) -> Iterator[Row]:
    """What a month of ten billion requests needs, at the largest size's figures."""
    core_hours = _each_us(cost, size) / 1e6 * _MONTH / 3600
    shuffled_tb = cost.shuffled_bytes / size * _MONTH / 1e12
    yield Row("10 billion requests: core-hours", f"{core_hours:,.0f}")
    yield Row(f"10 billion requests: hours on {_CORES} cores", f"{core_hours / _CORES:,.1f}")
    yield Row("10 billion requests: shuffled", f"{shuffled_tb:,.1f} TB")
    yield Row("10 billion requests: kept", f"{cost.kept_bytes / size * _MONTH / 1e12:,.1f} TB")
    memory_gb = _CORES * (cost.worker_bytes / 1e9 + _JVM_GB)
    yield Row(f"10 billion requests: memory of {_CORES} cores", f"{memory_gb:,.0f} GB")


def _under_skew(options: Options) -> Iterator[Row]:
    """A worker's memory where a feature has 90% of requests, a key 30%, and a day a quarter."""
    size = min(options.sizes[-1], _SKEWED)
    path = database(options.folder, size, "skewed-", write_skewed_log)
    here, there = _here(path), _there(_lake(path), PARTS[0])
    if json.loads(here.answer) != json.loads(there.answer):
        raise SystemExit(f"{size:,} skewed requests: the engines differ")
    what = f"{size:,} skewed requests: Spark, largest Python worker"
    yield at_most(what, there.worker_bytes / 1e9, _WORKER_GB, "GB")


def _each_us(cost: Cost, requests: int) -> float:
    return cost.core_seconds / requests * 1e6


def _lake(path: Path) -> Path:
    """Return the database's requests as Parquet, made where missing."""
    folder = path.with_suffix(".lake")
    if not folder.exists():
        rebill("export", "--db", path, "--to", "parquet", "-o", folder)
    return folder


def _here(path: Path) -> Cost:
    forget(path)
    return _run(["--db", str(path)], {})


def _there(lake: Path, cores: int) -> Cost:
    """Run on Spark here, as if it had so many cores; its event log tells the shuffles."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "spark-defaults.conf").write_text(
            f"spark.eventLog.enabled true\nspark.eventLog.dir file://{folder}\n"
            f"spark.eventLog.compress false\nspark.default.parallelism {cores}\n"
            "spark.eventLog.logBlockUpdates.enabled true\n"
        )
        words = ["--engine", "spark", "--master", "local[2]", "--input", f"{lake}/*.parquet"]
        cost = _run(words, {"SPARK_CONF_DIR": folder})
        written, spilled, kept = _moved(_events(Path(folder)))
        return replace(cost, shuffled_bytes=written, spilled_bytes=spilled, kept_bytes=kept)


def _events(folder: Path) -> Iterator[Any]:
    for path in folder.rglob("events_*"):
        with path.open() as lines:
            yield from map(json.loads, lines)


def _moved(events: Iterable[Any]) -> tuple[int, int, int]:
    """Return the bytes that tasks wrote for others to read, that left memory, and that were kept.

    A block that was kept is dropped in the end, so that its largest size counts.
    """
    written = spilled = 0
    kept: dict[str, int] = {}
    for event in events:
        if task := event.get("Task Metrics"):
            written += task["Shuffle Write Metrics"]["Shuffle Bytes Written"]
            spilled += task["Disk Bytes Spilled"]
        elif (block := event.get("Block Updated Info")) and block["Block ID"].startswith("rdd"):
            size = block["Memory Size"] + block["Disk Size"]
            kept[block["Block ID"]] = max(size, kept.get(block["Block ID"], 0))
    return written, spilled, sum(kept.values())


def _run(words: list[str], environment: dict[str, str]) -> Cost:
    command = [sys.executable, "-c", "from analyzer.cli import main; main()", "simulate"]
    with (
        TemporaryDirectory() as folder,
        (Path(folder) / "out").open("w+") as out,
        (Path(folder) / "log").open("w+") as log,
    ):
        began = time.monotonic()
        process = subprocess.Popen(
            [*command, "--policy", str(POLICY), "--json", *words],
            stdout=out,
            stderr=log,
            env={**os.environ, **environment},
            start_new_session=True,
        )
        ticks: dict[int, int] = {}
        largest = 0
        while process.poll() is None:
            largest = max(largest, _watch(process.pid, ticks))
            time.sleep(_POLL_S)
        if process.returncode:
            log.seek(0)
            raise SystemExit(f"{' '.join(words)}: exit code {process.returncode}\n{log.read()}")
        seconds = time.monotonic() - began
        out.seek(0)
        return Cost(seconds, sum(ticks.values()) / _TICKS, largest, out.read())


def _watch(session: int, ticks: dict[int, int]) -> int:
    """Note the processor time of a session's processes; return the largest Python worker."""
    largest = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            head, _, rest = stat.read_text().rpartition(")")
        except OSError:
            continue  # it has just ended
        pid, name = int(stat.parent.name), head.partition("(")[2]
        fields = rest.split()
        if int(fields[3]) != session:
            continue
        ticks[pid] = int(fields[11]) + int(fields[12])
        if name.startswith("python"):
            largest = max(largest, _peak_bytes(stat.with_name("status")))
    return largest


def _peak_bytes(status: Path) -> int:
    """The most memory that a process ever held, as the kernel tells; 0 if it has just ended."""
    try:
        told = status.read_text().partition("VmHWM:")[2].split()
    except OSError:
        return 0
    return int(told[0]) * 1024 if told else 0
