"""The price in force for each model and day that the database holds tokens of."""

from __future__ import annotations

from dataclasses import astuple, fields
from datetime import date, timedelta

import polars as pl

from analyzer.pricing.book import PriceBook
from analyzer.pricing.price import Price, UnitPrices
from analyzer.store import Tables

_EPOCH = date(1970, 1, 1)
_NO_STEP = (1 << 62) - 1
_UNITS = tuple(field.name for field in fields(UnitPrices))


def day_text(day: int) -> str:
    """Spell a number of days since 1970 as a date."""
    return (_EPOCH + timedelta(days=day)).isoformat()


class DayPrices:
    """Prices by provider and model (as written) and day; ``frame`` is the same for joining."""

    def __init__(self, store: Tables, book: PriceBook) -> None:
        self._prices: dict[tuple[str, str, int], Price] = {}
        for provider, model, day in store.summary("reconcile_days").iter_rows():
            listing = book.lookup(provider or None, model)
            price = listing.at(_EPOCH + timedelta(days=day)) if listing else None
            if price is not None:
                self._prices[provider, model, day] = price

    def at(self, provider: str, model: str, day: int) -> Price | None:
        """Return the price in force on a day; None where no table prices the model then."""
        return self._prices.get((provider, model, day))

    def frame(self) -> pl.DataFrame:
        """Return unit prices in pico by provider, model, day, batch and side of the step."""
        rows = [
            (*key, batch, above, _NO_STEP if price.above_tokens is None else price.above_tokens,
             *astuple(price.units(above=above, discount_ppm=price.batch_ppm if batch else 0)))
            for key, price in self._prices.items()
            for batch in (False, True)
            for above in (False, True)
        ]  # fmt: skip
        schema = {
            "provider": pl.String,
            "model": pl.String,
            "day": pl.Int32,
            "batch": pl.Boolean,
            "above": pl.Boolean,
            "above_tokens": pl.Int64,
            **dict.fromkeys(_UNITS, pl.Int64),
        }
        return pl.DataFrame(rows, schema=schema, orient="row")
