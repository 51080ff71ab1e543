"""Answers one more policy quickly: a database opened once, its rows kept, its sums reused.

A change to one rule replays the features under it; a change of a price, of a discount or of a
model for one of its kind replays nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Literal

import polars as pl

from analyzer.policy import Policy
from analyzer.pricing.book import PriceBook
from analyzer.replay.coalitions import Replay
from analyzer.replay.contents import read_contents
from analyzer.replay.each_call import each_call
from analyzer.replay.ledger import Ledger
from analyzer.replay.parts import Coalition, coalitions
from analyzer.replay.plan import plan
from analyzer.replay.requests import Log, features_of, price_log
from analyzer.replay.same_money import Preferred
from analyzer.replay.stairs import Stairs, can_climb, climb
from analyzer.replay.together import Together
from analyzer.runners.memory import Memory
from analyzer.runners.rows import Rows
from analyzer.savings.board import Replayed
from analyzer.store import Store

Climbed = tuple[Log, Stairs, pl.DataFrame]
"""A log, a feature's calls by score and tier, and its cells that no lever touches."""
_CALL_COSTS = {"feature": pl.String, "request_id": pl.String, "pico_usd": pl.Int128}


def growing(levers: Sequence[str]) -> tuple[Coalition, ...]:
    """Return the coalitions of a report's steps: none, then each lever joining in order."""
    return tuple(frozenset(levers[:count]) for count in range(len(levers) + 1))


def whole(levers: Sequence[str]) -> tuple[Coalition, ...]:
    """Return the coalition of all levers, alone."""
    return (frozenset(levers),)


def every(levers: Sequence[str]) -> tuple[Coalition, ...]:
    """Return every coalition of the levers."""
    return tuple(coalitions(levers))


Steps = Literal["growing", "every", "whole"]
_COALITIONS = {"growing": growing, "every": every, "whole": whole}


class Session:
    """An open database, ready for one policy after the other. Not for several threads at once."""

    def __init__(self, store: Store, book: PriceBook, preferred: Preferred = "requests") -> None:
        """Read what the log is about; its rows are read when a policy first needs them.

        Raises:
            StoreError: the database holds neither requests nor usage totals.
        """
        self._store, self._book = store, book
        self._contents = read_contents(store, preferred)
        self._targets: tuple[str, ...] = ()
        self._memory: dict[object, tuple[Rows, Memory]] = {}

    @property
    def features(self) -> tuple[str, ...]:
        """Every feature that requests or usage totals name, in the order of their numbers."""
        return features_of(self._contents)

    def bill(
        self,
        policy: Policy,
        policy_file: str = "policy",
        *,
        book: PriceBook | None = None,
        steps: Steps = "growing",
    ) -> Replayed:
        """Bill the log under a policy: its steps, every coalition of its levers, or all alone.

        Raises:
            PriceError: the policy names a model that no table prices.
        """
        log = self._priced(policy, book or self._book, policy_file)
        asked = plan(policy, log, _COALITIONS[steps](policy.levers))
        rows, memory = self._memory_of(log)
        sums = memory.sums(asked, log, rows.answered(policy, log))
        whole = Together.of(Replay(asked, sums), log.buckets)
        ledger = Ledger(whole, policy.levers, len(log.features), log.days)
        return Replayed(log, asked.profiles, whole, ledger)

    def cells(self, policy: Policy, features: Collection[str]) -> tuple[Log, pl.DataFrame]:
        """Return what some features cost under the whole policy, as ``Replay.cells`` does.

        Features that share a warm prefix, or the payment for one, must all be named. The rest of
        the log is not touched: this is the quickest answer there is.

        Raises:
            PriceError: the policy names a model that no table prices.
        """
        log = self._priced(policy, self._book, "policy")
        numbers = {n for n, name in enumerate(log.features) if name in features}
        everything = frozenset(policy.levers)
        asked = plan(policy, log, (everything,)).only(numbers)
        rows, memory = self._memory_of(log)
        sums = memory.sums(asked, log, rows.answered(policy, log))
        totals = log.buckets.frame.filter(pl.col("feature").is_in(sorted(numbers)))
        whole = Together.of(Replay(asked, sums), replace(log.buckets, frame=totals))
        return log, whole.cells(everything)

    def stairs(self, policy: Policy, feature: str) -> Climbed | None:
        """Return a routed feature's calls by score and tier, and its cells that no lever touches.

        None where its bill is no sum over requests, or has too many scores to tell apart.

        Raises:
            PriceError: the policy names a model that no table prices.
        """
        log = self._priced(policy, self._book, "policy")
        number = log.features.index(feature)
        whole = plan(policy, log, (frozenset(policy.levers),)).only({number})
        profile = whole.profiles[0]
        totalled = number in set(log.buckets.frame["feature"])
        if totalled or not can_climb(profile.rules):
            return None
        rows = self._memory_of(log)[0]
        found = climb(rows.marked([number], log, rows.answered(policy, log)), whole, profile)
        if found is None:
            return None
        failed = self.cells(replace(policy, rules={}), {feature})[1].filter(~pl.col("live"))
        return log, found, failed

    def call_costs(self, policy: Policy, features: Collection[str]) -> pl.DataFrame:
        """Return ``feature, request_id, pico_usd`` of each live request of some features.

        ``policy``: nothing but model selections, or no rule at all: one call answers a request.

        Raises:
            PriceError: the policy names a model that no table prices.
        """
        log = self._priced(policy, self._book, "policy")
        asked = plan(policy, log, (frozenset(policy.levers),))
        numbers = [n for n, name in enumerate(log.features) if name in features]
        if not numbers:
            return pl.DataFrame(schema=_CALL_COSTS)
        requests = self._memory_of(log)[0].marked(numbers, log, {})
        costs = pl.concat(each_call(requests, asked))
        names = costs["feature"].map_elements(lambda n: log.features[n], return_dtype=pl.String)
        return costs.with_columns(feature=names).select(list(_CALL_COSTS))

    def _priced(self, policy: Policy, book: PriceBook, policy_file: str) -> Log:
        """The log under a policy's prices; a model once named keeps its number."""
        named = tuple(dict.fromkeys((*self._targets, *policy.targets())))
        log = price_log(self._contents, policy, book, policy_file, named)
        self._targets = named
        return log

    def _memory_of(self, log: Log) -> tuple[Rows, Memory]:
        """The rows in memory; other prices may leave other models out."""
        key = tuple(log.names()["priced_models"].iter_rows())
        if key not in self._memory:
            rows = Rows(self._store, log, request_ids=True)
            self._memory = {key: (rows, Memory(rows))}
        return self._memory[key]
