"""What became of each row of a file: counted, checked to come out even, and kept with the file."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from analyzer.errors import StoreError
from analyzer.ingest.source_file import SourceFile
from analyzer.money import spell_usd
from analyzer.store import Store

EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was not loaded, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Account:
    """What became of one file's rows: ``rows_in`` is the sum of the four counts after it."""

    file: str
    sha256: str
    format: str
    table: str
    rows_in: int
    rows_loaded: int
    duplicates: int
    rejects: int
    set_aside: int
    """Rows that the mapping's ``[where]`` leaves out."""
    reasons: tuple[Reject, ...]
    """The first few rejects."""
    first_ts_us: int | None
    last_ts_us: int | None
    tagged: int
    """Readable rows of which the log names a feature."""
    notes: tuple[str, ...]
    already_loaded: bool = False


def check_even(account: Account) -> None:
    """Raise where an account loses or invents a row."""
    found = account.rows_loaded + account.duplicates + account.rejects + account.set_aside
    if account.rows_in != found:
        raise StoreError(
            f"{account.file}: {account.rows_in} rows came in but {account.rows_loaded} loaded + "
            f"{account.duplicates} duplicates + {account.rejects} rejects + {account.set_aside} "
            f"set aside are {found}: nothing was loaded; this is a fault of rebill"
        )


def keep_account(store: Store, source: SourceFile, source_id: int, account: Account) -> None:
    """Store what became of a file, and drop what was staged of it."""
    store.run(
        "load_source",
        source_id=source_id,
        file=account.file,
        sha256=account.sha256,
        format=account.format,
        bytes=source.bytes,
        rows_in=account.rows_in,
        rows_loaded=account.rows_loaded,
        duplicates=account.duplicates,
        rejects=account.rejects,
        set_aside=account.set_aside,
        first_ts_us=account.first_ts_us,
        last_ts_us=account.last_ts_us,
        loaded_at_us=time.time_ns() // 1000,
    )
    for number, note in enumerate(account.notes):
        store.run("load_note", source_id=source_id, number=number, note=note)
    store.rows("DROP TABLE staged")
    store.rows("DROP TABLE fresh")
    store.rows("DROP TABLE IF EXISTS told")


def first_rejects(store: Store, source_id: int) -> tuple[Reject, ...]:
    """Return a file's first few rejects."""
    found = store.query("reject_examples", source_id=source_id, most=EXAMPLES)
    return tuple(Reject(line, reason) for line, reason in found.iter_rows())


def reading_notes(counts: Mapping[str, int], aside: str) -> tuple[str, ...]:
    """Say what was read in a way the user should know of. Counts that are missing are 0."""
    if not aside and counts["set_aside"] == counts["rows_in"] > 0:
        return ("the mapping's [where] keeps no row of this file: check its values",)
    said = {
        "set_aside": f"set aside: {aside}" if aside else "",
        "empty": "empty: blank lines or buckets without usage, not counted as rows",
        "was_exclusive": "with cached and written tokens beyond the input: read as counts that "
        "leave them out, and added",
        "odd_reasoning": "with more reasoning than output tokens: kept as logged",
        "grown": "already loaded with a smaller output: the larger one was kept",
        "changed": "already loaded with other figures: the ones loaded first were kept; to take "
        "the new ones, load the newer export with --replace; another account's rows need a column "
        "that tells them apart",
        "repeated": _repeated(counts.get("repeated_pico")),
    }
    found = ((counts.get(name, 0), text) for name, text in said.items())
    return tuple(f"{count:,} {_rows(count)} {text}" for count, text in found if count and text)


def _repeated(pico: int | None) -> str:
    money = f", which leaves out {spell_usd(int(pico))}" if pico else ""
    return (
        "word for word as above in this file: each is counted once" + money + "; where they are "
        "rows of their own, add a column that tells them apart"
    )


def _rows(count: int) -> str:
    return "row" if count == 1 else "rows"
