"""What else a value of the policy could have been, and what the log comes to at each."""

from __future__ import annotations

from collections.abc import Mapping

from analyzer.curve import Curve, CurvePoint, Staleness
from analyzer.findings import Findings
from analyzer.money import round_half_up
from reports import spelling
from reports.grid import Grid, Section

PPM = 1_000_000
MINUTE_US = 60_000_000
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US
MOST_NAMES = 3

_TITLES = {
    "ttl_us": "How long a cached answer lives",
    "accept_ppm": "Which score is good enough",
    "pass_rate_ppm": "How many answers pass",
    "ratio_ppm": "How far prompts are compressed",
    "max_size": "How many questions share a call",
}
_VALUES = {
    "ttl_us": "Lifetime",
    "accept_ppm": "Threshold",
    "pass_rate_ppm": "Pass rate",
    "ratio_ppm": "Tokens kept",
    "max_size": "Pack size",
}
_SHARES = {"caching": "From the cache", "routing": "Escalated"}


def curve_section(findings: Findings) -> Section:
    """Return every curve with its figures, or why there is none."""
    title = "Why these values"
    found = findings.curves
    if found is None:
        asked = (
            "No curve is drawn: each takes some replays more of this log. "
            "rebill report --curves draws them."
        )
        return Section("curves", title, (asked,))
    said = [
        "One value of the policy moves at a time, and the whole log is replayed at each; all else "
        "stays. Dollars are of this log. The best value here is the best of one window: "
        "rebill tune tests values on days held out."
    ]
    if not found.curves:
        said = ["No value of this policy can be moved along a curve."]
    if found.flat:
        named = "; ".join(
            f"{spelling.lever(one.lever).lower()} of {features_of(one.features)}"
            for one in found.flat
        )
        said.append(
            f"Without a curve, since no value moves a thousandth of today\u2019s spend: {named}."
        )
    if found.not_drawn:
        said.append(
            f"Not drawn: {spelling.plural(found.not_drawn, 'curve')} of further rules and features."
        )
    grids = tuple(curve_grid(curve, number) for number, curve in enumerate(found.curves, 1))
    return Section("curves", title, tuple(said), grids)


def curve_title(curve: Curve) -> str:
    """Return what a curve moves, and of what."""
    tier = f", tier {curve.tier}" if curve.tier else ""
    return f"{_TITLES[curve.varied]}: {features_of(curve.features)}{tier}"


def axis_name(curve: Curve) -> str:
    """Return what the values along a curve are."""
    return _VALUES[curve.varied]


def features_of(names: tuple[str, ...]) -> str:
    """Name the first few features, and count the others."""
    shown = [spelling.name(name, characters=28) for name in names[:MOST_NAMES]]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def curve_grid(curve: Curve, number: int) -> Grid:
    """Return a curve's figures, the policy's own value marked."""
    columns = _columns(curve)
    heads = tuple(columns)
    rows = zip(*columns.values(), strict=True)
    return Grid(
        f"curve-{number}",
        curve_title(curve),
        curve_note(curve),
        (_VALUES[curve.varied], *heads),
        tuple(
            (_marked(value_of(curve, point), chosen=point.chosen), *cells)
            for point, cells in zip(curve.points, rows, strict=True)
        ),
        chart=f"curve-{number}",
        marked=frozenset(n for n, point in enumerate(curve.points) if point.chosen),
    )


def _marked(value: str, *, chosen: bool) -> str:
    return f"{value} (policy)" if chosen else value


def _columns(curve: Curve) -> Mapping[str, tuple[str, ...]]:
    """The columns beside the value: saving or spend, share and score, where there is any."""
    points = curve.points
    found: dict[str, tuple[str, ...]] = {}
    savings = [point.saving_pico_usd for point in points]
    known = [saving for saving in savings if saving is not None]
    if len(known) == len(points):
        found["Saves"] = spelling.column(known)
    found["Spend of these features"] = spelling.column([point.spend_pico_usd for point in points])
    if any(point.share_ppm is not None for point in points):
        found[_SHARES[curve.lever]] = tuple(_percent(point.share_ppm) for point in points)
    if any(point.score for point in points):
        found["Mean score"] = tuple(
            _percent(point.score.mean_ppm if point.score else None) for point in points
        )
        found["at least"] = tuple(
            _percent(point.score.low_ppm if point.score else None) for point in points
        )
        found["Evals"] = tuple(
            spelling.count(point.score.evals) if point.score else spelling.NOTHING
            for point in points
        )
    return found


def _percent(ppm: int | None) -> str:
    return spelling.NOTHING if ppm is None else spelling.percent(ppm, PPM)


def value_of(curve: Curve, point: CurvePoint) -> str:
    """Spell a point's value in full."""
    if curve.varied == "ttl_us":
        return spelling.duration(point.value) if point.value else "no cache"
    if curve.varied == "max_size":
        return spelling.count(point.value)
    return _ratio(point.value)


def tick_of(curve: Curve, point: CurvePoint) -> str:
    """Spell a point's value as shortly as an axis needs: ``15m``, ``12h``, ``3d``."""
    if curve.varied != "ttl_us":
        return value_of(curve, point)
    for unit_us, letter in ((DAY_US, "d"), (HOUR_US, "h"), (MINUTE_US, "m")):
        if point.value >= unit_us:
            return f"{point.value / unit_us:.3g}{letter}"
    return f"{point.value / 1_000_000:.3g}s" if point.value else "0"


def _ratio(ppm: int) -> str:
    text = f"{ppm / PPM:.6f}".rstrip("0")
    whole, _, part = text.partition(".")
    return f"{whole}.{part.ljust(2, '0')}"


def break_even_of(curve: Curve) -> str:
    """Spell a curve's break-even to the digits that a straight line between points bears."""
    value = curve.break_even or 0
    if curve.varied == "ttl_us":
        unit_us, noun = next(
            (u, n)
            for u, n in ((DAY_US, "day"), (HOUR_US, "hour"), (MINUTE_US, "minute"), (1, "second"))
            if value >= 2 * u or u == 1
        )
        return spelling.plural(round_half_up(value, unit_us), noun)
    if curve.varied == "max_size":
        return spelling.count(value)
    return f"{round_half_up(value, 10_000) / 100:.2f}"


def curve_note(curve: Curve) -> str:
    """Say what a curve shows, and where it crosses its break-even."""
    said = [_MEANS[curve.varied]]
    if curve.run_cost_pico_usd and curve.points[0].saving_pico_usd is not None:
        cost = spelling.money(curve.run_cost_pico_usd)
        said.append(f"The dashed line is the stated run cost, {cost} for these days.")
    if curve.break_even is not None:
        said.append(f"Break-even: about {break_even_of(curve)}.")
    if curve.lever == "routing":
        scored = any(point.score for point in curve.points)
        said.append(_SCORED if scored else _UNSCORED)
    return " ".join(said)


_MEANS = {
    "ttl_us": "Saves: against the same policy without this cache.",
    "accept_ppm": "An answer that scores lower is paid for, and the next tier is asked as well.",
    "pass_rate_ppm": "The policy assumes how many answers pass; nobody measured it.",
    "ratio_ppm": "Saves: against the same policy without this rule, the compressor paid.",
    "max_size": "Saves: against the same policy with a call for each question.",
}


_SCORED = (
    "Mean score: of the answers users get, where every tier was scored; at least: the low end of "
    "its 95% interval."
)
_UNSCORED = "No evals of every tier are loaded: what it does to the answers is not known."


def staleness_grids(findings: Findings) -> tuple[Grid, ...]:
    """Return the ages of each cache's answers; none where no curve was asked for."""
    found = findings.curves.staleness if findings.curves else ()
    return tuple(_ages(one, number) for number, one in enumerate(found, 1))


def _ages(found: Staleness, number: int) -> Grid:
    rows = []
    for band in found.bands:
        share = spelling.percent(band.answers, found.answers)
        rows.append((f"up to {_age(band.upto_us)}", spelling.count(band.answers), share))
    waited = (
        f" {spelling.count(found.waited)} more waited for an answer on its way."
        if found.waited
        else ""
    )
    ages = (
        f"Half are at most {_age(found.median_us)} old, nine in ten at most "
        f"{_age(found.p90_us)}, the oldest {_age(found.oldest_us)}."
        if found.answers
        else "None comes from the store."
    )
    return Grid(
        f"ages-{number}",
        f"How old cached answers are: {features_of(found.features)}",
        f"{ages}{waited}",
        ("Age when given", "Answers", "Share"),
        tuple(rows),
        ("All", spelling.count(found.answers), spelling.percent(found.answers, found.answers))
        if rows
        else (),
        chart=f"ages-{number}",
    )


def _age(span_us: int) -> str:
    """Spell an age to two figures or so: nobody needs the microsecond."""
    for unit_us, noun in ((DAY_US, "day"), (HOUR_US, "hour"), (MINUTE_US, "minute")):
        if span_us >= 2 * unit_us or span_us == unit_us:
            return spelling.plural(round_half_up(span_us, unit_us), noun)
    return spelling.plural(round_half_up(span_us, 1_000_000), "second")
