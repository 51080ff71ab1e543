"""Reads a mapping file: a user's own log format as TOML, checked key by key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from analyzer.errors import FormatError
from analyzer.ingest.mapping_rule import Rule, path_of, rule_from
from analyzer.ingest.mapping_targets import KINDS, Kind
from analyzer.ingest.toml_values import one_of, refuse_unknown, table_of

FileKind = Literal["csv", "jsonl", "parquet"]
Counts = Literal["inclusive", "exclusive"]
Period = Literal["hour", "day", "month"]

_TOP_LEVEL = ("name", "format", "rows", "period", "counts", "columns", "where")
_EXAMPLES = {"model": "gpt-4o", "provider": "openai", "currency": "USD", "start": "2026-10-01"}
"""What may stand in every row alike."""
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,60}")


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
    refuse_unknown(tables, _TOP_LEVEL, file)
    kind = KINDS[one_of(tables.get("rows", "requests"), tuple(KINDS), f"{file}: rows")]
    columns = table_of(tables.get("columns", {}), f"{file}: columns")
    refuse_unknown(columns, tuple(kind.columns), f"{file}: [columns]")
    for name in kind.required:
        if name not in columns:
            raise FormatError(f"{file}: [columns] {name} is missing: {_mend(name)}")
    return MappingFile(
        file=file,
        name=_name(tables, file),
        format=one_of(tables.get("format"), get_args(FileKind), f"{file}: format"),
        kind=kind,
        period=_period(tables, kind, columns, file),
        counts=one_of(tables.get("counts", "inclusive"), get_args(Counts), f"{file}: counts"),
        rules=tuple(
            rule_from(kind, name, value, f"{file}: [columns] {name}")
            for name, value in columns.items()
        ),
        where=dict(_where(table_of(tables.get("where", {}), f"{file}: where"), f"{file}: [where]")),
    )


def _mend(name: str) -> str:
    if name not in _EXAMPLES:
        return "name its path"
    return f'name its path, or give a constant: {{ constant = "{_EXAMPLES[name]}" }}'


def _period(
    tables: Mapping[str, Any], kind: Kind, columns: Mapping[str, Any], file: str
) -> Period | None:
    period: Period | None = one_of(tables.get("period"), get_args(Period), f"{file}: period")
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
        yield path_of(path, at), wanted
