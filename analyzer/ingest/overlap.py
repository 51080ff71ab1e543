"""Notices totals that tell the same money a second time, and refuses or replaces the first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from analyzer.adapter import NO_MODEL
from analyzer.errors import FormatError
from analyzer.ingest.remove import Removed, take_out
from analyzer.ingest.source_file import SourceFile
from analyzer.pricing.book import PriceBook, open_book
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


def grouping(store: Store) -> str:
    """Return by what the staged totals are grouped, in words."""
    return str(store.one("staged_grouping")["grouped_by"])


def refuse_overlap(store: Store, source: SourceFile, group: Group) -> None:
    """Refuse staged totals whose money is loaded already, grouped another way or for other periods.

    Equal rows are copies and do no harm. Totals of other models are other money, as are rows of
    the same grouping and periods that no loaded file holds. Totals without a model hold all models.

    Raises:
        FormatError: which file holds the money, of which days, and what to do.
    """
    found = _overlaps(store, group)
    if not found:
        return
    row = found[0]
    file = store.query("sources_by_number", numbers=[row["source_id"]])["file"][0]
    how = "grouped otherwise or exported elsewhere" if row["otherwise"] else "in other periods"
    raise FormatError(
        f"{source.path}: {file} holds {row['provider']}'s money of {_days(found)} already, {how}, "
        f"and it would count twice: load with --replace to take {file} out first, or load into a "
        "new --db"
    )


def give_way(
    store: Store, source: SourceFile, group: Group | None, older: Older
) -> tuple[Removed, ...]:
    """Take out the files that a staged one replaces: of its name, its bytes, or the same money.

    ``group`` is None for a log of requests, of which only namesakes give way.

    Raises:
        StoreError: another file needs one of them.
    """
    numbers = set(
        store.query("sources_to_replace", file=source.name, sha256=source.sha256)["source_id"]
    )
    if group is not None:
        numbers |= {row["source_id"] for row in _overlaps(store, group)}
        numbers |= set(store.query("changed_aggregates")["source_id"])
    kept = store.query("sources_since", moment_us=older.than_us)["source_id"]
    return take_out(store, numbers - set(kept))


def spell_replaced(removed: Iterable[Removed]) -> tuple[str, ...]:
    """Say which files gave way, and which days they held."""
    return tuple(
        f"took the place of {one.file}, with its {one.rows:,} rows{_of_days(one)}"
        for one in removed
    )


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
    listings = [book.lookup(row["provider"], name) for name in (held, told)]
    return all(listings) and len({one.model_id for one in listings if one}) == 1


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
