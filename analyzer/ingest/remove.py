"""Takes loaded files out of a database again, with every row that they brought."""

# Statements are built of the names of our own tables only.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analyzer.errors import StoreError
from analyzer.store import Store

_TABLES = (
    "requests",
    "usage_buckets",
    "charges",
    "rejects",
    "groupings",
    "copies",
    "source_notes",
    "sources",
)
_SHOWN_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Removed:
    """A file that was taken out, and how many loaded rows went with it."""

    source_id: int
    file: str
    sha256: str
    format: str
    rows: int
    first_ts_us: int | None
    last_ts_us: int | None


def remove(store: Store, names: Sequence[str]) -> tuple[Removed, ...]:
    """Take out the files of some names, or of the first six or more digits of their digests.

    Raises:
        StoreError: a name means no file or several, or a file that stays needs one that is to go.
            Nothing was removed.
    """
    with store.transaction():
        return take_out(store, [source_number(store, name) for name in names])


def take_out(store: Store, numbers: Iterable[int], *, mend: str = "") -> tuple[Removed, ...]:
    """Take out files by their numbers, inside the caller's transaction.

    ``mend`` is the command that puts it right where another file needs one of them.

    Raises:
        StoreError: rows of a file that stays were not loaded because one of these had them.
    """
    going = sorted(set(numbers))
    found = [_removed(row) for row in store.query("sources_by_number", numbers=going).to_dicts()]
    _refuse_needed(store, found, mend)
    for table in _TABLES:
        store.rows(f"DELETE FROM {table} WHERE list_contains($going, source_id)", {"going": going})
    return tuple(found)


def source_number(store: Store, name: str) -> int:
    """Return the number of the loaded file of a name, or of the first digits of its digest.

    Raises:
        StoreError: it means no file, or several.
    """
    found = store.query("sources_named", named=name).to_dicts()
    if not found:
        raise StoreError(f"{name}: no file of this name is loaded; rebill sources lists them")
    if len(found) > 1:
        digests = ", ".join(row["sha256"][:_SHOWN_DIGITS] for row in found)
        raise StoreError(
            f"{name}: {len(found)} loaded files have this name: name one by its digest ({digests})"
        )
    return int(found[0]["source_id"])


def _refuse_needed(store: Store, found: Sequence[Removed], mend: str) -> None:
    held = store.query("copies_held", going=[one.source_id for one in found]).to_dicts()
    if not held:
        return
    row = held[0]
    files = " ".join(dict.fromkeys((*(one.file for one in found), *(r["file"] for r in held))))
    raise StoreError(
        f"{row['copied']}: {row['rows']:,} rows of {row['file']} were left out as copies of its "
        f"rows and would be missing: {mend or f'rebill sources remove {files}'}, then load "
        f"{row['file']} again"
    )


def _removed(row: dict[str, object]) -> Removed:
    return Removed(rows=row.pop("rows_loaded"), **row)  # type: ignore[arg-type]
