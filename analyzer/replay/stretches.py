"""Reads a log one stretch of time at a time, in replay order."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analyzer.replay.requests import DAY_US, Log
from analyzer.store import Store, Tables

ROWS_AT_ONCE = 1_000_000
"""About so many requests are in memory at a time."""
_FINEST_CUTS = 4096


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time [from_us, until_us)."""

    from_us: int
    until_us: int


def cut(store: Tables, log: Log, rows_at_once: int = ROWS_AT_ONCE) -> tuple[Stretch, ...]:
    """Cut the window so that each stretch holds about so many requests, or the finest cut."""
    first, end = log.window.start_us, log.window.end_us + 1
    width = -(-(end - first) // _FINEST_CUTS)
    density = store.query("replay_density", first_us=first, width_us=width)
    cuts, held = [first], 0
    for place, requests in density.iter_rows():
        if held and held + requests > rows_at_once:
            cuts.append(first + place * width)
            held = 0
        held += requests
    return tuple(Stretch(*pair) for pair in zip(cuts, [*cuts[1:], end], strict=True))


class Reader:
    """Reads the requests of a log by stretches."""

    def __init__(self, store: Store, log: Log, *, lookback_us: int, request_ids: bool) -> None:
        """``lookback_us``: how far before a stretch requests bear on its own."""
        self._store, self._log = store, log
        self._lookback_us = lookback_us
        self._request_ids = request_ids

    def read(self, stretch: Stretch, features: Collection[int] | None = None) -> pl.DataFrame:
        """Return the requests in replay order, those before the stretch not ``counted``.

        Of some features, or of all.
        """
        bounds = {
            "from_us": stretch.from_us - self._lookback_us,
            "until_us": stretch.until_us,
        }
        found = self._store.query_with("replay_requests", self._log.names(features), **bounds)
        if self._request_ids:
            ids = self._store.query("replay_request_ids", **bounds)
            found = found.join(ids, on="rowid", how="left")
        return described(in_order(found, self._log.order)).with_columns(
            counted=pl.col("ts_us") >= stretch.from_us
        )


def described(requests: pl.DataFrame) -> pl.DataFrame:
    """Add ``live``, whether levers may touch a request, and ``day``."""
    return requests.with_columns(
        live=pl.col("ok") & ~pl.col("served_from_cache"),
        day=(pl.col("ts_us") // DAY_US).cast(pl.Int32),
    )


def in_order(found: pl.DataFrame, order: NDArray[np.int64] | None) -> pl.DataFrame:
    """Return rows in replay order, numbered in the column ``row``."""
    places = found["rowid"].to_numpy()
    places = places if order is None else order[places]
    runs = np.flatnonzero(places[1:] < places[:-1]) + 1
    if len(runs):
        found = _sorted_runs(found, places, np.r_[0, runs, len(places)])
    return found.with_row_index("row")


def _sorted_runs(
    found: pl.DataFrame, places: NDArray[np.int64], edges: NDArray[np.int64]
) -> pl.DataFrame:
    """DuckDB's threads hand back long runs out of order: moving whole runs is cheapest."""
    starts, ends = edges[:-1], edges[1:]
    by_place = np.argsort(places[starts])
    starts, ends = starts[by_place], ends[by_place]
    if np.any(places[starts[1:]] < places[ends[:-1] - 1]):  # runs overlap
        return found[np.argsort(places)]
    return pl.concat(found[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True))


def cache_keys(store: Store, log: Log, features: list[int], parts: int) -> Iterator[pl.DataFrame]:
    """Yield the live requests with a prompt key, one part of the keys at a time, in order."""
    for part in range(parts):
        found = store.query_with("replay_cache_keys", log.names(features), parts=parts, part=part)
        yield in_order(found, log.order)


def unkeyed(store: Store, log: Log, features: list[int]) -> pl.DataFrame:
    """Return the live requests without a prompt key, with their ids, in order."""
    return in_order(store.query_with("replay_unkeyed", log.names(features)), log.order)
