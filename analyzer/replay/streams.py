"""Replays rows that arrive sorted, some at a time: what later rows may still meet is carried on.

So one cache key, one prefix or one day may be of any size, and memory is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import polars as pl

from analyzer.lever import Context
from analyzer.levers.caching import LEVER, Caching
from analyzer.replay.partition import Sums, add, replay
from analyzer.replay.plan import Plan

_ADD_AFTER = 16


def answer(
    frames: Iterable[pl.DataFrame], rules: Sequence[Caching], context: Context
) -> Iterator[pl.DataFrame]:
    """Add ``hit`` and ``coalesced`` to requests that stand rule by rule and key by key.

    Args:
        frames: requests with ``cache_rule``, the place of their rule (Int32, null: none), sorted
            by it, by the rule's key columns, and in replay order. A key may span frames.
        rules: the caching rules.
        context: what rules know beyond requests.
    """
    carried, last = pl.DataFrame(), None
    for frame in frames:
        for part in frame.partition_by("cache_rule", maintain_order=True):
            number = part["cache_rule"][0]
            if number is None:
                nobody = pl.lit(value=False)
                yield part.with_columns(hit=nobody, coalesced=nobody)
                continue
            rows = pl.concat([carried, part]) if number == last else part
            decided = rows.hstack(LEVER.decide(rows, rules[number], context))
            yield decided[len(rows) - len(part) :]
            carried, last = still_met(decided, rules[number]).select(part.columns), number


def still_met(decided: pl.DataFrame, rule: Caching) -> pl.DataFrame:
    """Return the rows that stand for all that later requests of the last key may meet.

    These are its misses whose answers are still in flight, and one row for the valid entry: a miss
    at the moment of its clock, stored at once. Replayed again before the later requests they all
    miss again. An answer in flight was asked for before the clock, for a request after it would
    have hit; so the row for the entry comes last, finds nothing valid, and misses. With
    ``coalesce`` a valid entry and an answer in flight never stand together: a request that finds
    either is no miss.
    """
    same = [pl.col(name).eq_missing(decided[name][-1]) for name in rule.key_columns]
    key = decided.filter(*same)
    now = key["ts_us"][-1]
    missed = key.filter(~pl.col("hit"))
    stored_us = missed["ts_us"] + missed["latency_us"].fill_null(0)
    clocks = [stored_us.filter(stored_us <= now).max()]
    if rule.refresh:
        clocks.append(key.filter("hit", ~pl.col("coalesced"))["ts_us"].max())
    clock = max((c for c in clocks if isinstance(c, int)), default=None)
    in_flight = missed.filter(stored_us > now)
    if clock is None or now - clock >= rule.ttl_us:
        return in_flight
    entry = key[-1:].with_columns(
        ts_us=pl.lit(clock, dtype=pl.Int64), latency_us=pl.lit(0, dtype=pl.Int64)
    )
    return pl.concat([in_flight, entry])


def sum_up(frames: Iterable[pl.DataFrame], plan: Plan) -> Sums | None:
    """Return the sums of requests in replay order, in any number of frames; None of no frame."""
    held: list[Sums] = []
    before: pl.DataFrame | None = None
    for frame in frames:
        rows = frame if before is None else pl.concat([before, frame])
        held.append(replay(rows.with_row_index("row"), plan))
        if plan.lookback_us:
            near = pl.col("ts_us") >= pl.col("ts_us").max() - plan.lookback_us
            before = rows.filter(near).with_columns(counted=pl.lit(value=False))
        if len(held) == _ADD_AFTER:
            held = [add(held)]
    return add(held) if held else None
