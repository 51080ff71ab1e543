"""When calls arrive: the month, its weekdays and hours, and how they cluster."""

from __future__ import annotations

from collections.abc import Iterator

from company.draws import Draws

MONTH_START_US = 1_790_812_800_000_000  # 2026-10-01T00:00:00Z, a Thursday
DAYS = 31
SECOND_US = 1_000_000
HOUR_US = 3_600 * SECOND_US
DAY_US = 24 * HOUR_US
MONTH_END_US = MONTH_START_US + DAYS * DAY_US
_FIRST_WEEKDAY = 3  # Monday is 0

# Share of a day's calls by UTC hour. The trough (BurstGPT: a few percent of the peak) is measured;
# the two humps around lunch are assumed.
DAYTIME = (1, 1, 1, 1, 1, 2, 5, 12, 22, 30, 32, 30, 25, 28, 31, 30, 26, 19, 13, 9, 6, 4, 2, 1)
_HOURLY_SIGMA = 0.35  # assumed: some hours are busy for no reason the clock knows


def arrivals(draws: Draws, expected: float, weekend_factor: float) -> Iterator[int]:
    """Yield arrival times in microseconds, in order: about ``expected`` over the month."""
    weights = [
        DAYTIME[hour] * (weekend_factor if is_weekend(day) else 1.0)
        for day in range(DAYS)
        for hour in range(24)
    ]
    per_weight = expected / sum(weights)
    for hour, weight in enumerate(weights):
        rate = weight * per_weight * draws.lognormal(1.0, _HOURLY_SIGMA)
        yield from _poisson(draws, MONTH_START_US + hour * HOUR_US, rate)


def is_weekend(day: int) -> bool:
    """Say whether the month's day (0 is the first) is a Saturday or Sunday."""
    return (day + _FIRST_WEEKDAY) % 7 >= 5


def _poisson(draws: Draws, start_us: int, per_hour: float) -> Iterator[int]:
    passed = draws.exponential(1.0)
    while passed < per_hour:
        yield start_us + to_ms(passed / per_hour * HOUR_US)
        passed += draws.exponential(1.0)


def to_ms(microseconds: float) -> int:
    """Return microseconds cut to whole milliseconds: these logs' clocks are no finer."""
    return int(microseconds) // 1000 * 1000
