"""Reads what a mapping file says of one column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from analyzer.adapter import Unit
from analyzer.errors import FormatError
from analyzer.ingest.features import content_step
from analyzer.ingest.mapping_targets import Kind
from analyzer.ingest.toml_values import else_of, one_of, refuse_unknown, table_of, text_of, typed

_RULE_KEYS = (
    "path", "constant", "unit", "decimal", "date", "origin", "offset", "through", "values", "else",
    "join", "whole", "first", "optional",
)  # fmt: skip
_UNITS: Mapping[str, tuple[str, ...]] = {
    "time": ("s", "ms", "us"),
    "utc_time": ("s", "ms", "us"),
    "ms": ("ms", "s", "us"),
    "usd": ("usd", "cents"),
    "signed_usd": ("usd", "cents"),
    "count": ("chars", "text"),
}
"""The units that a source may be in, by the unit of the column it fills."""
_CLOCKS = ("time", "utc_time")
_NUMBERS = ("usd", "signed_usd", "tokens", "total", "count", "ms")
_DATE = re.compile(r"(?:%[dmYyHMSbBp]|[^%{}'\x00-\x1f])+")
_OFFSET = re.compile(r"[Zz]|[+-]([01]\d|2[0-3]):[0-5]\d")
_MOST_ITEMS = 1_000_000


@dataclass(frozen=True, slots=True)
class Rule:
    """How one canonical column is read: from paths or a constant, and what is done to the text."""

    column: str
    """As the mapping names it."""
    target: str
    """As the table names it."""
    fills: Unit
    """The unit of the table's column."""
    paths: tuple[str, ...] = ()
    constant: str | None = None
    unit: str = ""
    """The unit of the source; the column's own where empty."""
    decimal: str = ""
    """What stands before a number's fraction, where thousands stand apart too: a dot or a comma."""
    date: str = ""
    """How a time is written, as strptime spells it."""
    origin: datetime | None = None
    """When a clock that starts at 0 started."""
    offset: str = ""
    """The offset of times that are written without one."""
    through: bool = False
    """A date or a month is the last of its period, and still part of it."""
    values: Mapping[str, str] = field(default_factory=dict)
    otherwise: str | None = None
    """What any text that ``values`` does not name stands for: itself where None, nothing
    where empty."""
    join: str | None = None
    whole: bool = False
    """Digest the JSON of the value, however it is spaced."""
    first: int = 0
    """Digest that many items of the list, and nothing where it is shorter."""
    optional: bool = False
    """The path may stand in no row."""


def rule_from(kind: Kind, name: str, value: object, at: str) -> Rule:
    """Return the rule of one column; ``at`` names its place for error messages.

    Raises:
        FormatError: an unknown key, a bad value, or a path under which prompts stand.
    """
    if isinstance(value, str):
        value = {"path": value}
    if not isinstance(value, dict):
        raise FormatError(f'{at}: write a path ("a.b"), {{ path = ... }} or {{ constant = ... }}')
    refuse_unknown(value, _RULE_KEYS, at)
    if ("path" in value) == ("constant" in value):
        raise FormatError(f"{at}: give either a path or a constant")
    if "else" in value and "values" not in value:
        raise FormatError(f"{at}: else needs values to be else of")
    target, fills = kind.columns[name]
    rule = Rule(
        column=name,
        target=target,
        fills=fills,
        paths=_paths(value["path"], at) if "path" in value else (),
        constant=_constant(value["constant"], fills, at) if "constant" in value else None,
        unit=_unit(value.get("unit"), name, fills, at),
        decimal=one_of(value.get("decimal"), (".", ","), f"{at}: decimal") or "",
        date=typed(value, "date", str, "", at),
        origin=_origin(value.get("origin"), at),
        offset=typed(value, "offset", str, "", at),
        through=typed(value, "through", bool, False, at),
        values=_values(table_of(value.get("values", {}), f"{at}: values"), at),
        otherwise=else_of(value["else"], f"{at}: else") if "else" in value else None,
        join=typed(value, "join", str, None, at),
        whole=typed(value, "whole", bool, False, at),
        first=typed(value, "first", int, 0, at),
        optional=typed(value, "optional", bool, False, at),
    )
    _fits_clock(rule, at)
    _fits_column(rule, at)
    _names_no_prompt(rule, at)
    return rule


def _names_no_prompt(rule: Rule, at: str) -> None:
    """A translation stores the mapping's own texts, but for what it does not name."""
    translated = rule.values and rule.otherwise is not None
    if rule.fills != "text" or rule.column == "request_id" or translated:
        return
    for path in rule.paths:
        if content_step(path):
            raise FormatError(
                f"{at}: prompts or answers stand under {path!r}, and this column is stored as "
                "it stands: name another path, or translate it with values and else"
            )


def _fits_clock(rule: Rule, at: str) -> None:
    """Refuse keys of times that mean nothing for the column they stand at."""
    if rule.fills not in _CLOCKS and (rule.origin or rule.offset or rule.date):
        raise FormatError(f"{at}: only a time has an origin, an offset or a date")
    if rule.date and (rule.unit or not _is_date(rule.date)):
        raise FormatError(f'{at}: date: write how a time is written, such as "%d.%m.%Y", no unit')
    if rule.through and (rule.column != "end" or rule.unit):
        raise FormatError(f"{at}: through is for an end that is written as a date or a month")
    if rule.origin and rule.unit not in ("s", "ms", "us"):
        raise FormatError(f'{at}: an origin needs the unit of the clock: unit = "s", "ms" or "us"')
    if rule.offset and not (_OFFSET.fullmatch(rule.offset) and not rule.unit):
        raise FormatError(f'{at}: offset: write "Z" or "+01:00", without unit')


def _fits_column(rule: Rule, at: str) -> None:
    """Refuse keys that mean nothing for the column they stand at."""
    unit = rule.fills
    if rule.decimal and unit not in _NUMBERS:
        raise FormatError(f"{at}: decimal is for numbers")
    if unit != "digest" and (rule.whole or rule.first):
        raise FormatError(f"{at}: whole and first are for keys, which are kept as digests")
    if not 0 <= rule.first <= _MOST_ITEMS or (rule.whole and rule.first):
        raise FormatError(f"{at}: first is a number of list items from 1 up, without whole")
    several = unit in ("digest", "tokens", "total") or (unit == "text" and rule.join is not None)
    if len(rule.paths) > 1 and not several:
        raise FormatError(
            f'{at}: several paths need join = "/" and a column that is text, or tokens to be added'
        )
    if rule.join is not None and len(rule.paths) < 2:
        raise FormatError(f'{at}: join needs several paths: path = ["a", "b"]')


def _is_date(text: str) -> bool:
    year, month = ("%Y" in text or "%y" in text), any(one in text for one in ("%m", "%b", "%B"))
    return bool(_DATE.fullmatch(text)) and year and month


def _paths(value: object, at: str) -> tuple[str, ...]:
    paths = tuple(value) if isinstance(value, list) else (value,)
    if not paths:
        raise FormatError(f"{at}: path names nothing")
    return tuple(path_of(path, at) for path in paths)


def path_of(value: object, at: str) -> str:
    """Return a value that may be a path."""
    if not isinstance(value, str) or not value or re.search(r"[{}\x00-\x1f]", value):
        raise FormatError(f"{at}: {value!r} is not a path: write it like metadata.team or tags[0]")
    return value


def _constant(value: object, fills: Unit, at: str) -> str:
    counted = fills in ("tokens", "count", "total")
    if counted and (type(value) is not int or value < 0):
        raise FormatError(f"{at}: constant is not a whole number from 0 up")
    if fills == "time":
        raise FormatError(f"{at}: every request needs a time of its own: name its path")
    if fills == "utc_time" and isinstance(value, date):  # a moment is a date as well
        return value.isoformat()
    return text_of(value, f"{at}: constant")


def _unit(value: object, name: str, fills: Unit, at: str) -> str:
    if value is None:
        return ""
    known = _UNITS.get(fills, ())
    if not known:
        raise FormatError(f"{at}: {name} has no unit to choose")
    return str(one_of(value, known, f"{at}: unit"))


def _origin(value: object, at: str) -> datetime | None:
    if value is None:
        return None
    if not isinstance(value, datetime) or value.utcoffset() is None:
        raise FormatError(f"{at}: origin: write a time with its offset: 2023-11-16T00:00:00Z")
    return value


def _values(table: Mapping[str, Any], at: str) -> Mapping[str, str]:
    return {name: text_of(value, f"{at}: values: {name}") for name, value in table.items()}
