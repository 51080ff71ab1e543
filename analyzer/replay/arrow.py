"""The partition kernel as an engine that moves Arrow calls it: a table in, its sums out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

import polars as pl
import pyarrow as pa

from analyzer.replay.partition import Sums, add, replay
from analyzer.replay.plan import Plan
from analyzer.stream import from_stream, to_stream

PACKED = pa.schema([(name, pa.binary()) for name in ("cells", "tallies", "evals")])
"""Sums as one row: each table as an Arrow stream, so that three schemas travel as one."""


def replay_arrow(requests: pa.Table, plan: Plan) -> pa.Table:
    """Sum every part of a plan over a partition, as ``partition.replay`` does.

    Args:
        requests: the columns that ``partition.replay`` reads.
        plan: what is asked; it pickles, so that it can be sent along.

    Returns:
        One row of ``PACKED``.
    """
    return packed(replay(cast("pl.DataFrame", pl.from_arrow(requests)), plan))


def packed(sums: Sums) -> pa.Table:
    """Return sums as one row of ``PACKED``."""
    streams = [[to_stream(frame)] for frame in (sums.cells, sums.tallies, sums.evals)]
    return pa.table(streams, schema=PACKED)


def add_packed(rows: Iterable[pa.Table]) -> Sums:
    """Add up the rows of any number of tables of ``PACKED``; their order changes nothing."""
    return add(unpacked(*row.values()) for table in rows for row in table.to_pylist())


def unpacked(cells: bytes, tallies: bytes, evals: bytes) -> Sums:
    """Return the sums of one row of ``PACKED``."""
    return Sums(*map(from_stream, (cells, tallies, evals)))
