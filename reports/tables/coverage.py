"""Coverage: what the figures rest on, what they leave out, and which prices and files they use."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.findings import Coverage, Findings
from analyzer.provenance import PriceUsed, Source
from reports import spelling


@dataclass(frozen=True, slots=True)
class CountRow:
    """One count of requests and its share of all of them."""

    label: str
    requests: str
    percent: str


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One input file; ``counts`` are rows read, loaded, duplicate and rejected."""

    file: str
    format: str
    counts: tuple[str, ...]
    sha256: str


@dataclass(frozen=True, slots=True)
class PriceRow:
    """One price in dollars per million tokens; ``prices`` are input, cached, write, 1h, output."""

    model: str
    role: str
    prices: tuple[str, ...]
    effective_from: str
    source: str
    note: str


def count_rows(coverage: Coverage) -> tuple[CountRow, ...]:
    """Return what the log holds, as requests and as shares of them."""
    uncounted = coverage.uncounted_buckets
    priced = "Priced: these make every figure"
    if uncounted:
        priced = "Priced: these and the uncounted totals make every figure"
    counts = (
        ("In the window", coverage.requests),
        (priced, coverage.priced_requests),
        ("No price known: left out, before and after", coverage.unpriced_requests),
        ("Failed: keep their cost, no lever touches them", coverage.failed_requests),
        ("Answered by a cache you already have: no cost", coverage.already_cached),
        ("With a prompt key: caching can be replayed", coverage.cacheable_requests),
        ("With a loaded quality score", coverage.scored_requests),
        ("Known only as totals of a billing export", coverage.bucket_requests),
    )
    rows = tuple(
        CountRow(label, spelling.count(n), spelling.percent(n, coverage.requests))
        for label, n in counts
    )
    if not uncounted:
        return rows
    label = "Usage totals that do not count their requests, in no count above"
    return (*rows, CountRow(label, spelling.count(uncounted), spelling.NOTHING))


def source_rows(sources: tuple[Source, ...]) -> tuple[SourceRow, ...]:
    """Return one row per input file."""
    return tuple(
        SourceRow(
            source.file,
            source.format,
            _counts(
                source.rows_in,
                source.rows_loaded,
                source.duplicates,
                source.rejects,
                source.set_aside,
            ),
            source.sha256,
        )
        for source in sources
    )


def _counts(*rows: int) -> tuple[str, ...]:
    spell = spelling.count
    return tuple(spell(count) for count in rows)


def source_notes(sources: tuple[Source, ...]) -> tuple[tuple[str, str], ...]:
    """Return every note about an input file, after the file's name."""
    return tuple((source.file, note) for source in sources for note in source.notes)


def source_total(sources: tuple[Source, ...]) -> tuple[str, ...]:
    """Return the rows read, loaded, duplicate and rejected of all files."""
    return _counts(
        sum(source.rows_in for source in sources),
        sum(source.rows_loaded for source in sources),
        sum(source.duplicates for source in sources),
        sum(source.rejects for source in sources),
        sum(source.set_aside for source in sources),
    )


def rejected_rows(findings: Findings) -> int:
    """Return how many input rows could not be read."""
    return sum(source.rejects for source in findings.provenance.sources)


def price_rows(prices: tuple[PriceUsed, ...]) -> tuple[PriceRow, ...]:
    """Return every price the figures rest on, in dollars per million tokens."""
    return tuple(_price_row(used) for used in prices)


def _price_row(used: PriceUsed) -> PriceRow:
    units = (used.input, used.cached_input, used.cache_write, used.cache_write_1h, used.output)
    source = f"{used.source}, {used.provider}" if used.provider else used.source
    return PriceRow(
        used.model,
        used.role,
        tuple(spelling.price(unit) for unit in units),
        used.effective_from or spelling.NOTHING,
        source,
        used.note,
    )


def cut_names(findings: Findings) -> tuple[tuple[str, str], ...]:
    """Return every name that tables do not show as it is written, as shown and in full."""
    names = {name for step in findings.steps for name in step.features}
    names |= {model.model for model in findings.coverage.unpriced}
    names |= {skip.feature for skip in findings.coverage.skipped}
    names |= {used.model for used in findings.prices}
    shown = ((spelling.name(name), name) for name in sorted(names) if name)
    return tuple((short, name) for short, name in shown if short != name)
