"""The priced requests of a database as a replay reads them: in order, names as numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from analyzer.errors import StoreError, Unpriced
from analyzer.findings import Window
from analyzer.lever import Context
from analyzer.policy import Policy
from analyzer.pricing.book import Listing, PriceBook
from analyzer.replay.catalog import Catalog, CatalogModel, price_targets
from analyzer.store import Store

DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Log:
    """What a database holds, priced on one day. ``requests`` leaves unpriced models out."""

    requests: pl.DataFrame
    features: tuple[str, ...]
    catalog: Catalog
    context: Context
    window: Window
    price_date: date
    unpriced: tuple[Unpriced, ...]
    total_requests: int
    totals_files: tuple[str, ...]
    """Files of usage totals and charges: the same money, told another way."""

    @property
    def days(self) -> range:
        """The calendar days of the window, as days since 1970."""
        return range(self.window.start_us // DAY_US, self.window.end_us // DAY_US + 1)


def day_of(ts_us: int) -> date:
    """Return the calendar day (UTC) of a moment."""
    return datetime.fromtimestamp(ts_us // 1_000_000, UTC).date()


def read_log(store: Store, policy: Policy, book: PriceBook, policy_file: str) -> Log:
    """Return a database's requests, priced on the policy's date or the last call's.

    Raises:
        StoreError: the database holds no requests.
        PriceError: the policy names a model that no table prices.
    """
    logged = store.query("logged_models")
    totals_files = tuple(store.query("totals_files")["file"])
    if logged.is_empty():
        raise StoreError(_nothing_to_replay(totals_files))
    window = Window(int(logged["first_ts_us"].min()), int(logged["last_ts_us"].max()))  # type: ignore[arg-type]
    price_date = policy.price_date or day_of(window.end_us)
    priced = _price_logged(logged, book, price_date)
    targets = price_targets(book, policy.targets(), price_date, policy_file, priced)
    catalog = Catalog((*priced, *targets), len(priced))
    features = tuple(store.query("logged_features")["feature"])
    requests = _read_requests(store, catalog, features)
    return Log(
        requests=requests,
        features=features,
        catalog=catalog,
        context=_context(store, requests, catalog, policy, book),
        window=window,
        price_date=price_date,
        unpriced=_unpriced(logged, requests, catalog),
        total_requests=int(logged["requests"].sum()),
        totals_files=totals_files,
    )


def _nothing_to_replay(totals_files: tuple[str, ...]) -> str:
    if not totals_files:
        return "the database holds no requests; load a log first: rebill ingest FILE"
    return (
        f"the database holds totals only ({', '.join(totals_files)}), and a replay needs requests; "
        "load the log of an application or gateway as well: rebill ingest FILE"
    )


def _price_logged(logged: pl.DataFrame, book: PriceBook, day: date) -> tuple[CatalogModel, ...]:
    priced = []
    for provider, name in logged.select("provider", "model").iter_rows():
        listing = book.lookup(provider or None, name)
        price = listing.at(day) if listing else None
        if listing is not None and price is not None:
            priced.append(CatalogModel(name, provider or None, listing.model_id, listing, price))
    return tuple(priced)


def _unpriced(
    logged: pl.DataFrame, requests: pl.DataFrame, catalog: Catalog
) -> tuple[Unpriced, ...]:
    """What the log holds less what is priced, by model name."""
    tokens = pl.col("input_tokens") + pl.col("output_tokens")
    kept = requests.group_by("model").agg(requests=pl.len(), tokens=tokens.sum())
    counts = {row["model"]: (row["requests"], row["tokens"]) for row in logged_by_name(logged)}
    for number, n_requests, n_tokens in kept.iter_rows():
        name = catalog.models[number].name
        had_requests, had_tokens = counts[name]
        counts[name] = (had_requests - n_requests, had_tokens - n_tokens)
    return tuple(Unpriced(name, *left) for name, left in counts.items() if left[0])


def logged_by_name(logged: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield requests and tokens of each model name, whatever the provider."""
    sums = logged.group_by("model").agg(pl.col("requests", "tokens").sum()).sort("model")
    yield from sums.iter_rows(named=True)


def _read_requests(store: Store, catalog: Catalog, features: tuple[str, ...]) -> pl.DataFrame:
    models = pl.DataFrame(
        list(_spellings(catalog)),
        schema={
            "model": pl.String,
            "provider": pl.String,
            "model_no": pl.UInt32,
            "name_no": pl.UInt32,
            "priced_from_us": pl.Int64,
        },
        orient="row",
    )
    numbers = pl.DataFrame(
        {"feature": features, "feature_no": range(len(features))},
        schema={"feature": pl.String, "feature_no": pl.UInt32},
    )
    frames = {"priced_models": models, "numbered_features": numbers}
    requests = store.query_with("replay_requests", frames).with_row_index("row")
    return requests.with_columns(
        live=pl.col("ok") & ~pl.col("served_from_cache"),
        day=(pl.col("ts_us") // DAY_US).cast(pl.Int32),
    )


def _spellings(catalog: Catalog) -> Iterator[tuple[str, str, int, int, int]]:
    """Each logged (provider, model), with one number per spelling whatever the provider."""
    names: dict[str, int] = {}
    for number, model in enumerate(catalog.models[: catalog.logged]):
        spelling = names.setdefault(model.name, len(names))
        yield model.name, model.provider or "", number, spelling, _priced_from_us(model.listing)


def _priced_from_us(listing: Listing) -> int:
    """The first moment from which a price is in force: a call before it is unpriced."""
    starts = [price.effective_from for group in listing.prices for price in group]
    if None in starts:
        return -(1 << 62)
    first = min(start for start in starts if start is not None)
    return (first - date(1970, 1, 1)).days * DAY_US


def _context(
    store: Store, requests: pl.DataFrame, catalog: Catalog, policy: Policy, book: PriceBook
) -> Context:
    targets = {name: catalog.number_of(name) for name in policy.targets()}
    return Context(
        model_names=tuple(model.name for model in catalog.models[: catalog.logged]),
        targets=targets,
        target_ids={name: catalog.models[number].model_id for name, number in targets.items()},
        scores=_scores(store, requests, book),
    )


def _scores(store: Store, requests: pl.DataFrame, book: PriceBook) -> pl.DataFrame:
    """Loaded evals by row and model identity; ``*`` holds difficulty."""
    scores = store.query("replay_scores")
    identities = {name: _identity(name, book) for name in scores["model"].unique()}
    named = scores.with_columns(
        model_id=pl.col("model").replace_strict(identities, return_dtype=pl.String)
    )
    rows = requests.select("row", "request_id")
    joined = named.join(rows, on="request_id").group_by("row", "model_id")
    return joined.agg(pl.col("score").mean()).sort("row", "model_id")


def _identity(name: str, book: PriceBook) -> str:
    listing = None if name == "*" else book.lookup(None, name)
    return listing.model_id if listing else name
