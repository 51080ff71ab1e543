"""Token columns to money columns: exact pico-dollars for every row of a frame at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import polars as pl

from analyzer.pricing.price import Price, UnitPrices
from analyzer.replay.catalog import Catalog

INPUT_CLASSES = ("uncached", "cached", "write", "write_1h")
TOKEN_CLASSES = (*INPUT_CLASSES, "output")

_UNIT_OF: dict[str, Callable[[UnitPrices], int]] = {
    "uncached": lambda units: units.input,
    "cached": lambda units: units.cached_input,
    "write": lambda units: units.cache_write,
    "write_1h": lambda units: units.cache_write_1h,
    "output": lambda units: units.output,
}


Discount = Callable[[Price], int]
"""What a call is discounted by that the log does not already count as batch, in ppm."""


def no_discount(price: Price) -> int:
    """The discount of a call that is sent as it was."""
    return 0


def pico_usd(catalog: Catalog, discounts: Sequence[Discount] = (no_discount,)) -> pl.Expr:
    """Return the cost of each row, in pico-dollars (Int128).

    Columns read: ``model``, ``above`` and ``batch`` (bool), the five token classes, and, where
    there is more than one of ``discounts``, ``discount``: the place of the row's own.
    """
    terms = pl.col("discount") if len(discounts) > 1 else pl.lit(0, dtype=pl.UInt32)
    place = (terms * len(catalog.models) + pl.col("model")).cast(pl.UInt32) * 4
    place = place + pl.col("above").cast(pl.UInt32) * 2 + pl.col("batch").cast(pl.UInt32)
    return pl.sum_horizontal(
        pl.col(name).cast(pl.Int128) * pl.lit(_unit_prices(catalog, name, discounts)).gather(place)
        for name in TOKEN_CLASSES
    )


def _unit_prices(catalog: Catalog, token_class: str, discounts: Sequence[Discount]) -> pl.Series:
    """One class's price at each (discount, model, above, batch), in that order."""
    unit = _UNIT_OF[token_class]
    return pl.Series(
        [
            unit(model.price.units(above=above, discount_ppm=share))
            for discount in discounts
            for model in catalog.models
            for above in (False, True)
            for share in (discount(model.price), model.price.batch_ppm)
        ],
        dtype=pl.Int128,
    )


Calls = TypeVar("Calls", pl.DataFrame, pl.LazyFrame)


def price_step(catalog: Catalog) -> pl.Expr:
    """Return the long-context step of each call's model, in input tokens."""
    return pl.lit(catalog.above_tokens).gather(pl.col("model"))


def with_price_step(calls: Calls, step: pl.Expr) -> Calls:
    """Add ``above`` (input beyond the long-context ``step``) and ``uncached`` input tokens."""
    return calls.with_columns(
        above=pl.col("input") > step,
        uncached=pl.col("input") - pl.col("cached") - pl.col("write") - pl.col("write_1h"),
    )
