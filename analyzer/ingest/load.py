"""Loads one file: all of it in one transaction, every row accounted for, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from analyzer.adapter import Format, Table
from analyzer.adapters import FORMATS
from analyzer.ingest.account import (
    Account,
    check_even,
    first_rejects,
    keep_account,
    reading_notes,
)
from analyzer.ingest.batch_input import hold_requests, refuse_timeless
from analyzer.ingest.detect import AUTO, Detected, detect, named_format, shape_for
from analyzer.ingest.features import refuse_content, refuse_digested
from analyzer.ingest.mapped import PREFIX, check_expected, fit, notes
from analyzer.ingest.mapping_file import MappingFile
from analyzer.ingest.overlap import (
    Group,
    Older,
    give_way,
    grouping,
    overlap_inside,
    refuse_overlap,
    sums_inside,
)
from analyzer.ingest.refusal import check_refused
from analyzer.ingest.source_file import SourceFile
from analyzer.ingest.staging import (
    aggregated,
    kind_by_name,
    readable,
    remarks,
    stage,
    stage_totals,
)
from analyzer.ingest.twins import other_calls, twin_notes
from analyzer.store import Store

_MEMORY_MIB, _MEMORY_MIB_A_THREAD = 480, 512
"""What the database may hold in memory while a file is loaded; beyond it spills to disk. Its JSON
reader sets a buffer aside for each thread. With what Python holds beside it, a load stays below
2 GB on two threads."""


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
    is_other_money: bool = False
    """Whether the files' totals are other money than loaded ones that look like the same."""
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

    With ``--replace``, bytes take their own place that are to be read in another way, or of which
    some rows were left out as copies.
    """
    found = store.query("source_by_digest", sha256=sha256)
    if found.is_empty():
        return None
    row = found.row(0, named=True)
    anew = wish.reads_anew or row["duplicates"]
    if anew and wish.replace and row["loaded_at_us"] < wish.replace.than_us:
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
    fmt, counts = detected.format, store.one("staged_rows")
    moved = (_move_totals if aggregated(fmt) else _move_requests)(store, source, fmt, wish)
    rejects = store.run("load_rejects", source_id=moved.source_id, file=source.name)
    account = Account(
        file=source.name,
        sha256=source.sha256,
        format=fmt.name,
        table=fmt.table,
        rows_in=counts["rows_in"],
        rows_loaded=moved.rows,
        duplicates=moved.duplicates,
        rejects=rejects,
        set_aside=counts["set_aside"],
        reasons=first_rejects(store, moved.source_id),
        **store.one(f"window_{fmt.table}", source_id=moved.source_id),
        tagged=counts["tagged"],
        notes=(
            *moved.replaced,
            *reading_notes({**counts, **moved.noticed}, fmt.aside),
            *moved.beside,
            *remarks(store, fmt),
            *((fmt.note,) if fmt.note else ()),
            *(notes(store, wish.mapping) if wish.mapping else ()),
        ),
    )
    check_even(account)
    keep_account(store, source, moved.source_id, account)
    return account


@dataclass(frozen=True, slots=True)
class _Moved:
    """What became of a file's readable rows."""

    source_id: int
    rows: int
    duplicates: int
    replaced: tuple[str, ...]
    noticed: Mapping[str, int]
    beside: tuple[str, ...]
    """What to say of other files, or rows, that may tell the same."""


def _move_requests(store: Store, source: SourceFile, fmt: Format, wish: Wish) -> _Moved:
    replaced = give_way(store, source, None, wish.replace) if wish.replace else ()
    source_id = store.one("next_source")["source_id"]
    lesser, grown = _keep_largest(store) if fmt.keeps == "largest" else (0, 0)
    prefix = {"id_prefix": source.plain_sha256[:16]}
    copies = store.one("known_requests", **prefix)["duplicates"]
    if copies:
        store.run("copies_requests", source_id=source_id, **prefix)
    store.run("stage_requests" if copies else "stage_new_requests", **prefix)
    loaded = store.run("load_requests", source_id=source_id)
    others = other_calls(store, prefix) if copies and fmt.keeps != "largest" else ()
    beside = (*others, *twin_notes(store, source_id, loaded))
    return _Moved(source_id, loaded, copies + lesser, replaced, {"grown": grown}, beside)


def _move_totals(store: Store, source: SourceFile, fmt: Format, wish: Wish) -> _Moved:
    stage_totals(store, fmt.table, is_other_money=wish.is_other_money)
    group = Group(fmt.name, fmt.table, grouping(store, kind_by_name(source.name, fmt)))
    replaced = give_way(store, source, group, wish.replace) if wish.replace else ()
    if replaced:
        stage_totals(store, fmt.table, is_other_money=wish.is_other_money)
    beside = (
        *refuse_overlap(store, source, group, is_other_money=wish.is_other_money),
        *overlap_inside(store, source, refuse=bool(wish.mapping) and not wish.is_other_money),
        *(sums_inside(store) if wish.mapping else ()),
    )
    source_id = store.one("next_source")["source_id"]
    known = store.one("known_aggregates")
    if known["duplicates"]:
        store.run("copies_aggregates", source_id=source_id)
    store.run("load_grouping", source_id=source_id, grouped_by=group.grouped_by)
    loaded = store.run(f"load_{fmt.table}", source_id=source_id)
    return _Moved(source_id, loaded, known["duplicates"], replaced, known, beside)


def _keep_largest(store: Store) -> tuple[int, int]:
    """Of the lines that tell one answer keep the largest, in this file and in those loaded before.

    Returns how many staged lines were dropped, and how many loaded rows took a line's counts.
    """
    store.run("claim_replays")
    return store.run("keep_largest"), store.run("grow_requests")
