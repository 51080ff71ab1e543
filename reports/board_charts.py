"""Draws who is paid before and after, and what moves the annual saving."""

from __future__ import annotations

import plotly.graph_objects as go

from analyzer.board import Driver, ProviderSpend
from analyzer.findings import Findings
from analyzer.money import usd
from reports import marks, spelling
from reports.chart import Chart
from reports.tables.outlook import driver_ends, driver_name
from reports.theme import AFTER, BEFORE, INK, SAVED

ROW_PX = 58
BAR = 0.22
MOST_ROWS = 10


def providers(findings: Findings) -> Chart:
    """Return each provider's spend today above, under the policy below, with its shares."""
    shown = findings.board.providers[:MOST_ROWS]
    figure = marks.rows_figure(len(shown), row_px=ROW_PX)
    for index, row in enumerate(shown):
        _provider(figure, index, row, findings)
    alt = (
        "Spend by provider today and under the policy. "
        "The table of providers below holds its figures."
    )
    return Chart("providers", alt, figure)


def _provider(figure: go.Figure, index: int, row: ProviderSpend, findings: Findings) -> None:
    upper, lower = usd(row.spend.before_pico_usd), usd(row.spend.after_pico_usd)
    marks.bar(figure, index, start=0, length=upper, colour=BEFORE.light, width=BAR)
    marks.bar(figure, index + BAR, start=0, length=lower, colour=AFTER.light, width=BAR)
    before = spelling.percent(row.spend.before_pico_usd, findings.before_pico_usd, digits=0)
    after = spelling.percent(row.spend.after_pico_usd, findings.after_pico_usd, digits=0)
    name = spelling.name(row.provider, characters=22)
    marks.row_label(figure, index, name, f"{before} of spend to {after}")


def tornado(findings: Findings) -> Chart:
    """Return the annual saving at both ends of each driver, around the saving as found."""
    annual = findings.projection.annual_saving_pico_usd or 0
    shown = findings.board.drivers[:MOST_ROWS]
    figure = marks.rows_figure(len(shown))
    for index, driver in enumerate(shown):
        _driver(figure, index, driver, findings)
    line = {"color": INK.light, "width": 1.5}
    for index in range(len(shown)):
        y = {"y0": index - 0.22, "y1": index + 0.32}
        figure.add_shape(type="line", x0=usd(annual), x1=usd(annual), line=line, **y)
    alt = (
        f"Tornado around an annual saving of {spelling.money(annual)}. "
        "The table of drivers below holds its figures."
    )
    return Chart("tornado", alt, figure)


def _driver(figure: go.Figure, index: int, driver: Driver, findings: Findings) -> None:
    annual = findings.projection.annual_saving_pico_usd or 0
    low, high = driver.annual.low_pico_usd, driver.annual.high_pico_usd
    middle = min(max(annual, low), high)
    for start, end, colour in ((low, middle, BEFORE.light), (middle, high, SAVED.light)):
        if end > start:
            length = usd(end) - usd(start)
            marks.bar(figure, index, start=usd(start), length=length, colour=colour)
    low_end, high_end, _ = driver_ends(findings, driver)
    marks.row_label(figure, index, driver_name(driver), f"{low_end} to {high_end}")
