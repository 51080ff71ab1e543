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

_FEWEST_KEYS_AT_ONCE = 256
"""Below this many live keys a plain loop is faster than NumPy's fixed cost per step."""
_CHEAP_SEARCHES = 8
"""A plain loop searches row by row where it expects to visit fewer than one row in so many."""


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
    for trace in prepare(key, ts_us, fill_us, coalesce=coalesce):
        rows = slice(trace.first, trace.first + len(trace.ts))
        hit[rows], waited[rows] = trace.replay(ttl_us, refresh=refresh)
    return hit, waited


def prepare(key: Ints, ts_us: Ints, fill_us: Ints, *, coalesce: bool) -> tuple[Trace, ...]:
    """Return what every TTL's replay has in common, in pieces that hold each key whole."""
    return tuple(
        Trace(rows.start, key[rows], ts_us[rows], fill_us[rows], coalesce=coalesce)
        for rows in _chunks(key, ts_us)
    )


class Trace:
    """The sorted columns and all that does not depend on the TTL. ``first`` is its first row."""

    def __init__(self, first: int, key: Ints, ts: Ints, fill: Ints, *, coalesce: bool) -> None:
        """Take columns as ``replay_ttl`` does."""
        n = len(key)
        self.first, self.coalesce = first, coalesce
        self.same = key[1:] == key[:-1]
        self.starts = np.flatnonzero(np.r_[True, ~self.same])
        key = key - key[0]
        if key[-1] + 1 != len(self.starts):  # numbers are left out
            key = np.cumsum(np.r_[False, ~self.same])
        self.key, self.ts, self.fill = key, ts, fill
        self.ends = np.r_[self.starts[1:], n]
        self.times = _KeyedTimes(key, ts)
        self.run_end = self._run_ends()

    def replay(self, ttl_us: int, *, refresh: bool) -> tuple[Bools, Bools]:
        """Return ``(hit, coalesced)`` under one TTL, shape (n,)."""
        run = _Run(self, ttl_us, refresh=refresh)
        run.replay()
        return ~run.miss, run.waited

    def _run_ends(self) -> Ints:
        """The first request after i that finds an answer stored, were i to start a cycle.

        Each miss m of the run ends it at the first later request with ts >= fill_m. The run's end
        is the least of those, and a suffix minimum finds it: a request beyond the end cannot end
        the run earlier than itself. Only requests that are overtaken by another matter.
        """
        run_end = np.arange(1, len(self.ts) + 1)
        in_flight = self.same & (self.ts[1:] < self.fill[:-1])
        overtaken = np.flatnonzero(in_flight)
        if not len(overtaken):
            return run_end
        run_end[overtaken] = self.times.first_at(overtaken, self.fill[overtaken])
        if not self.coalesce:
            # A request that is not overtaken ends every run before it: nothing beyond it counts.
            bounded = np.flatnonzero(np.r_[in_flight, False] | np.r_[False, in_flight])
            run_end[bounded] = np.minimum.accumulate(run_end[bounded][::-1])[::-1]
        return run_end


class _Run:
    """One replay of a trace: the outcome so far."""

    def __init__(self, trace: Trace, ttl: int, *, refresh: bool) -> None:
        self.trace, self.ttl, self.refresh, self.coalesce = trace, ttl, refresh, trace.coalesce
        self.key, self.ts, self.fill = trace.key, trace.ts, trace.fill
        self.ends, self.run_end, self.times = trace.ends, trace.run_end, trace.times
        self.gap_end = self._gap_ends() if refresh else None
        self.miss = np.zeros(len(self.ts), dtype=np.bool_)
        self.waited = np.zeros(len(self.ts), dtype=np.bool_)

    def _gap_ends(self) -> Ints:
        """The first request at or after i whose predecessor is at least a TTL away (or key end)."""
        n = len(self.ts)
        far = np.r_[True, ~self.trace.same | (np.diff(self.ts) >= self.ttl)]
        stop = np.where(far, np.arange(n), n)
        ahead: Ints = np.minimum.accumulate(stop[::-1])[::-1]
        return ahead

    def replay(self) -> None:
        live = self.trace.starts
        while len(live) >= _FEWEST_KEYS_AT_ONCE:
            live = self._step_all(live)
        for start in live.tolist():
            self._finish_one(start)

    def _step_all(self, start: Ints) -> Ints:
        """Take one cycle of every live key; return where their next cycles start."""
        end = self.run_end[start]
        last_fill, apart = self._mark_runs(start, end)
        if apart.any():
            for odd in start[apart].tolist():
                self._walk(odd)
            start, end, last_fill = start[~apart], end[~apart], last_fill[~apart]
        key_end = self.ends[self.key[start]]
        going = end < key_end
        end, key_end, stale = end[going], key_end[going], last_fill[going] + self.ttl
        following = self._first_stale(end, key_end, stale)
        live: Ints = following[following < key_end]
        return live

    def _first_stale(self, end: Ints, key_end: Ints, stale: Ints) -> Ints:
        """The first request at or after ``end`` that no answer of the cycle is valid for."""
        following = end.copy()
        hits = np.flatnonzero(self.ts[end] < stale)
        found = self.times.first_at(end[hits], stale[hits])
        if self.gap_end is not None:
            # With refresh, hits go on while no two requests are a TTL apart.
            warm = found < key_end[hits]
            found[warm] = self.gap_end[found[warm]]
        following[hits] = found
        return following

    def _mark_runs(self, start: Ints, end: Ints) -> tuple[Ints, Bools]:
        """Mark the requests of each run; return its last fill, and where fills are a TTL apart."""
        self.miss[start] = True
        last = self.fill[start]
        apart = np.zeros(len(start), dtype=np.bool_)
        longer = np.flatnonzero(end - start > 1)
        if not len(longer):
            return last, apart
        rows, offsets = _ranges(start[longer], end[longer])
        if self.coalesce:
            self.waited[rows] = True
            self.waited[start[longer]] = False
            return last, apart
        self.miss[rows] = True
        last[longer] = np.maximum.reduceat(self.fill[rows], offsets)
        apart[longer] = last[longer] - np.minimum.reduceat(self.fill[rows], offsets) > self.ttl
        return last, apart

    def _finish_one(self, start: int) -> None:
        """The same cycles for the rest of one key, in plain Python."""
        stop = int(self.ends[self.key[start]])
        tail = _Tail(self, start, stop)
        run_end, after, alone = tail.run_end, tail.after, self.coalesce
        i, starts = start, []
        while i < stop:
            end = run_end[i - start]
            if alone or end == i + 1:
                starts.append(i)
                if end > i + 1:
                    self.waited[i + 1 : end] = True
                i = after[i - start] if after else tail.first_stale(end, tail.fill[i - start])
                continue
            fills = tail.fill[i - start : end - start]
            last_fill = max(fills)
            if last_fill - min(fills) > self.ttl:
                self._walk(i)
                break
            self.miss[i:end] = True
            i = tail.first_stale(end, last_fill)
        self.miss[starts] = True

    def _walk(self, start: int) -> None:
        """Replay the rest of one key request by request: answers of a run lie a TTL apart.

        Never with ``coalesce``: there a run has one answer.
        """
        clock: int | None = None
        in_flight: list[int] = []
        for i in range(start, int(self.ends[self.key[start]])):
            now = int(self.ts[i])
            while in_flight and in_flight[0] <= now:
                clock = heappop(in_flight)
            if clock is not None and now - clock < self.ttl:
                clock = now if self.refresh else clock
            else:
                self.miss[i] = True
                heappush(in_flight, int(self.fill[i]))


class _Tail:
    """The rest of one key as plain lists, numbered from its first request.

    ``after`` holds the next miss of each request's cycle, were it a cycle of one answer; it is
    empty where so few rows will be visited that searching as needed is cheaper.
    """

    def __init__(self, trace: _Run, start: int, stop: int) -> None:
        ts, fill, run_end = trace.ts[start:stop], trace.fill[start:stop], trace.run_end[start:stop]
        self._start, self._ttl = start, trace.ttl
        self.fill: list[int] = fill.tolist()
        self.run_end: list[int] = run_end.tolist()
        self._ts: list[int] = ts.tolist()
        gap_end = None if trace.gap_end is None else trace.gap_end[start:stop].tolist()
        self._gap_end: list[int] | None = gap_end
        self.after: list[int] = []
        cycles = (self._ts[-1] - self._ts[0]) // max(1, trace.ttl) + 1
        if cycles * _CHEAP_SEARCHES > stop - start:
            following = np.maximum(np.searchsorted(ts, fill + trace.ttl) + start, run_end)
            if trace.gap_end is not None:
                warm = np.flatnonzero((following > run_end) & (following < stop))
                following[warm] = trace.gap_end[following[warm]]
            self.after = following.tolist()

    def first_stale(self, end: int, last_fill: int) -> int:
        """The first request at or after ``end`` that no answer of the cycle is valid for."""
        low = end - self._start
        place = bisect_left(self._ts, last_fill + self._ttl, low)
        if self._gap_end is not None and low < place < len(self._ts):
            return self._gap_end[place]
        return place + self._start


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
