"""Which rules act on usage totals, and which are skipped there because something is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import polars as pl

from analyzer.errors import Skipped
from analyzer.lever import Rule
from analyzer.levers.caching import Caching
from analyzer.levers.compression import Compression
from analyzer.levers.model_selection import ModelSelection
from analyzer.levers.routing import Routing
from analyzer.money import PPM
from analyzer.pricing.names import LONG_CONTEXT
from analyzer.replay.buckets_columns import Column, Lot, Numbers
from analyzer.replay.decide import Profile

_CHARS_PER_TOKEN = 4
_COUNT = "request count"
_SCORED_BY = {"length": "response_chars", "evals": "request_id", "difficulty": "request_id"}
"""What a score other than pass_rate reads from each request."""


def _routing(rule: Rule, *, counted: bool) -> str | None:
    if not isinstance(rule, Routing) or rule.score != "pass_rate":
        return _SCORED_BY[getattr(rule, "score", "evals")]
    capped = any(tier.max_output_tokens is not None for tier in rule.tiers)
    return _COUNT if capped and not counted else None


def _compression(rule: Rule, *, counted: bool) -> str | None:
    if isinstance(rule, Compression) and rule.mode == "static_prefix":
        return "prefix_tokens"
    return None if counted else _COUNT


def _caching(rule: Rule, *, counted: bool) -> str | None:
    assumes = isinstance(rule, Caching) and rule.assumed_hit_rate is not None
    return None if assumes else "prompt_key"


MISSING: Mapping[str, Callable[..., str | None]] = {
    "model_selection": lambda rule, *, counted: None,
    "routing": _routing,
    "caching": _caching,
    "compression": _compression,
    "batching": lambda rule, *, counted: "request times",
    "prompt_cache": lambda rule, *, counted: "prefix_key",
    "batch_api": lambda rule, *, counted: None,
}
"""For each lever, what it lacks to act on totals: a column of the canonical log, or their count of
requests. None where it acts."""


def skipped(
    buckets: pl.DataFrame, profiles: Sequence[Profile], features: Sequence[str]
) -> Iterator[Skipped]:
    """Yield each lever that cannot act on a feature's totals, or on some of them."""
    held = set(buckets.select("feature", counted=counts_requests()).iter_rows())
    for profile in profiles:
        for feature in profile.features:
            for lever, rule in profile.rules.items():
                of_each = (
                    MISSING[lever](rule, counted=counted)
                    for counted in (True, False)
                    if (feature, counted) in held
                )
                missing = next((m for m in of_each if m is not None), None)
                if missing is not None:
                    yield Skipped(lever, features[feature], f"{missing} in its usage totals")


def with_selected(
    buckets: pl.DataFrame,
    rules: Sequence[Rule],
    features: Sequence[str],
    names: Sequence[str],
    targets: Mapping[str, int],
) -> pl.DataFrame:
    """Add ``selected`` (u32): the catalog number model_selection calls instead, null if none."""
    chosen = [
        (feature, model, targets[rule.to])
        for feature, model in buckets.select("feature", "model").unique().iter_rows()
        if (rule := _first(rules, features[feature], names[model])) is not None
    ]
    schema = {"feature": pl.UInt32, "model": pl.UInt32, "selected": pl.UInt32}
    table = pl.DataFrame(chosen, schema=schema, orient="row")
    return buckets.join(table, on=["feature", "model"], how="left", maintain_order="left")


def _first(rules: Sequence[Rule], feature: str, model: str) -> ModelSelection | None:
    return next(
        (
            rule
            for rule in rules
            if isinstance(rule, ModelSelection) and rule.covers(feature) and rule.takes(model)
        ),
        None,
    )


def lots(buckets: pl.DataFrame, profiles: Sequence[Profile]) -> tuple[Lot, ...]:
    """Return the buckets in lots that the same rules act on alike."""
    if buckets.is_empty():
        return ()
    return tuple(lot for profile in profiles for lot in _lots_of(buckets, profile))


def _lots_of(buckets: pl.DataFrame, profile: Profile) -> Iterator[Lot]:
    mine = buckets.filter(pl.col("feature").is_in(profile.features)).with_columns(
        counted=counts_requests(), to=pl.coalesce("selected", "model")
    )
    for counted in (True, False):
        rules = {
            lever: rule
            for lever, rule in profile.rules.items()
            if MISSING[lever](rule, counted=counted) is None
        }
        alike = mine.filter(pl.col("counted") == counted)
        for part, acting in _by_length(alike, rules):
            if len(part):
                yield _lot(part, acting, counted=counted)


def _by_length(
    buckets: pl.DataFrame, rules: Mapping[str, Rule]
) -> Iterator[tuple[pl.DataFrame, Mapping[str, Rule]]]:
    """Part the buckets whose mean prompt is long enough to compress from the others."""
    rule = rules.get("compression")
    if not isinstance(rule, Compression):
        yield buckets, rules
        return
    # Int128: both sides are a total times a number that a policy names.
    chars = pl.col("input_tokens").cast(pl.Int128) * _CHARS_PER_TOKEN
    long = chars >= pl.col("requests").cast(pl.Int128) * rule.min_chars
    yield buckets.filter(long), rules
    yield buckets.filter(~long), {k: v for k, v in rules.items() if k != "compression"}


def counts_requests() -> pl.Expr:
    """Return whether the export counts a bucket's requests: none cannot have used tokens (bool)."""
    empty = (pl.col("input_tokens") == 0) & (pl.col("output_tokens") == 0)
    return ((pl.col("requests") > 0) | ((pl.col("requests") == 0) & empty)).fill_null(value=False)


def _lot(part: pl.DataFrame, rules: Mapping[str, Rule], *, counted: bool) -> Lot:
    def column(name: str) -> Column:
        return np.array(part[name].to_list(), dtype=object)

    def numbers(name: str) -> Numbers:
        return part[name].to_numpy().astype(np.int64)

    rule = rules.get("compression")
    compressible = rule.compressible if isinstance(rule, Compression) else 0
    return Lot(
        rules=rules,
        counted=counted,
        feature=numbers("feature"),
        day=numbers("day"),
        model=numbers("model"),
        selected=numbers("to"),
        batch=part["batch"].to_numpy().astype(bool),
        long=part["name"].str.ends_with(LONG_CONTEXT).to_numpy().astype(bool),
        requests=column("requests") if counted else np.array([0] * len(part), dtype=object),
        input=column("input_tokens"),
        cached=column("cached_input_tokens"),
        write=column("cache_write_tokens"),
        write_1h=column("cache_write_1h_tokens"),
        output=column("output_tokens"),
        squeezable=column("input_tokens") * compressible // PPM,
    )
