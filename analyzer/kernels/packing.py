"""Prompt packing: which calls of a window share a pack, and which of them open it."""

from __future__ import annotations

import numpy as np
import polars as pl

from analyzer.kernels.grouping import group_in_order


def joins_a_pack(calls: pl.DataFrame, keys: tuple[str, ...], max_size: int) -> pl.Series:
    """Return whether each call is a second or later member of its pack (bool, shape (n,)).

    Args:
        calls: in replay order.
        keys: integer columns whose equal values (null equals null) may be packed together.
        max_size: calls in a full pack.

    A pack of one opens itself and nothing joins it, so it needs no case of its own.
    """
    group, order = group_in_order([part for key in keys for part in _known(calls[key])])
    place = np.arange(len(group))
    starts = np.flatnonzero(np.r_[True, group[1:] != group[:-1]]) if len(group) else place
    position = place - starts[group]
    joins = np.empty(len(group), dtype=np.bool_)
    joins[order] = position % max_size != 0
    return pl.Series("joins_pack", joins)


def _known(key: pl.Series) -> list[np.ndarray]:
    """A column as integers from 0, and, where it has nulls, which they are."""
    if key.dtype.is_signed_integer():
        key = key - (key.min() or 0)
    if not key.null_count():
        return [key.to_numpy()]
    return [key.is_null().cast(pl.UInt8).to_numpy(), key.fill_null(0).to_numpy()]
