"""Grouping, packing, prefixes and draws, each against the plainest way to say it."""

from hashlib import md5

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.kernels import grouping
from analyzer.kernels.draws import uniform_draws
from analyzer.kernels.grouping import group_in_order
from analyzer.kernels.packing import joins_a_pack
from analyzer.kernels.prefix import finds_prefix_warm

LARGE = (1 << 63) + 5
small = st.integers(0, 3)
rows_of_keys = st.lists(
    st.tuples(small, st.sampled_from([0, 7, 1 << 62, LARGE, LARGE + 1]), small), max_size=30
)


def plainly(rows):
    """Return (group, order): groups in any order, rows of a group as they came."""
    places = {}
    for place, row in enumerate(rows):
        places.setdefault(row, []).append(place)
    return places


@pytest.mark.parametrize(("bits", "small_keys"), [(64, 1 << 20), (64, 2), (12, 2), (6, 2)])
@settings(max_examples=150, deadline=None)
@given(rows=rows_of_keys)
def test_rows_of_equal_keys_stand_together_in_their_order(bits, small_keys, rows):
    columns = [np.array([row[n] for row in rows], dtype=np.uint64) for n in range(3)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grouping, "_BITS", bits)
        patch.setattr(grouping, "_SMALL", small_keys)
        group, order = group_in_order(columns)
    assert group.tolist() == sorted(group.tolist())
    assert sorted(set(group.tolist())) == list(range(len(set(rows))))
    found = {}
    for number, place in zip(group.tolist(), order.tolist(), strict=True):
        found.setdefault(number, []).append(place)
    assert sorted(found.values()) == sorted(plainly(rows).values())


@pytest.mark.parametrize("columns", [3, 4, 6])
def test_keys_too_wide_for_one_integer_stay_apart(columns):
    """Three columns of 20 bits leave no room for the row's place, four none for each other."""
    widest = (1 << 20) - 1
    rows = [(widest,) * columns, (0,) * columns, (16,) + (0,) * (columns - 1)] * 3
    group, order = group_in_order([np.array(column) for column in zip(*rows, strict=True)])
    assert group.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert sorted(order.reshape(3, 3).tolist()) == [[0, 3, 6], [1, 4, 7], [2, 5, 8]]


def test_keys_that_differ_in_their_first_bits_alone_stay_apart():
    """A number of 64 bits leaves no room for a place below it."""
    keys = np.array([1 << 63, 0, 1 << 62, 1 << 63, 0], dtype=np.uint64)
    group, order = group_in_order([keys, np.zeros(5, dtype=np.int64)])
    found = {tuple(order[group == number].tolist()) for number in range(3)}
    assert found == {(0, 3), (1, 4), (2,)}


def test_many_rows_in_wide_columns_stay_apart():
    """Numbers of rows grow with every column that is taken in, and must never wrap."""
    numbers = np.arange(1 << 12)
    wide = np.full(len(numbers), (1 << 20) - 1)
    group, _ = group_in_order([numbers, numbers, *[wide] * 6])
    assert group.tolist() == numbers.tolist()


def test_one_column_is_enough_and_may_be_negative():
    group, order = group_in_order([np.array([3, -3, 3, -1])])
    found = {tuple(order[group == number].tolist()) for number in range(3)}
    assert found == {(0, 2), (1,), (3,)}


def test_negative_keys_do_not_meet_those_of_another_column():
    """2 * 5 - 4 is 1 * 5 + 1: a number below zero must not be taken as it is."""
    group, _ = group_in_order([np.array([1, 2, 0]), np.array([1, -4, 4])])
    assert group.tolist() == [0, 1, 2]


calls = st.lists(st.tuples(st.integers(-2, 2), st.sampled_from([None, 4, 9])), max_size=30)


@settings(max_examples=150, deadline=None)
@given(rows=calls, size=st.integers(1, 4))
def test_every_call_but_a_packs_first_joins_it(rows, size):
    frame = pl.DataFrame(rows, schema={"window": pl.Int64, "prefix": pl.UInt64}, orient="row")
    seen, expected = {}, []
    for row in rows:
        expected.append(seen.get(row, 0) % size != 0)
        seen[row] = seen.get(row, 0) + 1
    assert joins_a_pack(frame, ("window", "prefix"), size).to_list() == expected


def test_a_prefix_is_warm_to_the_last_moment_and_every_use_refreshes_it():
    frame = pl.DataFrame({"ts_us": [0, 5, 10, 16, 16], "key": [1, 1, 1, 1, 2]})
    found = finds_prefix_warm(frame, ("key",), pl.lit(5))
    assert found.to_list() == [False, True, True, False, False]


def test_a_draw_is_the_first_52_bits_of_the_digest():
    ids = ["r1", "ä", ""]
    expected = [int(md5(f"7:{i}:cache".encode()).hexdigest()[:13], 16) / 2**52 for i in ids]
    assert uniform_draws(pl.Series(ids), 7, "cache").to_list() == expected
