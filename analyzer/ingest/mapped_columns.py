"""Compiles the rules of a mapping file into the SQL that declares a format's columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from analyzer.adapter import Column, Unit
from analyzer.ingest.mapped_times import NO_TIME, scaled, time_of
from analyzer.ingest.mapping_file import MappingFile
from analyzer.ingest.mapping_rule import Rule
from analyzer.ingest.paths import literal, parse_path
from analyzer.ingest.records import Shape
from analyzer.ingest.units import READINGS

_UNIT_NAMES = {
    "s": "seconds", "ms": "milliseconds", "us": "microseconds", "cents": "cents", "usd": "dollars",
    "chars": "characters", "text": "a text, measured in characters",
}  # fmt: skip
_FACTORS_TO_MS = {"s": "1000", "us": "0.001"}
_MONEY = ("usd", "signed_usd")
_DECIMAL = '; for 1.234,56 the mapping needs decimal = ",", for 1,234.56 decimal = "."'
_APART = {",": ". \u00a0\u202f'", ".": ", \u00a0\u202f'"}
"""What may stand between thousands, by what stands before the fraction."""
_NUMBER = re.compile(r"[+-]?\d{1,25}(\.\d{1,10})?")


def column_for(rule: Rule, shape: Shape) -> Column:
    """Return the column that a rule declares, for a file of a shape."""
    unit = rule.fills
    text = _translated(rule, _text(rule, shape))
    text = _plain_number(rule, text, shape) if len(rule.paths) == 1 else text
    bad = f"{READINGS[unit].mend}{_DECIMAL}" if unit in _MONEY and not rule.decimal else ""
    if unit in ("time", "utc_time"):
        text = time_of(rule, text)
        bad = NO_TIME
        if rule.unit:
            bad = f"is not a number of {_UNIT_NAMES[rule.unit]} that gives a time before 2100"
    elif rule.unit in _FACTORS_TO_MS:
        text = scaled(text, _FACTORS_TO_MS[rule.unit])
        bad = f"is not a number of {_UNIT_NAMES[rule.unit]}, or too large a one"
    elif rule.unit == "cents":
        from_zero = " from 0 up" if unit == "usd" else ""
        text, bad = scaled(text, "0.01"), f"is not a number of cents{from_zero}"
    return Column(text, unit, bad=bad, reads=_spelled(rule))


def _text(rule: Rule, shape: Shape) -> str:
    """SQL for the text that a rule takes, before it is translated or converted."""
    if rule.constant is not None:
        return _literal(rule.constant)
    if rule.unit == "text":
        return _measured(rule.paths[0], shape)
    one = f"{{{rule.paths[0]}}}"
    if rule.first:
        items = f"TRY(json_extract({one}, '$[*]'))"
        enough = f"starts_with({one}, '[') AND len({items}) >= {rule.first}"
        return f"CASE WHEN {enough} THEN to_json({items}[1:{rule.first}])::VARCHAR END"
    texts = [f"{{{path}}}" for path in rule.paths]
    if rule.whole:
        texts = [f"coalesce({_compact(text)}, {text})" for text in texts]
    if len(texts) == 1:
        return texts[0]
    if rule.join is not None:
        return f"concat_ws({_literal(rule.join)}, {', '.join(texts)})"
    if rule.fills in ("tokens", "total"):
        return _added([_plain_number(rule, text, shape) for text in texts], rule.fills)
    listed = ", ".join(texts)
    return f"CASE WHEN coalesce({listed}) IS NOT NULL THEN to_json([{listed}])::VARCHAR END"


def _added(texts: list[str], fills: Unit) -> str:
    """SQL for the sum of counts, of which some may be missing; one that is no count stays."""
    sql = READINGS[fills].sql
    read = {text: sql.replace("(x)", f"({text})").replace("(x ", f"({text} ") for text in texts}
    unread = " ".join(
        f"WHEN {text} IS NOT NULL AND {count} IS NULL THEN {text}" for text, count in read.items()
    )
    counts = " + ".join(f"coalesce({count}, 0)" for count in read.values())
    some = f"coalesce({', '.join(texts)}) IS NOT NULL"
    return f"CASE {unread} WHEN {some} THEN ({counts})::VARCHAR END"


def _compact(text: str) -> str:
    """SQL for JSON without the spaces between its tokens; NULL for any other text."""
    return f"CASE WHEN is_json({text}) THEN TRY(json({text}))::VARCHAR END"


def _measured(path: str, shape: Shape) -> str:
    """SQL for the number of characters of a text, or of the texts in an array of messages."""
    found = parse_path(path)
    if shape.layout in ("csv", "parquet") and path in shape.header:
        text = f"{{{path}}}"
        listed = f"starts_with({text}, '[' || chr(123))"
        return f"coalesce(CASE WHEN {listed} THEN TRY(value_chars({text})) END, length({text}))"
    if found.below:
        return f"chars_at({{{found.top}}}, {literal('$' + found.below)})"
    at = literal(f'$."{found.top}"')
    return f"chars_at({{@}}, {at})"


def _translated(rule: Rule, text: str) -> str:
    if not rule.values:
        return text
    cases = [
        f"WHEN {_equals(text, name)} THEN {_literal(value)}" for name, value in rule.values.items()
    ]
    rest = text if rule.otherwise is None else _literal(rule.otherwise)
    return f"CASE {' '.join(cases)} WHEN {text} IS NOT NULL THEN {rest} END"


def _equals(text: str, value: str | int | float | bool) -> str:
    """SQL that compares texts; a number that a float holds is known by its value: 0 is 0.0.

    Whole numbers are compared as texts: 01 and 1 may be two ids, and long ones fit no double.
    """
    if isinstance(value, bool):
        return f"lower({text}) = '{str(value).lower()}'"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if value == "":
        return f"{text} IS NULL"
    same = f"{text} = {_literal(str(value))}"
    if not _NUMBER.fullmatch(str(value)):
        return same
    number = f"TRY_CAST({text} AS DECIMAL(38, 10)) = {Decimal(str(value)):f}::DECIMAL(38, 10)"
    return f"({same} OR (regexp_matches({text}, '[.eE]') AND {number}))"


def kept(path: str, values: tuple[str | int | float | bool, ...]) -> str:
    """Return SQL that is true where a path holds one of some values."""
    return "(" + " OR ".join(_equals(f"{{{path}}}", value) for value in values) + ")"


def _plain_number(rule: Rule, text: str, shape: Shape) -> str:
    """SQL for a number without what parts its thousands, with a dot before its fraction.

    Numbers of Parquet and JSON are written in one way: only texts part their thousands.
    """
    if not rule.decimal or not _is_text(rule.paths, shape):
        return text
    apart = _APART[rule.decimal]
    groups = "|".join(rf"[1-9]\d?\d?(?:[{one}]\d\d\d)+" for one in apart)
    grouped = literal(rf"-?(?:\d+|{groups})(?:[{rule.decimal}]\d+)?")
    bare = f"regexp_replace({text}, {literal(f'[{apart}]')}, '', 'g')"
    plain = f"replace({bare}, '{rule.decimal}', '.')"
    return (
        f"CASE WHEN regexp_full_match({text}, {grouped}) THEN {plain} "
        f"WHEN {text} IS NOT NULL THEN 'no number' END"
    )


def _is_text(paths: Sequence[str], shape: Shape) -> bool:
    types = dict(zip(shape.header, shape.types, strict=False))
    return shape.layout == "csv" or all(types.get(path) == "VARCHAR" for path in paths)


def prefix_fits(mapping: MappingFile, columns: dict[str, Column]) -> dict[str, Column]:
    """A constant prefix is no longer than its request, and no request without its key has one."""
    rule = next((rule for rule in mapping.rules if rule.column == "prefix_tokens"), None)
    if rule is None or rule.constant is None:
        return columns
    column, key = columns["prefix_tokens"], columns.get("prefix_key")
    size = f"coalesce(count_of({columns['input_tokens'].sql}), 0)"
    if mapping.counts == "exclusive":
        extra = ("cached_input_tokens", "cache_write_tokens", "cache_write_1h_tokens")
        parts = [f"coalesce(count_of({columns[n].sql}), 0)" for n in extra if n in columns]
        size = " + ".join((size, *parts))
    fits = f"least({rule.constant}, {size})"
    sql = fits if key is None else f"CASE WHEN ({key.sql}) IS NOT NULL THEN {fits} END"
    reads = f"{column.reads}, at most the request's input"
    return {**columns, "prefix_tokens": Column(sql, column.unit, reads=reads)}


def _literal(text: str) -> str:
    """An SQL string in which no brace reads as a path."""
    parts = literal(text).replace("{", "' || chr(123) || '").replace("}", "' || chr(125) || '")
    return f"({parts})" if "{" in text or "}" in text else parts


def _spelled(rule: Rule) -> str:
    """Say in words how a rule reads its column."""
    if rule.constant is not None:
        return f"constant {rule.constant!r}"
    said = [" + ".join(rule.paths)]
    said += [f"in {_UNIT_NAMES[rule.unit]}"] if rule.unit else []
    said += [f"{rule.decimal!r} before its fraction"] if rule.decimal else []
    said += [f"written {rule.date}"] if rule.date else []
    said += [f"counted from {rule.origin.isoformat()}"] if rule.origin else []
    said += ["that day or month included"] if rule.through else []
    said += [f"{rule.offset} where it has no offset"] if rule.offset else []
    said += [f"the first {rule.first} items"] if rule.first else []
    said += ["its JSON"] if rule.whole else []
    said += ["kept as a digest"] if rule.fills == "digest" else []
    said += [", ".join(f"{name} = {value}" for name, value in rule.values.items())]
    said += [f"else {rule.otherwise or 'nothing'}"] if rule.otherwise is not None else []
    return ", ".join(part for part in said if part)
