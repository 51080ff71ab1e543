"""What a replay reads of a database before it knows the policy."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analyzer.errors import StoreError
from analyzer.replay.same_money import Held, Preferred, read_held
from analyzer.store import Store, Tables


@dataclass(frozen=True, slots=True)
class Contents:
    """A database's names, totals, scores and order, but none of its requests."""

    held: Held
    logged: pl.DataFrame
    """Every (provider, model) that requests name."""
    features: tuple[str, ...]
    charge_files: tuple[str, ...]
    scores: pl.DataFrame
    """Loaded evals: ``request_id, model, score``."""
    judgements: pl.DataFrame
    """``feature, model, evals`` where one score, loaded by prompt, may speak of many requests."""
    order: NDArray[np.int64] | None
    """See ``Log.order``."""


def read_contents(store: Store, preferred: Preferred) -> Contents:
    """Return a database's contents; ``preferred`` as for ``read_log``.

    Raises:
        StoreError: the database holds neither requests nor usage totals.
    """
    held = read_held(store, preferred)
    return replace(contents_of(store, held), order=_order(store))


def contents_of(tables: Tables, held: Held) -> Contents:
    """Return the same of anything that answers statements, its rows in no order of their own.

    Raises:
        StoreError: there are neither requests nor usage totals.
    """
    logged = tables.query("logged_models")
    charge_files = tuple(tables.query("charge_files")["file"])
    if logged.is_empty() and held.buckets.is_empty():
        raise StoreError(_nothing_to_replay(charge_files))
    return Contents(
        held=held,
        logged=logged,
        features=tuple(tables.query("logged_features")["feature"]),
        charge_files=charge_files,
        scores=tables.query("replay_scores"),
        judgements=tables.query("loaded_judgements"),
        order=None,
    )


def _nothing_to_replay(charge_files: tuple[str, ...]) -> str:
    if not charge_files:
        return "the database holds no requests; load a log first: rebill ingest FILE"
    return (
        f"the database holds money only ({', '.join(charge_files)}), which cannot be simulated: "
        "chart it with rebill reconcile -o bill.html, or load a log or a usage export of the same "
        "days: rebill ingest FILE"
    )


def _order(store: Store) -> NDArray[np.int64] | None:
    """Sort the rows only where files overlap in time: each file's own rows are stored in order."""
    files = store.query("replay_sources")
    starts, ends = files["first_ts_us"], files["last_ts_us"]
    if (starts[1:] > ends[:-1]).all():
        return None
    sorted_rows = store.query("replay_order")
    order = np.zeros(int(files["last_row"].max()) + 1, dtype=np.int64)  # type: ignore[arg-type]
    order[sorted_rows["rowid"].to_numpy()] = sorted_rows["place"].to_numpy()
    return order
