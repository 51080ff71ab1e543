"""The kernels as an engine that moves Arrow calls them: batches of requests in, small batches out.

Engines that know no unsigned numbers hold the same 64 bits signed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import cast

import polars as pl
import pyarrow as pa

from analyzer.lever import Context
from analyzer.levers.caching import Caching
from analyzer.replay.partition import Sums, add, replay
from analyzer.replay.payers import PrefixPayers
from analyzer.replay.plan import Plan
from analyzer.replay.streams import answer, sum_up
from analyzer.replay.stretches import described
from analyzer.stream import from_stream, to_stream

Batches = Iterable[pa.RecordBatch]
Made = Iterator[pa.RecordBatch]

PACKED = pa.schema([(name, pa.binary()) for name in ("cells", "tallies", "evals")])
"""Sums as one row: each table as an Arrow stream, so that three schemas travel as one."""
ORDER = ("ts_us", "request_id")
"""The order of a replay."""
_KEYS = ("user_key", "prompt_key", "prefix_key")
_NUMBERS = ("feature", "model", "model_name")


def sum_batches(batches: Batches, plan: Plan, rows_at_once: int) -> Made:
    """Sum every part of a plan over a partition, as ``streams.sum_up`` does.

    Args:
        batches: the columns that ``partition.replay`` reads but for those that ``described`` adds,
            in replay order.
        plan: what is asked; it pickles, so that it can be sent along.
        rows_at_once: about so many requests are held at a time.

    Returns:
        One row of ``PACKED``; none of no request.
    """
    sums = sum_up(map(described, _frames(batches, rows_at_once)), plan)
    if sums is not None:
        yield from packed(sums).to_batches()


def answer_batches(
    batches: Batches,
    schema: pa.Schema,
    rules: Sequence[Caching],
    context: Context,
    rows_at_once: int,
) -> Made:
    """Add ``hit`` and ``coalesced`` to requests that stand key by key: see ``streams.answer``."""
    return _batches(answer(_frames(batches, rows_at_once), rules, context), schema)


def first_batches(batches: Batches, schema: pa.Schema, plan: Plan, rows_at_once: int) -> Made:
    """Return who may pay for each static prefix: the first of each batch, and the first to miss.

    Columns ``rule, prefix_key, missed, ts_us, request_id``; the requests come in any order.
    """
    payers = PrefixPayers(plan)
    for frame in _frames(batches, rows_at_once):
        rows = described(frame.sort(ORDER).with_row_index("row"))
        wanting = payers.wanting(rows.with_columns(rowid="row"))
        yield from _batches([_first_of_each(wanting.join(rows, on="row"))], schema)


def _first_of_each(wanting: pl.DataFrame) -> pl.DataFrame:
    """The first of each rule and prefix, and the first that misses the cache."""
    key = ["rule", "prefix_key"]
    return pl.concat(
        some.unique(key, keep="first", maintain_order=True).select(
            pl.col("rule").cast(pl.Int32), "prefix_key", pl.lit(missed).alias("missed"), *ORDER
        )
        for missed, some in ((False, wanting), (True, wanting.filter(~pl.col("hit"))))
    )


def add_batches(batches: Batches) -> Made:
    """Add rows of ``PACKED`` up to one; none stays none."""
    tables = [pa.Table.from_batches([batch]) for batch in batches]
    return iter(packed(add_packed(tables)).to_batches() if tables else ())


def packed(sums: Sums) -> pa.Table:
    """Return sums as one row of ``PACKED``."""
    streams = [[to_stream(frame)] for frame in (sums.cells, sums.tallies, sums.evals)]
    return pa.table(streams, schema=PACKED)


def add_packed(rows: Iterable[pa.Table]) -> Sums:
    """Add up the rows of any number of tables of ``PACKED``; their order changes nothing."""
    return add(unpacked(*row.values()) for table in rows for row in table.to_pylist())


def whole_sums(rows: pa.Table, schema: pa.Schema, plan: Plan) -> Sums:
    """Return what all partitions' rows of ``PACKED`` add up to; of no row, the sums of no request.

    ``schema``: of the requests. Where nothing prices a single one, no partition holds any.
    """
    if rows.num_rows:
        return add_packed([rows])
    nobody = _frame([pa.RecordBatch.from_pylist([], schema=schema)])
    return replay(described(nobody).with_row_index("row"), plan)


def unpacked(cells: bytes, tallies: bytes, evals: bytes) -> Sums:
    """Return the sums of one row of ``PACKED``."""
    return Sums(*map(from_stream, (cells, tallies, evals)))


def _frames(batches: Batches, rows_at_once: int) -> Iterator[pl.DataFrame]:
    """Read batches as the kernels' columns, about so many rows at a time."""
    held: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        held.append(batch)
        rows += batch.num_rows
        if rows >= rows_at_once:
            yield _frame(held)
            held, rows = [], 0
    if rows:
        yield _frame(held)


def _frame(batches: list[pa.RecordBatch]) -> pl.DataFrame:
    frame = cast("pl.DataFrame", pl.from_arrow(pa.Table.from_batches(batches)))
    return frame.with_columns(
        pl.col(_NUMBERS).cast(pl.UInt32), pl.col(_KEYS).reinterpret(signed=False)
    )


def _batches(frames: Iterable[pl.DataFrame], schema: pa.Schema) -> Made:
    """Give frames back as the engine knows them."""
    for frame in frames:
        signed = frame.with_columns(pl.col(pl.UInt64).reinterpret(signed=True))
        yield from signed.select(schema.names).to_arrow().cast(schema).to_batches()
