"""Renders a reconciliation as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzer.reconciled import Comparison, Reconciliation
from reports import spelling
from reports.tables import reconciliation as tables
from reports.tables.reconciliation import SideRow
from reports.text import PLAIN

_HEAD = (
    "Provider", "Model", "Days", "Logged cost", "Log's tokens", "Export's tokens", "Billed",
    "Billed - tokens",
)  # fmt: skip
_NAMES = 3
_MOST_OUTLIERS = 10


def render(found: Reconciliation, *, every_day: bool) -> str:
    """Return the verdict, its causes and the sides; ``every_day`` adds each day's row."""
    lines = [tables.verdict(found), ""]
    for place, compared in enumerate(found.comparisons):
        lines += _comparison(compared, found.tolerance_ppm, first=place == 0)
    rows = tables.model_rows(found)
    if rows:
        lines += ["By provider and model, days compared:", *_table(rows), ""]
    if every_day:
        lines += ["Day by day (UTC):", *_table(tables.day_rows(found)), ""]
    lines += tables.other_money_lines(found)
    lines += [f"Note: {spelling.visible(note)}." for note in found.notes]
    return "\n".join(line.translate(PLAIN).rstrip() for line in lines).rstrip("\n")


def _comparison(compared: Comparison, tolerance_ppm: int, *, first: bool) -> Iterator[str]:
    if not first:
        yield tables.sentence(compared, tolerance_ppm)
    causes = tables.cause_rows(compared)
    width = max((len(f"{row.name}, {row.where}") for row in causes), default=0)
    figures = max((len(row.amount) for row in causes), default=0)
    for row in causes:
        name = f"{row.name}, {row.where}".ljust(width)
        yield f"  {row.amount.rjust(figures)}  {name}  {row.days}: {row.text}"
    for outlier in compared.outliers[:_MOST_OUTLIERS]:
        yield f"  Outlier: {tables.outlier_line(outlier)}"
    hidden = len(compared.outliers) - _MOST_OUTLIERS
    if hidden > 0:
        yield f"  ... and {hidden} more outliers: --json lists all"
    yield from (f"  {line}" for line in tables.left_out_lines(compared))
    yield ""


def _table(rows: Sequence[SideRow]) -> Iterator[str]:
    cells = [(row.provider, row.model, row.period, *row.figures, row.note) for row in rows]
    head = (*_HEAD, "")
    widths = [max(map(len, column)) for column in zip(head, *cells, strict=True)]
    for row in (head, *cells):
        yield "  " + "  ".join(
            cell.ljust(width) if place < _NAMES else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
