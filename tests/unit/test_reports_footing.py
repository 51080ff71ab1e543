"""Rounded tables add up as printed, and rounding never invents a change."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.money import PICO_PER_USD
from reports.footing import digits_of, foot, foot_mille, foot_next, table_unit, to_unit
from reports.tables.levers import lever_table
from tests.findings_example import build

UNIT = 10**10
AMOUNTS = st.integers(min_value=-(10**15), max_value=10**15)
SPENDS = st.integers(min_value=0, max_value=10**13) | st.integers(min_value=0, max_value=2 * UNIT)
LEVELS = st.lists(st.tuples(SPENDS, SPENDS, st.booleans()), min_size=1, max_size=30)


@given(st.lists(AMOUNTS, max_size=40))
def test_parts_add_up_and_stay_within_a_unit(parts: list[int]) -> None:
    target = to_unit(sum(parts), UNIT)
    rounded = foot(parts, target, UNIT)
    assert sum(rounded) == target
    assert all(value % UNIT == 0 for value in rounded)
    assert all(abs(a - b) < UNIT for a, b in zip(rounded, parts, strict=True))


def test_an_exact_part_stays_exact() -> None:
    assert foot([3 * UNIT, 0, UNIT // 2], 4 * UNIT, UNIT) == (3 * UNIT, 0, UNIT)


def test_parts_that_miss_their_total_are_refused() -> None:
    with pytest.raises(ValueError, match="add up"):
        foot([UNIT, UNIT], 4 * UNIT, UNIT)


@given(LEVELS)
def test_the_next_column_adds_up_and_moves_nothing_the_other_way(
    levels: list[tuple[int, int, bool]],
) -> None:
    before = [low for low, _, _ in levels]
    after = [low if still else high for low, high, still in levels]
    shown = foot(before, to_unit(sum(before), UNIT), UNIT)
    target = to_unit(sum(after), UNIT)
    following = foot_next(shown, before, after, target, UNIT)
    assert sum(following) == target
    assert min(following) >= 0
    parts = list(zip(shown, following, before, after, strict=True))
    disturbed = [1 for a, b, low, high in parts if low == high and a != b]
    if disturbed:
        assert len(disturbed) == 1
        assert all(b <= UNIT for a, b, low, high in parts if low != high)
    opposed = [abs(high - low) for a, b, low, high in parts if (b - a) * (high - low) < 0]
    assert len(opposed) <= 1
    assert all(move < 2 * len(levels) * UNIT for move in opposed)


def test_a_feature_that_a_lever_leaves_alone_is_printed_as_before() -> None:
    before = [2_704_000_000_000, 3_026_000_000_000]
    after = [2_704_000_000_000, 2_584_000_000_000]
    unit = PICO_PER_USD
    shown = foot(before, 6 * unit, unit)
    following = foot_next(shown, before, after, 5 * unit, unit)
    assert following[0] == shown[0]
    assert sum(following) == 5 * unit


@given(st.lists(st.integers(min_value=0, max_value=10**15), min_size=1, max_size=20))
def test_shares_add_up_to_the_printed_share(parts: list[int]) -> None:
    whole = sum(parts)
    expected = 1000 if whole else 0
    assert sum(foot_mille(parts, whole, expected)) == expected


@pytest.mark.parametrize(
    ("total_pico_usd", "decimals"),
    [
        (250_000 * PICO_PER_USD, 0),
        (14_000 * PICO_PER_USD, 2),
        (PICO_PER_USD, 2),
        (0, 2),
        (38_412_000_007, 6),
        (41, 12),
    ],
)
def test_a_table_is_printed_in_the_unit_its_total_needs(total_pico_usd: int, decimals: int) -> None:
    assert digits_of(table_unit(total_pico_usd)) == decimals


def test_the_same_saving_is_printed_the_same_in_every_column() -> None:
    """$10.004 falls to $1.338: printed as $10.00 less $1.34, so $8.66, never $8.67 beside it."""
    saving = 8_666_000_000_000
    found = build({"chat": (10_004_000_000_000, (saving,))}, levers=("caching",))
    share = replace(
        found.attribution[0],
        alone_pico_usd=saving,
        least_pico_usd=saving - 5_000_000_000,
        most_pico_usd=saving,
    )
    (row,), _ = lever_table(replace(found, attribution=(share,)))
    assert {row.in_order, row.shapley, row.alone, row.most, row.least} == {"$8.66"}
