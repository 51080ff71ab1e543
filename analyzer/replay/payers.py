"""Who pays for compressing each static prefix: the first request that needs it."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from analyzer.levers.compression import LEVER, Compression
from analyzer.replay.plan import Plan

_SEEN = {"rule": pl.UInt32, "prefix_key": pl.UInt64, "rowid": pl.Int64}


def _nobody() -> pl.DataFrame:
    return pl.DataFrame(schema=_SEEN)


@dataclass
class PrefixPayers:
    """Marks payers over stretches that are taken in order.

    Requests without a prefix key share one. With a response cache, the first that misses it pays.
    """

    plan: Plan
    _first: pl.DataFrame = field(default_factory=_nobody)
    _first_to_miss: pl.DataFrame = field(default_factory=_nobody)

    def mark(self, requests: pl.DataFrame) -> pl.DataFrame:
        """Add ``pays_prefix`` and ``pays_prefix_on_miss``, where a rule compresses prefixes."""
        if not self.rules():
            return requests
        wanting = self.wanting(requests)
        self._first = _joined(self._first, wanting)
        self._first_to_miss = _joined(self._first_to_miss, wanting.filter(~pl.col("hit")))
        return requests.with_columns(
            pays_prefix=pl.col("rowid").is_in(self._first["rowid"].implode()),
            pays_prefix_on_miss=pl.col("rowid").is_in(self._first_to_miss["rowid"].implode()),
        )

    def wanting(self, requests: pl.DataFrame) -> pl.DataFrame:
        """Return who needs a prefix compressed: ``rule, prefix_key, rowid, row, hit``, in order."""
        return pl.concat(
            self._under(requests, number, rule, features)
            for number, (rule, features) in enumerate(self.rules())
        ).sort("row")

    def rules(self) -> list[tuple[Compression, list[int]]]:
        """Each ``static_prefix`` rule with its features."""
        found: dict[int, tuple[Compression, list[int]]] = {}
        for profile in self.plan.profiles:
            rule = profile.rules.get(LEVER.name)
            if isinstance(rule, Compression) and rule.mode == "static_prefix":
                found.setdefault(id(rule), (rule, []))[1].extend(profile.features)
        return list(found.values())

    def _under(
        self, requests: pl.DataFrame, number: int, rule: Compression, features: list[int]
    ) -> pl.DataFrame:
        """The live requests under a rule that are long enough to be compressed."""
        under = requests.filter("live", pl.col("feature").is_in(features))
        decided = LEVER.decide(under, rule, self.plan.context)["compressible_tokens"]
        return under.filter(decided.is_not_null()).select(
            pl.lit(number, dtype=pl.UInt32).alias("rule"), "prefix_key", "rowid", "row", "hit"
        )


def _joined(seen: pl.DataFrame, wanting: pl.DataFrame) -> pl.DataFrame:
    """Those seen before, and the first of each prefix that was not."""
    key = ["rule", "prefix_key"]
    firsts = wanting.unique(key, keep="first", maintain_order=True)
    fresh = firsts.join(seen, on=key, how="anti", nulls_equal=True)
    return pl.concat([seen, fresh.select(list(_SEEN))])
