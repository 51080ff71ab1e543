"""Requests and usage totals billed together: a database may hold either, or both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from analyzer.replay.buckets import BucketReplay
from analyzer.replay.buckets_read import BucketLog
from analyzer.replay.coalitions import Coalition, Replay
from analyzer.replay.tally import BY, add_tallies

_COUNTS = ("calls", "input_tokens", "output_tokens", "truncated")


@dataclass(frozen=True)
class Together(Replay):
    """A replay of requests that bills usage totals as well. Its tallies count both."""

    buckets: BucketReplay

    @classmethod
    def of(cls, requests: Replay, totals: BucketLog) -> Together:
        """Add the usage totals of the same log to a replay of its requests."""
        plan = requests.plan
        buckets = BucketReplay.of(
            totals.frame, plan.profiles, plan.composer.catalog, plan.context.targets
        )
        tallies = _with_totals(requests.sums.tallies, totals.frame)
        return cls(plan, replace(requests.sums, tallies=tallies), buckets)

    def bills(self, asked: Sequence[Coalition]) -> pl.DataFrame:
        """Return the rows of both: a feature and day may stand in two of them."""
        totals = self.buckets.bills(asked)
        # Totals can be large: their sum may outgrow 64 bits.
        wide = super().bills(asked).with_columns(pl.col(_COUNTS).cast(pl.Int128))
        return pl.concat([wide.select(totals.columns), totals])

    def cells(self, coalition: Coalition) -> pl.DataFrame:
        """Return the priced cells of both, see ``Replay.cells``. Those of totals are live."""
        requests = super().cells(coalition)
        totals = self.buckets.cells(coalition)
        wide = requests.with_columns(
            pl.col(name).cast(kind) for name, kind in totals.schema.items() if kind == pl.Int128
        )
        return pl.concat([wide, totals.select(wide.columns)])

    def outcomes(self, coalition: Coalition) -> pl.DataFrame:
        """Return ``feature, requests, hits, coalesced, escalated`` of both under a coalition."""
        # Tallies hold the requests of totals already, and know of no hit or escalation there.
        totals = self.buckets.outcomes(coalition)
        counts = [name for name in totals.columns if name != "feature"]
        requests = super().outcomes(coalition).with_columns(pl.col(counts).cast(pl.Int128))
        both = pl.concat([requests.select(totals.columns), totals])
        return both.group_by("feature").agg(pl.col(counts).sum()).sort("feature")

    def billed_pico_usd(self) -> int:
        """Return the cost as logged, each call and each total at the price of its own day."""
        return super().billed_pico_usd() + self.buckets.billed_pico_usd()


def _with_totals(tallies: pl.DataFrame, totals: pl.DataFrame) -> pl.DataFrame:
    """Count the requests and tokens of totals too; of each request nothing more is known."""
    known = {
        "requests": pl.col("requests").fill_null(0),
        "tokens": pl.col("input_tokens") + pl.col("output_tokens"),
    }
    counts = [name for name in tallies.columns if name not in BY]
    wide = tallies.with_columns(pl.col(counts).cast(pl.Int128))
    if totals.is_empty():
        return wide
    nothing = pl.lit(0, dtype=pl.Int128)
    more = totals.select(*BY, **{name: known.get(name, nothing).cast(pl.Int128) for name in counts})
    return add_tallies(pl.concat([wide, more.select(wide.columns)]))
