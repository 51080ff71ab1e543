"""The response cache's answers: decided key by key, kept as one bit for each row of the log."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
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

_AT_ONCE = 2
_WORTH_CUTTING = 1_000_000


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
    parts = parts or _parts(log.total_requests)
    for rule, features in covered(policy, log):
        # No two parts share a row, so that one may be replayed while the next is read.
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            waiting: deque[Future[None]] = deque()
            for keyed in cache_keys(store, log, features, parts):
                waiting.append(pool.submit(hits.keep, keyed, rule, log.context))
                if len(waiting) == _AT_ONCE:
                    waiting.popleft().result()
            for future in waiting:
                future.result()
        if rule.assumed_hit_rate is not None:
            hits.keep(unkeyed(store, log, features), rule, log.context)
    return hits


def _parts(requests: int) -> int:
    """As many parts as memory asks, and two where one would keep a processor idle."""
    return max(-(-requests // ROWS_AT_ONCE), _AT_ONCE if requests > _WORTH_CUTTING else 1)


def covered(policy: Policy, log: Log) -> Iterator[tuple[Caching, list[int]]]:
    """Yield each caching rule with the features that no rule before it covers."""
    left = dict(enumerate(log.features))
    for rule in policy.rules.get(LEVER.name, ()):
        features = [number for number, name in left.items() if rule.covers(name)]
        left = {number: name for number, name in left.items() if number not in features}
        if isinstance(rule, Caching) and features:
            yield rule, features
