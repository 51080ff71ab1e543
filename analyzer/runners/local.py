"""Runs a replay on this machine: stretch by stretch, so that memory hardly grows with the log."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import polars as pl

from analyzer.policy import Policy
from analyzer.replay import hits, stretches
from analyzer.replay.partition import Sums, add, replay
from analyzer.replay.payers import PrefixPayers
from analyzer.replay.plan import Plan
from analyzer.replay.requests import Log
from analyzer.store import Store

_ADD_AFTER = 16
"""Stretches whose sums are held before they are added up."""
_MOST_THREADS = 4


@dataclass(frozen=True, slots=True)
class Sizes:
    """How finely a log is cut, and how much runs at once. Any choice gives the same sums."""

    rows_at_once: int = stretches.ROWS_AT_ONCE
    key_parts: int | None = None
    """Parts that the response cache's keys are taken in; None: as memory asks."""
    threads: int = min(_MOST_THREADS, os.cpu_count() or 1)
    """Stretches that are replayed at the same time."""


def run(store: Store, log: Log, policy: Policy, plan: Plan, sizes: Sizes = Sizes()) -> Sums:
    """Return the sums of a whole log."""
    held: list[Sums] = []
    for sums in _replayed(_marked(store, log, policy, plan, sizes), plan, sizes.threads):
        held.append(sums)
        if len(held) == _ADD_AFTER:
            held = [add(held)]
    return add(held)


def _marked(
    store: Store, log: Log, policy: Policy, plan: Plan, sizes: Sizes
) -> Iterator[pl.DataFrame]:
    """Read the stretches in order, with what was decided across them."""
    answered = hits.decide_hits(store, log, policy, sizes.key_parts)
    payers = PrefixPayers(plan)
    reader = stretches.Reader(
        store, log, lookback_us=plan.lookback_us, request_ids=plan.needs_request_ids
    )
    for stretch in stretches.cut(store, log, sizes.rows_at_once):
        yield payers.mark(answered.mark(reader.read(stretch)))


def _replayed(marked: Iterator[pl.DataFrame], plan: Plan, threads: int) -> Iterator[Sums]:
    """Replay a few stretches at a time; the next is read meanwhile."""
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[Future[Sums]] = deque()
        for requests in marked:
            waiting.append(pool.submit(replay, requests, plan))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        for future in waiting:
            yield future.result()
