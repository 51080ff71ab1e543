"""The window scaled to a month and a year, with an interval over its days (REPLAY.md §6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from analyzer.findings import Day, Interval, Projection, Window
from analyzer.money import round_half_up

MONTHS_A_YEAR = 12
DRAWS = 2_000
FEWEST_DAYS = 7
FEWEST_DAYS_FOR_INTERVAL = 14

_DAY_US = 86_400_000_000
YEAR_US = 31_557_600_000_000  # 365.25 days


def monthly(pico_usd: int, window: Window) -> int | None:
    """Return a window's dollars as an average month's; None where the window has no length."""
    covered_us = window.end_us - window.start_us
    if covered_us == 0:
        return None
    return round_half_up(pico_usd * YEAR_US, MONTHS_A_YEAR * covered_us)


class Bootstrap:
    """A percentile bootstrap over calendar days, the same draws for every series it is asked."""

    def __init__(self, days: int, window: Window, seed: int) -> None:
        draws = np.random.default_rng(seed).integers(0, days, size=(DRAWS, days))
        self._times = np.zeros((DRAWS, days))
        np.add.at(self._times, (np.arange(DRAWS)[:, None], draws), 1)
        covered_us = window.end_us - window.start_us
        self._to_year = YEAR_US / covered_us if covered_us else None

    def annual(self, daily_pico_usd: NDArray[np.float64]) -> Interval | None:
        """Return P10 and P90 of the annual saving that days like these would add up to."""
        if self._to_year is None:
            return None
        # A float: an interval is an estimate, and its digits end long before a float's do.
        totals = self._times @ daily_pico_usd * self._to_year
        low, high = np.percentile(totals, [10, 90])
        return Interval(round(float(low)), round(float(high)))


def projection(
    before_pico: int,
    after_pico: int,
    window: Window,
    saving: Interval | None,
    features: Mapping[str, Interval],
    evidence: Mapping[str, Interval],
    warnings: tuple[str, ...] = (),
) -> Projection:
    """Return the window's dollars by month and year, with the warnings a reader needs.

    ``warnings`` are added to those that the window's length asks for.
    """
    before, after = monthly(before_pico, window), monthly(after_pico, window)
    annual = monthly(MONTHS_A_YEAR * (before_pico - after_pico), window)
    said = (*_warnings(window), *warnings)
    return Projection(before, after, annual, saving, features, evidence, said)


def warnings_on_days(days: Sequence[Day]) -> tuple[str, ...]:
    """Return a warning where most days of a long window cost nothing: a month is drawn from all."""
    spent = sum(day.before_pico_usd != 0 for day in days)
    if len(days) < FEWEST_DAYS_FOR_INTERVAL or 2 * spent >= len(days):
        return ()
    return (
        f"Only {spent:,} of the window's {len(days):,} days, {days[0].date} to "
        f"{days[-1].date}, hold any spend, and a month is drawn from all of them. Where a call's "
        "time is wrong or logs are missing, the monthly and annual figures are too low.",
    )


def _warnings(window: Window) -> tuple[str, ...]:
    days = (window.end_us - window.start_us) / _DAY_US
    if days == 0:
        return ("All requests share one moment: no month or year can be projected from it.",)
    if window.is_one_day:
        return (f"The log covers {_spell_length(days)}: every figure is of that one day.",)
    if days < FEWEST_DAYS:
        return (
            f"The log covers {_spell_length(days)}. A month projected from less than a week leaves "
            "out its weekdays and weekends: read it as a rate, not as a forecast.",
        )
    if days < FEWEST_DAYS_FOR_INTERVAL:
        return (
            f"The log covers {days:.1f} days: the interval rests on few days and is too narrow.",
        )
    return ()


def _spell_length(days: float) -> str:
    hours = days * 24
    if hours < 1:
        return f"{hours * 60:.1f} minutes"
    return f"{days:.1f} days" if days >= 1 else f"{hours:.1f} hours"
