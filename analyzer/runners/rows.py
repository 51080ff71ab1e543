"""A log's rows in memory, feature by feature, and what the response cache answers of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import polars as pl

from analyzer.levers.caching import Caching, Keyed, sort_by_key
from analyzer.policy import Policy
from analyzer.replay.hits import Hits, covered
from analyzer.replay.requests import Log
from analyzer.replay.stretches import Reader, Stretch, cache_keys, in_order, unkeyed
from analyzer.runners.units import Answers
from analyzer.store import Store

_FEWEST_ANSWERS_KEPT = 8
_ANSWERS_KEPT_BYTES = 1 << 30


class Rows:
    """Reads each feature's requests once, and sorts the cache's keys once for every TTL."""

    def __init__(self, store: Store, log: Log, *, request_ids: bool) -> None:
        self._store, self._request_ids = store, request_ids
        self._everything = Stretch(log.window.start_us, log.window.end_us + 1)
        self._size = store.one("replay_size")["rows"]
        fitting = _ANSWERS_KEPT_BYTES // max(1, 2 * self._size)
        self._most_answers = max(_FEWEST_ANSWERS_KEPT, fitting)
        self._frames: dict[int, pl.DataFrame] = {}
        self._keyed: dict[object, tuple[np.ndarray, Keyed]] = {}
        self._answers: dict[object, Hits] = {}

    def of(self, features: Iterable[int], log: Log) -> pl.DataFrame:
        """Return the requests of some features, all of them, in replay order."""
        wanted = sorted(features)
        self.hold(wanted, log)
        if len(wanted) == 1:
            return self._frames[wanted[0]]
        frames = [self._frames[feature].drop("row") for feature in wanted]
        return in_order(pl.concat(frames), log.order)

    def hold(self, features: Iterable[int], log: Log) -> None:
        """Read the requests of some features, where they are not in memory yet."""
        for feature in features:
            if feature not in self._frames:
                self._frames[feature] = self._read(feature, log)

    def marked(self, features: list[int], log: Log, answers: Answers) -> pl.DataFrame:
        """Return the same with what caches answer of them."""
        requests = self.of(features, log)
        found = [
            (answers[feature][1] if feature in answers else self.nothing()).mark(
                requests if len(features) == 1 else requests.filter(pl.col("feature") == feature)
            )
            for feature in features
        ]
        return found[0] if len(found) == 1 else pl.concat(found).sort("row")

    def _read(self, feature: int, log: Log) -> pl.DataFrame:
        reader = Reader(self._store, log, lookback_us=0, request_ids=self._request_ids)
        return reader.read(self._everything, [feature])

    def answered(self, policy: Policy, log: Log) -> dict[int, tuple[object, Hits]]:
        """Return, by feature, what the cache in front of it answers, and a name for that cache."""
        found: dict[int, tuple[object, Hits]] = {}
        for rule, features in _caches(policy, log):
            name = (rule.model_copy(update={"features": ("*",)}), tuple(features))
            if name not in self._answers:
                if len(self._answers) >= self._most_answers:
                    self._answers.pop(next(iter(self._answers)))
                self._answers[name] = self._answer(rule, features, log)
            found |= dict.fromkeys(features, (name, self._answers[name]))
        return found

    def nothing(self) -> Hits:
        """Return the answers of no cache."""
        return Hits(*(np.zeros(self._size, dtype=np.bool_) for _ in range(2)))

    def _answer(self, rule: Caching, features: list[int], log: Log) -> Hits:
        hits = self.nothing()
        places, keyed = self._sorted(rule, features, log)
        hit, coalesced = keyed.replay(rule)
        hits.hit[places[hit]] = True
        hits.coalesced[places[coalesced]] = True
        if rule.assumed_hit_rate is not None:
            hits.keep(unkeyed(self._store, log, features), rule, log.context)
        return hits

    def _sorted(self, rule: Caching, features: list[int], log: Log) -> tuple[np.ndarray, Keyed]:
        """The requests sorted by key, and the place of each in the log."""
        key = (rule.key_columns, rule.required_columns, rule.coalesce, tuple(features))
        if key not in self._keyed:
            (requests,) = cache_keys(self._store, log, features, parts=1)
            keyed = sort_by_key(requests, rule)
            self._keyed[key] = requests["rowid"].to_numpy()[keyed.rows], keyed
        return self._keyed[key]


def _caches(policy: Policy, log: Log) -> Iterator[tuple[Caching, list[int]]]:
    """Yield each cache by itself: one rule may be a cache for every feature it covers.

    So a feature that gets a TTL of its own leaves the others' answers as they are.
    """
    for rule, features in covered(policy, log):
        if rule.scope == "feature":
            yield from ((rule, [feature]) for feature in features)
        else:
            yield rule, features
