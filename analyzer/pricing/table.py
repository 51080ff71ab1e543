"""The whole book as one frame, for joining: one row for each dated entry."""

from __future__ import annotations

from dataclasses import astuple, fields
from typing import TYPE_CHECKING

from analyzer.pricing.book import PriceBook
from analyzer.pricing.price import Price, UnitPrices

if TYPE_CHECKING:
    import polars as pl

_CLASSES = tuple(field.name for field in fields(UnitPrices))


def price_table(book: PriceBook) -> pl.DataFrame:
    """Return one row for each (provider, model, effective_from), in order of precedence.

    Prices are whole pico-dollars per token; ``effective_from`` is null where an entry always
    holds; the ``above_*`` columns are null where it has no long-context step. ``source`` carries
    the library's version, so a stored copy knows when it is stale.
    """
    import polars as pl

    schema: dict[str, type[pl.DataType]] = {
        "place": pl.Int64,
        "source": pl.String,
        "provider": pl.String,
        "model": pl.String,
        "effective_from": pl.Date,
        **dict.fromkeys(_CLASSES, pl.Int64),
        "above_tokens": pl.Int64,
        **dict.fromkeys((f"above_{name}" for name in _CLASSES), pl.Int64),
        "batch_discount_ppm": pl.Int64,
        "tokenizer_ratio_ppm": pl.Int64,
        "verbosity_ppm": pl.Int64,
        "note": pl.String,
    }
    prices = (price for group in book.groups() for price in group)
    rows = [(place, *_row(price)) for place, price in enumerate(prices)]
    return pl.DataFrame(rows, schema=schema, orient="row")


def _row(price: Price) -> tuple[object, ...]:
    above = astuple(price.above) if price.above is not None else (None,) * len(_CLASSES)
    return (
        *(price.source, price.provider, price.model, price.effective_from),
        *astuple(price.base),
        price.above_tokens,
        *above,
        *(price.batch_ppm, price.tokenizer_ratio_ppm, price.verbosity_ppm, price.note),
    )
