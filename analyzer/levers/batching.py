"""Batching: calls of one window that share a prefix are packed into one prompt.

Source: REPLAY.md §4. With ``max_size = 2``, ``window_seconds = 60``, ``item_tokens = 8`` and a
shared prefix of 900 tokens:

    ts        input  pack          pays
    00:00:01  1000   first         1000
    00:00:02  1000   second        1000 - 900 + 8
    00:00:03  1000   a new pack    1000
"""

from __future__ import annotations

import polars as pl
from pydantic import Field, field_validator

from analyzer.lever import MOST_TOKENS, Context, DurationUs, Lever, Rule


class Batching(Rule):
    """Pack calls that share a prefix."""

    max_size: int = Field(ge=1, le=MOST_TOKENS)
    window_us: DurationUs = Field(alias="window_seconds")
    shared_tokens: int | None = Field(default=None, ge=0, le=MOST_TOKENS)
    item_tokens: int = Field(default=8, ge=0, le=MOST_TOKENS)

    @field_validator("window_us")
    @classmethod
    def _has_a_length(cls, value: int) -> int:
        if value == 0:
            raise ValueError("write a window above 0 seconds")
        return value


def decide(requests: pl.DataFrame, rule: Batching, context: Context) -> pl.DataFrame:
    """Return ``pack_window`` (i64): the epoch-aligned tumbling window of each request."""
    return requests.select(pack_window=pl.col("ts_us") // rule.window_us)


LEVER = Lever(
    name="batching",
    rule=Batching,
    needs=(),
    shard_by=("feature", "model", "prefix_key", "pack_window"),
    decides={"pack_window": pl.Int64()},
    decide=decide,
)
