"""The page's own tables as plain grids, for renderers that know one shape of table."""

from __future__ import annotations

from analyzer.findings import Findings
from reports import spelling
from reports.grid import Grid
from reports.tables import coverage
from reports.tables import days as day_rows
from reports.tables.features import FeatureRow, feature_table
from reports.tables.levers import LeverRow, evidence_table, lever_table

NEWLY = " / "


def evidence(findings: Findings) -> Grid:
    """Return the saving by evidence class."""
    rows = [
        (row.name.capitalize(), row.saving, row.percent, row.annual)
        for row in evidence_table(findings)
    ]
    columns = ("Evidence", "Saving", "% of today", "A year, P10 to P90")
    return Grid("evidence", "What the saving rests on", "", columns, tuple(rows[:-1]), rows[-1])


def levers(findings: Findings) -> Grid:
    """Return what each lever saves, in order and in any order."""
    rows, total = lever_table(findings)
    columns = (
        "Lever",
        "In order",
        "% of today",
        "Shapley",
        "% of today",
        "Alone",
        "Least",
        "Most",
        "A year, P10 to P90",
        "Evidence",
    )
    found = tuple(_lever(row) for row in rows)
    return Grid("levers", "Saving by lever", "", columns, found, _lever(total), frozenset({9}))


def _lever(row: LeverRow) -> tuple[str, ...]:
    return (
        row.name,
        row.in_order,
        row.in_order_percent,
        row.shapley,
        row.shapley_percent,
        row.alone,
        row.least,
        row.most,
        row.annual,
        row.evidence,
    )


def features(findings: Findings) -> Grid:
    """Return features by steps: dollars, and what the lever changed in per cent of today."""
    table = feature_table(findings)
    columns = ("Feature", *table.columns, "Saved", "% of today", "Saved a year, P10 to P90")
    rows = tuple(_feature(row, spelling.name(row.name)) for row in table.rows)
    note = "In this log. After the slash: what the lever changed, in per cent of today."
    title = "Spend by feature after each lever"
    return Grid("features", title, note, columns, rows, _feature(table.total, "Total"))


def _feature(row: FeatureRow, name: str) -> tuple[str, ...]:
    cells = (NEWLY.join(filter(None, (cell.spend, cell.change_percent))) for cell in row.cells)
    return name, *cells, row.saved, row.saved_percent, row.annual


def days(findings: Findings) -> Grid:
    """Return spend by calendar day."""
    *rows, total = (
        (row.date, row.before, row.after, row.saved) for row in day_rows.day_table(findings)
    )
    columns = ("Day (UTC)", "Today", "Under the policy", "Saved")
    return Grid("days", "Spend by day", "", columns, tuple(rows), total)


def claims(findings: Findings) -> Grid:
    """Return each claim and what became of it."""
    rows = tuple((c.text, c.claimed, c.found, c.verdict, c.why) for c in findings.claims)
    columns = ("Claim", "Claimed", "Found", "Verdict", "Why")
    return Grid("claims", "Claim by claim", "", columns, rows, words=frozenset({1, 2, 3, 4}))


def counts(findings: Findings) -> Grid:
    """Return what the log holds."""
    rows = tuple(
        (row.label, row.requests, row.percent) for row in coverage.count_rows(findings.coverage)
    )
    return Grid("requests", "Requests of the log", "", ("", "Requests", "Per cent"), rows)


def unpriced(findings: Findings) -> Grid:
    """Return models without a known price."""
    rows = tuple(
        (spelling.name(m.model), spelling.count(m.requests), spelling.count(m.tokens))
        for m in findings.coverage.unpriced
    )
    columns = ("Model", "Requests", "Tokens")
    return Grid("unpriced", "Models without a known price", "", columns, rows)


def skipped(findings: Findings) -> Grid:
    """Return levers that the log cannot answer."""
    rows = tuple(
        (spelling.name(s.feature), spelling.lever(s.lever), s.missing)
        for s in findings.coverage.skipped
    )
    columns = ("Feature", "Lever", "Missing from the log")
    title = "Levers that this log cannot answer"
    return Grid("skipped", title, "", columns, rows, words=frozenset({1, 2}))


def prices(findings: Findings) -> Grid:
    """Return every price that the figures rest on."""
    rows = tuple(
        (spelling.name(row.model), row.role, *row.prices, row.effective_from, row.source, row.note)
        for row in coverage.price_rows(findings.prices)
    )
    columns = (
        "Model",
        "Role",
        "Input",
        "Cached input",
        "Cache write",
        "Cache write, 1 h",
        "Output",
        "In force from",
        "Source",
        "Note",
    )
    note = "Dollars per million tokens."
    return Grid("prices", "Prices used", note, columns, rows, words=frozenset({1, 7, 8, 9}))


def assumptions(findings: Findings) -> Grid:
    """Return what the figures take for granted."""
    rows = tuple((a.text, a.source) for a in findings.assumptions)
    columns = ("Assumption", "Source")
    return Grid("assumptions", "Assumptions", "", columns, rows, words=frozenset({1}))


def sources(findings: Findings) -> Grid:
    """Return the input files, row by accounted row."""
    files = findings.provenance.sources
    rows = tuple(
        (row.file, row.format, *row.counts, row.sha256) for row in coverage.source_rows(files)
    )
    columns = (
        "File",
        "Format",
        "Rows read",
        "Loaded",
        "Duplicates",
        "Rejects",
        "Set aside",
        "SHA-256",
    )
    total = ("Total", "", *coverage.source_total(files), "")
    return Grid("sources", "Input files", "", columns, rows, total, frozenset({1, 7}))
