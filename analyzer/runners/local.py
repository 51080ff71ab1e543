"""Runs a replay on this machine: stretch by stretch, so that memory does not grow with the log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.policy import Policy
from analyzer.replay import hits, stretches
from analyzer.replay.partition import Sums, add, replay
from analyzer.replay.payers import PrefixPayers
from analyzer.replay.plan import Plan
from analyzer.replay.requests import Log
from analyzer.store import Store

_ADD_AFTER = 16
"""Stretches whose sums are held before they are added up."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How finely a log is cut. Every choice gives the same sums."""

    rows_at_once: int = stretches.ROWS_AT_ONCE
    key_parts: int | None = None
    """Parts that the response cache's keys are taken in; None: as memory asks."""


def run(store: Store, log: Log, policy: Policy, plan: Plan, sizes: Sizes = Sizes()) -> Sums:
    """Return the sums of a whole log."""
    held: list[Sums] = []
    for sums in _stretches(store, log, policy, plan, sizes):
        held.append(sums)
        if len(held) == _ADD_AFTER:
            held = [add(held)]
    return add(held)


def _stretches(store: Store, log: Log, policy: Policy, plan: Plan, sizes: Sizes) -> Iterator[Sums]:
    answered = hits.decide_hits(store, log, policy, sizes.key_parts)
    payers = PrefixPayers(plan)
    reader = stretches.Reader(
        store, log, lookback_us=plan.lookback_us, request_ids=plan.needs_request_ids
    )
    for stretch in stretches.cut(store, log, sizes.rows_at_once):
        requests = answered.mark(reader.read(stretch))
        yield replay(payers.mark(requests), plan)
