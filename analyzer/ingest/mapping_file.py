"""Reads a mapping file: a user's own log format as TOML, checked key by key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, get_args

from analyzer.adapter import Unit
from analyzer.errors import FormatError
from analyzer.ingest.features import content_step
from analyzer.ingest.mapping_targets import KINDS, Kind

FileKind = Literal["csv", "jsonl", "parquet"]
Counts = Literal["inclusive", "exclusive"]
Period = Literal["hour", "day", "month"]

_TOP_LEVEL = ("name", "format", "rows", "period", "counts", "columns", "where")
_RULE_KEYS = (
    "path", "constant", "unit", "origin", "offset", "through", "values", "else", "join", "whole",
    "first", "optional",
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
_EXAMPLES = {"model": "gpt-4o", "provider": "openai", "currency": "USD", "start": "2026-10-01"}
"""What may stand in every row alike."""
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,60}")
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


@dataclass(frozen=True, slots=True)
class MappingFile:
    """What a mapping file says."""

    file: str
    name: str
    format: FileKind | None
    kind: Kind
    """What its rows are."""
    period: Period | None
    """How long a total's period is, where no column says when it ends."""
    counts: Counts
    rules: tuple[Rule, ...]
    where: Mapping[str, tuple[str | int | float | bool, ...]]
    """Rows are kept where each path holds one of its values."""


def read_mapping(path: Path) -> MappingFile:
    """Return what a mapping file says.

    Raises:
        FormatError: the file is missing, is no TOML, or holds an unknown key or a bad value.
    """
    try:
        tables = tomllib.loads(path.read_bytes().decode())
    except OSError as error:
        raise FormatError(f"{path}: cannot be read ({error.strerror}); check --mapping") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FormatError(f"{path}: not valid TOML: {error}") from error
    return mapping_from(tables, path.name)


def mapping_from(tables: Mapping[str, Any], file: str) -> MappingFile:
    """Return what parsed tables say; ``file`` is the mapping's name for error messages."""
    _known(tables, _TOP_LEVEL, file)
    kind = KINDS[_one_of(tables.get("rows", "requests"), tuple(KINDS), f"{file}: rows")]
    columns = _table(tables.get("columns", {}), f"{file}: columns")
    _known(columns, tuple(kind.columns), f"{file}: [columns]")
    for name in kind.required:
        if name not in columns:
            raise FormatError(f"{file}: [columns] {name} is missing: {_mend(name)}")
    return MappingFile(
        file=file,
        name=_name(tables, file),
        format=_one_of(tables.get("format"), get_args(FileKind), f"{file}: format"),
        kind=kind,
        period=_period(tables, kind, columns, file),
        counts=_one_of(tables.get("counts", "inclusive"), get_args(Counts), f"{file}: counts"),
        rules=tuple(
            _rule(kind, name, value, f"{file}: [columns] {name}") for name, value in columns.items()
        ),
        where=dict(_where(_table(tables.get("where", {}), f"{file}: where"), f"{file}: [where]")),
    )


def _mend(name: str) -> str:
    if name not in _EXAMPLES:
        return "name its path"
    return f'name its path, or give a constant: {{ constant = "{_EXAMPLES[name]}" }}'


def _period(
    tables: Mapping[str, Any], kind: Kind, columns: Mapping[str, Any], file: str
) -> Period | None:
    period: Period | None = _one_of(tables.get("period"), get_args(Period), f"{file}: period")
    needed = "end" in kind.columns and "end" not in columns
    if period is not None and not needed:
        raise FormatError(f"{file}: period: it is for totals and charges without [columns] end")
    if needed and period is None:
        raise FormatError(
            f'{file}: no column says when a period ends: write period = "day" (or hour, month), '
            "or [columns] end"
        )
    return period


def _name(tables: Mapping[str, Any], file: str) -> str:
    name = tables.get("name", file.removesuffix(".toml"))
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise FormatError(f"{file}: name: write up to 60 letters, digits, dots, - and _")
    return name


def _rule(kind: Kind, name: str, value: object, at: str) -> Rule:
    if isinstance(value, str):
        value = {"path": value}
    if not isinstance(value, dict):
        raise FormatError(f'{at}: write a path ("a.b"), {{ path = ... }} or {{ constant = ... }}')
    _known(value, _RULE_KEYS, at)
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
        origin=_origin(value.get("origin"), at),
        offset=_typed(value, "offset", str, "", at),
        through=_typed(value, "through", bool, False, at),
        values=_values(_table(value.get("values", {}), f"{at}: values"), at),
        otherwise=_else(value["else"], f"{at}: else") if "else" in value else None,
        join=_typed(value, "join", str, None, at),
        whole=_typed(value, "whole", bool, False, at),
        first=_typed(value, "first", int, 0, at),
        optional=_typed(value, "optional", bool, False, at),
    )
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


def _fits_column(rule: Rule, at: str) -> None:
    """Refuse keys that mean nothing for the column they stand at."""
    unit = rule.fills
    if unit not in _CLOCKS and (rule.origin or rule.offset):
        raise FormatError(f"{at}: only a time has an origin or an offset")
    if rule.through and (rule.column != "end" or rule.unit):
        raise FormatError(f"{at}: through is for an end that is written as a date or a month")
    if rule.origin and rule.unit not in ("s", "ms", "us"):
        raise FormatError(f'{at}: an origin needs the unit of the clock: unit = "s", "ms" or "us"')
    if rule.offset and not (_OFFSET.fullmatch(rule.offset) and not rule.unit):
        raise FormatError(f'{at}: offset: write "Z" or "+01:00", without unit')
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


def _paths(value: object, at: str) -> tuple[str, ...]:
    paths = tuple(value) if isinstance(value, list) else (value,)
    if not paths:
        raise FormatError(f"{at}: path names nothing")
    return tuple(_path(path, at) for path in paths)


def _path(value: object, at: str) -> str:
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
    return _text(value, f"{at}: constant")


def _unit(value: object, name: str, fills: Unit, at: str) -> str:
    if value is None:
        return ""
    known = _UNITS.get(fills, ())
    if not known:
        raise FormatError(f"{at}: {name} has no unit to choose")
    return str(_one_of(value, known, f"{at}: unit"))


def _origin(value: object, at: str) -> datetime | None:
    if value is None:
        return None
    if not isinstance(value, datetime) or value.utcoffset() is None:
        raise FormatError(f"{at}: origin: write a time with its offset: 2023-11-16T00:00:00Z")
    return value


def _values(table: Mapping[str, Any], at: str) -> Mapping[str, str]:
    return {name: _text(value, f"{at}: values: {name}") for name, value in table.items()}


def _where(table: Mapping[str, Any], at: str, above: str = "") -> Iterable[tuple[str, Any]]:
    """Yield each path and its values; dotted keys are nested tables in TOML."""
    for key, value in table.items():
        path = f"{above}{key}"
        if isinstance(value, dict):
            yield from _where(value, at, f"{path}.")
            continue
        wanted = tuple(value) if isinstance(value, list) else (value,)
        if not wanted or not all(isinstance(item, str | int | float) for item in wanted):
            raise FormatError(f"{at} {path}: write the value to keep, or a list of them")
        yield _path(path, at), wanted


def _text(value: object, at: str) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float) and value != "":
        return str(value)
    raise FormatError(f"{at}: write a text, a number, true or false")


def _else(value: object, at: str) -> str:
    return "" if value == "" else _text(value, at)


def _typed(table: Mapping[str, Any], key: str, kind: type, default: Any, at: str) -> Any:  # noqa: ANN401
    value = table.get(key, default)
    if key in table and type(value) is not kind:
        wanted = {str: "a text in quotes", bool: "true or false", int: "a whole number"}[kind]
        raise FormatError(f"{at}: {key}: write {wanted}")
    return value


def _table(value: object, at: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise FormatError(f"{at}: write it as a table of key = value")
    return value


def _one_of(value: Any, known: tuple[str, ...], at: str) -> Any:  # noqa: ANN401
    if value is not None and value not in known:
        raise FormatError(f"{at}: {value!r} is none of {', '.join(known)}")
    return value


def _known(keys: Iterable[str], known: tuple[str, ...], at: str) -> None:
    for key in keys:
        if key not in known:
            hint = meant(key, known) or f"; there are {', '.join(known)}"
            raise FormatError(f"{at}: unknown key {key!r}{hint}")


def meant(name: str, known: Iterable[str]) -> str:
    """Ask whether the known name that is nearest was meant; nothing where none is near."""
    close = get_close_matches(name, tuple(known), n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else ""
