"""Compression: a cheap model shortens the input before the model that does the work reads it.

Source: REPLAY.md §4. With ``ratio = 0.5``, ``instruction_tokens = 40``:

    mode           input  prefix  T     compressor call     the call's input
    dynamic        2000           2000  2040 in, 1000 out   1000
    static_prefix  2000   1600    1600  once per prefix     2000 - 1600 + 800
    dynamic        80 (320 characters, min_chars = 500)     80, as it was
"""

from __future__ import annotations

from typing import Literal

import polars as pl
from pydantic import Field, field_validator

from analyzer.lever import MOST_TOKENS, Context, Lever, Rule, SharePpm
from analyzer.money import PPM

_CHARS_PER_TOKEN = 4


class Compression(Rule):
    """Compress long inputs with a cheap model."""

    compressor: str = Field(description="the model that compresses")
    ratio: SharePpm = Field(description="tokens kept, as a share")
    min_chars: int = Field(default=500, ge=0, le=MOST_TOKENS)
    instruction_tokens: int = Field(default=40, ge=0, le=MOST_TOKENS)
    mode: Literal["dynamic", "static_prefix"] = "dynamic"
    when: Literal["always", "profitable"] = "always"
    compressible: SharePpm = PPM

    @field_validator("ratio")
    @classmethod
    def _keeps_something(cls, value: int) -> int:
        if value == 0:
            raise ValueError("write a ratio above 0: nothing would be left to read")
        return value

    def targets(self) -> tuple[str, ...]:
        """Return the compressor."""
        return (self.compressor,)

    @property
    def only_when_profitable(self) -> bool:
        """Whether each request is first weighed (dynamic mode only)."""
        return self.when == "profitable" and self.mode == "dynamic"


def decide(requests: pl.DataFrame, rule: Compression, context: Context) -> pl.DataFrame:
    """Return ``compressible_tokens`` (i64): T in logged tokens, null where the text is short."""
    chars = pl.coalesce("prompt_chars", pl.col("input_tokens") * _CHARS_PER_TOKEN)
    return requests.select(
        compressible_tokens=pl.when(chars >= rule.min_chars).then(_replaced_tokens(rule))
    )


def _replaced_tokens(rule: Compression) -> pl.Expr:
    if rule.mode == "static_prefix":
        return pl.min_horizontal("prefix_tokens", "input_tokens")
    return pl.col("input_tokens") * rule.compressible // PPM


LEVER = Lever(
    name="compression",
    rule=Compression,
    needs=(),
    shard_by=("prefix_key",),
    decides={"compressible_tokens": pl.Int64()},
    decide=decide,
)
