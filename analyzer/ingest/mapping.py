"""Compiles a format's declared mapping into the one SELECT that DuckDB runs over a file.

The statement is a stack of layers: the records and their texts, the rows inside them where a record
holds many, the documents inside those, the text of each canonical column, its value, and last the
reasons to reject a row.
"""

# Statements are built of quoted names and escaped literals only (paths.py).
# ruff: noqa: S608

from __future__ import annotations

import re
from collections.abc import Mapping

from analyzer.adapter import Column, Format
from analyzer.ingest.levels import Levels
from analyzer.ingest.nested import rows_of
from analyzer.ingest.paths import fill, literal, parse_path, places, quoted
from analyzer.ingest.records import Shape
from analyzer.ingest.tables import TARGETS, Target
from analyzer.ingest.units import READINGS

_EXTRA_INPUT = ("cached_input_tokens", "cache_write_tokens", "cache_write_1h_tokens")
_TOO_MANY = (
    "cached_input_tokens, cache_write_tokens and cache_write_1h_tokens exceed input_tokens, which "
    "is the total: add them to it"
)

_NO_CODE = "is not a currency's code of three letters, such as USD"
_EMPTY_PERIOD = (
    "the row ends when it starts: where its end is the last day, write through = true at [columns] "
    "end"
)


def with_feature(fmt: Format, feature: str | None) -> Mapping[str, Column]:
    """Return the format's columns, the feature taken from a path that the user names.

    Raises:
        FormatError: the feature's path cannot be read.
    """
    if feature is None or "feature" not in {target.name for target in TARGETS[fmt.table]}:
        return fmt.columns
    parse_path(feature)
    return {**fmt.columns, "feature": Column(f"{{{feature}}}", "text")}


def staging_select(fmt: Format, shape: Shape, feature: str | None) -> str:
    """Return SQL for a file's rows as the format reads them.

    Columns: ``line, seq, part, leads`` (nested.py), ``blank, aside, fault, line_digest``, ``own``
    and ``around`` (digests of ``Format.inside``), the table's columns, ``tagged`` (a feature
    was named), ``was_exclusive`` and ``odd_reasoning`` (data-quality notes), for aggregates
    ``natural_key``, ``names_key`` (the same without the period) and ``row_key``, and
    ``held``: which of the expected paths the row holds. A row
    that is set aside is blank too, so that nothing of it is loaded or rejected.
    """
    columns = with_feature(fmt, feature)
    levels = Levels(fmt, shape, columns)
    layer = levels.documents(rows_of(fmt, shape, levels), levels.last)
    layer = _texts(fmt, layer, columns, levels.found())
    layer = _values(layer, columns)
    return _checked(fmt, layer, columns)


def _texts(fmt: Format, layer: str, columns: Mapping[str, Column], found: dict[str, str]) -> str:
    texts = [
        f"nullif(CAST({fill(column.sql, found)} AS VARCHAR), '') AS {quoted('x:' + name)}"
        for name, column in columns.items()
    ]
    dims = [f"lower({found[path]})" for path in fmt.natural_key]
    says_nothing = f"blank OR (fault IS NULL AND coalesce({fill(fmt.blank, found)}, false))"
    aside = (
        f"NOT ({says_nothing}) AND fault IS NULL AND NOT coalesce({fill(fmt.where, found)}, false)"
    )
    held = ", ".join(f"{found[path]} IS NOT NULL" for path in fmt.expected)
    groups = [f"CASE WHEN {found[path]} IS NOT NULL THEN {literal(path)} END"
              for path in fmt.natural_key]  # fmt: skip
    remarked = ", ".join(f"coalesce({fill(sql, found)}, false)" for sql in fmt.remarks.values())
    return (
        f"SELECT line, seq, part, leads, {says_nothing} AS blank, {aside} AS aside, fault, record, "
        f"[{held}]::BOOLEAN[] AS held, [{remarked}]::BOOLEAN[] AS remarked, "
        f"[{', '.join(dims) or 'NULL'}]::VARCHAR AS dims, "
        f"array_to_string([{', '.join(groups) or 'NULL'}]::VARCHAR[], chr(30)) AS grouped_by, "
        f"{_names(fmt, found)}, "
        f"{', '.join(texts)} FROM ({layer})"
    )


def _names(fmt: Format, found: dict[str, str]) -> str:
    """A row's own name and that of the row around it, as digests."""
    own, around = fmt.inside or ("NULL", "NULL")
    return f"keyed({fill(own, found)}) AS own, keyed({fill(around, found)}) AS around"


def _reading(name: str, column: Column) -> str:
    """SQL that reads a column's text. What a row is called by is never as long as a prompt.

    The line of a bill may be a sentence: no prompt stands there, and what it is for is read in it.
    """
    if name == "feature":
        return "stored_name(x)"
    if name == "currency":
        return "currency_code(x)"
    if column.unit == "text" and name != "line_item":
        return "stored_label(x)"
    return READINGS[column.unit].sql


def _values(layer: str, columns: Mapping[str, Column]) -> str:
    values = []
    for name, column in columns.items():
        text = quoted("x:" + name)
        sql = re.sub(r"\bx\b", text, _reading(name, column))
        values.append(f"{sql} AS {quoted('v:' + name)}")
    return f"SELECT *, {', '.join(values)} FROM ({layer})"


def _checked(fmt: Format, layer: str, columns: Mapping[str, Column]) -> str:
    targets = TARGETS[fmt.table]
    names = [target.name for target in targets]
    faults = [fault for target in targets for fault in _faults(target, columns.get(target.name))]
    if "end_us" in names:
        faults.append('WHEN "v:end_us" < "v:start_us" THEN \'the row ends before it starts\'')
    if fmt.closed_periods:
        faults.append(f'WHEN "v:end_us" = "v:start_us" THEN \'{_EMPTY_PERIOD}\'')
    if fmt.strict_counts and "input_tokens" in names:
        faults.append(f"WHEN {_extra(columns)} > \"v:input_tokens\" THEN '{_TOO_MANY}'")
    fault = f"coalesce(fault, CASE {' '.join(faults)} END)" if faults else "fault"
    values = [f"{_value(fmt, target, columns)} AS {target.name}" for target in targets]
    tagged = '"v:feature" IS NOT NULL' if "feature" in columns else "false"
    layer = f"SELECT *, CASE WHEN NOT blank AND NOT aside THEN {fault} END AS why FROM ({layer})"
    return (
        "SELECT line, seq, part, leads, blank OR aside AS blank, aside, held, remarked, own, "
        "around, "
        "why AS fault, "
        "CASE WHEN why IS NOT NULL THEN keyed_hex(rtrim(record, E'\\r\\n')) END AS line_digest, "
        f"{', '.join(values)}, {tagged} AS tagged, grouped_by, {_notes(fmt, columns)}, "
        f"{_keys(fmt, columns)} FROM ({layer})"
    )


def _faults(target: Target, column: Column | None) -> list[str]:
    if column is None:
        return []
    label = _label(target, column)
    text, value = quoted("x:" + target.name), quoted("v:" + target.name)
    mend = _NO_CODE if target.name == "currency" else READINGS[column.unit].mend
    bad = literal(f"{label} {column.bad or mend}")
    faults = [f"WHEN {text} IS NOT NULL AND {value} IS NULL THEN {bad}"]
    if target.required:
        mend = f": {column.mend}" if column.mend else ""
        missing = literal(f"{label} is missing{mend}")
        faults.insert(0, f"WHEN {text} IS NULL THEN {missing}")
    return faults


def _label(target: Target, column: Column) -> str:
    """Name a column as the file does."""
    named = places(column.sql)
    return named[0] if named else target.name


def _extra(columns: Mapping[str, Column]) -> str:
    counts = [f"coalesce({quoted('v:' + name)}, 0)" for name in _EXTRA_INPUT if name in columns]
    return " + ".join(counts) or "0"


def _value(fmt: Format, target: Target, columns: Mapping[str, Column]) -> str:
    if target.name not in columns:
        return f"CAST({target.default} AS {target.type})"
    value = quoted("v:" + target.name)
    if target.name == "input_tokens":
        value = f"{value} + {_added(fmt, columns)}"
    if target.name == "service_tier":
        value = f"CASE WHEN lower({value}) = 'batch' THEN 'batch' ELSE {value} END"
    return f"CAST(coalesce({value}, {target.default}) AS {target.type})"


def _added(fmt: Format, columns: Mapping[str, Column]) -> str:
    """What an input count leaves out: cached and written tokens, where it is exclusive."""
    extra = _extra(columns)
    if fmt.counts == "exclusive":
        return extra
    return f'CASE WHEN {extra} > "v:input_tokens" THEN {extra} ELSE 0 END'


def _notes(fmt: Format, columns: Mapping[str, Column]) -> str:
    odd = "false"
    if "reasoning_tokens" in columns:
        odd = 'coalesce("v:reasoning_tokens" > "v:output_tokens", false)'
    exclusive = "false"
    if fmt.counts == "inclusive" and "input_tokens" in columns:
        exclusive = f'coalesce({_extra(columns)} > "v:input_tokens", false)'
    return f"{exclusive} AS was_exclusive, {odd} AS odd_reasoning"


def _keys(fmt: Format, columns: Mapping[str, Column]) -> str:
    if fmt.table not in ("usage_buckets", "charges"):
        return "NULL::VARCHAR AS natural_key, NULL::VARCHAR AS names_key, NULL::VARCHAR AS row_key"
    dims = f"dims, {literal(fmt.named)}" if fmt.named else "dims"
    names = f'"v:provider", {dims}'
    period = f'"v:provider", "v:start_us"::VARCHAR, "v:end_us"::VARCHAR, {dims}'
    values = ", ".join(f"{quoted('v:' + name)}::VARCHAR" for name in columns)
    # Rows that differ in any column of the file are two rows, whether or not it is read.
    return (
        f"keyed_hex(array_to_string([{period}], chr(30))) AS natural_key, "
        f"keyed_hex(array_to_string([{names}], chr(30))) AS names_key, "
        f"keyed_hex([dims, {values}, rtrim(record, E'\\r\\n')]::VARCHAR) AS row_key"
    )
