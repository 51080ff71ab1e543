"""Prompt packing: which calls of a window share a pack, and which of them open it."""

from __future__ import annotations

import polars as pl


def joins_a_pack(calls: pl.DataFrame, keys: tuple[str, ...], max_size: pl.Expr) -> pl.Series:
    """Return whether each call is a second or later member of its pack (bool, shape (n,)).

    Args:
        calls: in replay order.
        keys: columns whose equal values (null equals null) may be packed together.
        max_size: calls in a full pack.

    A pack of one opens itself and nothing joins it, so it needs no case of its own.
    """
    position = pl.int_range(pl.len()).over(*keys)
    return calls.select((position % max_size) != 0).to_series()
