"""Renders findings as text for a terminal: plain characters, figures never cut."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import StringIO

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from analyzer.findings import Findings
from reports import rollout, sentences, spelling
from reports.risks import largest_risks
from reports.tables import reconciliation
from reports.tables.coverage import count_rows, rejected_rows
from reports.tables.features import FeatureRow, FeatureTable, feature_table
from reports.tables.levers import evidence_table, lever_table

NARROWEST = 40
NAME_COLUMNS = 24
GAP = 2


def render(findings: Findings, *, width: int, styled: bool = False) -> str:
    """Return the report as lines of at most ``width`` columns, down to 40.

    ``styled`` adds a terminal's bold and colour; without it the text is plain.
    """
    width = max(width, NARROWEST)
    out = StringIO()
    console = Console(
        file=out,
        width=width,
        force_terminal=styled,
        color_system="standard" if styled else None,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
    )
    for part in _parts(findings, width):
        console.print(part)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _parts(findings: Findings, width: int) -> Iterator[RenderableType]:
    yield from _headline(findings)
    if findings.is_priced:
        yield from _features(findings, width)
    if findings.is_priced and findings.attribution:
        yield from _levers(findings)
    yield from _coverage(findings)
    yield from _warnings(findings)
    yield from _claims(findings)


def _headline(findings: Findings) -> Iterator[RenderableType]:
    shown = sentences.headline(findings)
    yield _heading(f"What {sentences.quoted(findings.policy)} would have cost", top=False)
    yield _plain(sentences.traffic(findings))
    yield Text()
    yield _plain(f"{shown.label}: {shown.figure}", style="bold")
    yield _plain(f"Spend {shown.before_label}: {shown.before}; under the policy: {shown.after}")
    known = rollout.known_part(findings)
    yield _plain(f"{known} {shown.note}".strip())
    paid = rollout.payback(findings)
    yield _plain(f"Payback: {paid.figure}. {paid.note}")
    if findings.is_priced:
        yield from _evidence(findings)
    yield _plain(f"Decision: {sentences.decision(findings)}")
    yield from _numbered("The largest risks", largest_risks(findings))
    yield from _numbered("In this order", rollout.next_steps(findings))


def _evidence(findings: Findings) -> Iterator[RenderableType]:
    rows = evidence_table(findings)
    spelled = ", ".join(f"{row.name} {row.saving}" for row in rows[:-1])
    yearly = ", ".join(f"{row.name} {row.annual}" for row in rows[:-1])
    yield _plain(f"Saving in this log: {rows[-1].saving} ({rows[-1].percent}); {spelled}")
    if findings.projection.evidence:
        yield _plain(f"A year, P10 to P90: {yearly}")


def _numbered(title: str, items: Sequence[str]) -> Iterator[RenderableType]:
    if items:
        yield _heading(title)
    for number, item in enumerate(items, start=1):
        yield _plain(f"{number}. {item}")


def _features(findings: Findings, width: int) -> Iterator[RenderableType]:
    """Yield features by steps, in as many tables as the width needs."""
    table = feature_table(findings)
    yield _heading("Spend by feature after each lever, in this log")
    yield _plain("Per cent: what the lever changed, of the feature's spend today.")
    columns = [*table.columns, "Saved"]
    for shown in _fitting(table, columns, width):
        grid = _grid("Feature", [columns[n] for n in shown])
        for row in table.rows:
            grid.add_row(_name(row.name), *(_step(row, n) for n in shown))
        grid.add_section()
        grid.add_row(Text("Total"), *(_step(table.total, n) for n in shown), style="bold")
        yield grid


def _fitting(table: FeatureTable, columns: Sequence[str], width: int) -> Iterator[range]:
    """Yield runs of columns of about equal length that fit beside the names, uncut."""
    figures = [_step(table.total, n).plain for n in range(len(columns))]
    words = [word for text in (*columns, *figures) for word in text.split()]
    widest = max(len(word) for word in words) + GAP
    runs = -(-len(columns) // max(1, (width - NAME_COLUMNS) // widest))
    size = -(-len(columns) // runs)
    for first in range(0, len(columns), size):
        yield range(first, min(first + size, len(columns)))


def _step(row: FeatureRow, index: int) -> Text:
    if index == len(row.cells):
        return _plain(f"{row.saved}\n{row.saved_percent}")
    cell = row.cells[index]
    return _plain(f"{cell.spend}\n{cell.change_percent}" if cell.change_percent else cell.spend)


def _levers(findings: Findings) -> Iterator[RenderableType]:
    rows, total = lever_table(findings)
    yield _heading("Saving by lever, in this log")
    grid = _grid("Lever", ["In order", "Shapley", "Alone", "Least", "Most"])
    for row in rows:
        figures = (row.in_order, row.shapley, row.alone, row.least, row.most)
        grid.add_row(_plain(row.name), *map(_plain, figures))
    grid.add_section()
    grid.add_row(Text("All"), _plain(total.in_order), _plain(total.shapley), style="bold")
    yield grid
    for row in rows:
        notes = [f"evidence: {row.evidence}"] if row.evidence else []
        if row.annual != spelling.NOTHING:
            notes.append(f"a year {row.annual}")
        if notes:
            yield _plain(f"{row.name}: {'; '.join(notes)}")
    yield _plain(sentences.why_orders_differ(findings))


def _coverage(findings: Findings) -> Iterator[RenderableType]:
    coverage = findings.coverage
    yield _heading("What the figures cover, and what they leave out")
    if coverage.requests or not coverage.buckets:
        grid = _grid("Requests of the log", ["Requests", "Per cent"])
        for row in count_rows(coverage):
            grid.add_row(_plain(row.label), _plain(row.requests), _plain(row.percent))
        yield grid
    yield _plain(f"Dollars whose log names a feature: {sentences.tagged(findings)}.")
    if findings.coverage.same_money:
        yield _plain(sentences.same_money(findings))
    yield _plain(f"Input rows rejected as unreadable: {spelling.count(rejected_rows(findings))}.")
    for model in coverage.unpriced:
        name = _name(model.model).plain
        requests = f"{spelling.plural(model.requests, 'request')}, " if model.requests else ""
        yield _plain(f"No price: {name}, {requests}{spelling.plural(model.tokens, 'token')}.")
    for skip in coverage.skipped:
        lever, missing = spelling.lever(skip.lever), spelling.visible(skip.missing)
        yield _plain(f"Not replayed: {lever} for {_name(skip.feature).plain}: no {missing}.")
    yield _plain(sentences.price_changes(findings))
    if findings.reconciliation is not None:
        yield _plain(f"Reconciled: {reconciliation.verdict(findings.reconciliation)}")


def _warnings(findings: Findings) -> Iterator[RenderableType]:
    warnings = sentences.warnings(findings)
    if warnings:
        yield _heading("Warnings")
    for warning in warnings:
        yield _plain(f"- {warning}")


def _claims(findings: Findings) -> Iterator[RenderableType]:
    if findings.claims:
        yield _heading("Claim by claim")
    for claim in findings.claims:
        text, why = spelling.visible(claim.text), spelling.visible(claim.why)
        claimed, found = spelling.visible(claim.claimed), spelling.visible(claim.found)
        yield _plain(f"{claim.verdict.upper()}: {text}", style="bold")
        yield _plain(f"  claimed {claimed}; found {found}. {why}")


def _grid(first: str, columns: Sequence[str]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold")
    table.add_column(first, overflow="fold")
    for column in columns:
        table.add_column(column, justify="right", no_wrap=False, overflow="fold", min_width=8)
    return table


def _heading(text: str, *, top: bool = True) -> Text:
    return Text(("\n" if top else "") + text, style="bold underline")


def _name(name: str) -> Text:
    return Text(spelling.name(name))


def _plain(text: str, *, style: str = "") -> Text:
    """Return text in plain ASCII marks: hyphens for minus signs, straight quotes."""
    return Text(text.translate(PLAIN), style=style)


PLAIN = str.maketrans({spelling.MINUS: "-", spelling.NOTHING: "-", "\u2019": "'"})
