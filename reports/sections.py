"""Puts the board's tables and sentences into sections, once for every renderer."""

from __future__ import annotations

from analyzer.findings import Findings
from reports import rollout, spelling
from reports.grid import Grid, Section
from reports.tables import care, economics, outlook
from reports.tables.curves import curve_section, staleness_grids
from reports.tables.reconciled import reconciliation_section

PPM = 1_000_000
TARGET_PERCENT = 15
"""A forecast within this of what is spent is what FinOps teams call walking (20 to crawl)."""

KINDS_OF_SAVING = (
    "Every saving in this report is potential: nothing of it is committed or realised yet."
)


def board_sections(findings: Findings) -> tuple[Section, ...]:
    """Return the sections that answer a board, in the order they are read."""
    if not findings.is_priced:
        return (reconciliation_section(findings),)
    return (
        reconciliation_section(findings),
        economics_section(findings),
        care_section(findings),
        curve_section(findings),
        sensitivity_section(findings),
        forecast_section(findings),
    )


def economics_section(findings: Findings) -> Section:
    """Return unit costs, rate against usage, and who is paid."""
    return Section(
        "economics",
        "Unit costs, rates and providers",
        (KINDS_OF_SAVING,),
        (
            economics.unit_grid(findings),
            economics.optimisation_grid(findings),
            economics.rates_grid(findings),
            economics.kinds_grid(findings),
            economics.provider_grid(findings),
            economics.model_grid(findings),
        ),
        (("providers", "Who is paid", "Upper bar: today. Lower bar: under the policy."),),
    )


def care_section(findings: Findings) -> Section:
    """Return risks, quality, staleness, owners and costs."""
    grids = (
        care.risk_grid(findings),
        care.quality_grid(findings),
        care.service_grid(findings),
        care.cost_grid(findings),
        *staleness_grids(findings),
        care.duty_grid(findings),
    )
    said = (
        care.unscored(findings),
        care.staleness(findings),
        care.unowned(findings),
        *rollout.net_sentences(findings),
    )
    return Section("risk", "Quality and risk", _kept(said), _tables(grids))


def sensitivity_section(findings: Findings) -> Section:
    """Return what moves the saving and where it is gone."""
    board = findings.board
    if not board.drivers and not board.break_evens:
        nothing = "Nothing to vary: this log projects no annual saving."
        return Section("sensitivity", "What the saving hangs on", (nothing,))
    grids = (
        outlook.driver_grid(findings) if board.drivers else None,
        outlook.break_even_grid(findings) if board.break_evens else None,
        outlook.run_cost_grid(findings) if board.break_evens else None,
        outlook.threshold_grid(findings),
        outlook.shock_grid(findings),
    )
    note = "Annual saving, one thing at a time, all else as found. The line is the saving as found."
    tornado = (("tornado", "What moves the annual saving", note),)
    return Section("sensitivity", "What the saving hangs on", (), _tables(grids), tornado)


def forecast_section(findings: Findings) -> Section:
    """Return weekday, trend, scenarios and how well the window forecasts itself."""
    grids = (
        outlook.scenario_grid(findings),
        outlook.spread_grid(findings),
        outlook.weekday_grid(findings),
    )
    return Section("forecast", "The next months", _outlook(findings), _tables(grids))


def _outlook(findings: Findings) -> tuple[str, ...]:
    found = findings.board.forecast
    if found is None:
        return ("No forecast: this log covers too little time.",)
    if found.trend_ppm is None or found.trend_low_ppm is None or found.trend_high_ppm is None:
        return ("No trend and no weekdays: the log has fewer than two weeks of whole days.",)
    trend = spelling.percent_change(found.trend_ppm, PPM)
    low, high = (
        spelling.percent_change(ppm, PPM) for ppm in (found.trend_low_ppm, found.trend_high_ppm)
    )
    flat = found.trend_low_ppm <= 0 <= found.trend_high_ppm
    verdict = "a trend is not told apart from none" if flat else "the trend is real in this window"
    return (
        f"Trend of today\u2019s spend, weekdays evened out: {trend} a week (P10 to P90: {low} to "
        f"{high}), so {verdict}. It is not carried into any figure.",
        _backtest(found.error_ppm),
    )


def _backtest(error_ppm: int | None) -> str:
    if error_ppm is None:
        return ""
    error = spelling.percent_change(error_ppm, PPM)
    met = "within" if abs(error_ppm) * 100 <= TARGET_PERCENT * PPM else "outside"
    return (
        f"Test of the method: the first half of this window, by weekday, forecasts the second "
        f"half\u2019s spend with an error of {error}, {met} the {TARGET_PERCENT}% that a forecast "
        "should keep. Hold next month\u2019s bill against the scenario of its growth to the same "
        f"{TARGET_PERCENT}%."
    )


NEVER_MEASURED = (
    "Waiting time: answers keep their logged speed, whichever model gives them; a cascade waits "
    "for each tier, a cache hit for none.",
    "Rate limits and outages of another provider.",
    "What people do next: cheaper or worse answers can bring more questions, and second tries.",
)


def not_measured(findings: Findings) -> tuple[str, ...]:
    """Return what no figure of this report says, the gaps of this log first."""
    gaps = []
    if not any(row.evals for row in findings.board.quality):
        gaps.append(
            "Whether other models\u2019 answers are good enough: no quality score is loaded."
        )
    if findings.reconciliation is None:
        gaps.append("Whether the log agrees with the bill: no bill and no logged cost is loaded.")
    if not any(row.users for row in findings.board.units):
        gaps.append("Cost per user: the log names no users.")
    if not findings.board.costs:
        gaps.append("What it costs to put the policy in place: it states no cost.")
    caches = any(duty.lever == "caching" for duty in findings.board.duties)
    if caches and findings.curves is None:
        gaps.append(
            "How old cached answers are when they are given: only the oldest possible is known."
        )
    return (*gaps, *NEVER_MEASURED)


def _kept(sentences: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sentence for sentence in sentences if sentence)


def _tables(grids: tuple[Grid | None, ...]) -> tuple[Grid, ...]:
    return tuple(grid for grid in grids if grid is not None and grid.rows)
