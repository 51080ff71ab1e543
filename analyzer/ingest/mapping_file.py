"""Reads a mapping file: a user's own log format as TOML, checked key by key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, get_args

from analyzer.adapter import Unit
from analyzer.adapters import canonical
from analyzer.errors import FormatError
from analyzer.ingest.features import content_step
from analyzer.ingest.paths import places

FileKind = Literal["csv", "jsonl", "parquet"]
Counts = Literal["inclusive", "exclusive"]

CANONICAL: Mapping[str, tuple[str, Unit]] = {
    places(column.sql)[0]: (target, column.unit)
    for target, column in canonical.FORMAT.columns.items()
}
"""The columns a mapping may fill, as the canonical log names them: the table's name, the unit."""

REQUIRED = ("ts", "model", "input_tokens", "output_tokens")
_TOP_LEVEL = ("name", "format", "counts", "columns", "where")
_RULE_KEYS = (
    "path", "constant", "unit", "origin", "offset", "values", "else", "join", "whole", "first",
    "optional",
)  # fmt: skip
_UNITS: Mapping[str, tuple[str, ...]] = {
    "time": ("s", "ms", "us"),
    "ms": ("ms", "s", "us"),
    "usd": ("usd", "cents"),
    "count": ("chars", "text"),
}
"""The units that a source may be in, by the unit of the column it fills."""
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,60}")
_OFFSET = re.compile(r"[Zz]|[+-]([01]\d|2[0-3]):[0-5]\d")
_MOST_ITEMS = 1_000_000


@dataclass(frozen=True, slots=True)
class Rule:
    """How one canonical column is read: from paths or a constant, and what is done to the text."""

    column: str
    paths: tuple[str, ...] = ()
    constant: str | None = None
    unit: str = ""
    """The unit of the source; the column's own where empty."""
    origin: datetime | None = None
    """When a clock that starts at 0 started."""
    offset: str = ""
    """The offset of times that are written without one."""
    values: Mapping[str, str] = field(default_factory=dict)
    otherwise: str | None = None
    """What any text that ``values`` does not name stands for; itself where None."""
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
    columns = _table(tables.get("columns", {}), f"{file}: columns")
    _known(columns, tuple(CANONICAL), f"{file}: [columns]")
    for name in REQUIRED:
        if name not in columns:
            constant = '{ constant = "gpt-4o" }'
            mend = "name its path"
            if name == "model":
                mend += f", or give a constant: {constant}"
            raise FormatError(f"{file}: [columns] {name} is missing: {mend}")
    rules = tuple(
        _rule(name, value, f"{file}: [columns] {name}") for name, value in columns.items()
    )
    kind = _one_of(tables.get("format"), get_args(FileKind), f"{file}: format")
    counts = _one_of(tables.get("counts", "inclusive"), get_args(Counts), f"{file}: counts")
    where = dict(_where(_table(tables.get("where", {}), f"{file}: where"), f"{file}: [where]"))
    return MappingFile(file, _name(tables, file), kind, counts, rules, where)


def _name(tables: Mapping[str, Any], file: str) -> str:
    name = tables.get("name", file.removesuffix(".toml"))
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise FormatError(f"{file}: name: write up to 60 letters, digits, dots, - and _")
    return name


def _rule(name: str, value: object, at: str) -> Rule:
    if isinstance(value, str):
        value = {"path": value}
    if not isinstance(value, dict):
        raise FormatError(f'{at}: write a path ("a.b"), {{ path = ... }} or {{ constant = ... }}')
    _known(value, _RULE_KEYS, at)
    if ("path" in value) == ("constant" in value):
        raise FormatError(f"{at}: give either a path or a constant")
    if "else" in value and "values" not in value:
        raise FormatError(f"{at}: else needs values to be else of")
    rule = Rule(
        column=name,
        paths=_paths(value["path"], at) if "path" in value else (),
        constant=_constant(value["constant"], name, at) if "constant" in value else None,
        unit=_unit(value.get("unit"), name, at),
        origin=_origin(value.get("origin"), at),
        offset=_typed(value, "offset", str, "", at),
        values=_values(_table(value.get("values", {}), f"{at}: values"), at),
        otherwise=_text(value["else"], f"{at}: else") if "else" in value else None,
        join=_typed(value, "join", str, None, at),
        whole=_typed(value, "whole", bool, False, at),
        first=_typed(value, "first", int, 0, at),
        optional=_typed(value, "optional", bool, False, at),
    )
    _fits_column(rule, at)
    _names_no_prompt(rule, at)
    return rule


def _names_no_prompt(rule: Rule, at: str) -> None:
    if rule.column != "feature" or rule.values:
        return
    for path in rule.paths:
        if content_step(path):
            raise FormatError(
                f"{at}: prompts or answers stand under {path!r}, and a feature is stored as it "
                "stands: name another path, or translate it with values and else"
            )


def _fits_column(rule: Rule, at: str) -> None:
    """Refuse keys that mean nothing for the column they stand at."""
    unit = CANONICAL[rule.column][1]
    if unit != "time" and (rule.origin or rule.offset):
        raise FormatError(f"{at}: only ts has an origin or an offset")
    if rule.origin and rule.unit not in ("s", "ms", "us"):
        raise FormatError(f'{at}: an origin needs the unit of the clock: unit = "s", "ms" or "us"')
    if rule.offset and not (_OFFSET.fullmatch(rule.offset) and not rule.unit):
        raise FormatError(f'{at}: offset: write "Z" or "+01:00", without unit')
    if unit != "digest" and (rule.whole or rule.first):
        raise FormatError(f"{at}: whole and first are for keys, which are kept as digests")
    if not 0 <= rule.first <= _MOST_ITEMS or (rule.whole and rule.first):
        raise FormatError(f"{at}: first is a number of list items from 1 up, without whole")
    several = unit in ("digest", "tokens") or (unit == "text" and rule.join is not None)
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


def _constant(value: object, name: str, at: str) -> str:
    counted = CANONICAL[name][1] in ("tokens", "count")
    if counted and (type(value) is not int or value < 0):
        raise FormatError(f"{at}: constant is not a whole number from 0 up")
    if CANONICAL[name][1] == "time":
        raise FormatError(f"{at}: every request needs a time of its own: name its path")
    return _text(value, f"{at}: constant")


def _unit(value: object, name: str, at: str) -> str:
    if value is None:
        return ""
    known = _UNITS.get(CANONICAL[name][1], ())
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
