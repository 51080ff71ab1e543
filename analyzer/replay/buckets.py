"""What usage totals cost under any coalition of a policy's levers (REPLAY.md §7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from analyzer.lever import Rule
from analyzer.levers.batch_api import BatchApi
from analyzer.pricing.price import Price
from analyzer.replay.buckets_calls import BucketComposer, reaching, scaled
from analyzer.replay.buckets_columns import Calls, Column, Lot
from analyzer.replay.buckets_costing import PriceTable
from analyzer.replay.buckets_rules import lots
from analyzer.replay.catalog import Catalog
from analyzer.replay.costing import TOKEN_CLASSES
from analyzer.replay.decide import Profile
from analyzer.replay.requests import DAY_US, day_of

Coalition = frozenset[str]

_BILL = {
    "feature": pl.UInt32,
    "day": pl.Int32,
    "pico_usd": pl.Int128,
    "calls": pl.Int128,
    "input_tokens": pl.Int128,
    "output_tokens": pl.Int128,
    "truncated": pl.Int128,
}
_OUTCOME = ("requests", "hits", "coalesced", "escalated")
_CELL = {"feature": pl.UInt32, "day": pl.Int32, "model": pl.UInt32, "above": pl.Boolean,
         "batch": pl.Boolean, "live": pl.Boolean}  # fmt: skip
_SUMS = ("calls", *TOKEN_CLASSES, "truncated", "pico_usd", "output_pico_usd")


@dataclass(frozen=True)
class BucketReplay:
    """Usage totals, ready to be billed under any coalition. Bills of a lot are kept and reused."""

    lots: tuple[Lot, ...]
    composer: BucketComposer
    _bills: dict[tuple[int, Coalition], pl.DataFrame] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        buckets: pl.DataFrame,
        profiles: Sequence[Profile],
        catalog: Catalog,
        targets: Mapping[str, int],
    ) -> BucketReplay:
        """Return the replay of priced buckets, as ``BucketLog.frame`` holds them."""
        prices = PriceTable([model.price for model in catalog.models])
        return cls(lots(buckets, profiles), BucketComposer(catalog, targets, prices))

    def bills(self, coalitions: Sequence[Coalition]) -> pl.DataFrame:
        """Return ``coalition`` (its place), ``feature, day``, calls, tokens and ``pico_usd``."""
        bills = [pl.DataFrame(schema={"coalition": pl.UInt32, **_BILL})]
        for place, coalition in enumerate(coalitions):
            named = pl.lit(place, dtype=pl.UInt32).alias("coalition")
            bills += [self._bill(n, coalition).select(named, *_BILL) for n in range(len(self.lots))]
        return pl.concat(bills)

    def outcomes(self, coalition: Coalition) -> pl.DataFrame:
        """Return ``feature, requests, hits, coalesced, escalated`` under a coalition.

        ``requests`` is 0: tallies count them.
        """
        frames = [pl.DataFrame(schema={"feature": pl.UInt32, **dict.fromkeys(_OUTCOME, pl.Int128)})]
        for lot in self.lots:
            on = _acting(lot, coalition)
            reached = scaled(lot.requests, reaching(on))
            second = self.composer.calls(lot, on)[1].calls if "routing" in on else 0 * reached
            hits, none = lot.requests - reached, 0 * reached
            frames.append(_frame(lot, requests=none, hits=hits, coalesced=none, escalated=second))
        return pl.concat(frames).group_by("feature").agg(pl.col(_OUTCOME).sum()).sort("feature")

    def cells(self, coalition: Coalition) -> pl.DataFrame:
        """Return calls, tokens by class and pico-dollars by feature, day, model, step and batch."""
        kinds = {**_CELL, **dict.fromkeys(_SUMS, pl.Int128)}
        frames = [pl.DataFrame(schema=kinds)]
        for lot in self.lots:
            on = _acting(lot, coalition)
            prices = self._prices(on)
            frames += [_cells(calls, lot, prices) for calls in self.composer.calls(lot, on)]
        return pl.concat(frame.select(*kinds) for frame in frames)

    def billed_pico_usd(self) -> int:
        """Return the cost of the buckets as logged, each at the price of its own first day."""
        return sum(self._billed(lot) for lot in self.lots)

    def _bill(self, number: int, coalition: Coalition) -> pl.DataFrame:
        """One lot by feature and day; levers without a rule that acts on it change nothing."""
        lot = self.lots[number]
        on = _acting(lot, coalition)
        key = (number, frozenset(on))
        if key not in self._bills:
            prices = self._prices(on)
            frames = [_costed(calls, lot, prices) for calls in self.composer.calls(lot, on)]
            sums = pl.concat(frames).group_by("feature", "day").agg(pl.all().sum())
            self._bills[key] = sums
        return self._bills[key]

    def _prices(self, on: Mapping[str, Rule]) -> PriceTable:
        terms = on.get("batch_api")
        if not isinstance(terms, BatchApi):
            return self.composer.list_prices
        return PriceTable([model.price for model in self.composer.catalog.models], terms)

    def _billed(self, lot: Lot) -> int:
        """The calls as logged, each named after the price that was in force on its day."""
        eras: dict[Price, int] = {}
        places = {pair: eras.setdefault(price, len(eras)) for pair, price in self._own_prices(lot)}
        era = np.array([places[pair] for pair in _pairs(lot)], dtype=np.int64)
        calls = replace(self.composer.as_logged(lot), model=era)
        return int(PriceTable(list(eras)).pico_usd(calls, lot).sum())

    def _own_prices(self, lot: Lot) -> Iterator[tuple[tuple[int, int], Price]]:
        for model, day in sorted(set(_pairs(lot))):
            price = self.composer.catalog.models[model].listing.at(day_of(day * DAY_US))
            if price is not None:
                yield (model, day), price


def _acting(lot: Lot, coalition: Coalition) -> dict[str, Rule]:
    """The rules of a coalition that can change a lot's calls: routing overrides model selection."""
    on = {lever: rule for lever, rule in lot.rules.items() if lever in coalition}
    return {k: v for k, v in on.items() if k != "model_selection" or "routing" not in on}


def _pairs(lot: Lot) -> list[tuple[int, int]]:
    return list(zip(lot.model.tolist(), lot.day.tolist(), strict=True))


def _costed(calls: Calls, lot: Lot, prices: PriceTable) -> pl.DataFrame:
    return _frame(
        lot,
        day=lot.day,
        pico_usd=prices.pico_usd(calls, lot),
        calls=calls.calls,
        input_tokens=calls.input,
        output_tokens=calls.output,
        truncated=calls.truncated,
    )


def _cells(calls: Calls, lot: Lot, prices: PriceTable) -> pl.DataFrame:
    nothing = 0 * calls.input
    answers = replace(calls, input=nothing, cached=nothing, write=nothing, write_1h=nothing)
    return _frame(
        lot,
        day=lot.day,
        model=calls.model,
        above=prices.is_above(calls, lot),
        batch=lot.batch,
        live=np.full(len(lot.model), fill_value=True),
        calls=calls.calls,
        uncached=calls.input - calls.cached - calls.write - calls.write_1h,
        cached=calls.cached,
        write=calls.write,
        write_1h=calls.write_1h,
        output=calls.output,
        truncated=calls.truncated,
        pico_usd=prices.pico_usd(calls, lot),
        output_pico_usd=prices.pico_usd(answers, lot),
    )


def _frame(lot: Lot, **columns: Column) -> pl.DataFrame:
    """Columns of Python integers as a frame, beside each bucket's feature."""
    kinds: Mapping[str, type[pl.DataType]] = {**_BILL, **_CELL}
    return pl.DataFrame(
        {
            name: pl.Series(column.tolist(), dtype=kinds.get(name, pl.Int128))
            for name, column in {"feature": lot.feature, **columns}.items()
        }
    )
