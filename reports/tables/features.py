"""Features by steps: spend before and after each lever, in dollars and in per cent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analyzer.findings import Findings, Step, Tally
from reports import spelling
from reports.footing import (
    PER_MILLE,
    digits_of,
    exact_totals,
    foot,
    foot_next,
    saved_mille,
    totals,
    unit_of,
)
from reports.sentences import annual_range

NO_CALLS = Tally()


@dataclass(frozen=True, slots=True)
class Cell:
    """One feature after one lever: its spend, and what that lever changed, as printed."""

    spend: str
    change: str
    change_percent: str
    pico_usd: int
    """The rounded spend, for charts."""


@dataclass(frozen=True, slots=True)
class FeatureRow:
    """One feature from today's spend to the whole policy."""

    name: str
    cells: tuple[Cell, ...]
    saved: str
    saved_percent: str
    annual: str
    """The saving of a year, P10 to P90."""


@dataclass(frozen=True, slots=True)
class FeatureTable:
    """Features by steps. Every row and every column adds up as printed."""

    columns: tuple[str, ...]
    rows: tuple[FeatureRow, ...]
    total: FeatureRow


def by_spend(findings: Findings) -> tuple[str, ...]:
    """Return every feature, the dearest of today first."""
    names = {name for step in findings.steps for name in step.features}
    today = findings.steps[0].features
    return tuple(sorted(names, key=lambda name: (-today.get(name, NO_CALLS).pico_usd, name)))


def feature_table(findings: Findings) -> FeatureTable:
    """Return features by steps, rounded so that rows and columns add up."""
    names = by_spend(findings)
    exact = [[_spend(step, name) for name in names] for step in findings.steps]
    shown = _levels(findings, exact)
    intervals = findings.projection.features
    digits = digits_of(unit_of(findings))
    rows = [
        _row(
            name,
            [column[index] for column in shown],
            [column[index] for column in exact],
            annual_range(findings, intervals.get(name)),
            digits,
        )
        for index, name in enumerate(names)
    ]
    annual = annual_range(findings, findings.projection.annual_saving)
    total = _row("Total", totals(findings), exact_totals(findings), annual, digits)
    labels = tuple(spelling.lever(step.lever) for step in findings.steps)
    return FeatureTable(labels, tuple(rows), total)


def _spend(step: Step, name: str) -> int:
    return step.features.get(name, NO_CALLS).pico_usd


def _levels(findings: Findings, exact: Sequence[Sequence[int]]) -> list[tuple[int, ...]]:
    """Return spend by step and feature as printed, in pico-dollars."""
    unit = unit_of(findings)
    first, *others = totals(findings)
    shown = [foot(exact[0], first, unit)]
    for n, target in enumerate(others, 1):
        shown.append(foot_next(shown[-1], exact[n - 1], exact[n], target, unit))
    return shown


def _row(
    name: str, levels: Sequence[int], exact: Sequence[int], annual: str, digits: int
) -> FeatureRow:
    """Spell one feature: ``levels`` are its spend as printed, ``exact`` the same unrounded."""
    saved = levels[0] - levels[-1]
    mille = saved_mille(exact)
    first = Cell(spelling.money(levels[0], digits=digits), "", "", levels[0])
    cells = [_cell(levels, exact, mille, index, digits) for index in range(1, len(levels))]
    return FeatureRow(
        name=name,
        cells=(first, *cells),
        saved=spelling.money(saved, digits=digits),
        saved_percent=spelling.percent(sum(mille), PER_MILLE) if exact[0] else spelling.NOTHING,
        annual=annual,
    )


def _cell(
    levels: Sequence[int], exact: Sequence[int], mille: Sequence[int], index: int, digits: int
) -> Cell:
    spend = spelling.money(levels[index], digits=digits)
    moved = exact[index] - exact[index - 1]
    printed = levels[index] - levels[index - 1]
    if moved == printed == 0:
        return Cell(spend, spelling.NOTHING, "", levels[index])
    sign = spelling.MINUS if (printed or moved) < 0 else "+"
    change = sign + spelling.money(abs(printed), digits=digits)
    share = spelling.percent_change(-mille[index - 1], PER_MILLE)
    return Cell(spend, change, share, levels[index])
