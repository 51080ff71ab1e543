"""Finds the header of a CSV file: its line, its delimiter, and what the lines above it say."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from analyzer.errors import FormatError
from analyzer.ingest.records import Shape

_DELIMITERS = ",;\t|"
_LAST_HEADER_LINE, _FEWEST_COLUMNS, _LONGEST_NAME = 40, 6, 1_000
_COLUMN_NAME = re.compile(r"[^\W\d][^@]{0,80}")

_Row = tuple[int, str, tuple[str, ...]]
"""A line's number, its text, and its cells."""


def csv_shapes(head: bytes, path: Path) -> list[Shape]:
    """Read the header at each usual delimiter; the one that gives most columns comes first.

    ``head`` is the beginning of the file.

    An invoice writes some lines about itself above the header. So the widest line stands in last,
    for a format that knows its columns.
    """
    lines = _head_lines(head)
    number, line = lines[0]
    header = _text(path, number, line)
    first = [_csv_shape(number, header, delimiter) for delimiter in _DELIMITERS]
    wider = [_widest(lines, shape) for shape in first]
    return sorted(first, key=_narrowness) + sorted(filter(None, wider), key=_narrowness)


def headers_below(head: bytes) -> Iterator[Shape]:
    """Yield each line below the first one as a header, for a mapping that names its columns."""
    lines = _head_lines(head)
    for delimiter in _DELIMITERS:
        rows = _rows(lines, delimiter)
        for number, text, _ in rows[1:]:
            yield _below(rows, number, text, delimiter)


def _head_lines(head: bytes) -> list[tuple[int, bytes]]:
    """Return the first lines that are not blank, with their numbers."""
    lines = [(n, line) for n, line in enumerate(head.split(b"\n"), 1) if line.strip()]
    return lines[:_LAST_HEADER_LINE]


def _rows(lines: Sequence[tuple[int, bytes]], delimiter: str) -> list[_Row]:
    texts = [(n, line.decode(errors="replace").rstrip("\r")) for n, line in lines]
    return [(n, text, _cells(text, delimiter)) for n, text in texts if "\0" not in text]


def _below(rows: Sequence[_Row], number: int, text: str, delimiter: str) -> Shape:
    """Read a line as the header; a line above it that holds a name and a value says it of all rows.

    A name that two lines give two values to says nothing.
    """
    shape = _csv_shape(number, text, delimiter)
    lines = [tuple(filter(None, cells)) for n, _, cells in rows if n < number]
    pairs = {line for line in lines if len(line) == 2 and line[0] not in shape.header}
    counts = Counter(name for name, _ in pairs)
    above = sorted((name, value) for name, value in pairs if counts[name] == 1)
    return replace(shape, above=tuple(above))


def _narrowness(shape: Shape) -> int:
    return -len(shape.header)


def _text(path: Path, number: int, line: bytes) -> str:
    try:
        header = line.decode().rstrip("\r")
    except UnicodeDecodeError:
        raise FormatError(f"{path}: line {number} is not UTF-8: save the file as UTF-8") from None
    if "\0" in header:
        raise FormatError(f"{path}: line {number} holds NUL bytes: this is no text file")
    return header


def _csv_shape(number: int, header: str, delimiter: str) -> Shape:
    return Shape("csv", header=_cells(header, delimiter), header_line=number, delimiter=delimiter)


def _cells(line: str, delimiter: str) -> tuple[str, ...]:
    try:
        found = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:  # a cell longer than any column's name
        found = [line[:_LONGEST_NAME]]
    return tuple(cell.strip() for cell in found)


def names_columns(cells: Sequence[str]) -> bool:
    """Return whether cells read as names of columns, and not as values."""
    return len(set(cells)) == len(cells) and all(map(_COLUMN_NAME.fullmatch, cells))


def _widest(lines: Sequence[tuple[int, bytes]], first: Shape) -> Shape | None:
    """Read the first of the widest lines as the header, where it is twice as wide as the first."""
    rows = _rows(lines, first.delimiter)
    number, text, cells = max(rows, key=lambda row: len(row[2]))
    if len(cells) < max(2 * len(first.header), _FEWEST_COLUMNS) or not names_columns(cells):
        return None
    return _below(rows, number, text, first.delimiter)
