"""Databases of any number of generated requests, made once and used again."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from analyzer.store import Store
from bench.clock import ROOT, rebill
from bench.generate import write_log

POLICY = ROOT / "sample_logs" / "policy.toml"
"""The five seed levers."""
Write = Callable[[Path, int], Path]
"""Writes a log of so many requests to a path, and returns it."""


def default_folder() -> Path:
    """Return the user's cache folder."""
    caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(caches) / "rebill-bench"


def database(folder: Path, requests: int, kind: str = "", write: Write = write_log) -> Path:
    """Return a database of so many requests, loaded with ``rebill ingest``; made where missing.

    ``write`` writes the log, and ``kind`` tells databases of other logs than the usual one apart.
    """
    path = folder / f"{kind}{requests}.duckdb"
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"loading-{path.name}")
    for left in folder.glob(f"{unfinished.name}*"):
        left.unlink()
    log = write(folder / f"{kind}{requests}.parquet", requests)
    rebill("ingest", "--db", unfinished, log)
    log.unlink()
    secret = unfinished.with_name(f"{unfinished.name}.secret")
    secret.rename(path.with_name(f"{path.name}.secret"))
    return unfinished.rename(path)


def forget(path: Path) -> None:
    """Drop all answers that a database keeps, so that the next run computes them."""
    with Store.open(path) as store:
        store.run("drop_stale_answers", data="", most=0)
