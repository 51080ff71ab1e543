"""The report's tables as exact data: one CSV each, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from io import StringIO

from analyzer.board import Board, Pair, Threshold
from analyzer.curve import Curves, Score
from analyzer.findings import EVIDENCE_CLASSES, Findings, Tally
from analyzer.money import plain_usd
from reports.tables.curves import features_of

Cell = str | int | None
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "|", "%")


@dataclass(frozen=True, slots=True)
class Table:
    """One appendix table. Money is in dollars with all its digits, shares are fractions."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def tables(findings: Findings) -> tuple[Table, ...]:
    """Return every appendix table that has a row."""
    return tuple(table for table in (*_bill(findings), *_board(findings)) if table.rows)


def to_csv(table: Table) -> str:
    """Return a table as CSV (RFC 4180). A cell that a spreadsheet would run starts with a quote."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(table.columns)
    writer.writerows([guarded(cell) for cell in row] for row in table.rows)
    return out.getvalue()


def guarded(cell: Cell) -> str:
    """Return a cell's text; words that start like a formula get a quote in front."""
    if cell is None:
        return ""
    if isinstance(cell, int):
        return str(cell)
    text = cell.replace("\x00", "\\x00")
    numeric = text.removeprefix("-").replace(".", "", 1).isdecimal()
    return text if numeric or not text.lstrip().startswith(FORMULA_STARTS) else f"'{text}"


def usd(pico_usd: int | None) -> str | None:
    """Spell pico-dollars as a plain decimal with all its digits."""
    return None if pico_usd is None else plain_usd(pico_usd)


def share(ppm: int | None) -> str | None:
    """Spell parts per million as a fraction: ``0.945145``."""
    return None if ppm is None else usd(ppm * 1_000_000)


def _bill(findings: Findings) -> Iterator[Table]:
    yield Table("steps", "Spend by feature after each lever", *_steps(findings))
    yield Table("levers", "Saving by lever", *_levers(findings))
    yield Table("lever-features", "Shapley saving by lever and feature", *_lever_features(findings))
    yield Table(
        "days",
        "Spend by day",
        ("day", "before_usd", "after_usd"),
        tuple((d.date, usd(d.before_pico_usd), usd(d.after_pico_usd)) for d in findings.days),
    )
    yield Table("prices", "Prices used", *_prices(findings))
    yield Table(
        "sources",
        "Input files",
        tuple(field.name for field in fields(findings.provenance.sources[0]))
        if findings.provenance.sources
        else (),
        tuple(_values(source) for source in findings.provenance.sources),
    )
    yield Table(
        "assumptions",
        "Assumptions",
        ("assumption", "source"),
        tuple((a.text, a.source) for a in findings.assumptions),
    )
    yield Table(
        "unpriced",
        "Models without a known price",
        ("model", "requests", "tokens"),
        tuple((m.model, m.requests, m.tokens) for m in findings.coverage.unpriced),
    )
    yield Table(
        "skipped",
        "Levers that this log cannot answer",
        ("lever", "feature", "missing"),
        tuple((s.lever, s.feature, s.missing) for s in findings.coverage.skipped),
    )


def _values(record: object) -> tuple[Cell, ...]:
    values = (getattr(record, field.name) for field in fields(record))  # type: ignore[arg-type]
    return tuple(" ".join(value) if isinstance(value, tuple) else value for value in values)


def _steps(findings: Findings) -> tuple[tuple[str, ...], tuple[tuple[Cell, ...], ...]]:
    counts = [field.name for field in fields(Tally) if field.name != "pico_usd"]
    rows = tuple(
        (step.lever, name, usd(tally.pico_usd), *(getattr(tally, count) for count in counts))
        for step in findings.steps
        for name, tally in sorted(step.features.items())
    )
    return ("after", "feature", "usd", *counts), rows


def _levers(findings: Findings) -> tuple[tuple[str, ...], tuple[tuple[Cell, ...], ...]]:
    evidence = tuple(f"{name}_usd" for name in EVIDENCE_CLASSES)
    columns = ("lever", "shapley_usd", "alone_usd", "least_usd", "most_usd", *evidence)
    rows = tuple(
        (
            found.lever,
            usd(found.shapley_pico_usd),
            usd(found.alone_pico_usd),
            usd(found.least_pico_usd),
            usd(found.most_pico_usd),
            *(usd(found.evidence.get(name, 0)) for name in EVIDENCE_CLASSES),
            usd(found.annual.p10_pico_usd if found.annual else None),
            usd(found.annual.p90_pico_usd if found.annual else None),
        )
        for found in findings.attribution
    )
    return (*columns, "year_p10_usd", "year_p90_usd"), rows


def _lever_features(findings: Findings) -> tuple[tuple[str, ...], tuple[tuple[Cell, ...], ...]]:
    rows = tuple(
        (found.lever, name, usd(pico))
        for found in findings.attribution
        for name, pico in sorted(found.features.items())
        if pico
    )
    return ("lever", "feature", "shapley_usd"), rows


def _prices(findings: Findings) -> tuple[tuple[str, ...], tuple[tuple[Cell, ...], ...]]:
    units = ("input", "cached_input", "cache_write", "cache_write_1h", "output")
    columns = ("model", "role", "provider", "source", "effective_from")
    rows = tuple(
        (
            *(getattr(price, column) for column in columns),
            *(usd(getattr(price, unit) * 1_000_000) for unit in units),
            price.note,
        )
        for price in findings.prices
    )
    return (*columns, *(f"{unit}_usd_per_mtok" for unit in units), "note"), rows


def _board(findings: Findings) -> Iterator[Table]:
    board = findings.board
    yield Table("unit-costs", "Unit costs", *_units(board))
    yield Table(
        "models",
        "Spend by model",
        ("model", "provider", "before_calls", "after_calls", "before_usd", "after_usd"),
        tuple(
            (m.model, m.provider, m.before_calls, m.after_calls, *_pair(m.spend))
            for m in board.models
        ),
    )
    yield Table(
        "quality",
        "Evals by feature and model",
        ("feature", "model", "answers", "evals", "mean_score", "low_95", "high_95"),
        tuple(
            (
                q.feature,
                q.model,
                q.role,
                q.evals,
                *(share(ppm) for ppm in (q.mean_ppm, q.low_ppm, q.high_ppm)),
            )
            for q in board.quality
        ),
    )
    yield Table(
        "sensitivity",
        "What moves the annual saving",
        ("what", "subject", "step", "year_low_usd", "year_high_usd"),
        tuple(
            (
                d.kind,
                d.subject,
                share(d.step_ppm),
                usd(d.annual.low_pico_usd),
                usd(d.annual.high_pico_usd),
            )
            for d in board.drivers
        ),
    )
    yield Table(
        "break-even",
        "Where the saving is gone",
        ("what", "subject", "found", "limit", "month_usd"),
        tuple(
            (b.kind, b.subject, share(b.found_ppm), share(b.limit_ppm), usd(b.monthly_pico_usd))
            for b in board.break_evens
        ),
    )
    yield Table("provider-shocks", "If a provider doubles its prices, or is down", *_shocks(board))
    yield Table(
        "thresholds",
        "Where compression and packing stop paying",
        ("what", "feature", "found", "limit"),
        tuple((t.kind, t.feature, *_in_unit(t)) for t in board.thresholds),
    )
    yield Table("curves", "Values of the policy and what each comes to", *_curves(findings.curves))
    yield Table("cached-ages", "Ages of cached answers", *_ages(findings.curves))
    yield Table("scenarios", "Twelve months by growth", *_scenarios(board))
    yield Table(
        "risks",
        "Risks",
        ("risk", "subject", "share", "usd"),
        tuple((r.kind, r.subject, share(r.share_ppm), usd(r.pico_usd)) for r in board.risks),
    )
    yield Table(
        "price-conflicts",
        "Prices that sources disagree on",
        ("model", "source", "input_usd_per_mtok", "output_usd_per_mtok", "used"),
        tuple(
            (
                c.model,
                c.source,
                usd(c.input * 1_000_000),
                usd(c.output * 1_000_000),
                "yes" if c.used else "no",
            )
            for c in board.conflicts
        ),
    )


def _pair(pair: Pair | None) -> tuple[Cell, Cell]:
    if pair is None:
        return None, None
    return usd(pair.before_pico_usd), usd(pair.after_pico_usd)


def _units(board: Board) -> tuple[tuple[str, ...], tuple[tuple[Cell, ...], ...]]:
    units = ("request", "user", "good_answer")
    columns = (f"{unit}_{side}_usd" for unit in units for side in ("before", "after"))
    rows = tuple(
        (
            row.feature or "(all)",
            row.requests,
            row.users,
            *_pair(row.request),
            *_pair(row.user),
            *_pair(row.good_answer),
        )
        for row in board.units
    )
    return ("feature", "requests", "users", *columns), rows


def _in_unit(threshold: Threshold) -> tuple[Cell, Cell]:
    """Dollars per million tokens, or tokens."""
    if threshold.kind == "main_price":
        return usd(threshold.found * 1_000_000), usd(threshold.limit * 1_000_000)
    return threshold.found, threshold.limit


def _shocks(board: Board) -> tuple[tuple[str, ...], tuple[tuple[Cell, ...], ...]]:
    rows = tuple(
        (
            shock.provider,
            *_pair(shock.doubled),
            shock.day_calls,
            usd(shock.day_pico_usd),
            *(
                cell
                for to in (shock.cheapest, shock.dearest)
                for cell in ((to.model, usd(to.pico_usd)) if to else (None, None))
            ),
        )
        for shock in board.shocks
    )
    doubled = ("doubled_year_before_usd", "doubled_year_after_usd")
    elsewhere = ("cheapest_model", "cheapest_day_usd", "dearest_model", "dearest_day_usd")
    return ("provider", *doubled, "day_calls", "day_usd", *elsewhere), rows


def _curves(found: Curves | None) -> tuple[tuple[str, ...], tuple[tuple[Cell, ...], ...]]:
    columns = ("lever", "rule", "tier", "features", "varied", "value", "chosen", "spend_usd")
    rows = tuple(
        (
            curve.lever,
            curve.rule,
            curve.tier or None,
            features_of(curve.features),
            curve.varied,
            point.value,
            "yes" if point.chosen else "no",
            usd(point.spend_pico_usd),
            usd(point.saving_pico_usd),
            share(point.share_ppm),
            *_score(point.score),
        )
        for curve in (found.curves if found else ())
        for point in curve.points
    )
    return (*columns, "saving_usd", "share", "evals", "mean_score", "low_95"), rows


def _score(score: Score | None) -> tuple[Cell, Cell, Cell]:
    if score is None:
        return None, None, None
    return score.evals, share(score.mean_ppm), share(score.low_ppm)


def _ages(found: Curves | None) -> tuple[tuple[str, ...], tuple[tuple[Cell, ...], ...]]:
    rows = tuple(
        (cache.rule, features_of(cache.features), band.upto_us, band.answers)
        for cache in (found.staleness if found else ())
        for band in cache.bands
    )
    return ("rule", "features", "upto_us", "answers"), rows


def _scenarios(board: Board) -> tuple[tuple[str, ...], tuple[tuple[Cell, ...], ...]]:
    found = board.forecast.scenarios if board.forecast else ()
    rows = tuple((share(s.growth_ppm), *_pair(s.spend)) for s in found)
    return ("monthly_growth", "before_usd", "after_usd"), rows


def all_rows(found: Iterable[Table]) -> str:
    """Return all tables as one CSV of ``table, row, column, value``."""
    long = Table(
        "report",
        "",
        ("table", "row", "column", "value"),
        tuple(
            (table.name, number, column, guarded(cell))
            for table in found
            for number, row in enumerate(table.rows, start=1)
            for column, cell in zip(table.columns, row, strict=True)
            if cell is not None
        ),
    )
    return to_csv(long)
