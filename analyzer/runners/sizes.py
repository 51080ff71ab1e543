"""How finely a cluster cuts a log, by the log's size and the cluster's cores."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.replay.plan import Plan
from analyzer.replay.requests import Log

_ROWS_AT_ONCE = 250_000
_ROWS_OF_A_PARTITION = 4_000_000


@dataclass(frozen=True, slots=True)
class Sizes:
    """How finely a log is cut. Any choice gives the same sums."""

    rows_at_once: int = _ROWS_AT_ONCE
    """Requests that a worker holds at a time, beside those of a lookback before them."""
    key_parts: int = 8
    """Partitions that cache keys travel to."""
    stretch_rows: int = _ROWS_AT_ONCE
    """About so many requests are in a stretch of time."""
    prefix_parts: int = 1
    """Parts that each stretch is cut into, by prefix."""


def sizes_for(log: Log, plan: Plan, cores: int) -> Sizes:
    """Return sizes that keep every core busy, and every worker's memory as it is for small logs."""
    requests = log.total_requests
    span_us = max(1, log.window.end_us - log.window.start_us)
    lookback = -(-requests * plan.lookback_us // span_us)
    share = -(-requests // (4 * cores))
    # A stretch that is shorter than its lookback would be mostly lookback.
    rows = max(min(share, _ROWS_OF_A_PARTITION), _ROWS_AT_ONCE, 2 * lookback)
    return Sizes(
        key_parts=max(cores, -(-requests // _ROWS_OF_A_PARTITION)),
        stretch_rows=rows,
        prefix_parts=-(-max(rows, 4 * lookback) // _ROWS_OF_A_PARTITION),
    )
