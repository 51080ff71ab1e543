"""The usage totals of a database as a replay reads them: priced, names as numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from analyzer.lever import Rule
from analyzer.replay.buckets_rules import counts_requests, with_selected
from analyzer.replay.catalog import Catalog

_DAY_US = 86_400_000_000
_EPOCH = date(1970, 1, 1).toordinal()

_NONE = pl.DataFrame(
    schema={
        **dict.fromkeys(("feature", "model", "selected"), pl.UInt32),
        "day": pl.Int32,
        "batch": pl.Boolean,
        **dict.fromkeys(
            ("requests", "input_tokens", "cached_input_tokens", "cache_write_tokens",
             "cache_write_1h_tokens", "output_tokens", "start_us", "end_us"), pl.Int64),
        **dict.fromkeys(("provider", "name", "file"), pl.String),
    }
)  # fmt: skip
"""No totals at all: most databases hold requests only, and sliders ask for them many times."""


@dataclass(frozen=True, slots=True)
class BucketLog:
    """Usage totals that are billed. ``frame`` leaves unpriced models out."""

    frame: pl.DataFrame
    """``feature, model, selected`` (numbers), ``day, batch, requests`` and tokens by class."""
    files: tuple[str, ...]
    rows: int
    """Totals with tokens or requests, unpriced ones among them."""
    uncounted: int
    """How many of them do not say how many requests they hold."""
    total_requests: int
    """Of all that say so, unpriced ones among them."""
    longest_us: int

    @property
    def uncounted_features(self) -> frozenset[int]:
        """The features with totals that do not say how many requests they hold."""
        return frozenset(self.frame.filter(~counts_requests())["feature"])


def read_buckets(
    held: pl.DataFrame,
    catalog: Catalog,
    features: Sequence[str],
    rules: Sequence[Rule],
    targets: Mapping[str, int],
) -> BucketLog:
    """Return the rows of ``replay_buckets`` that a price on their first day and now is known for.

    ``rules`` are the policy's for model selection.
    """
    return BucketLog(
        frame=_NONE if held.is_empty() else _priced(held, catalog, features, rules, targets),
        files=tuple(sorted(set(held["file"]))),
        rows=len(held),
        uncounted=int((~held.select(counts_requests()).to_series()).sum()),
        total_requests=sum(held["requests"].drop_nulls().to_list()),
        longest_us=max((held["end_us"] - held["start_us"]).to_list(), default=0),
    )


def _priced(
    held: pl.DataFrame,
    catalog: Catalog,
    features: Sequence[str],
    rules: Sequence[Rule],
    targets: Mapping[str, int],
) -> pl.DataFrame:
    numbered = _numbered(held, catalog, features)
    priced = numbered.join(_priced_days(numbered, catalog), on=["model", "day"], how="semi")
    names = [model.name for model in catalog.models[: catalog.logged]]
    return with_selected(priced, rules, features, names, targets)


def _numbered(held: pl.DataFrame, catalog: Catalog, features: Sequence[str]) -> pl.DataFrame:
    """Names as numbers; a model without a price on the price date has none."""
    logged = catalog.models[: catalog.logged]
    models = pl.DataFrame(
        [(m.provider or "", m.name, number) for number, m in enumerate(logged)],
        schema={"provider": pl.String, "name": pl.String, "model": pl.UInt32},
        orient="row",
    )
    numbers = pl.DataFrame(
        {"name": features, "feature": range(len(features))},
        schema={"name": pl.String, "feature": pl.UInt32},
    )
    named = held.rename({"model": "name"}).join(models, on=["provider", "name"], how="left")
    by_feature = named.join(numbers, left_on="feature", right_on="name", how="left")
    return by_feature.with_columns(
        feature="feature_right", day=(pl.col("start_us") // _DAY_US).cast(pl.Int32)
    ).drop("feature_right")


def _priced_days(numbered: pl.DataFrame, catalog: Catalog) -> pl.DataFrame:
    """The ``model, day`` on which a price is in force."""
    pairs = numbered.select("model", "day").drop_nulls("model").unique()
    mask = [
        catalog.models[model].listing.at(date.fromordinal(_EPOCH + day)) is not None
        for model, day in pairs.iter_rows()
    ]
    return pairs.filter(pl.Series(mask, dtype=pl.Boolean))
