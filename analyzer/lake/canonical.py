"""Reads the canonical log's columns in Spark SQL, by the units that ``adapters.canonical`` tells.

The counterpart of ``ingest.units`` for typed Parquet. Names are kept as the log spells them here;
``tables`` gives them their safe spelling.
"""

from __future__ import annotations

from collections.abc import Mapping

from analyzer.adapters.canonical import FORMAT
from analyzer.errors import FormatError
from analyzer.ingest.paths import places
from analyzer.ingest.tables import TARGETS, Target
from analyzer.ingest.units import READINGS

_WHOLE = ("tinyint", "smallint", "int", "bigint")
_NUMBERS = (*_WHOLE, "float", "double", "decimal")
_CLOCK = (
    r"^\\d{4}-\\d\\d-\\d\\d[Tt ]([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d+)?"
    r"([Zz]|[+-]([01]\\d|2[0-3])(:?[0-5]\\d)?)$"
)
_LAST_US = 4_102_444_800_000_000
_EXTRA = ("cached_input_tokens", "cache_write_tokens", "cache_write_1h_tokens")
_KINDS = {
    "VARCHAR": "string",
    "BIGINT": "bigint",
    "UBIGINT": "bigint",  # the same 64 bits: only whether two are equal matters
    "HUGEINT": "decimal(38, 0)",
    "BOOLEAN": "boolean",
}
_DEFAULTS = {"feature": "'(untagged)'", "status": "'ok'"}


def select(types: Mapping[str, str]) -> list[str]:
    """Return SQL for the columns of ``requests``, and for ``fault``: why a row is no request.

    Args:
        types: the type of each column of the files, as Spark spells it.

    Raises:
        FormatError: a column is missing, or of a type that holds no such value.
    """
    _refuse(types)
    read = {target.name: _value(target, types) for target in TARGETS["requests"]}
    tier = read["service_tier"]
    read["service_tier"] = f"CASE WHEN lower({tier}) = 'batch' THEN 'batch' ELSE {tier} END"
    values = [
        f"cast(coalesce({value}, {_default(target)}) AS {_KINDS[target.type]}) AS {target.name}"
        for target, value in zip(TARGETS["requests"], read.values(), strict=True)
    ]
    values.append(f"coalesce({read['status']}, 'ok') = 'ok' AS ok")
    extra = " + ".join(f"coalesce({read[name]}, 0)" for name in _EXTRA)
    faults = [fault for target in TARGETS["requests"] for fault in _faults(target, types, read)]
    faults.append(
        f"WHEN {extra} > {read['input_tokens']} THEN "
        "'cached and written tokens exceed input_tokens, which is the total: add them to it'"
    )
    return [*values, f"CASE {' '.join(faults)} END AS fault"]


def _refuse(types: Mapping[str, str]) -> None:
    for name in FORMAT.signature[0]:
        if name not in types:
            raise FormatError(f"the files have no column {name}: a canonical log needs it")
    for target in TARGETS["requests"]:
        for name in places(FORMAT.columns[target.name].sql):
            kind = types.get(name, "string").split("(")[0].split("<")[0]
            if kind not in ("string", "boolean", "timestamp", "timestamp_ntz", "void", *_NUMBERS):
                raise FormatError(f"column {name} is of type {types[name]}: write plain values")


def _default(target: Target) -> str:
    return _DEFAULTS.get(target.name, target.default)


def _value(target: Target, types: Mapping[str, str]) -> str:
    """SQL for a column's value; NULL where it is missing or cannot be read."""
    column = FORMAT.columns[target.name]
    found = [_read(column.unit, name, types[name]) for name in places(column.sql) if name in types]
    return f"coalesce({', '.join(found)})" if found else "NULL"


def _faults(target: Target, types: Mapping[str, str], read: Mapping[str, str]) -> list[str]:
    column = FORMAT.columns[target.name]
    names = [name for name in places(column.sql) if name in types]
    label, value = places(column.sql)[0], read[target.name]
    held = " OR ".join(_held(name, types[name]) for name in names) or "false"
    mend = READINGS[column.unit].mend.replace("'", "''")
    faults = [f"WHEN ({held}) AND {value} IS NULL THEN '{label} {mend}'"]
    if target.required or target.name == "request_id":
        faults.insert(0, f"WHEN NOT ({held}) THEN '{label} is missing'")
    return faults


def _held(name: str, kind: str) -> str:
    empty = f" AND `{name}` <> ''" if kind == "string" else ""
    return f"(`{name}` IS NOT NULL{empty})"


def _read(unit: str, name: str, kind: str) -> str:
    plain = f"`{name}`"
    text = f"nullif({plain}, '')" if kind == "string" else f"cast({plain} AS string)"
    if unit in ("tokens", "count"):
        return _whole(plain, text, kind)
    if unit == "digest":
        return plain if kind == "bigint" else _digest(text)
    if unit == "time":
        return _time(plain, text, kind)
    if unit == "flag" and kind == "boolean":
        return plain
    return _TEXTS[unit].replace("{x}", text)


_COUNT = "cast(CASE WHEN {d} BETWEEN 0 AND 1e9D AND {d} = floor({d}) THEN {d} END AS bigint)"


def _whole(plain: str, text: str, kind: str) -> str:
    if kind in _WHOLE:
        return f"cast(CASE WHEN {plain} BETWEEN 0 AND 1000000000 THEN {plain} END AS bigint)"
    return _COUNT.replace("{d}", f"try_cast({text} AS double)")


def _digest(text: str) -> str:
    """The first 64 bits of a text's sha256: only whether two are equal matters."""
    return f"cast(conv(substr(sha2({text}, 256), 1, 16), 16, -10) AS bigint)"


def _time(plain: str, text: str, kind: str) -> str:
    if kind == "timestamp":
        us = f"unix_micros({plain})"
    elif kind == "timestamp_ntz":
        us = f"unix_micros(cast({plain} AS timestamp))"
    else:
        seconds = f"try_cast({text} AS decimal(30, 9))"
        us = f"cast(round({seconds} * 1000000) AS bigint)"
        if kind == "string":
            written = f"unix_micros(try_cast(upper({text}) AS timestamp))"
            us = f"CASE WHEN {text} RLIKE '{_CLOCK}' THEN {written} ELSE {us} END"
    return f"CASE WHEN {us} BETWEEN 0 AND {_LAST_US} THEN {us} END"


_STATUS = "try_cast({x} AS double)"
_PICO = "cast(try_cast({x} AS decimal(38, 12)) * 1000000000000 AS decimal(38, 0))"
_MS = "try_cast({x} AS decimal(31, 18))"
_TEXTS = {
    "text": "{x}",
    "ms": f"CASE WHEN {_MS} BETWEEN 0 AND 10000000000 THEN cast(round({_MS} * 1000) AS bigint) END",
    "usd": f"CASE WHEN try_cast({{x}} AS decimal(38, 12)) BETWEEN 0 AND 1e12BD THEN {_PICO} END",
    "flag": "CASE WHEN lower({x}) IN ('true', '1', '1.0', 't', 'yes') THEN true "
    "WHEN lower({x}) IN ('false', '0', '0.0', 'f', 'no', 'none', 'null') THEN false END",
    "http_status": "CASE WHEN lower({x}) IN ('ok', 'error') THEN lower({x}) "
    f"WHEN {_STATUS} BETWEEN 200 AND 299 THEN 'ok' "
    f"WHEN {_STATUS} BETWEEN 100 AND 599 THEN cast(cast({_STATUS} AS int) AS string) END",
}
