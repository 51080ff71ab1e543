"""The cache kernel against a walk of one request at a time, over times that meet."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.kernels import cache

HOUR_US = 3_600_000_000


def walk(rows, ttl, *, refresh, coalesce):
    """Return (hit, coalesced) of (key, ts, fill) rows, as REPLAY.md reads."""
    outcome, fills, hits = [], {}, {}
    for key, ts, fill in rows:
        stored = [f for f in fills.get(key, []) if f <= ts]
        clock = max(stored + hits.get(key, [])) if stored else None
        if clock is not None and ts - clock < ttl:
            outcome.append((True, False))
            if refresh:
                hits.setdefault(key, []).append(ts)
        elif coalesce and any(f > ts for f in fills.get(key, [])):
            outcome.append((True, True))
        else:
            outcome.append((False, False))
            fills.setdefault(key, []).append(fill)
    return outcome


def replay(rows, ttl, *, refresh=False, coalesce=False):
    columns = np.array(rows, dtype=np.int64).reshape(-1, 3)
    hit, waited = cache.replay_ttl(
        columns[:, 0], columns[:, 1], columns[:, 2], ttl_us=ttl, refresh=refresh, coalesce=coalesce
    )
    return list(zip(hit.tolist(), waited.tolist(), strict=True))


traces = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 60), st.sampled_from([0, 0, 1, 2, 5, 30])),
    max_size=40,
).map(lambda rows: sorted((key, ts, ts + latency) for key, ts, latency in rows))


@pytest.mark.parametrize("cheap_searches", [0, 8])
@pytest.mark.parametrize("fewest_keys_at_once", [1, 3, 10_000])
@settings(max_examples=200, deadline=None)
@given(
    rows=traces, ttl=st.sampled_from([0, 1, 3, 10, 40]), refresh=st.booleans(), join=st.booleans()
)
def test_every_request_fares_as_in_the_walk(
    fewest_keys_at_once, cheap_searches, rows, ttl, refresh, join
):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cache, "_FEWEST_KEYS_AT_ONCE", fewest_keys_at_once)
        patch.setattr(cache, "_CHEAP_SEARCHES", cheap_searches)
        found = replay(rows, ttl, refresh=refresh, coalesce=join)
    assert found == walk(rows, ttl, refresh=refresh, coalesce=join)


@pytest.mark.parametrize(("gap_us", "hit"), [(-1, True), (0, False), (1, False)])
def test_the_last_moment_of_a_ttl_is_a_miss(gap_us, hit):
    rows = [(0, 0, 250), (0, 250 + HOUR_US + gap_us, 10**12)]
    assert replay(rows, HOUR_US)[1] == (hit, False)


@pytest.mark.parametrize("fewest_keys_at_once", [1, 256])
def test_only_the_answers_of_a_run_are_stored(monkeypatch, fewest_keys_at_once):
    """The hits at 20 and 30 store nothing, so that 48 is past the answer of 7."""
    monkeypatch.setattr(cache, "_FEWEST_KEYS_AT_ONCE", fewest_keys_at_once)
    rows = [(0, 0, 0), (1, 0, 5), (1, 2, 7), (1, 20, 20), (1, 30, 30), (1, 48, 48)]
    assert [hit for hit, _ in replay(rows, 40)] == [False, False, False, True, True, False]


def test_one_preparation_serves_every_ttl():
    rows = [(k, t, t + 3) for k in (2, 5) for t in (0, 1, 4, 9, 30)]
    key, ts, fill = (np.array(column) for column in zip(*rows, strict=True))
    (trace,) = cache.prepare(key, ts, fill, coalesce=False)
    for ttl in (20, 1, 5):
        hit, _ = trace.replay(ttl, refresh=False)
        assert hit.tolist() == [h for h, _ in walk(rows, ttl, refresh=False, coalesce=False)]


def test_keys_too_many_for_one_integer_are_replayed_in_chunks():
    """Two keys a century of microseconds wide do not fit 62 bits together with a third."""
    century = 1 << 60
    rows = [(k, t, t) for k in range(9) for t in (0, 5, century, century + 20)]
    assert len(cache._chunks(np.array([r[0] for r in rows]), np.array([r[1] for r in rows]))) > 1
    for ttl in (10, 2 * century):  # under the longer, a key that is cut in two misses twice
        assert replay(rows, ttl) == walk(rows, ttl, refresh=False, coalesce=False)
