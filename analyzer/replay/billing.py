"""The billed baseline: each call at the price in force at its own time (REPLAY.md §2)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from analyzer.replay.catalog import Catalog, CatalogModel
from analyzer.replay.requests import DAY_US, day_of

_NO_PRICE = (1 << 62) - 1
"""The step of a model on a day without a price: its calls are in no era."""


@dataclass(frozen=True, slots=True)
class Eras:
    """Every price that was in force, as a catalog, and its number by model and day."""

    catalog: Catalog
    numbers: pl.DataFrame
    models: int
    days: range

    def step(self) -> pl.Expr:
        """Return the long-context step of each call's model on the call's day."""
        steps = self.catalog.above_tokens.gather(self.numbers["era"])
        first, days = self.days.start, len(self.days)
        table = pl.Series([_NO_PRICE], dtype=pl.Int64).new_from_index(0, self.models * days)
        places = self.numbers["model"].cast(pl.Int64) * days + self.numbers["day"] - first
        return pl.lit(table.scatter(places, steps)).gather(
            pl.col("model").cast(pl.Int64) * days + pl.col("day") - first
        )

    def date(self, cells: pl.DataFrame) -> pl.DataFrame:
        """Return cells under the number of the price of their own day."""
        dated = cells.join(self.numbers, on=["model", "day"], how="inner")
        return dated.with_columns(model="era").drop("era")


def price_eras(catalog: Catalog, days: range) -> Eras:
    """Look up every logged model's price on each day of the window."""
    eras: dict[CatalogModel, int] = {}
    numbers = []
    for number, listed in enumerate(catalog.models[: catalog.logged]):
        for day in days:
            price = listed.listing.at(day_of(day * DAY_US))
            if price is not None:
                era = CatalogModel(
                    listed.name, listed.provider, listed.model_id, listed.listing, price
                )
                numbers.append((number, day, eras.setdefault(era, len(eras))))
    schema = {"model": pl.UInt32, "day": pl.Int32, "era": pl.UInt32}
    table = pl.DataFrame(numbers, schema=schema, orient="row")
    return Eras(Catalog(tuple(eras), len(eras)), table, catalog.logged, days)
