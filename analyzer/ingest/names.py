"""Tells which columns or paths a file holds, from its first records: names, never values."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from analyzer.errors import FormatError
from analyzer.ingest.csv_header import headers_below, names_columns
from analyzer.ingest.detect import head_of, kind_of, samples_of
from analyzer.ingest.paths import parse_path
from analyzer.ingest.source_file import SourceFile
from analyzer.ingest.staging import readable
from analyzer.store import Store

_MOST_NAMES = 400
_MOST_DEPTH = 4
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_- ")


def names_of(path: Path) -> tuple[str, ...]:
    """Return the names in a file's first records, as a mapping or ``--feature`` writes them.

    Raises:
        FormatError: the file cannot be read.
    """
    source = SourceFile(path)
    with (
        tempfile.TemporaryDirectory() as folder,
        Store.open(Path(folder) / "names.duckdb") as store,
        readable(source) as plain_path,
    ):
        samples = samples_of(store, source, plain_path)
    if kind_of(samples[0].shape.layout) == "json":
        found = [name for text in samples[0].records for name in _paths(json.loads(text))]
    else:
        headers = [sample.shape.header for sample in samples]
        if samples[0].shape.layout == "csv":
            below = (shape.header for shape in headers_below(head_of(source)))
            headers += filter(names_columns, below)
        found = [_step(name) for name in max(headers, key=len)]
    return tuple(name for name in dict.fromkeys(found) if _is_path(name))[:_MOST_NAMES]


def _paths(record: object, above: str = "", depth: int = 1) -> Iterator[str]:
    """Yield the path of every value that is no object, and of every list as a whole."""
    if not isinstance(record, dict) or depth > _MOST_DEPTH:
        return
    for name, value in record.items():
        path = f"{above}.{_step(name)}" if above else _step(name)
        if isinstance(value, dict):
            yield from _paths(value, path, depth + 1)
        else:
            yield path


def _step(name: str) -> str:
    return name if name and set(name) <= _PLAIN else f'"{name}"'


def _is_path(name: str) -> bool:
    try:
        parse_path(name)
    except FormatError:
        return False
    return not set(name) & set("{}") and name.isprintable()
