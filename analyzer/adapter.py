"""What a log format declares: how to tell it, and where each canonical column stands in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


NO_MODEL = "(no model)"
"""The model of totals that name none: nothing prices it."""


@dataclass(frozen=True, slots=True)
class Column:
    """Where one canonical column stands in a format, and in which unit.

    ``sql`` is SQL over the source's texts: ``{usage.prompt_tokens}`` is the text at that path, NULL
    where it is missing, null or empty. JSON inside a string is read as if it were not in one. A
    name with a dot stands in quotes: ``{attributes."service.name"}``. ``seq`` is the row's place in
    the file, for windows over the rows before it. Braces always hold a path, also in a pattern.
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
class Refusal:
    """What tells a file of which no total can be made."""

    file_name: str
    """A regular expression that such a file's name holds."""
    rows: str
    """SQL over the table's columns: true for a row that only such a file holds."""
    why: str
    """What is wrong with such a file, and the mend."""


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
    must not be null, ``object=response`` must have that value, ``!startTime`` must not stand there;
    ``data[*].results[*].amount`` may stand in any element, and ``!data[*].results[*].amount`` in
    none of any record. Other keys and order are free."""
    columns: Mapping[str, Column]
    counts: Literal["inclusive", "exclusive"] = "inclusive"
    """Whether the input count holds cached and written tokens (exclusive: they are added)."""
    strict_counts: bool = False
    """Reject rows whose cached and written tokens exceed the input, instead of reading them as
    exclusive counts."""
    roots: Mapping[str, str] = field(default_factory=dict)
    """Names for documents inside a record: SQL over its top-level texts, ``{@}`` the record."""
    rows: Mapping[str, str] = field(default_factory=dict)
    """Where one record holds many rows: a name for each list on the way down to them, and SQL over
    the texts of what holds it (first the record) that gives the list as the text of a JSON array.
    Each element of the last list is a row, and paths are paths into it. What stands above is
    reached by name: ``{bucket.start_time}``, and ``{record.object}`` for the record itself. Only a
    record that lacks the first list is rejected; one whose lists hold no element is empty."""
    blank: str = "false"
    """SQL over the texts: true for a record that says nothing, such as an empty bucket."""
    where: str = "true"
    """SQL over the texts: not true for a record that is set aside, counted and not loaded."""
    aside: str = ""
    """What the records are that ``where`` sets aside, and what becomes of them, in words."""
    remarks: Mapping[str, str] = field(default_factory=dict)
    """What to say of loaded rows, behind their number, and SQL over the texts that finds them."""
    answers_a_batch: bool = False
    """Whether its SQL reads ``batch_requests``: what was asked, by custom_id."""
    keeps: Literal["first", "largest"] = "first"
    """Which of the rows of one ``request_id`` is loaded. ``largest``: the one with most output,
    whichever file holds it, and an id ``message:request:sidechain`` is the same request as any
    other id of that message."""
    inside: tuple[str, str] | None = None
    """SQL for a row's own name, and for the name of the row around it. A row that holds a loaded
    row with tokens, at any depth, repeats what that one says, and is set aside."""
    note: str = ""
    """What a reader of any such file's account must know, in words."""
    expected: tuple[str, ...] = ()
    """Paths that a row must hold, or the file is refused."""
    natural_key: tuple[str, ...] = ()
    """Paths that make two rows of aggregates the same row, besides their period."""
    named: str = ""
    """What is said of every row alike, from outside the file: it is part of that key."""
    file_kind: str = ""
    """A regular expression one of whose groups tells, from a file's name, whose totals its rows
    are, where its columns do not."""
    closed_periods: bool = False
    """Reject rows of aggregates whose period is empty."""
    refusal: Refusal | None = None
    """What tells a file of this format that is refused as a whole."""
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


def model_apart(model: str, *, audio: Sequence[str], image: Sequence[str]) -> str:
    """Return SQL for a model's name that says where its tokens are not all text.

    ``audio`` and ``image`` are SQL for counts of tokens that have a price of their own. Where one
    is above zero the kind stands behind the name (``gpt-4o + audio``), which no price table lists:
    the row is unpriced and counted, and never priced as text.
    """

    def some(counts: Sequence[str]) -> str:
        above_zero = (f"coalesce(TRY_CAST({count} AS DOUBLE), 0) > 0" for count in counts)
        return " OR ".join(above_zero) or "false"

    return (
        f"{model} || CASE WHEN {some(audio)} THEN ' + audio' "
        f"WHEN {some(image)} THEN ' + image' ELSE '' END"
    )


def day_or_hour(path: str) -> tuple[str, str]:
    """Return SQL for the start and the end of a total's period, both UTC.

    A date alone is a whole day; a date with a clock, with or without seconds, is an hour. Other
    text is passed on as it stands, for the row to be rejected with.
    """
    text = f"{{{path}}}"
    starts = f"TRY_CAST({text} AS TIMESTAMP)"
    lasts = f"CASE WHEN length({text}) = 10 THEN INTERVAL 1 DAY ELSE INTERVAL 1 HOUR END"
    ends = f"TRY({starts} + {lasts})"
    return f"coalesce({starts}::VARCHAR, {text})", f"coalesce({ends}::VARCHAR, {text})"
