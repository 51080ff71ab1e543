"""Renders findings as Markdown: the page's words and tables, without its charts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzer.findings import Findings
from reports import rollout, sections, sentences, spelling
from reports.grid import Grid, Section
from reports.risks import largest_risks
from reports.tables import coverage, economics, plain

ESCAPES = str.maketrans({c: f"\\{c}" for c in "\\`*_[]<>|#~&"})


def render(findings: Findings) -> str:
    """Return the report as Markdown (CommonMark with tables): the same text for the same findings.

    Names out of a log are escaped: none of them becomes a link, an image or markup.
    """
    return "\n\n".join(_blocks(findings)) + "\n"


def render_sections(shown: Sequence[Section]) -> str:
    """Return sections alone as Markdown."""
    return "\n\n".join(block for section in shown for block in _board_section(section)) + "\n"


def _blocks(findings: Findings) -> Iterator[str]:
    yield f"# What {_text(sentences.quoted(findings.policy))} would have cost"
    yield _text(f"{sentences.traffic(findings)}.")
    yield from _page_one(findings)
    yield from _money(findings)
    yield from _section("Claim by claim", (), plain.claims(findings))
    yield from _coverage(findings)
    yield from _section(
        "Prices",
        (sentences.price_changes(findings),),
        plain.prices(findings),
        economics.conflict_grid(findings),
    )
    yield from _section("Assumptions", (), plain.assumptions(findings))
    yield from _provenance(findings)


def _money(findings: Findings) -> Iterator[str]:
    if findings.is_priced:
        why = (sentences.why_orders_differ(findings),)
        yield from _section("Saving by lever", why, plain.levers(findings))
        yield from _section("Spend by feature after each lever", (), plain.features(findings))
    for section in sections.board_sections(findings):
        yield from _board_section(section)
    if findings.is_priced:
        yield from _section("Spend by day", (), plain.days(findings))


def _page_one(findings: Findings) -> Iterator[str]:
    shown, paid = sentences.headline(findings), rollout.payback(findings)
    known = rollout.known_part(findings)
    yield f"**{_text(shown.label)}: {_text(shown.figure)}.** {_text(known)}".rstrip()
    yield _text(shown.note)
    yield _text(f"Spend {shown.before_label}: {shown.before}. Under the policy: {shown.after}.")
    yield _text(f"Payback: {paid.figure}. {paid.note}")
    yield f"**The decision asked.** {_text(sentences.decision(findings))}"
    if findings.is_priced:
        yield _grid(plain.evidence(findings))
    yield from _list("The largest risks", largest_risks(findings))
    yield from _list("In this order", rollout.next_steps(findings))
    yield from _list("Before reading on", sentences.warnings(findings))


def _coverage(findings: Findings) -> Iterator[str]:
    said = (f"Dollars whose log names a feature: {sentences.tagged(findings)}.",)
    grids = (plain.counts(findings), plain.unpriced(findings), plain.skipped(findings))
    yield from _section("What the figures cover, and what they leave out", said, *grids)
    yield from _list("What was not measured", sections.not_measured(findings))


def _provenance(findings: Findings) -> Iterator[str]:
    origin = findings.provenance
    said = (
        f"Version: rebill {origin.version}. Seed: {origin.seed}.",
        f"Prices of {spelling.date(findings.price_date)}, from {'; '.join(origin.price_sources)}.",
        f"Policy file: {spelling.name(origin.policy_file)}, SHA-256 {origin.policy_sha256}.",
    )
    yield from _section("Provenance", said, plain.sources(findings))
    notes = coverage.source_notes(origin.sources)
    told = tuple(f"{spelling.name(file)}: {note}" for file, note in notes)
    yield from _list("Noticed when the files were loaded", told)


def _board_section(section: Section) -> Iterator[str]:
    yield from _section(section.title, section.paragraphs, *section.grids, headed=True)


def _section(
    title: str, paragraphs: tuple[str, ...], *grids: Grid | None, headed: bool = False
) -> Iterator[str]:
    shown = [grid for grid in grids if grid is not None and grid.rows]
    if not shown and not paragraphs:
        return
    yield f"## {_text(title)}"
    yield from map(_text, paragraphs)
    for grid in shown:
        if headed or len(shown) > 1:
            yield f"### {_text(grid.title)}"
        if grid.note:
            yield _text(grid.note)
        yield _grid(grid)


def _list(title: str, items: tuple[str, ...]) -> Iterator[str]:
    if items:
        yield f"## {title}"
        yield "\n".join(f"{n}. {_text(item)}" for n, item in enumerate(items, start=1))


def _grid(grid: Grid) -> str:
    rule = ["---" if n == 0 or n in grid.words else "---:" for n in range(len(grid.columns))]
    total = [tuple(f"**{_text(cell)}**" if cell else "" for cell in grid.total)]
    lines = [
        _row(tuple(map(_text, grid.columns))),
        _row(tuple(rule)),
        *(_row(tuple(map(_text, row))) for row in grid.rows),
        *(_row(row) for row in total if row),
    ]
    return "\n".join(lines)


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _text(text: str) -> str:
    """Return text that Markdown shows as it is, on one line."""
    return " ".join(spelling.visible(text).translate(ESCAPES).split())
