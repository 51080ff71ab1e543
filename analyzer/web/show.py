"""Shows the report's own tables, sections and charts on a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from nicegui import ui

from analyzer.web.frame import say
from reports import theme
from reports.chart import Chart
from reports.grid import Grid, Section, is_long

_STILL = {"displayModeBar": False, "staticPlot": True, "responsive": True}


def show_section(section: Section) -> None:
    """Show a section's sentences and tables."""
    with ui.element("section"):
        say("h2", section.title)
        for paragraph in section.paragraphs:
            say("p", paragraph)
        for grid in section.grids:
            show_grid(grid)


def show_grid(grid: Grid) -> None:
    """Show a table with its title and note."""
    if grid.title:
        say("h3", grid.title)
    if grid.note:
        say("p", grid.note, "note")
    show_table(grid.title or grid.name, grid.columns, grid.rows, grid.total, grid.words)


def show_table(
    label: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    total: Sequence[str] = (),
    words: frozenset[int] = frozenset(),
) -> ui.html:
    """Show a table of spelled cells. Every cell is text: none of it is read as HTML."""
    return ui.html(table_html(label, columns, rows, total, words), sanitize=False)


def table_html(
    label: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    total: Sequence[str] = (),
    words: frozenset[int] = frozenset(),
) -> str:
    """Return the table as HTML with every cell escaped; ``words`` are columns of text."""
    left = words | {0}
    head = "".join(
        f'<th scope="col"{_side(number, left)}>{_cell(name)}</th>'
        for number, name in enumerate(columns)
    )
    body = "".join(f"<tr>{_row(row, left)}</tr>" for row in rows)
    foot = f"<tfoot><tr>{_row(total, left)}</tr></tfoot>" if total else ""
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(label)}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody>{foot}</table></div>"
    )


def _row(cells: Sequence[str], left: frozenset[int]) -> str:
    first, *rest = cells
    return f'<th scope="row"><bdi>{_cell(first)}</bdi></th>' + "".join(
        f"<td{_side(number, left) or _long(cell)}>{_cell(cell)}</td>"
        for number, cell in enumerate(rest, start=1)
    )


def _side(number: int, left: frozenset[int]) -> str:
    return ' class="w"' if number in left else ""


def _long(cell: str) -> str:
    return ' class="long"' if is_long(cell) else ""


def _cell(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def show_chart(chart: Chart, *, dark: bool) -> ui.plotly:
    """Draw a chart of the report, for a screen reader too."""
    with ui.element("figure").props(f'role="img" aria-label="{escape(chart.alt)}"'):
        return ui.plotly(figure_of(chart, dark=dark))


def figure_of(chart: Chart, *, dark: bool) -> dict[str, Any]:
    """Return a chart's figure in the page's shades."""
    figure: dict[str, Any] = chart.figure.to_plotly_json()
    shades = theme.dark_shades() if dark else {}
    return {**_shaded(figure, shades), "config": _STILL}


def _shaded(value: Any, shades: dict[str, str]) -> Any:  # noqa: ANN401 - JSON of any shape
    if isinstance(value, str):
        return shades.get(value, value)
    if isinstance(value, dict):
        return {key: _shaded(inner, shades) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_shaded(inner, shades) for inner in value]
    return value
