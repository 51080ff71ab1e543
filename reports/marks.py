"""Draws the marks that the charts are made of; every label is data, never markup."""

from __future__ import annotations

import html
from collections.abc import Sequence

import plotly.graph_objects as go

from reports.theme import AFTER, BEFORE, INK, PAPER, SAVED

FONT = "Helvetica Neue, Helvetica, Arial, Liberation Sans, sans-serif"
ROW_PX = 46
LABEL_PX = 13
CLEAR = "rgba(0,0,0,0)"


def label(text: str) -> str:
    """Return text that Plotly, which reads a little HTML and hides controls, shows as it is."""
    return html.escape(text, quote=False)


def layout(*, height: int) -> go.Layout:
    """Return the layout that every chart shares: our fonts and colours, no legend."""
    return go.Layout(
        template=go.layout.Template(),
        height=height,
        font={"family": FONT, "size": LABEL_PX, "color": INK.light},
        paper_bgcolor=CLEAR,
        plot_bgcolor=CLEAR,
        showlegend=False,
        hoverlabel={"bgcolor": PAPER.light, "font": {"color": INK.light, "family": FONT}},
    )


def rows_figure(count: int, *, row_px: int = ROW_PX) -> go.Figure:
    """Return an empty chart of rows, the first on top; each holds a label above its bar."""
    figure = go.Figure(layout=layout(height=row_px * count + 8))
    figure.update_yaxes(visible=False, range=[count - 0.5, -0.6], fixedrange=True)
    figure.update_xaxes(visible=False, fixedrange=True)
    figure.update_layout(barmode="overlay", margin={"l": 0, "r": 4, "t": 0, "b": 8})
    return figure


def bar(
    figure: go.Figure,
    row: float,
    *,
    start: float,
    length: float,
    colour: str,
    hatched: bool = False,
    width: float = 0.42,
) -> None:
    """Draw a bar of ``length`` dollars from ``start``; rows count from the top."""
    pattern = {"shape": "/", "bgcolor": CLEAR, "fgcolor": colour, "size": 6} if hatched else {}
    outline = AFTER.light if colour == SAVED.light else colour
    figure.add_bar(
        orientation="h",
        y=[row],
        x=[length],
        base=[start],
        width=width,
        marker={"color": colour, "line": {"color": outline, "width": 1}, "pattern": pattern},
        hoverinfo="skip",
    )


def span_line(figure: go.Figure, row: int, low: float, high: float) -> None:
    """Draw the line from a least to a most, in dollars."""
    line = {"color": BEFORE.light, "width": 4}
    figure.add_scatter(x=[low, high], y=[row, row], mode="lines", line=line, hoverinfo="skip")


def zero_tick(figure: go.Figure, row: int) -> None:
    """Mark nothing saved beside the bar, clear of the label above it."""
    line = {"color": INK.light, "width": 1}
    figure.add_shape(type="line", x0=0, x1=0, y0=row - 0.2, y1=row + 0.32, line=line)


def dot(figure: go.Figure, row: int, at: float) -> None:
    """Draw a point, in dollars."""
    marker = {"color": AFTER.light, "size": 11, "line": {"color": PAPER.light, "width": 1}}
    figure.add_scatter(x=[at], y=[row], mode="markers", marker=marker, hoverinfo="skip")


def row_label(figure: go.Figure, row: float, name: str, figures: str) -> None:
    """Write a row's label above its bar, at the left edge."""
    figure.add_annotation(
        x=0,
        xref="paper",
        xanchor="left",
        xshift=-1,
        y=row,
        yanchor="bottom",
        yshift=10,
        borderpad=0,
        text=f"<b>{label(name)}</b>  {label(figures)}",
        align="left",
        showarrow=False,
        font={"color": INK.light, "size": LABEL_PX},
    )


def line_label(
    figure: go.Figure,
    dates: Sequence[str],
    values: Sequence[float],
    text: str,
    colour: str,
    *,
    above: bool,
) -> None:
    """Name a line where it has room: over its highest day, or under its lowest."""
    at = values.index(max(values) if above else min(values))
    third = 3 * at // len(dates)
    figure.add_annotation(
        x=dates[at],
        y=values[at],
        text=f"<b>{label(text)}</b>",
        font={"color": colour, "size": LABEL_PX},
        showarrow=False,
        xanchor=("left", "center", "right")[third],
        yanchor="bottom" if above else "top",
        yshift=4 if above else -4,
    )
