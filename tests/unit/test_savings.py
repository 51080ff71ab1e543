"""Who saved what, for how sure, and what it comes to in a year."""

import numpy as np
import pytest

from analyzer.findings import Day, Window
from analyzer.provenance import Source
from analyzer.savings.lost_rows import warnings_on_rejects
from analyzer.savings.project import (
    DRAWS,
    Bootstrap,
    monthly,
    projection,
    warnings_on_days,
)
from analyzer.savings.shapley import shapley, shares

DAY_US = 86_400_000_000
MONTH = Window(0, 30 * DAY_US)


def saving(table):
    """A saving function from {levers spelled as letters: saving}."""
    return lambda coalition: table["".join(sorted(coalition))]


OVERLAP = saving({"": 0, "a": 60, "b": 50, "ab": 80})


def test_an_overlap_is_shared_between_the_levers():
    assert shapley("ab", OVERLAP) == {"a": 45, "b": 35}


def test_alone_least_and_most_span_every_order():
    span = shares("a", "ab", OVERLAP)
    assert (span.alone, span.least, span.most) == (60, 30, 60)


@pytest.mark.parametrize(("joint", "first"), [(1, 1), (-1, 0), (3, 2)])
def test_a_pico_dollar_that_cannot_be_split_goes_to_the_earlier_lever(joint, first):
    values = shapley("ab", saving({"": 0, "a": 0, "b": 0, "ab": joint}))
    assert values == {"a": first, "b": joint - first}


def test_seven_levers_sum_to_the_joint_saving_exactly():
    levers = "abcdefg"

    def odd(coalition):
        return sum(ord(c) ** 3 for c in coalition) // (1 + len(coalition))

    values = shapley(levers, odd)
    assert sum(values.values()) == odd(frozenset(levers))


def test_a_month_is_a_twelfth_of_365_and_a_quarter_days():
    assert monthly(30 * 10**12, MONTH) == 30_437_500_000_000
    assert monthly(10**12, Window(5, 5)) is None


@pytest.mark.parametrize(
    ("days", "said"),
    [(0, "share one moment"), (1 / 24, "1.0 hours"), (6, "6.0 days"), (10, "few days")],
)
def test_short_windows_are_warned_about(days, said):
    window = Window(0, round(days * DAY_US))
    found = projection(10**12, 0, window, None, {}, {})
    assert len(found.warnings) == 1
    assert said in found.warnings[0]
    assert projection(10**12, 0, MONTH, None, {}, {}).warnings == ()


def test_one_calendar_day_is_not_warned_about_as_a_month():
    (said,) = projection(10**12, 0, Window(0, DAY_US), None, {}, {}).warnings
    assert said == "The log covers 1.0 days: every figure is of that one day."


def source(file, rows_in, rejects):
    return Source(file, "", "canonical", rows_in, rows_in - rejects, 0, rejects, 0)


def test_files_that_lost_many_rows_are_warned_about_the_worst_first():
    files = [source("a", 120, 37), source("b", 1000, 9), source("c", 4, 4), source("d", 0, 0)]
    said = warnings_on_rejects(files)
    assert [warning.split(" could")[0] for warning in said] == [
        "4 of the 4 rows of c", "37 of the 120 rows of a",
    ]  # fmt: skip


def test_the_interval_is_seeded_and_spans_the_mean():
    daily = np.arange(30, dtype=np.float64) * 1e12
    first, again = (Bootstrap(30, MONTH, 0).annual(daily) for _ in range(2))
    assert first == again
    assert first != Bootstrap(30, MONTH, 1).annual(daily)
    mean_year = daily.sum() * 365.25 / 30
    assert first.p10_pico_usd < mean_year < first.p90_pico_usd
    assert DRAWS == 2_000


def test_equal_days_have_an_interval_of_no_width():
    found = Bootstrap(30, MONTH, 0).annual(np.full(30, 1e12))
    assert found.p10_pico_usd == found.p90_pico_usd == 365_250_000_000_000


def test_a_window_of_mostly_empty_days_is_warned_about():
    spends = [10**12] * 15 + [0] * 20
    days = [Day(f"2026-10-{n + 1:02d}", spend, 0) for n, spend in enumerate(spends)]
    (said,) = warnings_on_days(days)
    assert said.startswith("Only 15 of the window's 35 days")
    assert warnings_on_days(days[:30]) == ()
