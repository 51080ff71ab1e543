"""A skewed log on a Spark with little memory: sorts spill, and sums are equal.

How many rows a worker holds is tested in ``tests/laws/test_streams.py``.
"""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from analyzer.runners.sizes import Sizes
from tests.conformance.case import assert_equal, expected, of_frames
from tests.conformance.on_spark import find_on

pytestmark = pytest.mark.xdist_group("spark")

ROWS = 40_000
DAYS, BUSY = 8, 4
DAY_US, START_US = 86_400_000_000, 1_788_220_800_000_000
SIZES = Sizes(rows_at_once=2000, key_parts=2, stretch_rows=20_000, prefix_parts=1)


def skewed():
    """One key has 30% of all requests, one feature 90%, and one day ten times the other seven."""
    draw = np.random.default_rng(8)
    busy, hot, most = (draw.random(ROWS) < share for share in (10 / 11, 1 / 3, 0.9))
    other = draw.choice([day for day in range(DAYS) if day != BUSY], ROWS)
    ts = START_US + DAY_US * np.where(busy, BUSY, other) + draw.integers(0, DAY_US, ROWS)
    feature = np.where(most, "classification", "support_chat")
    prompt = np.where(hot & most, "hot", np.char.add("p", draw.integers(0, 9000, ROWS).astype(str)))
    return pl.DataFrame(
        {
            "request_id": [f"r{n}" for n in range(ROWS)],
            "ts": pl.Series(np.sort(ts)).cast(pl.Datetime("us", "UTC")),
            "model": np.where(most, "gpt-4o-mini", "gpt-4o"),
            "provider": "openai",
            "feature": feature,
            "input_tokens": 400 + draw.integers(0, 900, ROWS),
            "output_tokens": draw.integers(1, 300, ROWS),
            "latency_ms": draw.integers(100, 4000, ROWS),
            "prompt_chars": draw.integers(100, 4000, ROWS),
            "response_chars": draw.integers(4, 1200, ROWS),
            "prompt_key": prompt,
            "prefix_key": np.char.add("x", feature),
            "prefix_tokens": 310,
        }
    )


def spilled_bytes(events):
    """Return what sorts wrote to disk, by Spark's own log of its tasks."""
    told = [path for path in Path(events).rglob("*") if path.is_file()]
    tasks = [
        json.loads(line)["Task Metrics"]
        for path in told
        for line in path.read_text().splitlines()
        if '"Task Metrics"' in line
    ]
    return sum(task["Disk Bytes Spilled"] for task in tasks)


def largest_worker_bytes():
    """Return the most memory that a Python worker of any Spark under this process ever held."""
    peaks = [0]
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if b"pyspark.daemon" in (process / "cmdline").read_bytes():
                said = (process / "status").read_text()
                peaks.append(int(said.partition("VmHWM:")[2].split()[0]) * 1024)
        except (OSError, IndexError):
            continue  # it has just ended
    return max(peaks)


def test_skew_and_forced_spills_change_nothing(sessions, tmp_path):
    rows = skewed()
    case, _ = of_frames(tmp_path, rows)
    events = tmp_path / "events"
    events.mkdir()
    assert rows["prompt_key"].value_counts()["count"].max() > 0.29 * ROWS
    assert rows["feature"].value_counts()["count"].max() > 0.89 * ROWS
    spark = sessions.of(
        "local[2]",
        **{
            "spark.memory.fraction": "0.01",  # of one gigabyte: seven megabytes for two tasks
            "spark.eventLog.enabled": "true",
            "spark.eventLog.dir": f"file://{events}",
            "spark.eventLog.compress": "false",
        },
    )
    assert_equal(find_on(spark, case, sizes=SIZES), expected(case))
    spilled, largest = spilled_bytes(events), largest_worker_bytes()
    print(f"spilled {spilled:,} bytes; largest Python worker {largest / 1e6:,.0f} MB")
    assert spilled > 0
