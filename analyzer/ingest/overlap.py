"""Notices totals that tell the same money a second time, and refuses or replaces the first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from analyzer.adapter import NO_MODEL
from analyzer.errors import FormatError, OverlapError, StoreError
from analyzer.ingest.remove import Removed, take_out
from analyzer.ingest.source_file import SourceFile
from analyzer.money import spell_usd
from analyzer.pricing.book import PriceBook, open_book
from analyzer.pricing.names import base_name
from analyzer.store import Store


@dataclass(frozen=True, slots=True)
class Older:
    """The files that a new one may replace: those loaded before a moment."""

    than_us: int


@dataclass(frozen=True, slots=True)
class Group:
    """What kind of totals is staged."""

    format: str
    table: str
    grouped_by: str


def grouping(store: Store, kind: str) -> str:
    """Return by what the staged totals are grouped, in words; ``kind`` is the file's own."""
    grouped_by = str(store.one("staged_grouping")["grouped_by"])
    return f"{kind}: {grouped_by}" if kind else grouped_by


def refuse_overlap(
    store: Store, source: SourceFile, group: Group, *, is_other_money: bool
) -> tuple[str, ...]:
    """Refuse staged totals whose money is loaded already, grouped another way or for other periods.

    Equal rows are copies and do no harm. Totals of other models are other money, as are rows of
    the same grouping and periods that no loaded file holds. Totals without a model hold all models.
    Where the user says that it is other money, this returns a note.

    Raises:
        OverlapError: which file holds the money, of which days, and what to do.
    """
    found = _overlaps(store, group)
    if not found:
        return ()
    row = found[0]
    file = store.query("sources_by_number", numbers=[row["source_id"]])["file"][0]
    holds = f"{file} holds {row['provider']}'s money of {_days(found)} already"
    if is_other_money:
        return (f"{holds}; what this file tells is other money, as --other-money says",)
    how = "grouped otherwise or exported elsewhere" if row["otherwise"] else "in other periods"
    raise OverlapError(
        f"{source.path}: {holds}, {how}, and it would count twice",
        f"load with --replace to take {file} out first, with --other-money where it is another "
        "account's or team's, or load into a new --db",
    )


def overlap_inside(store: Store, source: SourceFile, *, refuse: bool) -> tuple[str, ...]:
    """Notice rows of the same names that overlap in time, such as days beside their month.

    Raises:
        FormatError: they are to be refused, since a mapping reads them and can leave some out.
    """
    found = store.one("overlap_inside")
    if not found["periods"]:
        return ()
    days = _spell(found["first_us"], found["last_us"])
    if refuse:
        raise FormatError(
            f"{source.path}: rows of the same names overlap in time ({days}) and would count "
            "twice: say how long a row's period is, keep one kind with [where], or map the column "
            "that tells them apart"
        )
    return (
        f"rows of the same names overlap in time ({days}): where they tell the same money, it "
        "counts twice",
    )


def sums_inside(store: Store) -> tuple[str, ...]:
    """Notice rows that seem to add up the others: a table may hold its own totals."""
    rows = store.one("sums_inside")["rows"]
    if not rows:
        return ()
    said = "1 row says" if rows == 1 else f"{rows:,} rows say"
    return (
        f"{said} what all other rows of its period, or of the file, add up to: a total counts "
        "twice, so leave it out with [where]",
    )


def give_way(
    store: Store, source: SourceFile, group: Group | None, older: Older
) -> tuple[str, ...]:
    """Take out the files that a staged one replaces: of its name, its bytes, or the same money.

    ``group`` is None for a log of requests, of which only namesakes give way. Returns notes.

    Raises:
        OverlapError: some of their money would stand nowhere.
        FormatError: another file needs one of them.
    """
    same = {"file": source.name, "sha256": source.sha256}
    numbers = set(store.query("sources_to_replace", **same)["source_id"])
    kept = set(store.query("sources_since", moment_us=older.than_us)["source_id"])
    if group is not None:
        others = {row["source_id"] for row in _overlaps(store, group)}
        others |= set(store.query("changed_aggregates")["source_id"])
        others |= set(store.query("copied_inside")["source_id"])
        _refuse_bereft(store, source, group, others - numbers - kept)
        numbers |= others
    try:
        removed = take_out(store, numbers - kept)
    except StoreError as error:
        raise FormatError(f"{source.path}: {error}") from error
    return tuple(map(_replaced, removed))


def _refuse_bereft(store: Store, source: SourceFile, group: Group, going: Iterable[int]) -> None:
    """Refuse to take out a file of which some money would then stand nowhere."""
    asked = {"format": group.format, "grouped_by": group.grouped_by, "numbers": sorted(going)}
    for row in store.query("bereft", **asked).to_dicts():
        money = f" ({spell_usd(int(row['usd_pico']))})" if row["usd_pico"] else ""
        raise OverlapError(
            f"{source.path}: {row['file']} would give way, and {row['rows']:,} of its rows{money}, "
            f"of {_spell(row['first_us'], row['last_us'])}, are not in this file",
            f"where they are to go, rebill sources remove {row['file']} first; where this file is "
            "other money, load it with --other-money",
        )


def _replaced(one: Removed) -> str:
    """Say which file gave way, and which days it held."""
    rows = "row" if one.rows == 1 else "rows"
    return f"took the place of {one.file}, with its {one.rows:,} {rows}{_of_days(one)}"


def _overlaps(store: Store, group: Group) -> list[dict[str, Any]]:
    asked = {"format": group.format, "grouped_by": group.grouped_by}
    found = store.query(f"overlap_{group.table}", **asked).to_dicts()
    if not found:
        return []
    book = open_book(())
    return [row for row in found if _one_model(row, book)]


def _one_model(row: Mapping[str, Any], book: PriceBook) -> bool:
    """Exports may spell one model in several ways, and a total without one holds every model's."""
    held, told = row["held_model"], row["told_model"]
    if held == told or NO_MODEL in (held, told):
        return True
    return _known_as(row["provider"], held, book) == _known_as(row["provider"], told, book)


def _known_as(provider: str, model: str, book: PriceBook) -> str:
    listing = book.lookup(provider, model)
    if listing is not None:
        return listing.model_id
    return base_name(model, book.known_providers).rsplit("/", 1)[-1]


def _days(rows: Sequence[Mapping[str, Any]]) -> str:
    return _spell(min(row["first_us"] for row in rows), max(row["last_us"] for row in rows))


def _of_days(one: Removed) -> str:
    if one.first_ts_us is None or one.last_ts_us is None:
        return ""
    return f" of {_spell(one.first_ts_us, one.last_ts_us)}"


def _spell(first_us: int, last_us: int) -> str:
    """Spell the days of a time; the end is not part of it."""
    first, last = (_day(us) for us in (first_us, max(first_us, last_us - 1)))
    return first if first == last else f"{first} to {last}"


def _day(ts_us: int) -> str:
    return datetime.fromtimestamp(ts_us // 1_000_000, UTC).date().isoformat()
