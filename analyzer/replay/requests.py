"""What a database's log is about, before any row is read: names, prices, window, order."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analyzer.findings import SameMoney, Window
from analyzer.lever import Context
from analyzer.policy import Policy
from analyzer.pricing.book import Listing, PriceBook
from analyzer.replay.buckets_read import BucketLog, read_buckets
from analyzer.replay.catalog import Catalog, CatalogModel, price_targets
from analyzer.replay.contents import Contents, read_contents
from analyzer.replay.same_money import Preferred
from analyzer.store import Store

DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Log:
    """What a database holds, priced on one day. Unpriced models take no part."""

    features: tuple[str, ...]
    buckets: BucketLog
    catalog: Catalog
    context: Context
    """``scores`` holds the loaded evals: ``request_id, model_id, score``."""
    window: Window
    price_date: date
    logged: pl.DataFrame
    """Every (provider, model) that requests or usage totals name: requests and tokens."""
    order: NDArray[np.int64] | None
    """The replay order of each row of the database; None where rows stand in it already."""
    last_us: int
    """The last moment that anything stands on: the end of a usage total is not part of it."""
    same_money: SameMoney | None
    charge_files: tuple[str, ...]
    """Files of charges: the same money, told another way."""
    judgements: Mapping[tuple[str, str], int]
    """Judgements by feature and model identity, where they are fewer than the scored requests."""

    @property
    def days(self) -> range:
        """The calendar days of the window, as days since 1970."""
        return range(self.window.start_us // DAY_US, self.last_us // DAY_US + 1)

    @property
    def total_requests(self) -> int:
        """All requests of the database, unpriced ones included."""
        return int(self.logged["requests"].sum())

    def names(self, features: Collection[int] | None = None) -> dict[str, pl.DataFrame]:
        """Return the tables that turn names into numbers in SQL; of some features, or of all."""
        wanted = range(len(self.features)) if features is None else sorted(features)
        return {
            "priced_models": _numbered_models(self.catalog),
            "numbered_features": pl.DataFrame(
                {"feature": [self.features[n] for n in wanted], "feature_no": wanted},
                schema={"feature": pl.String, "feature_no": pl.UInt32},
            ),
        }


def day_of(ts_us: int) -> date:
    """Return the calendar day (UTC) of a moment."""
    return datetime.fromtimestamp(ts_us // 1_000_000, UTC).date()


def read_log(
    store: Store,
    policy: Policy,
    book: PriceBook,
    policy_file: str,
    preferred: Preferred = "requests",
) -> Log:
    """Return what a database's log is about, priced on the policy's date or the last call's.

    ``preferred`` are billed where requests and usage totals tell the same money.

    Raises:
        StoreError: the database holds neither.
        PriceError: the policy names a model that no table prices.
    """
    return price_log(read_contents(store, preferred), policy, book, policy_file)


def price_log(
    contents: Contents,
    policy: Policy,
    book: PriceBook,
    policy_file: str,
    targets: Sequence[str] | None = None,
) -> Log:
    """Return the same for contents that were read before; no database is asked.

    ``targets``: the models that get a number, where they are more than the policy's.

    Raises:
        PriceError: the policy names a model that no table prices.
    """
    buckets = contents.held.buckets
    window, last_us, last_call_us = _times(contents.logged, buckets)
    logged = _with_totals(contents.logged, buckets)
    price_date = policy.price_date or day_of(last_call_us)
    priced = _price_logged(logged, book, price_date)
    named = policy.targets() if targets is None else targets
    models = price_targets(book, named, price_date, policy_file, priced)
    catalog = Catalog((*priced, *models), len(priced))
    context = _context(contents.scores, catalog, named, book)
    features = features_of(contents)
    selecting = policy.rules.get("model_selection", ())
    return Log(
        features=features,
        buckets=read_buckets(buckets, catalog, features, selecting, context.targets),
        catalog=catalog,
        context=context,
        window=window,
        last_us=last_us,
        price_date=price_date,
        logged=logged,
        order=contents.order,
        same_money=contents.held.same_money,
        charge_files=contents.charge_files,
        judgements=_judgements(contents.judgements, book),
    )


def features_of(contents: Contents) -> tuple[str, ...]:
    """Return every feature that requests or usage totals name; its place is its number."""
    return tuple(sorted({*contents.features, *contents.held.buckets["feature"]}))


def _times(logged: pl.DataFrame, buckets: pl.DataFrame) -> tuple[Window, int, int]:
    """The window, the last moment in it, and the last call: a total's are on its first day."""
    starts = pl.concat([logged["first_ts_us"], buckets["start_us"]]).to_list()
    calls = pl.concat([logged["last_ts_us"], buckets["start_us"]]).to_list()
    ends = buckets["end_us"].to_list()
    last_us = max([*calls, *(end - 1 for end in ends)])
    return Window(min(starts), max([*calls, *ends])), last_us, max(calls)


def _with_totals(logged: pl.DataFrame, buckets: pl.DataFrame) -> pl.DataFrame:
    """Requests and tokens of each (provider, model), of requests and of usage totals."""
    tokens = pl.col("input_tokens") + pl.col("output_tokens")
    totals = buckets.select("provider", "model", pl.col("requests").fill_null(0), tokens=tokens)
    sums = ("requests", "tokens")
    both = pl.concat([frame.select("provider", "model", *sums) for frame in (logged, totals)])
    # Totals can be large: their sum may outgrow 64 bits.
    wide = both.with_columns(pl.col(sums).cast(pl.Int128))
    return wide.group_by("provider", "model").agg(pl.col(sums).sum()).sort("model", "provider")


def _price_logged(logged: pl.DataFrame, book: PriceBook, day: date) -> tuple[CatalogModel, ...]:
    priced = []
    for provider, name in logged.select("provider", "model").iter_rows():
        listing = book.lookup(provider or None, name)
        price = listing.at(day) if listing else None
        if listing is not None and price is not None:
            priced.append(CatalogModel(name, provider or None, listing.model_id, listing, price))
    return tuple(priced)


def _numbered_models(catalog: Catalog) -> pl.DataFrame:
    return pl.DataFrame(
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
    scores: pl.DataFrame, catalog: Catalog, named: Sequence[str], book: PriceBook
) -> Context:
    targets = {name: catalog.number_of(name) for name in named}
    return Context(
        model_names=tuple(model.name for model in catalog.models[: catalog.logged]),
        targets=targets,
        target_ids={name: catalog.models[number].model_id for name, number in targets.items()},
        scores=_identified(scores, book),
    )


def _identified(scores: pl.DataFrame, book: PriceBook) -> pl.DataFrame:
    """Loaded evals by request and model identity; ``*`` holds difficulty."""
    identities = {name: _identity(name, book) for name in scores["model"].unique()}
    named = scores.with_columns(
        model_id=pl.col("model").replace_strict(identities, return_dtype=pl.String)
    )
    joined = named.group_by("request_id", "model_id").agg(pl.col("score").mean())
    return joined.sort("request_id", "model_id")


def _judgements(held: pl.DataFrame, book: PriceBook) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for feature, name, evals in held.iter_rows():
        key = feature, _identity(name, book)
        found[key] = found.get(key, 0) + evals
    return found


def _identity(name: str, book: PriceBook) -> str:
    listing = None if name == "*" else book.lookup(None, name)
    return listing.model_id if listing else name
