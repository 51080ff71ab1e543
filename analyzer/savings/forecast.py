"""What the window's days say about the next ones: weekday, trend, spread, growth scenarios."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from analyzer.board import DaySpread, Forecast, Pair, Scenario
from analyzer.findings import Day, Window
from analyzer.money import PPM
from analyzer.savings.project import FEWEST_DAYS, FEWEST_DAYS_FOR_INTERVAL, MONTHS_A_YEAR, monthly

GROWTHS_PPM = (-50_000, 0, 50_000, 100_000)
Z_80 = 1.281552
_WEEK = 7

Floats = NDArray[np.float64]


def day_spread(days: Sequence[Day]) -> DaySpread | None:
    """Return P10, median and P90 of a day's spend; None under a week."""
    if len(days) < FEWEST_DAYS:
        return None
    before = [float(day.before_pico_usd) for day in days]
    after = [float(day.after_pico_usd) for day in days]
    sides = [np.percentile(side, [10, 50, 90]) for side in (before, after)]
    return DaySpread(*(Pair(round(b), round(a)) for b, a in zip(*sides, strict=True)))


def forecast(days: Sequence[Day], window: Window) -> Forecast | None:
    """Return what to expect of the next days and months; None without a month to scale.

    The first and the last day may be part days, and are left out of weekdays and trend.
    """
    before, after = (
        monthly(sum(side), window)
        for side in (
            (day.before_pico_usd for day in days),
            (day.after_pico_usd for day in days),
        )
    )
    if before is None or after is None or len(days) < 2:
        return None
    scenarios = tuple(_scenario(growth, before, after) for growth in GROWTHS_PPM)
    whole = days[1:-1]
    spend = np.array([float(day.before_pico_usd) for day in whole])
    if len(whole) < FEWEST_DAYS_FOR_INTERVAL or not spend.all():
        return Forecast((), None, None, None, None, scenarios)
    weekday = np.array([date.fromisoformat(day.date).weekday() for day in whole])
    trend, low, high = _trend(spend, weekday)
    return Forecast(_weekdays(spend, weekday), trend, low, high, _error(spend, weekday), scenarios)


def _scenario(growth_ppm: int, before: int, after: int) -> Scenario:
    """Twelve months, the first of them one step of growth above the window."""
    whole = sum((PPM + growth_ppm) ** n * PPM ** (12 - n) for n in range(1, MONTHS_A_YEAR + 1))
    return Scenario(growth_ppm, Pair(before * whole // PPM**12, after * whole // PPM**12))


def _weekdays(spend: Floats, weekday: NDArray[np.int_]) -> tuple[int, ...]:
    return tuple(round(factor * PPM) for factor in _factors(spend, weekday))


def _factors(spend: Floats, weekday: NDArray[np.int_]) -> Floats:
    means = np.array([spend[weekday == day].mean() for day in range(_WEEK)])
    factors: Floats = means / spend.mean()
    return factors


def _trend(spend: Floats, weekday: NDArray[np.int_]) -> tuple[int, int, int]:
    """A straight line through the days, weekdays evened out: change a week, of the mean day."""
    even = spend / _factors(spend, weekday)[weekday]
    time = np.arange(len(even)) / _WEEK
    centred = time - time.mean()
    slope = (centred @ even) / (centred @ centred)
    left = even - even.mean() - slope * centred
    error = np.sqrt(left @ left / (len(even) - 2) / (centred @ centred))
    ends = (slope, slope - Z_80 * error, slope + Z_80 * error)
    middle, low, high = (round(float(end / even.mean()) * PPM) for end in ends)
    return middle, low, high


def _error(spend: Floats, weekday: NDArray[np.int_]) -> int:
    """Forecast the second half from the first half's weekdays, and say how far it misses."""
    half = len(spend) // 2
    means = [spend[:half][weekday[:half] == day].mean() for day in range(_WEEK)]
    expected = sum(means[day] for day in weekday[half:])
    actual = spend[half:].sum()
    return round(float((expected - actual) / actual) * PPM)
