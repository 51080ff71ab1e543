"""How old a cached answer is when it is given: the time since the fill that it comes from."""

from __future__ import annotations

import numpy as np

from analyzer.kernels.cache import Bools, Ints, Trace


def answer_ages(trace: Trace, hit: Bools, coalesced: Bools) -> Ints:
    """Return the age of each stored answer that is given, in microseconds, in the trace's order.

    A hit is given what the latest fill of its key left, at or before it; ``refresh`` lengthens
    the life of an answer and makes it no younger. Requests that waited (``coalesced``) have no age.

    Args:
        trace: requests sorted by key, then replay order, with ``n`` rows.
        hit: which of them are answered, shape (n,).
        coalesced: which of those waited for an answer in flight, shape (n,).
    """
    key, ts = trace.key, trace.ts
    origin = int(ts.min())
    width = int(ts.max()) - origin + 2
    # An answer stored after the last request is given to nobody: any such time will do.
    filled = np.flatnonzero(~hit)
    fills = key[filled] * width + np.minimum(trace.fill[filled] - origin, width - 1)
    fills.sort()
    given = np.flatnonzero(hit & ~coalesced)
    asked = key[given] * width + (ts[given] - origin)
    found: Ints = asked - fills[np.searchsorted(fills, asked, side="right") - 1]
    return found
