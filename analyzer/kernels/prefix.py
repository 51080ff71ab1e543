"""The provider's prefix cache: which calls find their prefix warm."""

from __future__ import annotations

import polars as pl


def finds_prefix_warm(calls: pl.DataFrame, keys: tuple[str, ...], ttl_us: pl.Expr) -> pl.Series:
    """Return whether the previous call with the same keys was at most a TTL ago (bool, (n,)).

    Args:
        calls: eligible calls only, in order (ts, request_id, tier); column ``ts_us``.
        keys: columns that name a prefix at a model.
        ttl_us: how long an unused prefix stays; the last moment still counts.
    """
    since = pl.col("ts_us") - pl.col("ts_us").shift(1).over(*keys)
    return calls.select((since <= ttl_us).fill_null(value=False)).to_series()
