"""The billed baseline: each call at the price in force at its own time (REPLAY.md §2)."""

from __future__ import annotations

import polars as pl

from analyzer.replay.calls import Composer
from analyzer.replay.catalog import Catalog, CatalogModel
from analyzer.replay.costing import pico_usd, with_price_step
from analyzer.replay.requests import DAY_US, day_of


def billed_pico_usd(requests: pl.DataFrame, composer: Composer) -> int:
    """Return the cost of the logged calls, each at its own day's price: what an invoice shows."""
    calls = composer.as_logged(requests.filter(~pl.col("served_from_cache")))
    eras, numbers = _price_eras(calls, composer.catalog)
    dated = calls.join(numbers, on=["model", "day"], how="inner")
    return _total(dated.with_columns(model="era"), eras)


def _total(calls: pl.DataFrame, catalog: Catalog) -> int:
    priced = with_price_step(calls, catalog).select(pico_usd=pico_usd(catalog))
    return int(priced["pico_usd"].sum() or 0)


def _price_eras(calls: pl.DataFrame, catalog: Catalog) -> tuple[Catalog, pl.DataFrame]:
    """Return each price that was in force, as a catalog, and its number by model and day."""
    eras: dict[CatalogModel, int] = {}
    numbers = []
    for model, day in calls.select("model", "day").unique().sort("model", "day").iter_rows():
        listed = catalog.models[model]
        price = listed.listing.at(day_of(day * DAY_US))
        if price is not None:
            era = CatalogModel(listed.name, listed.provider, listed.model_id, listed.listing, price)
            numbers.append((model, day, eras.setdefault(era, len(eras))))
    schema = {"model": pl.UInt32, "day": pl.Int32, "era": pl.UInt32}
    return Catalog(tuple(eras), len(eras)), pl.DataFrame(numbers, schema=schema, orient="row")
