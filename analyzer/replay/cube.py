"""Calls to sums: the small table that every later question is arithmetic on."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import polars as pl

from analyzer.levers.batch_api import BatchApi
from analyzer.pricing.price import Price
from analyzer.replay.catalog import Catalog
from analyzer.replay.costing import INPUT_CLASSES, TOKEN_CLASSES, pico_usd, with_price_step

CELL = ("feature", "day", "model", "above", "batch")
SUMS = ("calls", *TOKEN_CLASSES, "truncated")


def sum_calls(calls: pl.DataFrame, step: pl.Expr, apart: tuple[str, ...] = ()) -> pl.DataFrame:
    """Return token and call sums for each (feature, day, model, price step, batch) (Int64).

    Calls that are not ``counted`` are left out. ``step``: where a call's long-context prices start.
    ``apart``: further columns to tell cells apart by.
    """
    counted = with_price_step(calls.lazy().filter("counted"), step)
    sums = counted.with_columns(calls=pl.lit(1, dtype=pl.Int64)).group_by(*CELL, *apart)
    return sums.agg(pl.col(name).sum() for name in SUMS).collect(engine="streaming")


def no_cells() -> pl.DataFrame:
    """Return the cells of no calls at all."""
    kinds = (pl.UInt32, pl.Int32, pl.UInt32, pl.Boolean, pl.Boolean)
    return pl.DataFrame(
        schema={**dict(zip(CELL, kinds, strict=True)), **dict.fromkeys(SUMS, pl.Int64)}
    )


def add_cells(cells: pl.DataFrame, *by: str) -> pl.DataFrame:
    """Add up the cells that agree in ``by`` and in what tells cells apart."""
    return cells.group_by(*by, *CELL).agg(pl.col(name).sum() for name in SUMS)


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
        input_tokens=pl.sum_horizontal(INPUT_CLASSES).sum(),
        output_tokens=pl.col("output").sum(),
        truncated=pl.col("truncated").sum(),
    )


def price_cells(cube: pl.DataFrame, catalog: Catalog, rule: BatchApi | None) -> pl.DataFrame:
    """Return a cube's cells with ``pico_usd``, and ``output_pico_usd``: what its answers cost."""
    price = pico_usd(catalog, [partial(_interactive_ppm, rule)])
    inputs = dict.fromkeys(INPUT_CLASSES, pl.lit(0, dtype=pl.Int64))
    answers = cube.with_columns(**inputs).select(price)
    return cube.with_columns(pico_usd=price, output_pico_usd=answers.to_series())


def _interactive_ppm(rule: BatchApi | None, price: Price) -> int:
    """What an interactive call is discounted by: nothing, the rule's share, or the entry's."""
    if rule is None:
        return 0
    return price.batch_ppm if rule.discount is None else rule.discount
