"""The response cache's answers: decided key by key, kept as one bit for each row of the log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analyzer.lever import Context
from analyzer.levers.caching import LEVER, Caching
from analyzer.policy import Policy
from analyzer.replay.requests import Log
from analyzer.replay.stretches import cache_keys, unkeyed
from analyzer.store import Store

ROWS_AT_ONCE = 12_000_000
"""About so many keyed requests are sorted at a time."""


@dataclass(frozen=True, slots=True)
class Hits:
    """Who is answered from the cache, by the request's row in the database."""

    hit: NDArray[np.bool_]
    coalesced: NDArray[np.bool_]

    def mark(self, requests: pl.DataFrame) -> pl.DataFrame:
        """Add ``hit`` and ``coalesced`` to requests that carry a ``rowid``."""
        rows = requests["rowid"].to_numpy()
        return requests.with_columns(
            hit=pl.Series(self.hit[rows]), coalesced=pl.Series(self.coalesced[rows])
        )

    def keep(self, requests: pl.DataFrame, rule: Caching, context: Context) -> None:
        """Decide about some requests, and keep what was decided."""
        decided = LEVER.decide(requests, rule, context)
        rows = requests["rowid"].to_numpy()
        self.hit[rows] = decided["hit"].to_numpy()
        self.coalesced[rows] = decided["coalesced"].to_numpy()


def decide_hits(store: Store, log: Log, policy: Policy, parts: int | None = None) -> Hits:
    """Replay every caching rule; the keys are taken in ``parts``, by default as memory asks."""
    size = store.one("replay_size")["rows"]
    hits = Hits(np.zeros(size, dtype=np.bool_), np.zeros(size, dtype=np.bool_))
    parts = parts or -(-log.total_requests // ROWS_AT_ONCE)
    for rule, features in covered(policy, log):
        for keyed in cache_keys(store, log, features, parts):
            hits.keep(keyed, rule, log.context)
        if rule.assumed_hit_rate is not None:
            hits.keep(unkeyed(store, log, features), rule, log.context)
    return hits


def covered(policy: Policy, log: Log) -> Iterator[tuple[Caching, list[int]]]:
    """Yield each caching rule with the features that no rule before it covers."""
    left = dict(enumerate(log.features))
    for rule in policy.rules.get(LEVER.name, ()):
        features = [number for number, name in left.items() if rule.covers(name)]
        left = {number: name for number, name in left.items() if number not in features}
        if isinstance(rule, Caching) and features:
            yield rule, features
