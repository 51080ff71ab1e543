"""What the window costs under any coalition of a policy's levers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import polars as pl

from analyzer.levers.batch_api import BatchApi
from analyzer.replay.costing import pico_usd
from analyzer.replay.cube import price_cells, price_cubes
from analyzer.replay.partition import Sums
from analyzer.replay.parts import PRICE_ONLY, Coalition, coalitions, parts_of
from analyzer.replay.plan import BILLED, FAILED, Plan

__all__ = ["Coalition", "Replay", "coalitions"]


@dataclass(frozen=True)
class Replay:
    """A replayed log: every coalition's bill is arithmetic on its sums."""

    plan: Plan
    sums: Sums

    def bills(self, asked: Sequence[Coalition]) -> pl.DataFrame:
        """Return ``coalition`` (its place), ``feature, day``, calls, tokens and ``pico_usd``.

        Failed requests keep their logged cost; requests that a cache already answered cost nothing.
        """
        discounts: list[BatchApi | None] = [None]
        wanted = []
        for place, coalition in enumerate(asked):
            for rule, number, features in self._parts(coalition):
                if rule not in discounts:
                    discounts.append(rule)
                wanted += [(place, discounts.index(rule), number, f) for f in features]
        schema = dict.fromkeys(("coalition", "discount", "part", "feature"), pl.UInt32)
        cells = pl.DataFrame(wanted, schema=schema, orient="row").join(
            self.sums.cells, on=["part", "feature"], how="inner"
        )
        return price_cubes(cells, self.plan.composer.catalog, discounts)

    def cells(self, coalition: Coalition) -> pl.DataFrame:
        """Return a coalition's priced cells: feature, day, model, tokens by class, pico-dollars.

        ``live``: whether they are of live requests, and not of failed ones.
        """
        catalog = self.plan.composer.catalog
        return pl.concat(
            price_cells(self._cells(number, features), catalog, rule).with_columns(
                live=pl.lit(number != FAILED)
            )
            for rule, number, features in self._parts(coalition)
        )

    def outcomes(self, coalition: Coalition) -> pl.DataFrame:
        """Return ``feature, requests, hits, coalesced, escalated`` under a coalition."""
        cached, routed = "caching" in coalition, "routing" in coalition
        escalated = "escalated_on_miss" if cached else "escalated"
        return (
            self.sums.tallies.group_by("feature")
            .agg(
                pl.col("requests").sum(),
                hits=pl.col("hits").sum() * cached,
                coalesced=pl.col("coalesced").sum() * cached,
                escalated=pl.col(escalated).sum() * routed,
            )
            .sort("feature")
        )

    def billed_pico_usd(self) -> int:
        """Return the cost of the logged calls, each at its own day's price, as an invoice."""
        billed = self.sums.cells.filter(pl.col("part") == BILLED)
        return int(billed.select(pico_usd(self.plan.eras.catalog)).to_series().sum() or 0)

    def _parts(
        self, coalition: Coalition
    ) -> Iterator[tuple[BatchApi | None, int, tuple[int, ...]]]:
        """The parts that add up to a coalition: each with its batch discount and features."""
        profiles = self.plan.profiles
        every = tuple(feature for profile in profiles for feature in profile.features)
        yield None, FAILED, every
        for part in parts_of(profiles, coalition):
            for number, _ in part.members:
                rule = profiles[number].rules.get(PRICE_ONLY) if PRICE_ONLY in coalition else None
                place = self.plan.place(part)
                yield cast("BatchApi | None", rule), place, profiles[number].features

    def _cells(self, number: int, features: tuple[int, ...]) -> pl.DataFrame:
        mine = (pl.col("part") == number) & pl.col("feature").is_in(features)
        return self.sums.cells.filter(mine).drop("part")
