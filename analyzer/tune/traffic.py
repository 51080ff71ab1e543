"""What a log says about the values that are worth trying, and about who waits how long."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from analyzer.levers.routing import Routing
from analyzer.store import Store
from analyzer.tune.answers import Answers
from analyzer.tune.days import Days
from analyzer.tune.latency import Pace, reach_by_length, reach_by_rate
from analyzer.tune.meeting import prefixes_in_common

FULL_SCORE_CHARS = 200
_LENGTHS = {"feature": pl.String, "day": pl.Int32, "chars": pl.Int64, "requests": pl.Int64}


@dataclass(frozen=True, slots=True)
class Traffic:
    """What the log says."""

    answers: Answers
    lengths: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_LENGTHS))
    """Live requests by feature, day and length of their answer (null where unknown)."""
    gaps_us: Mapping[str, Sequence[int]] = field(default_factory=dict)
    alike: Sequence[frozenset[str]] = ()
    """Features that send a prefix in common, in sets that do not touch."""
    paces: Callable[[Days], Pace] = lambda days: Pace()
    """How long calls take in a stretch of days."""

    @classmethod
    def of(cls, store: Store, answers: Answers) -> Traffic:
        """Read a database; it stays in use."""
        gaps: dict[str, list[int]] = {}
        for feature, gap in store.query("tune_gaps").iter_rows():
            gaps.setdefault(feature, []).append(gap)

        def pace(days: Days) -> Pace:
            rows = store.query("tune_latency", from_us=days.from_us, until_us=days.until_us)
            return Pace.of(rows, answers.identity)

        lengths = store.query("tune_lengths", most=FULL_SCORE_CHARS)
        return cls(answers, lengths, gaps, prefixes_in_common(store), pace)

    def lengths_of(self, feature: str) -> list[tuple[int, int]]:
        """Return the lengths that a feature's answers have, ascending, and how many have each."""
        mine = self.lengths.filter(pl.col("feature") == feature, pl.col("chars").is_not_null())
        sums = mine.group_by("chars").agg(pl.col("requests").sum()).sort("chars")
        return [(int(chars), int(n)) for chars, n in sums.iter_rows()]

    def requests(self, feature: str, days: Days) -> int:
        """Return how many live requests a feature has in a stretch of days."""
        return int(self._on(feature, days)["requests"].sum())

    def reached(self, feature: str, rule: Routing, days: Days) -> list[float]:
        """Return the share of a feature's live requests that call each tier of a route."""
        if rule.score == "pass_rate":
            return reach_by_rate(rule)
        if rule.score == "length":
            return reach_by_length(rule, self._on(feature, days))
        return self.answers.reached(feature, rule, days, self.requests(feature, days))

    def _on(self, feature: str, days: Days) -> pl.DataFrame:
        mine = pl.col("feature") == feature
        on = self.lengths.filter(mine, pl.col("day").is_between(days.first, days.until - 1))
        return on.select(response_chars="chars", requests="requests")
