"""Calls to sums: the small table that every later question is arithmetic on."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import polars as pl

from analyzer.levers.batch_api import BatchApi
from analyzer.pricing.price import Price
from analyzer.replay.catalog import Catalog
from analyzer.replay.costing import TOKEN_CLASSES, pico_usd, with_price_step

CELL = ("feature", "day", "model", "above", "batch")
SUMS = ("calls", *TOKEN_CLASSES, "truncated")


def sum_calls(calls: pl.DataFrame, catalog: Catalog) -> pl.DataFrame:
    """Return token and call sums for each (feature, day, model, price step, batch) (Int64)."""
    counted = with_price_step(calls, catalog).with_columns(calls=pl.lit(1, dtype=pl.Int64))
    return counted.group_by(CELL).agg(pl.col(name).sum() for name in SUMS)


def price_cubes(
    cubes: pl.DataFrame, catalog: Catalog, discounts: Sequence[BatchApi | None]
) -> pl.DataFrame:
    """Return calls, tokens and pico-dollars (Int128) by coalition, feature and day.

    ``cubes`` carry a ``coalition``, and a ``discount``: the place of their terms in ``discounts``.
    """
    terms = [partial(_interactive_ppm, rule) for rule in discounts]
    priced = cubes.with_columns(pico_usd=pico_usd(catalog, terms))
    return priced.group_by("coalition", "feature", "day").agg(
        pl.col("pico_usd").sum(),
        pl.col("calls").sum(),
        input_tokens=pl.sum_horizontal("uncached", "cached", "write", "write_1h").sum(),
        output_tokens=pl.col("output").sum(),
        truncated=pl.col("truncated").sum(),
    )


def _interactive_ppm(rule: BatchApi | None, price: Price) -> int:
    """What an interactive call is discounted by: nothing, the rule's share, or the entry's."""
    if rule is None:
        return 0
    return price.batch_ppm if rule.discount is None else rule.discount
