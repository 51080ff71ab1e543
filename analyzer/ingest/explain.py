"""Tells how a file would be read, column by column and with three rows, and loads nothing."""

# Statements are built of column names from tables.py only.
# ruff: noqa: S608

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from analyzer.adapter import Column, Unit
from analyzer.ingest.account import Reject
from analyzer.ingest.batch_input import hold_requests
from analyzer.ingest.detect import Detected, looks
from analyzer.ingest.load import Wish, detected_by
from analyzer.ingest.mapped import check_expected, notes
from analyzer.ingest.mapping import with_feature
from analyzer.ingest.paths import places
from analyzer.ingest.refusal import check_refused
from analyzer.ingest.source_file import SourceFile
from analyzer.ingest.staging import readable, remarks, stage
from analyzer.ingest.tables import TARGETS, Target
from analyzer.store import Store

EXAMPLES = 3

_UNITS: Mapping[Unit, str] = {
    "text": "text", "digest": "kept as a digest", "tokens": "tokens", "count": "a count",
    "total": "a total", "time": "time with offset, or epoch seconds",
    "utc_time": "time (UTC where it has no offset), or epoch seconds", "ms": "milliseconds",
    "us": "worked out from the times", "usd": "dollars", "signed_usd": "dollars",
    "flag": "true or false", "http_status": "ok, error or HTTP status", "score": "0 to 1",
}  # fmt: skip

_CONSEQUENCES = {
    "prompt_key": "no prompt_key: caching is not assessable",
    "prefix_key": "no prefix_key: prompt_cache is not assessable",
    "user_key": "no user: caching per user is not assessable",
    "latency_us": "no latency: a cached answer counts as there when its request began",
    "response_chars": "no response_chars: routing by length finds no score, so every request "
    "climbs to the last tier",
    "prompt_chars": "no prompt_chars: compression takes four characters a token",
    "feature": "no feature: all traffic is one, (untagged); name its path with --feature",
    "logged_cost_pico": "no logged cost: nothing to hold the priced cost against",
}
"""What a log of requests cannot tell where a column is missing."""


@dataclass(frozen=True, slots=True)
class ColumnRead:
    """Where one canonical column stands in a file, and in which unit, if not said."""

    column: str
    source: str
    unit: str
    rows: int
    """Readable rows in which it holds anything."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a file is read. ``rows_in = readable + rejects + set_aside``."""

    file: str
    format: str
    title: str
    table: str
    looks: str
    why: str
    counts: str
    columns: tuple[ColumnRead, ...]
    cannot: tuple[str, ...]
    rows_in: int
    readable: int
    rejects: int
    set_aside: int
    reasons: tuple[Reject, ...]
    notes: tuple[str, ...]
    rows: tuple[tuple[int, Mapping[str, str | int | bool]], ...]
    """The first readable rows: their line, and what would be stored of them."""


def explain(path: Path, wish: Wish) -> Explanation:
    """Read a file into a database that is thrown away, and tell how.

    Its digests are keyed with a secret that is thrown away too.

    Raises:
        FormatError: the file cannot be read, or its format cannot be told.
    """
    with _thrown_away(path, wish) as (store, source):
        store.unlock_digests()
        with readable(source) as plain_path:
            detected = detected_by(store, source, plain_path, wish)
            hold_requests(store, source, detected.format, wish.batch_input, wish.batch_time)
            stage(store, source, detected, wish.feature)
        check_expected(store, source, detected)
        check_refused(store, source, detected)
        return _explained(store, source, detected, wish)


def told(path: Path, wish: Wish) -> str:
    """Say in which format a file would be read, from its first records alone.

    Raises:
        FormatError: the file cannot be read, or its format cannot be told.
    """
    with _thrown_away(path, wish) as (store, source), readable(source) as plain_path:
        detected = detected_by(store, source, plain_path, wish)
    return f"{detected.format.title}, {looks(detected.shape)}, because {_why(detected, wish)}"


@contextmanager
def _thrown_away(path: Path, wish: Wish) -> Iterator[tuple[Store, SourceFile]]:
    source = SourceFile(path, name=wish.name)
    with (
        tempfile.TemporaryDirectory() as folder,
        Store.open(Path(folder) / "explain.duckdb") as store,
    ):
        yield store, source


def _explained(store: Store, source: SourceFile, detected: Detected, wish: Wish) -> Explanation:
    fmt = detected.format
    columns = with_feature(fmt, wish.feature)
    counts = store.one("staged_rows")
    filled = _filled(store, columns, TARGETS[fmt.table])
    faults = store.query("staged_faults", most=EXAMPLES)
    inclusive = "input_tokens" in columns
    return Explanation(
        file=source.name,
        format=fmt.name,
        title=fmt.title,
        table=fmt.table,
        looks=looks(detected.shape),
        why=_why(detected, wish),
        counts=fmt.counts if inclusive else "",
        columns=tuple(_column_read(name, column, filled) for name, column in columns.items()),
        cannot=tuple(_cannot(fmt.table, filled)),
        rows_in=counts["rows_in"],
        readable=counts["rows_in"] - counts["rejects"] - counts["set_aside"],
        rejects=counts["rejects"],
        set_aside=counts["set_aside"],
        reasons=tuple(Reject(line, reason) for line, reason in faults.iter_rows()),
        notes=(
            *remarks(store, fmt),
            *((fmt.note,) if fmt.note else ()),
            *(notes(store, wish.mapping) if wish.mapping else ()),
        ),
        rows=_rows(store, [target.name for target in TARGETS[fmt.table]]),
    )


def _why(detected: Detected, wish: Wish) -> str:
    keys = ", ".join(detected.signature)
    if wish.mapping is not None:
        return f"{wish.mapping.file} names its columns: {keys}"
    if not detected.signature:
        return "you named the format; the first records do not have its keys"
    if wish.format == detected.format.name:
        return f"you named the format; the first records have its keys: {keys}"
    return f"the first records have {keys}"


def _filled(
    store: Store, columns: Mapping[str, Column], targets: Sequence[Target]
) -> dict[str, int]:
    """Count the readable rows in which each column of the format holds anything."""
    zeros = {target.name for target in targets if target.default == "0"}
    counted = [f"count({name}) FILTER ({name} <> 0)" if name in zeros else f"count({name})"
               for name in columns]  # fmt: skip
    if "feature" in columns:
        counted[list(columns).index("feature")] = "count(*) FILTER (tagged)"
    sql = f"SELECT {', '.join(counted)} FROM staged WHERE NOT blank AND fault IS NULL"
    return dict(zip(columns, store.rows(sql)[0], strict=True))


def _column_read(name: str, column: Column, filled: Mapping[str, int]) -> ColumnRead:
    source = column.reads or ", else ".join(places(column.sql))
    unit = "" if column.reads else _UNITS[column.unit]
    return ColumnRead(name, source, unit, filled[name])


def _cannot(table: str, filled: Mapping[str, int]) -> list[str]:
    if table == "requests":
        return [said for name, said in _CONSEQUENCES.items() if not filled.get(name)]
    if table == "usage_buckets":
        return ["totals, not requests: what needs keys or times of requests is not assessable"]
    return ["money only: reconciled with logs, never replayed"]


def _rows(store: Store, names: list[str]) -> tuple[tuple[int, Mapping[str, str | int | bool]], ...]:
    shown = [f"printf('%016x', {name}) AS {name}" if name.endswith("_key") else name
             for name in names]  # fmt: skip
    sql = (
        f"SELECT line, {', '.join(shown)} FROM staged WHERE NOT blank AND fault IS NULL "
        f"ORDER BY seq LIMIT {EXAMPLES}"
    )
    found = [(row[0], dict(zip(names, row[1:], strict=True))) for row in store.rows(sql)]
    return tuple(
        (line, {name: value for name, value in row.items() if value is not None})
        for line, row in found
    )
