"""Days: spend by calendar day before and after the policy."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.findings import Findings
from reports import spelling
from reports.footing import digits_of, foot, to_unit, unit_of


@dataclass(frozen=True, slots=True)
class DayRow:
    """One calendar day before and after."""

    date: str
    before: str
    after: str
    saved: str


def day_table(findings: Findings) -> tuple[DayRow, ...]:
    """Return spend by calendar day as printed; the last row is the sum of those above it."""
    unit = unit_of(findings)
    exact_before = [day.before_pico_usd for day in findings.days]
    exact_after = [day.after_pico_usd for day in findings.days]
    before, after = to_unit(sum(exact_before), unit), to_unit(sum(exact_after), unit)
    befores, afters = foot(exact_before, before, unit), foot(exact_after, after, unit)
    rows = [
        _day_row(day.date, spent, left, unit)
        for day, spent, left in zip(findings.days, befores, afters, strict=True)
    ]
    return (*rows, _day_row("Total", before, after, unit))


def _day_row(date: str, before: int, after: int, unit: int) -> DayRow:
    digits = digits_of(unit)
    return DayRow(
        date,
        spelling.money(before, digits=digits),
        spelling.money(after, digits=digits),
        spelling.money(before - after, digits=digits),
    )
