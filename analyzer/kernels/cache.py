"""Response-cache replay for a fixed TTL: which requests hit, jumping from miss to miss.

A *cycle* starts with a miss when no entry is valid and no answer is in flight. Requests that
arrive before the first answer of the cycle is stored are misses too, and they stand in one
unbroken run. After the run the cycle's answers are all known, so the next miss is one search away:
cost grows with misses, not with requests. Every key takes its step at once.
"""

from __future__ import annotations

from bisect import bisect_left
from heapq import heappop, heappush
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_FEWEST_KEYS_AT_ONCE = 48
"""Below this many live keys a plain loop is faster than NumPy's fixed cost per step."""


def replay_ttl(
    key: Ints, ts_us: Ints, fill_us: Ints, *, ttl_us: int, refresh: bool, coalesce: bool
) -> tuple[Bools, Bools]:
    """Return ``(hit, coalesced)`` for requests sorted by key, then replay order.

    Args:
        key: group numbers, non-decreasing, shape (n,).
        ts_us: arrival times, non-decreasing within a key, shape (n,).
        fill_us: when the answer would be stored if the request missed, at least ``ts_us``.
        ttl_us: an entry stored at f is valid for f <= t < f + ttl.
        refresh: a hit at t moves the entry's clock to t.
        coalesce: a request that meets an answer in flight waits for it, and is a hit.

    Source: REPLAY.md §4, caching.
    """
    hit, waited = np.zeros(len(key), dtype=np.bool_), np.zeros(len(key), dtype=np.bool_)
    for rows in _chunks(key, ts_us):
        trace = _Trace(
            key[rows] - key[rows][0],
            ts_us[rows],
            fill_us[rows],
            ttl_us,
            refresh=refresh,
            coalesce=coalesce,
        )
        trace.replay()
        hit[rows], waited[rows] = ~trace.miss, trace.waited
    return hit, waited


class _Trace:
    """The sorted columns, what can be computed for every request at once, and the outcome."""

    def __init__(
        self, key: Ints, ts: Ints, fill: Ints, ttl: int, *, refresh: bool, coalesce: bool
    ) -> None:
        n = len(key)
        self.ts, self.fill, self.ttl = ts, fill, ttl
        self.refresh, self.coalesce = refresh, coalesce
        self.starts = np.flatnonzero(np.r_[True, key[1:] != key[:-1]])
        ends = np.r_[self.starts[1:], n]
        self.key_end = np.repeat(ends, ends - self.starts)
        self.times = _KeyedTimes(key, ts)
        self.run_end = self._run_ends()
        self.gap_end = self._gap_ends() if refresh else None
        self.miss = np.zeros(n, dtype=np.bool_)
        self.waited = np.zeros(n, dtype=np.bool_)

    def _run_ends(self) -> Ints:
        """The first request after i that finds an answer stored, were i to start a cycle.

        Each miss m of the run ends it at the first later request with ts >= fill_m. The run's end
        is the least of those, and a suffix minimum finds it: a request beyond the end cannot end
        the run earlier than itself.
        """
        index = np.arange(len(self.ts))
        first_reader = index + 1
        overtaken = np.flatnonzero(
            (first_reader < self.key_end) & (np.r_[self.ts[1:], 0] < self.fill)
        )
        readable = self.times.first_at(overtaken, self.fill[overtaken])
        first_reader[overtaken] = np.maximum(readable, overtaken + 1)
        if self.coalesce:
            return first_reader
        earliest: Ints = np.minimum.accumulate(first_reader[::-1])[::-1]
        return earliest

    def _gap_ends(self) -> Ints:
        """The first request at or after i whose predecessor is at least a TTL away (or key end)."""
        n = len(self.ts)
        index = np.arange(n)
        far = np.r_[True, np.diff(self.ts) >= self.ttl]
        stop = np.where(far, index, n)
        ahead: Ints = np.minimum(np.minimum.accumulate(stop[::-1])[::-1], self.key_end)
        return ahead

    def replay(self) -> None:
        live = self.starts
        while len(live) >= _FEWEST_KEYS_AT_ONCE:
            live = self._step_all(live)
        for start in live.tolist():
            self._finish_one(start)

    def _step_all(self, start: Ints) -> Ints:
        """Take one cycle of every live key; return where their next cycles start."""
        end = self.run_end[start]
        first_fill, last_fill = self._mark_runs(start, end)
        apart = last_fill - first_fill > self.ttl
        for odd in start[apart].tolist():
            self._walk(odd)
        start, end, last_fill = start[~apart], end[~apart], last_fill[~apart]
        following = np.maximum(self.times.first_at(start, last_fill + self.ttl), end)
        if self.gap_end is not None:
            following = self._while_refreshed(end, following, self.key_end[start])
        return following[following < self.key_end[start]]

    def _while_refreshed(self, end: Ints, following: Ints, key_end: Ints) -> Ints:
        """With ``refresh``, hits go on while no two requests are a TTL apart."""
        assert self.gap_end is not None  # noqa: S101 - narrows the type
        kept_warm = (following > end) & (following < key_end)
        result = following.copy()
        result[kept_warm] = self.gap_end[following[kept_warm]]
        return result

    def _mark_runs(self, start: Ints, end: Ints) -> tuple[Ints, Ints]:
        """Mark the requests of each run; return the first and last fill of each run's misses."""
        self.miss[start] = True
        first, last = self.fill[start], self.fill[start]
        longer = np.flatnonzero(end - start > 1)
        if len(longer):
            rows, offsets = _ranges(start[longer], end[longer])
            if self.coalesce:
                self.waited[rows] = True
                self.waited[start[longer]] = False
                return first, last
            self.miss[rows] = True
            first[longer] = np.minimum.reduceat(self.fill[rows], offsets)
            last[longer] = np.maximum.reduceat(self.fill[rows], offsets)
        return first, last

    def _finish_one(self, start: int) -> None:
        """The same cycles for one key, in plain Python."""
        stop = int(self.key_end[start])
        offset = start
        ts, fill = self.ts[start:stop].tolist(), self.fill[start:stop].tolist()
        run_end = (self.run_end[start:stop] - offset).tolist()
        gap_end = None if self.gap_end is None else (self.gap_end[start:stop] - offset).tolist()
        i, n = 0, stop - start
        while i < n:
            end = run_end[i]
            fills = fill[i : i + 1] if self.coalesce else fill[i:end]
            if max(fills) - min(fills) > self.ttl:
                self._walk(offset + i)
                return
            self._mark_one(offset + i, offset + end)
            following = bisect_left(ts, max(fills) + self.ttl, end)
            if gap_end is not None and end < following < n:
                following = gap_end[following]
            i = following

    def _mark_one(self, start: int, end: int) -> None:
        marked = self.waited if self.coalesce else self.miss
        marked[start:end] = True
        self.miss[start], self.waited[start] = True, False

    def _walk(self, start: int) -> None:
        """Replay the rest of one key request by request: answers of a run lie a TTL apart."""
        clock: int | None = None
        in_flight: list[int] = []
        for i in range(start, int(self.key_end[start])):
            now = int(self.ts[i])
            while in_flight and in_flight[0] <= now:
                clock = heappop(in_flight)
            if clock is not None and now - clock < self.ttl:
                clock = now if self.refresh else clock
            elif self.coalesce and in_flight:
                self.waited[i] = True
            else:
                self.miss[i] = True
                heappush(in_flight, int(self.fill[i]))


class _KeyedTimes:
    """One increasing array over all keys, so that one search serves every key."""

    def __init__(self, key: Ints, ts: Ints) -> None:
        self.key, self.origin = key, int(ts.min())
        self.width = _width(ts)
        self.sorted = key * self.width + (ts - self.origin)

    def first_at(self, index: Ints, moment: Ints) -> Ints:
        """The first request of the same key (as ``index``) at or after ``moment``, or key end."""
        within = np.minimum(moment - self.origin, self.width - 1)
        return np.searchsorted(self.sorted, self.key[index] * self.width + within)


def _width(ts: Ints) -> int:
    """Distinct positions one key needs: every moment of the window, and one past its end."""
    return int(ts.max()) - int(ts.min()) + 2


def _chunks(key: Ints, ts: Ints) -> list[slice]:
    """Split the rows between keys so that (key, time) of each chunk fits one 64-bit integer."""
    if not len(key):
        return []
    most_keys = max(1, (1 << 62) // _width(ts))
    cuts = np.flatnonzero(np.diff((key - key[0]) // most_keys)) + 1
    edges = [0, *cuts.tolist(), len(key)]
    return [slice(low, high) for low, high in pairwise(edges)]


def _ranges(start: Ints, end: Ints) -> tuple[Ints, Ints]:
    """Return the numbers of all ranges [start, end) in one array, and where each begins in it."""
    lengths = end - start
    offsets = np.r_[0, np.cumsum(lengths)[:-1]]
    rows = np.arange(lengths.sum()) - np.repeat(offsets, lengths) + np.repeat(start, lengths)
    return rows, offsets
