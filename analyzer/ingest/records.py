"""SQL that reads the records of one file: their line, their text, and the texts at their names."""

# Statements are built of quoted names and escaped literals only (paths.py).
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from analyzer.ingest.paths import RECORD, literal, quoted

Layout = Literal["lines", "array", "documents", "csv", "parquet"]
"""How records stand in the file: JSON lines, a JSON array, JSON objects in a row, CSV, Parquet."""

LINES = "lines"
"""The name under which the reader of a file's lines is registered."""
MAX_LINE_BYTES = 64 << 20

_SPACE = r"E' \t\r\n'"
_TOO_LONG = literal(f"the line is longer than {MAX_LINE_BYTES >> 20} MiB: cut it or leave it out")
_NOT_UTF8 = literal("the line is not UTF-8: save the file as UTF-8")
_NUL = literal("the line holds a NUL byte: save the file as UTF-8 text")


@dataclass(frozen=True, slots=True)
class Shape:
    """What was found out about a file before it is read."""

    layout: Layout
    path: str = ""
    """Where DuckDB reads the file itself: documents and Parquet."""
    header: tuple[str, ...] = ()
    """The names of the columns: CSV and Parquet; of the first records' keys otherwise."""
    header_line: int = 0
    above: tuple[tuple[str, str], ...] = ()
    """What the lines above a CSV's header say of all rows: a name and a value each."""
    delimiter: str = ","
    types: tuple[str, ...] = ()
    """The types of a Parquet file's columns."""


def records(shape: Shape, names: Sequence[str], *, whole: bool) -> str:
    """Return SQL for the records: ``line, blank, fault, record`` and a text ``t:<name>`` each.

    ``fault`` says why a record cannot be read; its texts are NULL then. ``record`` is the text of
    which a reject keeps the digest; of Parquet, whose other columns are costly to read, it holds
    the named columns alone where not ``whole``.
    """
    if shape.layout == "csv":
        return _csv(shape, names)
    if shape.layout == "parquet":
        return _parquet(shape, names, shape.header if whole else names)
    return _json(shape, names)


def json_sources(shape: Shape) -> str:
    """Return SQL for the documents of a JSON file that is no JSON lines: ``line, text``."""
    layout = "array" if shape.layout == "array" else "unstructured"
    return (
        f"SELECT row_number() OVER () AS line, json::VARCHAR AS text FROM read_json_objects("
        f"{literal(shape.path)}, format = '{layout}', maximum_object_size = {MAX_LINE_BYTES})"
    )


# Trimming decodes a whole text, so it is left to the few that do not start like a record.
_BLANK = (
    f"CASE WHEN starts_with(text, '{{') OR text > '!' THEN false ELSE trim(text, {_SPACE}) = '' END"
)
_OBJECT = f"starts_with(text, '{{') OR starts_with(ltrim(text, {_SPACE}), '{{')"
# DuckDB lets a last comma pass. Strings may hold one, so they are emptied before the second look.
_STRAY_COMMA = r"""CASE WHEN regexp_matches(text, ',[ \t\r\n]*[}\]]') THEN
          regexp_matches(regexp_replace(text, '"([^"\\]|\\.)*"', '""', 'g'), ',[ \t\r\n]*[}\]]')
          ELSE false END"""


def texts_at(names: Sequence[str]) -> tuple[str, str]:
    """Return SQL for the JSON paths of some names, and for the texts ``t:<name>`` found there."""
    below = [name for name in names if name != RECORD]
    paths = ", ".join(literal(f'$."{name}"') for name in below) or "'$'"
    texts = [
        f"nullif(every[{place}], '') AS {quoted('t:' + name)}"
        for place, name in enumerate(below, 1)
    ]
    if RECORD in names:
        texts.append(f"text AS {quoted('t:' + RECORD)}")
    return paths, ", ".join(texts)


def fault_of(what: str) -> str:
    """Return the branches of a CASE that say why a line or a row of one is no JSON object."""
    # A key can only stand twice where there are more keys than the format finds.
    return f"""
        WHEN every IS NULL THEN 'the {what} is not JSON: write one whole object per {what}'
        WHEN NOT ({_OBJECT})
          THEN 'the {what} is JSON, but no object: write one object per {what}'
        WHEN len(keys) > list_count(every) AND stands_twice(keys)
          THEN 'a key stands twice in the {what}: keep one'
    """


def _json(shape: Shape, names: Sequence[str]) -> str:
    source = f"SELECT line, long_sha256, raw, TRY(decode(raw)) AS text FROM {LINES}"
    if shape.layout != "lines":
        columns = "line, NULL::VARCHAR AS long_sha256, NULL::BLOB AS raw, text"
        source = f"SELECT {columns} FROM ({json_sources(shape)})"
    paths, texts = texts_at(names)
    return f"""
      SELECT line, blank, coalesce(text, long_sha256, hex(raw)) AS record, {texts},
        CASE
        WHEN blank THEN NULL
        WHEN long_sha256 IS NOT NULL THEN {_TOO_LONG}
        WHEN text IS NULL THEN {_NOT_UTF8}
        {fault_of("line")}
        WHEN {_STRAY_COMMA}
          THEN 'a comma stands before the end of an object or a list: take it out'
        END AS fault
      FROM (SELECT *, CASE WHEN every IS NOT NULL THEN json_keys(text) END AS keys
      FROM (SELECT *,
        CASE WHEN NOT blank THEN TRY(json_extract_string(text, [{paths}])) END AS every
      FROM (SELECT *, coalesce({_BLANK}, false) AS blank FROM ({source}))))
    """


def _csv(shape: Shape, names: Sequence[str]) -> str:
    texts = [f"{_csv_text(shape, name)} AS {quoted('t:' + name)}" for name in names]
    width = len(shape.header)
    return f"""
      SELECT line, blank, fault, coalesce(text, long_sha256, hex(raw)) AS record,
        {", ".join(texts)}
      FROM (SELECT *, CASE
        WHEN blank THEN NULL
        WHEN long_sha256 IS NOT NULL THEN {_TOO_LONG}
        WHEN text IS NULL THEN {_NOT_UTF8}
        WHEN contains(text, chr(0)) THEN {_NUL}
        WHEN fields IS NULL
          THEN 'a quote stands inside a field: put the field in quotes and double that quote'
        WHEN len(fields) <> {width}
          THEN 'the row has ' || len(fields) || ' fields, the header {width}: quote a field that '
            || 'holds a delimiter'
        END AS fault
      FROM (SELECT *, CASE WHEN NOT blank AND NOT contains(text, chr(0))
        THEN csv_fields(text, {literal(shape.delimiter)}) END AS fields
      FROM (SELECT *, coalesce({_BLANK}, false) AS blank
      FROM (SELECT line, long_sha256, raw, TRY(decode(CASE
          WHEN raw[-2:] = '\\x0D\\x0A'::BLOB THEN raw[:-3]
          WHEN raw[-1:] IN ('\\x0A'::BLOB, '\\x0D'::BLOB) THEN raw[:-2]
          ELSE raw END)) AS text
      FROM {LINES} WHERE line > {shape.header_line}))))
    """


def _csv_text(shape: Shape, name: str) -> str:
    """SQL for a column's text, or for what a line above the header says of all rows.

    SQL takes names in both cases for one, so that a format can only spell one of them.
    """
    places = {known.lower(): place for place, known in enumerate(shape.header, 1)}
    places |= {known: place for place, known in enumerate(shape.header, 1)}
    place = places.get(name) or places.get(name.lower())
    if place is None:
        return f"nullif({literal(dict(shape.above).get(name, ''))}, '')"
    return f"CASE WHEN fault IS NULL THEN nullif(fields[{place}], '') END"


def _parquet(shape: Shape, names: Sequence[str], recorded: Sequence[str]) -> str:
    types = dict(zip(shape.header, shape.types, strict=True))
    texts = [
        f"{_parquet_text(name, types.get(name))} AS {quoted('t:' + name)}"
        for name in dict.fromkeys((*names, *recorded))
    ]
    kept = ", ".join(quoted("t:" + name) for name in names)
    record = ", ".join(quoted("t:" + name) for name in recorded)
    return (
        f"SELECT line, false AS blank, NULL::VARCHAR AS fault, [{record}]::VARCHAR AS record, "
        f"{kept} FROM (SELECT file_row_number + 1 AS line, {', '.join(texts)} FROM "
        f"read_parquet({literal(shape.path)}, file_row_number = true))"
    )


def _parquet_text(name: str, type_: str | None) -> str:
    column = quoted(name)
    if type_ is None:
        return "NULL::VARCHAR"
    if type_ == "BLOB":
        return f"nullif(TRY(decode({column})), '')"
    if type_.startswith(("STRUCT", "MAP", "UNION", "JSON")) or type_.endswith("]"):
        return f"to_json({column})::VARCHAR"
    if type_.startswith("TIMESTAMP") and "TIME ZONE" not in type_ and "TZ" not in type_:
        return f"{column}::VARCHAR || 'Z'"
    return f"nullif({column}::VARCHAR, '')"
