"""Loads one file: all of it in one transaction, every row accounted for, or nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from analyzer.adapter import Format, Table
from analyzer.adapters import FORMATS
from analyzer.errors import StoreError
from analyzer.ingest.batch_input import hold_requests, refuse_timeless
from analyzer.ingest.detect import AUTO, Detected, detect, named_format, shape_for
from analyzer.ingest.features import refuse_content, refuse_digested
from analyzer.ingest.mapped import PREFIX, check_expected, fit, notes
from analyzer.ingest.mapping_file import MappingFile
from analyzer.ingest.overlap import Older, give_way, grouping, refuse_overlap, spell_replaced
from analyzer.ingest.refusal import check_refused
from analyzer.ingest.remove import Removed
from analyzer.ingest.source_file import SourceFile
from analyzer.ingest.staging import aggregated, readable, remarks, stage, stage_totals
from analyzer.ingest.twins import other_calls, twin_notes
from analyzer.money import spell_usd
from analyzer.store import Store

EXAMPLES = 3
_MEMORY_MIB, _MEMORY_MIB_A_THREAD = 480, 512
"""What the database may hold in memory while a file is loaded; beyond it spills to disk. Its JSON
reader sets a buffer aside for each thread. With what Python holds beside it, a load stays below
2 GB on two threads."""


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


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user asks for beside the files."""

    format: str = AUTO
    feature: str | None = None
    """The path that names a request's feature; the format's own where None."""
    mapping: MappingFile | None = None
    """How to read the files, where they are in no built-in format."""
    batch_input: Path | None = None
    """What was asked of the batch whose output the files are."""
    batch_time: str | None = None
    """When that batch ran, where its output carries no time."""
    replace: Older | None = None
    """Which files a new one takes the place of; none where None."""
    name: str | None = None
    """What a file is called where its path does not say; its path's last part where None."""

    @property
    def reads_anew(self) -> bool:
        """Whether the user says how to read the files."""
        said = (self.feature, self.mapping, self.batch_input)
        return self.format != AUTO or any(one is not None for one in said)


def ingest_file(
    store: Store,
    path: Path,
    wish: Wish = Wish(),
    *,
    on_bytes: Callable[[int], None] | None = None,
) -> Account:
    """Load one file. ``on_bytes`` hears how many of its bytes were read, again and again.

    Raises:
        FormatError: the file cannot be read, or its format cannot be told. Nothing was loaded.
        StoreError: the account does not come out even. Nothing was loaded.
    """
    source = SourceFile(path, on_bytes, name=wish.name)
    store.limit_memory(_MEMORY_MIB, _MEMORY_MIB_A_THREAD)
    if store.one("sources_of_size", bytes=source.bytes)["files"]:
        known = _loaded_before(store, source, source.read_all(), wish)
        if known is not None:
            return known
    with readable(source) as plain_path:
        detected = detected_by(store, source, plain_path, wish)
        with store.transaction():
            hold_requests(store, source, detected.format, wish.batch_input, wish.batch_time)
            stage(store, source, detected, wish.feature)
            check_expected(store, source, detected)
            check_refused(store, source, detected)
            refuse_timeless(store, source, wish.batch_time)
            known = _loaded_before(store, source, source.sha256, wish)
            return known or _load(store, source, detected, wish)


def detected_by(store: Store, source: SourceFile, plain_path: str, wish: Wish) -> Detected:
    """Return how a file is read: by the user's mapping, as the format they name, or as told.

    Raises:
        FormatError: it cannot be told, or ``--feature`` names what must not be stored.
    """
    if wish.feature is not None:
        refuse_content(wish.feature, "--feature")
    if wish.mapping is not None:
        detected = fit(store, source, plain_path, wish.mapping)
    elif wish.format == AUTO:
        detected = detect(store, source, plain_path, FORMATS)
    else:
        detected = shape_for(store, source, plain_path, named_format(wish.format, FORMATS))
    refuse_digested(detected.format, wish.feature)
    return detected


def _loaded_before(store: Store, source: SourceFile, sha256: str, wish: Wish) -> Account | None:
    """Return the account of bytes that the database has already, all of them duplicates.

    With ``--replace``, bytes that are to be read in another way take their own place.
    """
    found = store.query("source_by_digest", sha256=sha256)
    if found.is_empty():
        return None
    row = found.row(0, named=True)
    if wish.reads_anew and wish.replace and row["loaded_at_us"] < wish.replace.than_us:
        return None
    return Account(
        file=source.name,
        sha256=sha256,
        format=row["format"],
        table=_table(row["format"], row["held_in"]),
        rows_in=row["rows_in"],
        rows_loaded=0,
        duplicates=row["rows_in"],
        rejects=0,
        set_aside=0,
        reasons=(),
        first_ts_us=row["first_ts_us"],
        last_ts_us=row["last_ts_us"],
        tagged=0,
        notes=(_known_as(row["file"], row["format"]),),
        already_loaded=True,
    )


def _table(format_name: str, held_in: Table) -> Table:
    """The table of a file's rows; where they are found, if a mapping read them."""
    if format_name.startswith(PREFIX):
        return held_in
    return named_format(format_name, FORMATS).table


def _known_as(file: str, format_name: str) -> str:
    said = f"these bytes were loaded before, as {file}"
    if format_name.startswith(PREFIX):
        return f"{said}, by {format_name}: to read them another way, add --replace"
    if named_format(format_name, FORMATS).answers_a_batch:
        return f"{said}: to join them with another --batch-input, add --replace"
    return said


def _load(store: Store, source: SourceFile, detected: Detected, wish: Wish) -> Account:
    """Move the staged rows to their table, and check that none is missing."""
    table = detected.format.table
    counts = store.one("staged_rows")
    grouped_by = None
    if aggregated(detected.format):
        stage_totals(store, table)
        grouped_by = grouping(store)
    replaced = _make_room(store, source, detected.format, grouped_by, wish)
    source_id = store.one("next_source")["source_id"]
    prefix = {"id_prefix": source.plain_sha256[:16]} if grouped_by is None else {}
    lesser, grown = _keep_largest(store) if detected.format.keeps == "largest" else (0, 0)
    counted = "requests" if grouped_by is None else "aggregates"
    known = store.one(f"known_{counted}", **prefix)
    if known["duplicates"]:
        store.run(f"copies_{counted}", source_id=source_id, **prefix)
    if grouped_by is None:
        store.run("stage_requests" if known["duplicates"] else "stage_new_requests", **prefix)
    else:
        store.run("load_grouping", source_id=source_id, grouped_by=grouped_by)
    loaded = store.run(f"load_{table}", source_id=source_id)
    twins = twin_notes(store, source_id, loaded) if grouped_by is None else ()
    if grouped_by is None and known["duplicates"] and detected.format.keeps != "largest":
        twins = (*other_calls(store, prefix), *twins)
    rejects = store.run("load_rejects", source_id=source_id, file=source.name)
    account = Account(
        file=source.name,
        sha256=source.sha256,
        format=detected.format.name,
        table=table,
        rows_in=counts["rows_in"],
        rows_loaded=loaded,
        duplicates=known["duplicates"] + lesser,
        rejects=rejects,
        set_aside=counts["set_aside"],
        reasons=_reasons(store, source_id),
        **store.one(f"window_{table}", source_id=source_id),
        tagged=counts["tagged"],
        notes=(
            *spell_replaced(replaced),
            *_notes({**counts, **known, "grown": grown}, detected.format.aside),
            *twins,
            *remarks(store, detected.format),
            *((detected.format.note,) if detected.format.note else ()),
            *(notes(wish.mapping) if wish.mapping else ()),
        ),
    )
    check_even(account)
    _keep(store, source, source_id, account)
    return account


def _keep_largest(store: Store) -> tuple[int, int]:
    """Of the lines that tell one answer keep the largest, in this file and in those loaded before.

    Returns how many staged lines were dropped, and how many loaded rows took a line's counts.
    """
    store.run("claim_replays")
    return store.run("keep_largest"), store.run("grow_requests")


def _make_room(
    store: Store, source: SourceFile, fmt: Format, grouped_by: str | None, wish: Wish
) -> tuple[Removed, ...]:
    """Take out what the file replaces, and refuse it where its money is loaded already."""
    replaced: tuple[Removed, ...] = ()
    if wish.replace is not None:
        replaced = give_way(store, source, fmt, grouped_by, wish.replace)
    if replaced and grouped_by is not None:
        stage_totals(store, fmt.table)
    if grouped_by is not None:
        refuse_overlap(store, source, fmt, grouped_by)
    return replaced


def check_even(account: Account) -> None:
    """Raise where an account loses or invents a row."""
    found = account.rows_loaded + account.duplicates + account.rejects + account.set_aside
    if account.rows_in != found:
        raise StoreError(
            f"{account.file}: {account.rows_in} rows came in but {account.rows_loaded} loaded + "
            f"{account.duplicates} duplicates + {account.rejects} rejects + {account.set_aside} "
            f"set aside are {found}: nothing was loaded; this is a fault of rebill"
        )


def _keep(store: Store, source: SourceFile, source_id: int, account: Account) -> None:
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


def _reasons(store: Store, source_id: int) -> tuple[Reject, ...]:
    found = store.query("reject_examples", source_id=source_id, most=EXAMPLES)
    return tuple(Reject(line, reason) for line, reason in found.iter_rows())


def _notes(counts: Mapping[str, int], aside: str) -> tuple[str, ...]:
    """Say what was read in a way the user should know of."""
    if not aside and counts["set_aside"] == counts["rows_in"] > 0:
        return ("the mapping's [where] keeps no row of this file: check its values",)
    said = (
        (counts["set_aside"] if aside else 0, f"set aside: {aside}"),
        (counts["empty"], "empty: blank lines or buckets without usage, not counted as rows"),
        (counts["was_exclusive"], "with cached and written tokens beyond the input: read as "
         "counts that leave them out, and added"),
        (counts["odd_reasoning"], "with more reasoning than output tokens: kept as logged"),
        (counts["grown"], "already loaded with a smaller output: the larger one was kept"),
        (counts["changed"], "already loaded with other figures: the ones loaded first were kept; "
         "to take the new ones, load the newer export with --replace"),
        (counts.get("repeated", 0), _repeated(counts.get("repeated_pico"))),
    )  # fmt: skip
    return tuple(f"{count:,} {_rows(count)} {text}" for count, text in said if count)


def _repeated(pico: int | None) -> str:
    money = f", which leaves out {spell_usd(int(pico))}" if pico else ""
    return (
        "word for word as above in this file: each is counted once" + money + "; where they are "
        "rows of their own, add a column that tells them apart"
    )


def _rows(count: int) -> str:
    return "row" if count == 1 else "rows"
