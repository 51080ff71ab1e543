"""Prompt cache: the provider keeps a prompt's prefix warm and reads it at a lower price.

Source: REPLAY.md §4. With ``ttl_seconds = 300`` and a prefix of 2,000 tokens:

    ts        gap    the prefix is
    00:00:00         a write (billed, or at the input price)
    00:05:00  300 s  cached input: every use refreshes, the last moment included
    00:10:01  301 s  a write again
"""

from __future__ import annotations

from typing import Literal

import polars as pl
from pydantic import Field

from analyzer.lever import MOST_TOKENS, Context, DurationUs, Lever, Rule

_FIVE_MINUTES_US = 300_000_000


class PromptCache(Rule):
    """Use the provider's prefix cache."""

    ttl_us: DurationUs = Field(default=_FIVE_MINUTES_US, alias="ttl_seconds")
    min_tokens: int = Field(default=1024, ge=0, le=MOST_TOKENS)
    write: Literal["free", "billed"] = "free"


def decide(requests: pl.DataFrame, rule: PromptCache, context: Context) -> pl.DataFrame:
    """Return ``cacheable_prefix`` (bool): the request has a prefix that could be kept warm."""
    return requests.select(cacheable_prefix=pl.col("prefix_key").is_not_null())


LEVER = Lever(
    name="prompt_cache",
    rule=PromptCache,
    needs=("prefix_key",),
    shard_by=("model", "prefix_key"),
    decides={"cacheable_prefix": pl.Boolean()},
    decide=decide,
)
