"""Builds the report's Plotly figures from findings; every label is data, never markup.

Bars carry their label on a line of their own, so a chart reads the same at 320 px and in print.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import plotly.graph_objects as go

from analyzer.findings import Findings
from analyzer.money import usd
from reports import board_charts, curve_charts, marks, spelling
from reports.chart import Chart
from reports.tables.features import Cell, FeatureRow, feature_table
from reports.tables.levers import lever_table
from reports.theme import ADDED, AFTER, BEFORE, MUTED, RULE, SAVED

FEATURE_ROW_PX = 58
BAR = 0.22
"""Width of one of a feature's two bars, in rows."""
MOST_FEATURES = 8
NAME_CHARACTERS = 22
ROOMY = 0.6
"""Share of the upper line's lowest day under which a label fits between the two lines."""


def build(findings: Findings) -> tuple[Chart, ...]:
    """Return the charts that these findings allow: none without prices, levers or days to show."""
    charts: list[Chart] = []
    if not findings.is_priced:
        return ()
    if findings.attribution:
        charts += [waterfall(findings), orders(findings)]
    if findings.before_pico_usd:
        charts.append(features(findings))
    if len(findings.days) > 1:
        charts.append(daily(findings))
    if findings.after_pico_usd:
        charts.append(board_charts.providers(findings))
    if findings.board.drivers:
        charts.append(board_charts.tornado(findings))
    charts += curve_charts.build(findings)
    return tuple(charts)


def serialise(charts: Sequence[Chart]) -> str:
    """Return ``{name: figure}`` as JSON that is safe inside a script element, byte-stable."""
    figures = {chart.name: chart.figure.to_plotly_json() for chart in charts}
    text = json.dumps(figures, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def waterfall(findings: Findings) -> Chart:
    """Return today's spend, what each lever takes off in deployment order, and what is left."""
    table = feature_table(findings)
    cells = table.total.cells
    spend = [usd(step.total.pico_usd) for step in findings.steps]
    last = len(spend)
    figure = marks.rows_figure(last + 1)
    marks.bar(figure, 0, start=0, length=spend[0], colour=BEFORE.light)
    marks.row_label(figure, 0, table.columns[0], cells[0].spend)
    for row in range(1, last):
        saves = spend[row] <= spend[row - 1]
        colour = SAVED.light if saves else ADDED.light
        low, high = sorted((spend[row - 1], spend[row]))
        marks.bar(figure, row, start=low, length=high - low, colour=colour, hatched=not saves)
        marks.row_label(figure, row, table.columns[row], _moved(cells[row]))
    marks.bar(figure, last, start=0, length=spend[-1], colour=AFTER.light)
    marks.row_label(figure, last, "Under the policy", cells[-1].spend)
    alt = (
        f"Waterfall in deployment order: from {cells[0].spend} today to {cells[-1].spend}. "
        "The table of levers below holds its figures."
    )
    return Chart("waterfall", alt, figure)


def _moved(cell: Cell) -> str:
    return f"{cell.change} ({cell.change_percent})" if cell.change_percent else "no change"


def orders(findings: Findings) -> Chart:
    """Return each lever's Shapley value on the line from its least to its most over all orders."""
    rows, _ = lever_table(findings)
    figure = marks.rows_figure(len(rows))
    for index, (share, row) in enumerate(zip(findings.attribution, rows, strict=True)):
        marks.zero_tick(figure, index)
        marks.span_line(figure, index, usd(share.least_pico_usd), usd(share.most_pico_usd))
        marks.dot(figure, index, usd(share.shapley_pico_usd))
        marks.row_label(figure, index, row.name, row.shapley)
    alt = (
        "Shapley value of each lever with its least and most over all orders. "
        "The table of levers below holds its figures."
    )
    return Chart("orders", alt, figure)


def features(findings: Findings) -> Chart:
    """Return the dearest features: spend today above, under the policy below."""
    rows = feature_table(findings).rows
    shown = rows[:MOST_FEATURES]
    figure = marks.rows_figure(len(shown), row_px=FEATURE_ROW_PX)
    for index, row in enumerate(shown):
        _feature(figure, index, row)
    which = "every feature" if shown == rows else f"the {len(shown)} dearest features"
    alt = (
        f"Spend of {which} today and under the policy. "
        "The table of features below holds its figures."
    )
    return Chart("features", alt, figure)


def _feature(figure: go.Figure, index: int, row: FeatureRow) -> None:
    before, after = row.cells[0], row.cells[-1]
    dearer = after.pico_usd > before.pico_usd
    colour = ADDED.light if dearer else AFTER.light
    upper, lower = usd(before.pico_usd), usd(after.pico_usd)
    marks.bar(figure, index, start=0, length=upper, colour=BEFORE.light, width=BAR)
    marks.bar(figure, index + BAR, start=0, length=lower, colour=colour, hatched=dearer, width=BAR)
    name = spelling.name(row.name, characters=NAME_CHARACTERS)
    marks.row_label(figure, index, name, f"{before.spend} to {after.spend}")


def daily(findings: Findings) -> Chart:
    """Return daily spend today and under the policy, each line named at its end."""
    dates = [day.date for day in findings.days]
    before = [usd(day.before_pico_usd) for day in findings.days]
    after = [usd(day.after_pico_usd) for day in findings.days]
    figure = go.Figure(layout=marks.layout(height=320))
    _usual_days(figure, findings, (dates[0], dates[-1]))
    for values, colour, name in ((before, BEFORE, "Today"), (after, AFTER, "Under the policy")):
        line = {"color": colour.light, "width": 2.5}
        mode = {"mode": "lines", "line": line, "name": name}
        figure.add_scatter(x=dates, y=values, hovertemplate="$%{y:,.2f}", **mode)
    upper = (before, "Today", MUTED.light)
    lower = (after, "Under the policy", AFTER.light)
    if sum(after) > sum(before):
        upper, lower = lower, upper
    marks.line_label(figure, dates, *upper, above=True)
    roomy = max(lower[0]) < ROOMY * min(upper[0])
    marks.line_label(figure, dates, *lower, above=roomy)
    axis = {"gridcolor": RULE.light, "linecolor": RULE.light, "zeroline": False}
    figure.update_xaxes(type="date", showgrid=False, tickformat="%-d %b", nticks=8, **axis)
    figure.update_yaxes(rangemode="tozero", tickprefix="$", separatethousands=True, **axis)
    figure.update_layout(hovermode="x unified", margin={"l": 64, "r": 16, "t": 28, "b": 36})
    alt = (
        f"Daily spend today and under the policy from {dates[0]} to {dates[-1]}. "
        "The table of days below holds its figures."
    )
    return Chart("daily", alt, figure)


def _usual_days(figure: go.Figure, findings: Findings, ends: tuple[str, str]) -> None:
    """Shade what eight days in ten cost, today and under the policy."""
    spread = findings.board.day_spread
    if spread is None:
        return
    for colour, side in ((BEFORE, "before_pico_usd"), (AFTER, "after_pico_usd")):
        low, high = (usd(getattr(pair, side)) for pair in (spread.p10, spread.p90))
        span = {"x0": ends[0], "x1": ends[1], "y0": low, "y1": high}
        figure.add_shape(
            type="rect", fillcolor=colour.light, opacity=0.14, line_width=0, layer="below", **span
        )
