"""Writes a canonical log of any size for the benchmarks: seeded, in time order, as Parquet."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

SEED = 20261101
START_US = 1_790_812_800_000_000  # 2026-10-01
DAYS = 31
DAY_US = 86_400_000_000
CHUNK_ROWS = 1_000_000


@dataclass(frozen=True, slots=True)
class Feature:
    """What one surface of the made-up company sends."""

    name: str | None
    share: float
    model: str
    prompts: int
    """Distinct prompts a million requests; a request repeats an old one by Zipf's law."""
    input_tokens: int
    output_tokens: int
    prefix_tokens: int


FEATURES = (
    Feature("support_chat", 0.30, "gpt-4o", 200_000, 2600, 180, 2000),
    Feature("classification", 0.30, "gpt-4o-mini", 400_000, 420, 8, 310),
    Feature("summarization", 0.10, "gpt-4o", 95_000, 6000, 350, 400),
    Feature("code_review", 0.08, "gpt-4o", 78_000, 5200, 600, 900),
    Feature("translation", 0.10, "gpt-4o", 90_000, 700, 650, 120),
    Feature("nightly_enrichment", 0.10, "gpt-4o", 99_000, 900, 90, 600),
    Feature(None, 0.02, "gpt-4o", 20_000, 1100, 250, 0),
)


def write_log(path: Path, requests: int) -> Path:
    """Write so many requests to a Parquet file, and return it. The same number, the same file."""
    shares = [f.share for f in FEATURES]
    return _write(path, requests, shares, lambda table, _: table)


def write_skewed_log(path: Path, requests: int) -> Path:
    """Write a log of which one feature has 90%, one key 30%, and one day ten times any other."""
    rest = 1 - FEATURES[0].share
    shares = [0.9, *(0.1 * f.share / rest for f in FEATURES[1:])]
    return _write(path, requests, shares, _skewed)


def _skewed(table: pa.Table, draw: np.random.Generator) -> pa.Table:
    hot = draw.random(len(table)) < 0.3
    for name in ("prompt_key", "prefix_key"):
        keys = pc.if_else(pa.array(hot), "hot", table[name])
        table = table.set_column(table.column_names.index(name), name, keys)
    ends = np.cumsum([10 if day == DAYS // 2 else 1 for day in range(DAYS)])
    share = (np.array(table["ts"].cast(pa.int64())) - START_US) / (DAYS * DAY_US)
    days = np.interp(share, np.concatenate(([0], ends / ends[-1])), np.arange(DAYS + 1))
    moved = pa.array(START_US + (days * DAY_US).astype(np.int64), table.schema.field("ts").type)
    return table.set_column(table.column_names.index("ts"), "ts", moved)


def _write(
    path: Path,
    requests: int,
    shares: Sequence[float],
    change: Callable[[pa.Table, np.random.Generator], pa.Table],
) -> Path:
    draw = np.random.default_rng(SEED)
    step_us = DAYS * DAY_US / requests
    schema = _chunk(draw, 0, 1, 1.0, 1, shares).schema
    with pq.ParquetWriter(path, schema, compression="zstd") as file:
        for first in range(0, requests, CHUNK_ROWS):
            rows = min(CHUNK_ROWS, requests - first)
            table = change(_chunk(draw, first, rows, step_us, requests, shares), draw)
            file.write_table(table, row_group_size=122_880)
    return path


def _chunk(
    draw: np.random.Generator,
    first: int,
    rows: int,
    step_us: float,
    requests: int,
    shares: Sequence[float],
) -> pa.Table:
    kind = draw.choice(len(FEATURES), size=rows, p=shares)
    number = np.arange(first, first + rows)
    ts_us = START_US + np.sort((number + draw.random(rows)) * step_us).astype(np.int64)
    prefix = _of(kind, "prefix_tokens")
    inputs = prefix + _spread(draw, _of(kind, "input_tokens") - prefix)
    outputs = _spread(draw, _of(kind, "output_tokens"))
    distinct = _of(kind, "prompts") * max(1.0, requests / 1_000_000)
    prompt = (distinct * draw.random(rows) ** 3).astype(np.int64)
    names = [f.name for f in FEATURES]
    models = [f.model for f in FEATURES]
    return pa.table(
        {
            "request_id": pa.array(np.char.add("req-", number.astype(str))),
            "ts": pa.array(ts_us, pa.timestamp("us", tz="UTC")),
            "latency_ms": pa.array(np.round(200 + draw.exponential(1500, rows), 3)),
            "provider": pa.array(["openai"] * rows),
            "model": pa.DictionaryArray.from_arrays(kind.astype(np.int8), models).cast(pa.string()),
            "feature": pa.DictionaryArray.from_arrays(kind.astype(np.int8), names).cast(
                pa.string()
            ),
            "user": pa.array(np.char.add("u", draw.integers(0, 5000, rows).astype(str))),
            "input_tokens": pa.array(inputs),
            "cached_input_tokens": pa.array(np.where(draw.random(rows) < 0.1, prefix, 0)),
            "output_tokens": pa.array(outputs),
            "prompt_chars": pa.array(inputs * 4),
            "response_chars": pa.array(outputs * 4),
            "prompt_key": pa.array(_named("p", kind, prompt)),
            "prefix_key": pa.array(_named("x", kind, prompt % 20)),
            "prefix_tokens": pa.array(prefix),
        }
    )


def _of(kind: np.ndarray, figure: str) -> np.ndarray:
    return np.array([getattr(f, figure) for f in FEATURES])[kind]


def _spread(draw: np.random.Generator, mean: np.ndarray) -> np.ndarray:
    """Long-tailed whole numbers of about this mean, at least 1."""
    return np.maximum(1, mean * draw.lognormal(-0.18, 0.6, len(mean))).astype(np.int64)


def _named(letter: str, kind: np.ndarray, number: np.ndarray) -> np.ndarray:
    return np.char.add(np.char.add(letter, kind.astype(str)), np.char.add("-", number.astype(str)))


if __name__ == "__main__":
    write_log(Path(sys.argv[1]), int(sys.argv[2]))
