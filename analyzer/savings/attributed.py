"""How much of the money is known by feature: what each feature cost as it was billed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl

from analyzer.lever import UNTAGGED
from analyzer.pricing.book import PriceBook
from analyzer.pricing.price import Price, TokenSums
from analyzer.replay.costing import TOKEN_CLASSES
from analyzer.store import Store

CALL_SITE = "call-site-"
"""Starts the name of a group of untagged requests with one system prompt and set of tools."""
_DAY_SECONDS = 86_400
_OF_A_DAY = ("provider", "model", "day")
_PRICED_BY = ("held_as", "feature_id", "feature", "price_no", "batch", "above")


@dataclass(frozen=True, slots=True)
class FeatureSpend:
    """What one feature used and cost, each call at its own day's price."""

    feature_id: str
    """As the log has it: what a file of names calls ``id``."""
    feature: str
    held_as: str
    """``requests``, or ``totals`` for a usage export, which may be the same money."""
    requests: int
    unpriced_requests: int
    tokens: int
    pico_usd: int
    unpriced_tokens: int

    @property
    def known_pico_usd(self) -> int | None:
        """The cost; None where nothing prices any of the tokens, which is no $0."""
        return None if self.tokens and self.unpriced_tokens == self.tokens else self.pico_usd


@dataclass(frozen=True, slots=True)
class Attribution:
    """How much of some money names its feature, in pico-dollars. The parts sum to the whole."""

    tagged_pico_usd: int
    inferred_pico_usd: int
    """Of groups by call site that the user has not named."""
    untagged_pico_usd: int

    @property
    def total_pico_usd(self) -> int:
        """All of the money."""
        return self.tagged_pico_usd + self.inferred_pico_usd + self.untagged_pico_usd


def attribution(pico_usd: Mapping[str, int]) -> Attribution:
    """Return how much of the money of some features, by name, is attributed."""
    inferred = sum(pico for name, pico in pico_usd.items() if name.startswith(CALL_SITE))
    untagged = pico_usd.get(UNTAGGED, 0)
    return Attribution(sum(pico_usd.values()) - inferred - untagged, inferred, untagged)


def attributed(spends: Iterable[FeatureSpend], held_as: str = "requests") -> Attribution:
    """Return the same for what a database holds, of its requests or of its usage totals."""
    sums: dict[str, int] = {}
    for spend in spends:
        if spend.held_as == held_as:
            sums[spend.feature] = sums.get(spend.feature, 0) + spend.pico_usd
    return attribution(sums)


def spend_by_feature(store: Store, book: PriceBook) -> tuple[FeatureSpend, ...]:
    """Return what each feature cost, dearest first; unpriced calls are counted and cost nothing."""
    usage = store.query("feature_usage")
    prices, days = _priced_days(usage, book)
    told = _told_by_step(store, usage.join(days, on=_OF_A_DAY))
    sums = told.group_by(_PRICED_BY).agg(pl.col("requests", *TOKEN_CLASSES).sum())
    found: dict[tuple[str, str], FeatureSpend] = {}
    for row in sums.iter_rows(named=True):
        key = row["held_as"], row["feature_id"]
        found[key] = _plus(found.get(key), row, prices)
    return tuple(sorted(found.values(), key=lambda one: (-one.pico_usd, one.feature_id)))


def _told_by_step(store: Store, usage: pl.DataFrame) -> pl.DataFrame:
    """Tell calls above a step of their price apart: they are read anew, and few logs have any."""
    stepped = usage.filter(pl.col("longest") > pl.col("above_tokens"))
    days = stepped.select(*_OF_A_DAY, "price_no", "above_tokens").unique()
    if days.is_empty():
        return usage
    told = store.query_with("feature_usage_by_step", {"stepped_days": days})
    again = days.with_columns(held_as=pl.lit("requests"))
    rest = usage.join(again, on=["held_as", *_OF_A_DAY], how="anti")
    return pl.concat([rest.select(told.columns), told])


def _plus(before: FeatureSpend | None, row: Mapping[str, Any], prices: list[Price]) -> FeatureSpend:
    sums = {name: int(row[name]) for name in TOKEN_CLASSES}
    priced = row["price_no"] is not None
    cost = 0
    if priced:
        price = prices[row["price_no"]]
        discount = price.batch_ppm if row["batch"] else 0
        cost = price.units(above=row["above"], discount_ppm=discount).cost(TokenSums(**sums))
    had = before or FeatureSpend(row["feature_id"], row["feature"], row["held_as"], 0, 0, 0, 0, 0)
    return FeatureSpend(
        had.feature_id,
        had.feature,
        had.held_as,
        had.requests + row["requests"],
        had.unpriced_requests + (0 if priced else row["requests"]),
        had.tokens + sum(sums.values()),
        had.pico_usd + cost,
        had.unpriced_tokens + (0 if priced else sum(sums.values())),
    )


def _priced_days(usage: pl.DataFrame, book: PriceBook) -> tuple[list[Price], pl.DataFrame]:
    """Return the prices that were in force, and the place of each model's on each day."""
    prices: dict[Price, int] = {}
    rows = []
    for provider, model, day in usage.select(_OF_A_DAY).unique().iter_rows():
        listing = book.lookup(provider or None, model)
        price = (
            listing.at(datetime.fromtimestamp(day * _DAY_SECONDS, UTC).date()) if listing else None
        )
        number = None if price is None else prices.setdefault(price, len(prices))
        rows.append((provider, model, day, number, None if price is None else price.above_tokens))
    schema = {
        "provider": pl.String, "model": pl.String, "day": pl.Int64, "price_no": pl.Int64,
        "above_tokens": pl.Int64,
    }  # fmt: skip
    return list(prices), pl.DataFrame(rows, schema=schema, orient="row")
