"""What a log format declares: how to tell it, and where each canonical column stands in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["json", "csv", "parquet"]
"""How the file is written. ``json`` is JSON lines, one JSON array, or JSON objects in a row."""

Table = Literal["requests", "usage_buckets", "charges", "evals"]

Unit = Literal[
    "text",  # stored as it stands, unless it is a secret or an address
    "digest",  # text that is only ever kept as a keyed digest
    "tokens",  # whole number from 0 to 1e9; missing is 0 where the table says so
    "count",  # the same where missing stays unknown: characters, requests
    "total",  # whole number from 0 to 1e15, of an aggregate
    "time",  # RFC 3339 with offset, or epoch seconds
    "utc_time",  # the same, and a time without offset is UTC
    "ms",  # milliseconds, fractions allowed
    "us",  # a number of microseconds that the expression has worked out
    "usd",  # dollars, not below zero
    "signed_usd",  # dollars; credits are below zero
    "flag",  # true or false
    "http_status",  # ok, error, or an HTTP status
    "score",  # a number from 0 to 1
]


@dataclass(frozen=True, slots=True)
class Column:
    """Where one canonical column stands in a format, and in which unit.

    ``sql`` is SQL over the source's texts: ``{usage.prompt_tokens}`` is the text at that path, NULL
    where it is missing, null or empty. JSON inside a string is read as if it were not in one.
    """

    sql: str
    unit: Unit
    mend: str = ""
    """What to do where the column is required and missing; a general hint where empty."""
    bad: str = ""
    """What is wrong with a text that cannot be read; the unit's own words where empty."""
    reads: str = ""
    """Where and how the file holds it, in words; the paths and the unit where empty."""


@dataclass(frozen=True, slots=True)
class Format:
    """One log format. Its module's docstring links the vendor's documentation."""

    name: str
    title: str
    """What it is, in a few words, for lists that people read."""
    kinds: tuple[Kind, ...]
    table: Table
    signature: tuple[tuple[str, ...], ...]
    """Alternatives. One matches where all of its keys stand in a record: ``usage.input_tokens``
    must not be null, ``object=response`` must have that value, ``!startTime`` must not stand there.
    Other keys and order are free."""
    columns: Mapping[str, Column]
    counts: Literal["inclusive", "exclusive"] = "inclusive"
    """Whether the input count holds cached and written tokens (exclusive: they are added)."""
    strict_counts: bool = False
    """Reject rows whose cached and written tokens exceed the input, instead of reading them as
    exclusive counts."""
    roots: Mapping[str, str] = field(default_factory=dict)
    """Names for documents inside a record: SQL over its top-level texts, ``{@}`` the record."""
    blank: str = "false"
    """SQL over the texts: true for a record that says nothing, such as an empty bucket."""
    where: str = "true"
    """SQL over the texts: not true for a record that is set aside, counted and not loaded."""
    expected: tuple[str, ...] = ()
    """Paths that a row must hold, or the file is refused."""
    natural_key: tuple[str, ...] = ()
    """Paths that make two rows of aggregates the same row, besides their period."""
    exact: bool = False
    """The signature's columns are all that there may be."""


def json_values(document: str, keys: tuple[str, ...]) -> str:
    """Return SQL for the JSON at some keys of a document, as one text; NULL where there is none.

    Keys keep their place in the text, so that two documents give the same text only where each
    key holds the same JSON.
    """
    paths = ", ".join(f"'$.{key}'" for key in keys)
    values = f"TRY(json_extract({{{document}}}, [{paths}]))"
    return f"CASE WHEN is_json({{{document}}}) THEN {values}::VARCHAR END"
