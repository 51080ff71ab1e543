"""Draws the curves of a policy's values: what each saves or costs, and what it does to answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from analyzer.curve import Curve, Staleness
from analyzer.findings import Findings
from analyzer.money import usd
from reports import marks, spelling
from reports.chart import Chart
from reports.tables.curves import (
    axis_name,
    break_even_of,
    curve_title,
    staleness_grids,
    tick_of,
    value_of,
)
from reports.theme import AFTER, INK, MUTED, PAPER, RULE, SAVED, Colour

PANEL_PX = 190
LEFT_PX = 60
"""Room for the figures of an axis."""
GAP = 0.2
"""Share of the height between two panels: the lower one's label stands there."""
PPM = 1_000_000
ORDINAL = ("ttl_us", "max_size")
"""Values whose steps are multiples: drawn an equal way apart."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One line over the values of a curve, in dollars or in per cent."""

    title: str
    values: tuple[float | None, ...]
    spelled: tuple[str, ...]
    in_dollars: bool


def build(findings: Findings) -> list[Chart]:
    """Return a chart for each curve and each cache's ages."""
    if findings.curves is None:
        return []
    curves = [curve(found, n) for n, found in enumerate(findings.curves.curves, 1)]
    grids = staleness_grids(findings)
    aged = zip(findings.curves.staleness, grids, strict=True)
    return [*curves, *(ages(found, grid.name, grid.title) for found, grid in aged if found.bands)]


def curve(found: Curve, number: int) -> Chart:
    """Return one curve: dollars above, and below them what happens to requests or answers."""
    panels = _panels(found)
    figure = go.Figure(layout=marks.layout(height=PANEL_PX * len(panels) + 20))
    xs = _places(found)
    for row, panel in enumerate(panels):
        _panel(figure, xs, panel, row, len(panels))
        _chosen(figure, found, xs, panel, row, len(panels))
    _value_axis(figure, found, xs, len(panels))
    _marked_lines(figure, found, xs)
    alt = f"Curve. {curve_title(found)}. The table beside it holds its figures."
    return Chart(f"curve-{number}", alt, figure)


def _panels(found: Curve) -> tuple[Panel, ...]:
    points = found.points
    savings = [point.saving_pico_usd for point in points]
    known = [saving for saving in savings if saving is not None]
    dollars = known if len(known) == len(points) else [point.spend_pico_usd for point in points]
    name = "Saves in this log" if len(known) == len(points) else "Spend of these features"
    first = Panel(name, tuple(usd(pico) for pico in dollars), spelling.column(dollars), True)
    second = _answers(found)
    return (first,) if second is None else (first, second)


def _answers(found: Curve) -> Panel | None:
    """What is below the dollars: mean score where there is one, else a share of requests."""
    points = found.points
    scores = [None if point.score is None else point.score.mean_ppm for point in points]
    shares = [point.share_ppm for point in points]
    if any(score is not None for score in scores):
        return _percents("Mean score", scores)
    if any(share is not None for share in shares):
        title = {"caching": "From the cache", "routing": "Escalated"}[found.lever]
        return _percents(title, shares)
    return None


def _percents(title: str, ppm: Sequence[int | None]) -> Panel:
    spelled = ("" if value is None else spelling.percent(value, PPM) for value in ppm)
    values = (None if value is None else value / 10_000 for value in ppm)
    return Panel(title, tuple(values), tuple(spelled), False)


def _places(found: Curve) -> list[float]:
    if found.varied in ORDINAL:
        return [float(place) for place in range(len(found.points))]
    return [point.value / PPM for point in found.points]


def _axes(row: int) -> dict[str, str]:
    return {"yaxis": "y" if row == 0 else f"y{row + 1}"}


def _panel(figure: go.Figure, xs: list[float], panel: Panel, row: int, rows: int) -> None:
    colour = AFTER if row == 0 else MUTED
    figure.add_scatter(
        x=xs,
        y=list(panel.values),
        mode="lines+markers",
        line={"color": colour.light, "width": 2},
        marker={"color": colour.light, "size": 5},
        hoverinfo="skip",
        **_axes(row),
    )
    top, height = _top(row, rows), (1 - GAP * (rows - 1)) / rows
    unit = {"tickprefix": "$"} if panel.in_dollars else {"ticksuffix": "%"}
    figure.update_layout(
        {
            f"yaxis{'' if row == 0 else row + 1}": {
                "domain": [max(0.0, top - height), top],
                "gridcolor": RULE.light,
                "linecolor": RULE.light,
                "zerolinecolor": INK.light,
                "rangemode": "tozero",
                "nticks": 4,
                "separatethousands": True,
                "fixedrange": True,
                "anchor": "x",
                **unit,
            }
        }
    )
    _heading(figure, panel.title, colour, top, left=True)


def _chosen(
    figure: go.Figure, found: Curve, xs: list[float], panel: Panel, row: int, rows: int
) -> None:
    """Mark the policy's own value; what it comes to stands over the panel, clear of the line."""
    place = next((n for n, point in enumerate(found.points) if point.chosen), None)
    if place is None or panel.values[place] is None:
        return
    marker = {"color": INK.light, "size": 11, "line": {"color": PAPER.light, "width": 1.5}}
    where = {"x": [xs[place]], "y": [panel.values[place]]}
    figure.add_scatter(mode="markers", marker=marker, hoverinfo="skip", **where, **_axes(row))
    value = f"{value_of(found, found.points[place])}: " if row == 0 else ""
    text = f"\u25cf policy, {value}" if row == 0 else "\u25cf "
    _heading(figure, text + panel.spelled[place], INK, _top(row, rows), left=False)


def _top(row: int, rows: int) -> float:
    """The upper end of a panel, as a share of the figure's height."""
    return 1 - row * ((1 - GAP * (rows - 1)) / rows + GAP)


def _heading(figure: go.Figure, text: str, colour: Colour, top: float, *, left: bool) -> None:
    figure.add_annotation(
        x=0 if left else 1, xref="paper", xanchor="left" if left else "right",
        xshift=-LEFT_PX if left else 0, y=top, yref="paper", yanchor="bottom", yshift=7,
        text=f"<b>{marks.label(text)}</b>", showarrow=False, borderpad=0,
        font={"color": colour.light, "size": marks.LABEL_PX},
    )  # fmt: skip


def _value_axis(figure: go.Figure, found: Curve, xs: list[float], rows: int) -> None:
    axis = {"gridcolor": RULE.light, "linecolor": RULE.light, "zeroline": False, "showgrid": False}
    if found.varied in ORDINAL:
        axis |= {"tickvals": xs, "ticktext": [tick_of(found, point) for point in found.points]}
        axis |= {"tickangle": 0, "tickfont": {"size": 11}}
    else:
        axis |= {"tickformat": ".1f", "nticks": 6}
    axis["title"] = {
        "text": axis_name(found),
        "standoff": 6,
        "font": {"color": MUTED.light, "size": marks.LABEL_PX},
    }
    last = "y" if rows == 1 else f"y{rows}"
    spread = (xs[-1] - xs[0]) * 0.03
    figure.update_xaxes(
        anchor=last, fixedrange=True, range=[xs[0] - spread, xs[-1] + spread], **axis
    )
    figure.update_layout(margin={"l": LEFT_PX, "r": 8, "t": 30, "b": 44})


def _marked_lines(figure: go.Figure, found: Curve, xs: list[float]) -> None:
    """Draw the run cost across, and the break-even down, in the panel of dollars."""
    if found.points[0].saving_pico_usd is None:
        return
    line = {"color": INK.light, "width": 1, "dash": "dash"}
    if found.run_cost_pico_usd:
        cost = usd(found.run_cost_pico_usd)
        figure.add_shape(type="line", x0=xs[0], x1=xs[-1], y0=cost, y1=cost, line=line)
        text = f"run cost {spelling.money(found.run_cost_pico_usd)}"
        _note(figure, xs[-1], cost, text)
    if found.break_even is not None:
        at = _between(found, xs)
        level = usd(found.run_cost_pico_usd)
        marker = {"symbol": "diamond", "size": 9, "color": SAVED.light}
        marker["line"] = {"color": INK.light, "width": 1.5}
        figure.add_scatter(x=[at], y=[level], mode="markers", marker=marker, hoverinfo="skip")
        if found.varied not in ORDINAL:
            _make_room_below(figure, found)
            _note(figure, at, level, f"break-even {break_even_of(found)}")


def _note(figure: go.Figure, x: float, y: float, text: str) -> None:
    """Write under a line or a mark, ending at it: what rises or falls to it leaves that free."""
    figure.add_annotation(
        x=x, y=y, text=marks.label(text), xanchor="right", yanchor="top", yshift=-4,
        showarrow=False, font={"color": INK.light, "size": marks.LABEL_PX},
    )  # fmt: skip


def _make_room_below(figure: go.Figure, found: Curve) -> None:
    savings = [usd(point.saving_pico_usd or 0) for point in found.points]
    low, high = min(0.0, *savings), max(0.0, *savings)
    figure.update_layout(yaxis={"range": [min(low * 1.1, -0.25 * high), high * 1.08 or 1.0]})


def _between(found: Curve, xs: list[float]) -> float:
    """Where the break-even stands on the axis."""
    values = [point.value for point in found.points]
    at = found.break_even or 0
    if found.varied not in ORDINAL:
        return at / PPM
    after = next(n for n, value in enumerate(values) if value >= at)
    if after == 0 or values[after] == at:
        return xs[after]
    return xs[after - 1] + (at - values[after - 1]) / (values[after] - values[after - 1])


def ages(found: Staleness, name: str, title: str) -> Chart:
    """Return how many answers a cache gives at each age."""
    figure = marks.rows_figure(len(found.bands))
    for index, band in enumerate(found.bands):
        marks.bar(figure, index, start=0, length=float(band.answers), colour=AFTER.light)
        share = spelling.percent(band.answers, found.answers)
        upto = spelling.duration(band.upto_us)
        marks.row_label(figure, index, f"up to {upto}", f"{spelling.count(band.answers)} ({share})")
    return Chart(name, f"Bars. {title}. The table beside it holds its figures.", figure)
