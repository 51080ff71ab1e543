"""Draws what was billed, by day and by model, beside what the tokens cost."""

from __future__ import annotations

import plotly.graph_objects as go

from analyzer.money import usd
from analyzer.reconciled import Reconciliation
from reports import marks, spelling
from reports.chart import Chart
from reports.tables.billed import Day, days, said_by_model
from reports.theme import ADDED, AFTER, BEFORE, RULE

MOST_ROWS = 10


def build(found: Reconciliation) -> tuple[Chart, ...]:
    """Return the charts that a reconciliation allows: days where there are two, and models."""
    charts = []
    told = days(found)
    if len(told) > 1:
        charts.append(daily(told))
    if said_by_model(found):
        charts.append(models(found))
    return tuple(charts)


def daily(told: tuple[Day, ...]) -> Chart:
    """Return dollars of each day as bars, and the tokens' cost as a line."""
    dates = [day.date for day in told]
    figure = go.Figure(layout=marks.layout(height=320))
    said = [None if day.said_pico_usd is None else usd(day.said_pico_usd) for day in told]
    marker = {"color": BEFORE.light, "line": {"width": 0}}
    figure.add_bar(x=dates, y=said, marker=marker, name="Billed", hovertemplate="$%{y:,.2f}")
    priced = [None if day.priced_pico_usd is None else usd(day.priced_pico_usd) for day in told]
    if any(value is not None for value in priced):
        line = {"color": AFTER.light, "width": 2.5}
        mode = {"mode": "lines+markers", "line": line, "name": "Tokens"}
        figure.add_scatter(x=dates, y=priced, hovertemplate="$%{y:,.2f}", **mode)
    axis = {"gridcolor": RULE.light, "linecolor": RULE.light, "zeroline": False}
    figure.update_xaxes(
        type="date", showgrid=False, tickformat="%-d %b\n%Y", nticks=5, tickangle=0, **axis
    )
    figure.update_yaxes(rangemode="tozero", tickprefix="$", separatethousands=True, **axis)
    figure.update_layout(hovermode="x unified", margin={"l": 64, "r": 16, "t": 16, "b": 48})
    alt = (
        f"Dollars by day from {dates[0]} to {dates[-1]}. The table of days below holds its figures."
    )
    return Chart("daily", alt, figure)


def models(found: Reconciliation) -> Chart:
    """Return the largest sums by provider and model."""
    told = said_by_model(found)
    whole = sum(pico for _, pico in told)
    shown = told[:MOST_ROWS]
    figure = marks.rows_figure(len(shown))
    for index, (name, pico) in enumerate(shown):
        colour = ADDED.light if pico < 0 else BEFORE.light
        marks.bar(figure, index, start=0, length=usd(pico), colour=colour, hatched=pico < 0)
        share = f" ({spelling.percent(pico, whole)})" if whole > 0 and pico > 0 else ""
        label = spelling.name(name, characters=40)
        marks.row_label(figure, index, label, f"{spelling.money(pico)}{share}")
    alt = "Dollars by provider and model. The table of models below holds its figures."
    return Chart("billed", alt, figure)
