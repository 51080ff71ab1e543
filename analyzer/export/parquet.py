"""Writes a database's requests as canonical Parquet, a folder for each day and feature."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from analyzer.errors import RebillError, StoreError
from analyzer.store import Store, statement


@dataclass(frozen=True, slots=True)
class Written:
    """What an export holds, and what of the database it does not."""

    files: int
    requests: int
    totals: int
    """Rows of usage exports: they are no requests, and stay behind."""
    charges: int
    """Rows of bills: they stay behind too."""


def to_parquet(store: Store, folder: Path) -> Written:
    """Write every request of a database below a folder, whole or not at all.

    ``folder/day=2026-10-01/feature=support_chat/data_0.parquet``. The files are canonical logs:
    ``rebill ingest`` and ``rebill simulate --engine spark`` read them. Names of features are the
    user's own; digests stay digests; the database holds no text to write.

    Raises:
        RebillError: the folder is taken or cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise RebillError(f"{folder}: there is something already; name a new folder with -o")
    counts = store.one("exported")
    if not counts["requests"]:
        raise RebillError(f"{store.path}: the database holds no requests to export")
    try:
        part = Path(mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise RebillError(f"{folder}: cannot be written ({error.strerror}); check -o") from error
    try:
        _copy(store, part)
        part.chmod(0o777 & ~_umask())
        part.replace(folder)
    except (OSError, StoreError) as error:
        raise RebillError(f"{folder}: cannot be written: {error}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return Written(sum(1 for _ in folder.rglob("*.parquet")), **counts)


def _copy(store: Store, folder: Path) -> None:
    select = statement("export_requests").rstrip().removesuffix(";")
    path = os.fspath(folder).replace("'", "''")
    store.rows(
        f"COPY ({select}) TO '{path}' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (day, "
        "feature), WRITE_PARTITION_COLUMNS true, OVERWRITE_OR_IGNORE true)"
    )


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
