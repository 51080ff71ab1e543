"""Rows that arrive sorted, any number at a time, give what they give at once, in bounded memory."""

from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.levers.caching import LEVER, Caching
from analyzer.replay import hits, streams
from analyzer.replay.payers import PrefixPayers
from analyzer.replay.stretches import Reader, Stretch
from analyzer.runners import local
from tests.laws.test_laws import examples
from tests.laws.test_partitions import assert_same, opened, with_requests

TTL_US = 10
MOMENTS = st.integers(0, 60)
LATENCIES = st.one_of(st.none(), st.sampled_from((0, 1, 5, 9, 10, 11, 12, 40)))


def pieces(frame, cuts):
    """Return a frame in pieces that end at some of its rows."""
    edges = sorted({0, len(frame), *(cut % (len(frame) + 1) for cut in cuts)})
    return [frame[a:b] for a, b in pairwise(edges)]


@examples(300)
@given(
    rows=st.lists(st.tuples(st.integers(0, 1), MOMENTS, LATENCIES), min_size=1, max_size=40),
    cuts=st.lists(st.integers(0, 40), max_size=8),
    refresh=st.booleans(),
    coalesce=st.booleans(),
    ttl_us=st.sampled_from((0, 1, TTL_US)),
)
def test_a_cache_key_may_be_cut_anywhere(rows, cuts, refresh, coalesce, ttl_us):
    rule = Caching(features=("*",), ttl_seconds=0, refresh=refresh, coalesce=coalesce)
    rule = rule.model_copy(update={"ttl_us": ttl_us})
    key, ts, latency = zip(*sorted(rows, key=lambda row: row[:2]), strict=True)
    schema = {"prompt_key": pl.UInt64, "ts_us": pl.Int64, "latency_us": pl.Int64}
    requests = pl.DataFrame([key, ts, latency], schema=schema).with_columns(
        feature=pl.lit(0, dtype=pl.UInt32),
        model_name=pl.lit(0, dtype=pl.UInt32),
        cache_rule=pl.lit(0, dtype=pl.Int32),
    )
    whole = LEVER.decide(requests, rule, None)
    cut = pl.concat(streams.answer(pieces(requests, cuts), [rule], None))
    assert cut.select("hit", "coalesced").equals(whole)


@pytest.mark.parametrize("refresh", [False, True])
def test_a_key_with_all_the_traffic_carries_a_few_rows(refresh, monkeypatch):
    rule = Caching(features=("*",), ttl_seconds=1, refresh=refresh)
    draw = np.random.default_rng(7)
    ts = np.sort(draw.integers(0, 60_000_000, 20_000))
    constant = dict.fromkeys(("feature", "model_name"), pl.lit(0, dtype=pl.UInt32))
    requests = pl.DataFrame({"ts_us": ts, "latency_us": draw.integers(0, 200_000, 20_000)})
    requests = requests.with_columns(
        prompt_key=pl.lit(1, dtype=pl.UInt64), cache_rule=pl.lit(0, dtype=pl.Int32), **constant
    )
    heights = []
    decide = LEVER.decide

    def measured(rows, *rest):
        heights.append(len(rows))
        return decide(rows, *rest)

    monkeypatch.setattr(streams, "LEVER", type("Lever", (), {"decide": staticmethod(measured)}))
    frames = [requests[n : n + 100] for n in range(0, 20_000, 100)]
    answered = pl.concat(streams.answer(frames, [rule], None))
    assert answered.select("hit", "coalesced").equals(decide(requests, rule, None))
    # 333 requests a second, none slower than a fifth of one: so many answers are in flight.
    assert max(heights) < 100 + 333 * 0.2 * 1.5 + 1


@examples(15)
@given(world=with_requests, rows=st.integers(1, 7))
def test_a_log_in_order_may_be_cut_anywhere(world, rows):
    with opened(world) as (store, policy, log, asked):
        whole = local.run(store, log, policy, asked)
        reader = Reader(store, log, lookback_us=0, request_ids=asked.needs_request_ids)
        everything = Stretch(log.window.start_us, log.window.end_us + 1)
        answered = hits.decide_hits(store, log, policy)
        marked = PrefixPayers(asked).mark(answered.mark(reader.read(everything))).drop("row")
    frames = [marked[n : n + rows] for n in range(0, len(marked), rows)] or [marked]
    assert_same(streams.sum_up(frames, asked), whole)
