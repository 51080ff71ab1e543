"""How much longer a request takes under a choice: calls before the answer, and waiting.

A call takes as long as the log says that calls of its model take on its feature; of a model that
the log does not know there, as long as the feature's calls do (REPLAY.md §4: latency stays as
logged). What a response cache spares is not counted: it is no promise to any one request.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from analyzer.lever import Context
from analyzer.levers.routing import LEVER as ROUTING
from analyzer.levers.routing import Routing
from analyzer.tune.days import Days
from analyzer.tune.slots import Option

_FEWEST_CALLS = 30
_DAY_S = 86_400
_US = 1_000_000


@dataclass(frozen=True, slots=True)
class Added:
    """Seconds that a choice adds to a feature's requests."""

    mean_s: float
    most_s: float
    """For one that takes every call and every wait there may be; calls at their P95."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long calls take, in microseconds, by (feature, model), and of a feature (``""``)."""

    calls: Mapping[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    """Mean and P95."""

    @classmethod
    def of(cls, rows: pl.DataFrame, identity: Callable[[str], str]) -> Pace:
        """Take ``tune_latency.sql``'s rows; a model with few calls is as fast as its feature."""
        known: dict[tuple[str, str], tuple[int, int]] = {}
        sums: dict[str, tuple[int, int, int]] = {}
        for feature, model, calls, mean_us, p95_us in rows.iter_rows():
            had = sums.get(feature, (0, 0, 0))
            sums[feature] = had[0] + calls, had[1] + calls * mean_us, max(had[2], p95_us)
            if calls >= _FEWEST_CALLS:
                known[feature, identity(model)] = mean_us, p95_us
        for feature, (calls, total_us, p95_us) in sums.items():
            known[feature, ""] = total_us // calls, p95_us
        return cls(known)

    def call_s(self, feature: str, model_id: str) -> tuple[float, float] | None:
        """Return the mean and P95 of a call, in seconds; None where the log has no latency."""
        found = self.calls.get((feature, model_id)) or self.calls.get((feature, ""))
        return None if found is None else (found[0] / _US, found[1] / _US)


class Waiting:
    """Adds up what a choice adds, on one stretch of days."""

    def __init__(
        self, pace: Pace, reached: Callable[[str, Routing, Days], list[float]], days: Days,
        identity: Callable[[str], str],
    ) -> None:  # fmt: skip
        """``reached``: the share of requests that call each tier, as ``Answers.reached``."""
        self._pace, self._reached, self._days, self._identity = pace, reached, days, identity
        self._known: dict[object, Added | None] = {}

    def added(self, feature: str, options: list[Option]) -> Added | None:
        """Return what a feature's rules add; None where the log cannot say."""
        mean_s = most_s = 0.0
        for option in options:
            found = Added(0, 0) if option is None else self._of(feature, *option)
            if found is None:
                return None
            mean_s, most_s = mean_s + found.mean_s, most_s + found.most_s
        return Added(mean_s, most_s)

    def _of(self, feature: str, lever: str, table: Mapping[str, Any]) -> Added | None:
        if lever == "batch_api":
            return Added(_DAY_S, _DAY_S)
        if lever == "batching":
            window_s = float(table["window_seconds"])
            return Added(window_s / 2, window_s)
        if lever == "compression":
            call = self._pace.call_s(feature, self._identity(table["compressor"]))
            return None if call is None else Added(*call)
        if lever != "routing":
            return Added(0, 0)
        key = feature, repr(table)
        if key not in self._known:
            self._known[key] = self._of_route(feature, table)
        return self._known[key]

    def _of_route(self, feature: str, table: Mapping[str, Any]) -> Added | None:
        """Each tier that is called and not accepted is time before the answer."""
        rule = Routing.model_validate({"features": [feature], **table})
        if rule.score == "difficulty":
            return Added(0, 0)
        mean_s = most_s = 0.0
        shares = self._reached(feature, rule, self._days)
        for tier, share in zip(rule.tiers, shares[1:], strict=False):
            call = self._pace.call_s(feature, self._identity(tier.model))
            if call is None:
                return None
            mean_s, most_s = mean_s + share * call[0], most_s + call[1]
        return Added(mean_s, most_s)


def reach_by_rate(rule: Routing) -> list[float]:
    """Return the share of requests that call each tier where a pass rate decides."""
    shares = [1.0]
    for tier in rule.tiers[:-1]:
        shares.append(shares[-1] * (1 - float(tier.pass_rate or 0)))
    return shares


def reach_by_length(rule: Routing, lengths: pl.DataFrame) -> list[float]:
    """Return the same by length. ``lengths``: ``response_chars`` and ``requests``."""
    total = int(lengths["requests"].sum())
    if not total:
        return [1.0] + [0.0] * (len(rule.tiers) - 1)
    nothing = Context((), {}, {}, pl.DataFrame())
    last = ROUTING.decide(lengths, rule, nothing)["last_tier"]
    weights = lengths["requests"]
    return [int(weights.filter(last >= n).sum()) / total for n in range(len(rule.tiers))]
