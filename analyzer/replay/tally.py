"""Counts of requests: what coverage, outcomes and evidence are told from."""

from __future__ import annotations

import polars as pl

BY = ("feature", "model", "selected")
"""A model is a catalog number; ``selected`` is the one that model selection chose, or null."""

_DECISIONS = {
    "selected": pl.UInt32,
    "first_tier": pl.Int8,
    "last_tier": pl.Int8,
    "hit": pl.Boolean,
    "coalesced": pl.Boolean,
}


def tally(requests: pl.DataFrame) -> pl.DataFrame:
    """Count requests by feature, model and selected model. Requests not ``counted`` are left out.

    ``keyed`` have a prompt key, ``keyed_by_user`` a user as well, ``prefixed`` a prefix key: of
    the live ones. ``escalated`` needed more than one tier; ``escalated_on_miss``, with a response
    cache in front. ``routed_unmeasured`` are routed and have no answer length.
    """
    missing = {
        name: pl.lit(None, dtype=kind)
        for name, kind in _DECISIONS.items()
        if name not in requests.columns
    }
    live, hit = pl.col("live"), pl.col("hit").fill_null(value=False)
    keyed = live & pl.col("prompt_key").is_not_null()
    escalated = (pl.col("last_tier") > pl.col("first_tier")).fill_null(value=False)
    counts = {
        "requests": pl.lit(value=True),
        "live": live,
        "failed": ~pl.col("ok"),
        "already_cached": pl.col("served_from_cache"),
        "keyed": keyed,
        "keyed_by_user": keyed & pl.col("user_key").is_not_null(),
        "known_user": live & pl.col("user_key").is_not_null(),
        "prefixed": live & pl.col("prefix_key").is_not_null(),
        "hits": hit,
        "coalesced": hit & pl.col("coalesced"),
        "escalated": escalated,
        "escalated_on_miss": escalated & ~hit,
        "routed_unmeasured": pl.col("last_tier").is_not_null() & pl.col("response_chars").is_null(),
    }
    tokens = pl.col("input_tokens") + pl.col("output_tokens")
    counted = requests.lazy().filter("counted").with_columns(**missing)
    rows = counted.select(
        *BY, tokens=tokens, **{name: flag.cast(pl.Int64) for name, flag in counts.items()}
    )
    return rows.group_by(BY).sum().collect(engine="streaming")


def add_tallies(tallies: pl.DataFrame) -> pl.DataFrame:
    """Add up the counts of the same feature, model and selected model."""
    return tallies.group_by(BY).sum()


def changed_by_hits(hits: pl.DataFrame) -> pl.DataFrame:
    """Return what a response cache changes in the counts, from the tallies of those that hit."""
    same = {name: pl.lit(0, dtype=pl.Int64) for name in hits.columns if name not in BY}
    changed = {name: pl.col(name) for name in ("hits", "coalesced")}
    # They were counted as escalated on a miss while no cache was in front.
    return hits.select(*BY, **(same | changed | {"escalated_on_miss": -pl.col("escalated")}))


def count_evals(requests: pl.DataFrame, scores: pl.DataFrame) -> pl.DataFrame:
    """Count loaded scores by feature and model identity; under ``''``, requests that have any."""
    mine = requests.select("row", "feature").join(scores, on="row")
    by_model = mine.group_by("feature", "model_id").agg(evals=pl.len().cast(pl.Int64))
    any_model = mine.group_by("feature").agg(evals=pl.col("row").n_unique().cast(pl.Int64))
    named = any_model.select("feature", model_id=pl.lit(""), evals="evals")
    return pl.concat([by_model, named])
