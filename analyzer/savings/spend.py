"""Who is paid what, before and after: by model, by provider, and against list prices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from analyzer.board import ModelSpend, Optimisation, Pair, PriceConflict, ProviderSpend, Rates
from analyzer.findings import LeverShare
from analyzer.pricing.book import PriceBook
from analyzer.pricing.review import disagreement
from analyzer.replay.catalog import Catalog, CatalogModel
from analyzer.replay.costing import INPUT_CLASSES
from analyzer.replay.requests import Log

UNKNOWN_PROVIDER = "(not named)"
KINDS = {
    "batch_api": "rate",
    "prompt_cache": "rate",
    "model_selection": "model",
    "routing": "model",
    "caching": "volume",
    "compression": "volume",
    "batching": "volume",
}
"""What each lever changes: the price of a token, the model, or how many tokens there are."""


def by_model(catalog: Catalog, before: pl.DataFrame, after: pl.DataFrame) -> tuple[ModelSpend, ...]:
    """Return every model that is paid before or after, the dearest of today first."""
    sums = [_by_number(cells) for cells in (before, after)]
    names: dict[tuple[str, str], list[int]] = {}
    for number, model in enumerate(catalog.models):
        row = names.setdefault((model.name, provider_of(model)), [0, 0, 0, 0])
        for side, found in enumerate(sums):
            calls, pico = found.get(number, (0, 0))
            row[2 * side] += calls
            row[2 * side + 1] += pico
    spends = (
        ModelSpend(model, provider, row[0], row[2], Pair(row[1], row[3]))
        for (model, provider), row in names.items()
        if any(row)
    )
    return tuple(sorted(spends, key=_dearest))


def _dearest(spend: ModelSpend | ProviderSpend) -> tuple[int, int]:
    return -spend.spend.before_pico_usd, -spend.spend.after_pico_usd


def _by_number(cells: pl.DataFrame) -> Mapping[int, tuple[int, int]]:
    sums = cells.group_by("model").agg(pl.col("calls", "pico_usd").sum())
    return {number: (int(calls), int(pico)) for number, calls, pico in sums.iter_rows()}


def provider_of(model: CatalogModel) -> str:
    """Return who is paid for a model: as the log says, else as the price says."""
    return model.provider or model.price.provider or UNKNOWN_PROVIDER


def by_provider(models: tuple[ModelSpend, ...]) -> tuple[ProviderSpend, ...]:
    """Return the same by provider."""
    sums: dict[str, tuple[int, int]] = {}
    for model in models:
        before, after = sums.get(model.provider, (0, 0))
        spend = model.spend
        sums[model.provider] = before + spend.before_pico_usd, after + spend.after_pico_usd
    spends = (ProviderSpend(name, Pair(*pair)) for name, pair in sums.items())
    return tuple(sorted(spends, key=_dearest))


def rates(catalog: Catalog, before: pl.DataFrame, after: pl.DataFrame) -> Rates:
    """Return the same tokens at list price and as paid, before and after."""
    return Rates(
        listed=Pair(_listed(catalog, before), _listed(catalog, after)),
        paid=Pair(_paid(before), _paid(after)),
    )


def _paid(cells: pl.DataFrame) -> int:
    return int(cells["pico_usd"].sum() or 0)


def _listed(catalog: Catalog, cells: pl.DataFrame) -> int:
    """Every input token at the input price and every answer at the output price, no discount."""
    inputs = pl.sum_horizontal(*INPUT_CLASSES).sum()
    sums = cells.group_by("model", "above").agg(read=inputs, written=pl.col("output").sum())
    total = 0
    for number, above, read, written in sums.iter_rows():
        units = catalog.models[number].price.units(above=above)
        total += read * units.input + written * units.output
    return total


def optimisations(shares: tuple[LeverShare, ...]) -> tuple[Optimisation, ...]:
    """Return the saving by what it changes; kinds without a lever are left out."""
    kinds: dict[str, list[LeverShare]] = {}
    for share in shares:
        kinds.setdefault(KINDS[share.lever], []).append(share)
    return tuple(
        Optimisation(
            kind,
            tuple(share.lever for share in kinds[kind]),
            sum(share.shapley_pico_usd for share in kinds[kind]),
        )
        for kind in ("rate", "model", "volume")
        if kind in kinds
    )


def conflicts(log: Log, book: PriceBook) -> tuple[PriceConflict, ...]:
    """Return every price that another source contradicts on the price date, both sides."""
    names = dict.fromkeys((model.provider, model.name) for model in log.catalog.models)
    return tuple(row for provider, name in names for row in _conflict(log, book, provider, name))


def _conflict(
    log: Log, book: PriceBook, provider: str | None, name: str
) -> Iterator[PriceConflict]:
    used = {model.price for model in log.catalog.models if model.name == name}
    for price in disagreement(book.resolve(provider, name), log.price_date):
        base = price.base
        yield PriceConflict(name, price.source, base.input, base.output, price in used)
