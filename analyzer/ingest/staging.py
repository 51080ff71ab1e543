"""Runs a compiled mapping over one file: its rows, typed and checked, in the table ``staged``."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from analyzer.adapter import Format
from analyzer.errors import FormatError, StoreError
from analyzer.ingest.detect import Detected, needs_path
from analyzer.ingest.lines import LineReader
from analyzer.ingest.mapping import staging_select
from analyzer.ingest.provider_names import name_providers
from analyzer.ingest.records import LINES, Shape
from analyzer.ingest.source_file import SourceFile
from analyzer.store import Store

_TAIL_BYTES = 1 << 16


@contextmanager
def readable(source: SourceFile) -> Iterator[str]:
    """Give a path for files that DuckDB must read itself; an empty one for all others."""
    if not needs_path(source):
        yield ""
        return
    with source.plain_path() as path:
        yield path


def stage(store: Store, source: SourceFile, detected: Detected, feature: str | None = None) -> None:
    """Fill the table ``staged`` with every row of a file. The file is digested on the way.

    Raises:
        FormatError: the file cannot be read to its end.
        StoreError: not every line arrived.
    """
    fmt, shape = detected.format, detected.shape
    name_providers(store)
    _refuse_double_names(source, shape)
    _refuse_open_array(source, shape)
    select = staging_select(fmt, shape, feature)
    if shape.layout in ("lines", "csv"):
        _stage_lines(store, source, shape, select)
    else:
        _stage_file(store, source, select)
    if fmt.inside is not None:
        store.run("set_aside_around")


def _stage_file(store: Store, source: SourceFile, select: str) -> None:
    try:
        store.rows(f"CREATE OR REPLACE TEMP TABLE staged AS {select}")
    except StoreError as error:
        raise FormatError(f"{source.path}: cannot be read to its end: {error}") from error


def _stage_lines(store: Store, source: SourceFile, shape: Shape, select: str) -> None:
    delimiter = shape.delimiter if shape.layout == "csv" else None
    lines = LineReader(source, delimiter, shape.header_line)
    try:
        with store.registered({LINES: lines.reader()}):
            store.rows(f"CREATE OR REPLACE TEMP TABLE staged AS {select}")
    except StoreError as error:
        if lines.error is not None:
            raise lines.error from None
        raise FormatError(f"{source.path}: cannot be read to its end: {error}") from error
    arrived = store.one("staged_rows")["lines"]
    if arrived != lines.lines:
        raise StoreError(
            f"{source.path}: {lines.lines} lines were read and {arrived} arrived: nothing was "
            "loaded"
        )


def _refuse_double_names(source: SourceFile, shape: Shape) -> None:
    if shape.layout != "csv":
        return
    double = [name for name, count in Counter(shape.header).items() if count > 1 and name]
    if double:
        raise FormatError(
            f"{source.path}: line {shape.header_line}: the column {double[0][:40]!r} stands twice "
            "in the header: rename one"
        )


def _refuse_open_array(source: SourceFile, shape: Shape) -> None:
    """DuckDB reads an array that was cut off between two records as if it were whole."""
    if shape.layout != "array":
        return
    with Path(shape.path).open("rb") as file:
        file.seek(0, os.SEEK_END)
        file.seek(max(0, file.tell() - _TAIL_BYTES))
        tail = file.read().rstrip()
    if not tail.endswith(b"]"):
        raise FormatError(f"{source.path}: the JSON array is cut short: copy the file again")


def aggregated(fmt: Format) -> bool:
    """Return whether the format's rows are totals."""
    return fmt.table in ("usage_buckets", "charges")


def kind_by_name(name: str, fmt: Format) -> str:
    """Return what a file's name tells of its rows, where its columns do not."""
    found = re.search(fmt.file_kind, name, re.IGNORECASE) if fmt.file_kind else None
    return next(filter(None, found.groups())).lower() if found else ""


def stage_totals(store: Store, table: str, *, is_other_money: bool) -> None:
    """Fill the table ``fresh`` with the readable staged totals, told apart from loaded ones."""
    store.run(f"told_{table}")
    store.run("stage_aggregates", is_other_money=is_other_money)


def remarks(store: Store, fmt: Format) -> tuple[str, ...]:
    """Return what the format has to say of the readable rows, behind how many it is true of."""
    if not fmt.remarks:
        return ()
    counted = ", ".join(f"count(*) FILTER (remarked[{n}])" for n in range(1, len(fmt.remarks) + 1))
    loaded = "FROM staged WHERE NOT blank AND fault IS NULL"
    counts = store.rows(f"SELECT {counted} {loaded}")[0]
    said = zip(counts, fmt.remarks, strict=True)
    return tuple(f"{n:,} {'row' if n == 1 else 'rows'} {text}" for n, text in said if n)
