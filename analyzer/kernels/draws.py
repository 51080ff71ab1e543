"""Reproducible uniform draws: a digest of seed and request, never a generator."""

from __future__ import annotations

from hashlib import md5

import numpy as np
import polars as pl

_BITS = 52


def uniform_draws(request_ids: pl.Series, seed: int, label: str) -> pl.Series:
    """Return a draw in [0, 1) for each request id (REPLAY.md §4, ``pass_rate``).

    The first 52 bits of ``md5("{seed}:{request_id}:{label}")`` over 2^52: independent of row
    order, of partitions and of every other request.
    """
    prefix, suffix = f"{seed}:".encode(), f":{label}".encode()
    bits = np.fromiter(
        (
            int.from_bytes(md5(prefix + i.encode() + suffix, usedforsecurity=False).digest()[:7])
            for i in request_ids
        ),
        dtype=np.int64,
        count=len(request_ids),
    )
    return pl.Series("draw", (bits >> 4) / float(1 << _BITS))
