"""Turns a mapping file into a format, as the built-in ones are declared, for one file's shape."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain

from analyzer.adapter import Format, Kind
from analyzer.errors import FormatError
from analyzer.ingest.csv_header import headers_below
from analyzer.ingest.detect import (
    Detected,
    Sample,
    head_of,
    kind_of,
    looks,
    samples_of,
)
from analyzer.ingest.mapped_columns import column_for, kept, prefix_fits
from analyzer.ingest.mapped_times import period_end
from analyzer.ingest.mapping_file import MappingFile
from analyzer.ingest.mapping_rule import Rule
from analyzer.ingest.paths import literal, parse_path
from analyzer.ingest.records import Shape
from analyzer.ingest.source_file import SourceFile
from analyzer.ingest.toml_values import meant
from analyzer.store import Store

PREFIX = "mapping:"
"""Stands before a mapping's name, so that it never reads as a built-in format."""

_KINDS: dict[str, Kind] = {"csv": "csv", "jsonl": "json", "parquet": "parquet"}
_NAMES_SHOWN = 40


def fit(store: Store, source: SourceFile, plain_path: str, mapping: MappingFile) -> Detected:
    """Return how a mapping reads a file.

    Raises:
        FormatError: the file is of another kind, or a column that the mapping names is not there.
    """
    samples = samples_of(store, source, plain_path)
    kind = kind_of(samples[0].shape.layout)
    if mapping.format is not None and kind != _KINDS[mapping.format]:
        raise FormatError(
            f"{source.path}: {mapping.file} says format = {mapping.format!r}, but the file is "
            f"{looks(samples[0].shape)}"
        )
    needed = _needed(mapping)
    if kind != "json":
        shape = _with_header(source, samples, mapping)
        return Detected(format_for(mapping, shape), shape, needed)
    sample = samples[0]
    expected = tuple(path for path in needed if not _stands_in(store, sample, path))
    names = _names(store, sample) if expected else ()
    # Where no record was found, each line is rejected for a reason of its own.
    fmt = format_for(mapping, sample.shape, expected if names else ())
    return Detected(fmt, sample.shape, needed, names)


def _needed(mapping: MappingFile) -> tuple[str, ...]:
    paths = [path for rule in mapping.rules if not rule.optional for path in rule.paths]
    return tuple(dict.fromkeys((*paths, *mapping.where)))


def _with_header(source: SourceFile, samples: list[Sample], mapping: MappingFile) -> Shape:
    """Return the first way of reading the file whose header has every column.

    Raises:
        FormatError: none has; with a column that the nearest one lacks.
    """
    needed = _needed(mapping)
    is_csv = samples[0].shape.layout == "csv"
    below = headers_below(head_of(source)) if is_csv else iter(())
    shapes = [_said_above(shape, mapping) for shape in chain((s.shape for s in samples), below)]
    shape = max(shapes, key=lambda one: sum(_in_header(path, one) for path in needed))
    if all(_in_header(path, shape) for path in needed):
        return shape
    path = next(path for path in needed if not _in_header(path, shape))
    columns = ", ".join(repr(name[:40]) for name in shape.header[:_NAMES_SHOWN])
    raise FormatError(
        f"{source.path}: no column {path!r}, which {mapping.file} names"
        f"{meant(path, shape.header) or '.'} The columns are {columns}"
    )


def _said_above(shape: Shape, mapping: MappingFile) -> Shape:
    """Leave out what the lines above the header may not say: money, counts and times."""
    names = {path for rule in mapping.rules if rule.fills == "text" for path in rule.paths}
    others = {path for rule in mapping.rules if rule.fills != "text" for path in rule.paths}
    above = tuple(pair for pair in shape.above if pair[0] in (names | {*mapping.where}) - others)
    return replace(shape, above=above)


def _in_header(path: str, shape: Shape) -> bool:
    names = (*shape.header, *dict(shape.above))
    return path in names or parse_path(path).top in names


def _stands_in(store: Store, sample: Sample, path: str) -> bool:
    found = parse_path(path)
    at = literal(f'$."{found.top}"{found.below}')
    texts = "(SELECT unnest($texts::VARCHAR[]) AS text)"
    exists = f"SELECT bool_or(json_exists(text, {at})) FROM {texts}"  # noqa: S608 - a literal
    return bool(store.rows(exists, {"texts": list(sample.records)})[0][0])


def _names(store: Store, sample: Sample) -> tuple[str, ...]:
    """Return the names in the first records, and those one step below them."""
    below = (
        "SELECT DISTINCT top || '.' || unnest(json_keys(json_extract(text, '$.\"' || top || '\"')))"
        " FROM (SELECT unnest($texts::VARCHAR[]) AS text), (SELECT unnest($tops::VARCHAR[]) AS top)"
        " WHERE json_type(text, '$.\"' || top || '\"') = 'OBJECT' ORDER BY 1"
    )
    tops = [name for name in sample.shape.header if '"' not in name]
    found = store.rows(below, {"texts": list(sample.records), "tops": tops})
    return (*sample.shape.header, *(str(row[0]) for row in found))


def check_expected(store: Store, source: SourceFile, detected: Detected) -> None:
    """Refuse a staged file of which no row holds a path that the mapping names.

    Raises:
        FormatError: with the names that do stand in the first records.
    """
    expected = detected.format.expected
    if not expected:
        return
    held = ", ".join(f"bool_or(held[{n}])" for n in range(1, len(expected) + 1))
    found = store.rows(f"SELECT {held} FROM staged")[0]  # noqa: S608 - numbers only
    for path, stands in zip(expected, found, strict=True):
        if not stands:
            names = ", ".join(repr(name[:60]) for name in detected.names[:_NAMES_SHOWN])
            raise FormatError(
                f"{source.path}: no row holds {path!r}, which the mapping names"
                f"{meant(path, detected.names) or '.'} The first records hold {names}. Where the "
                "path may be missing, write optional = true"
            )


def format_for(mapping: MappingFile, shape: Shape, expected: tuple[str, ...] = ()) -> Format:
    """Return the format that a mapping declares for files of a shape."""
    columns = {rule.target: column_for(rule, shape) for rule in mapping.rules}
    if mapping.period is not None:
        columns["end_us"] = period_end(columns["start_us"], mapping.period)
    named_by = [rule for rule in mapping.rules if rule.column in mapping.kind.named_by]
    if named_by:
        provider = columns["provider"]
        columns["provider"] = replace(provider, sql=f"provider_name({provider.sql})")
    return Format(
        name=PREFIX + mapping.name,
        title=f"read by {mapping.file}",
        kinds=(kind_of(shape.layout),),
        table=mapping.kind.table,
        signature=(_needed(mapping),),
        columns=prefix_fits(mapping, columns),
        counts=mapping.counts,
        strict_counts=mapping.counts == "inclusive",
        where=" AND ".join(kept(path, value) for path, value in mapping.where.items()) or "true",
        expected=expected,
        natural_key=tuple(
            # Every key holds the provider's one name: how a file spells it tells no rows apart.
            dict.fromkeys(path for r in named_by if r.column != "provider" for path in r.paths)
        ),
        named=_named(named_by),
        closed_periods=mapping.period is None and bool(named_by),
        note=_note_above(shape),
    )


def _note_above(shape: Shape) -> str:
    names = ", ".join(name[:40] for name, _ in shape.above)
    return f"said above the header, of every row: {names}" if names else ""


def _named(rules: Sequence[Rule]) -> str:
    """Spell what the mapping says of every row; the provider is in every key already."""
    said = (rule for rule in rules if rule.constant is not None and rule.column != "provider")
    return ", ".join(f"{rule.column}={rule.constant}" for rule in said)


def notes(store: Store, mapping: MappingFile) -> Iterator[str]:
    """Say what the mapping adds that the log does not tell."""
    for rule in mapping.rules:
        if rule.constant is not None:
            said = store.rows("SELECT stored_label($said)", {"said": rule.constant})[0][0]
            yield f"{rule.column} {said!r} comes from the mapping, not from the log"
        if rule.origin is not None:
            yield f"times count from {rule.origin.isoformat()}, which the mapping says, not the log"
        if rule.offset:
            yield f"times without an offset are read as {rule.offset}, as the mapping says"
