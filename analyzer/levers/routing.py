"""Routing: a cascade of tiers, each called and paid until one is accepted; or a router.

Source: REPLAY.md §4. With ``score = "length"`` and tiers accepting at 0.9, 0.8, always:

    response_chars  score  tier 0  tier 1   tier 2   calls paid
    200             1.0    accept                    1
    170             0.85   no      accept            2
    3               0.0    no      no       always   3
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Literal

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from analyzer.kernels.draws import uniform_draws
from analyzer.lever import MOST_TOKENS, Context, Lever, Rule

_FULL_SCORE_CHARS = 200
_SHORTEST_SCORED_CHARS = 5


class Tier(BaseModel):
    """One model of a cascade and what it takes to accept its answer."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    model: str
    accept: Decimal | None = Field(default=None, description="least score that is accepted")
    max_output_tokens: int | None = Field(default=None, ge=0, le=MOST_TOKENS)
    pass_rate: Decimal | None = Field(default=None, ge=0, le=1)


class Routing(Rule):
    """Call tier by tier until an answer is accepted."""

    score: Literal["length", "evals", "pass_rate", "difficulty"]
    tiers: tuple[Tier, ...] = Field(min_length=2)
    seed: int = 0

    @field_validator("tiers", mode="before")
    @classmethod
    def _from_list(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value

    @model_validator(mode="after")
    def _every_tier_but_the_last_can_be_judged(self) -> Routing:
        needed = "pass_rate" if self.score == "pass_rate" else "accept"
        for number, tier in enumerate(self.tiers[:-1], start=1):
            if getattr(tier, needed) is None:
                raise ValueError(f"tier {number} needs {needed} when score = {self.score!r}")
        return self

    def targets(self) -> tuple[str, ...]:
        """Return each tier's model."""
        return tuple(tier.model for tier in self.tiers)


def decide(requests: pl.DataFrame, rule: Routing, context: Context) -> pl.DataFrame:
    """Return ``first_tier`` and ``last_tier`` (i8): the tiers called, from first to last."""
    accepted = _ACCEPTED[rule.score](requests, rule, context)
    last = pl.lit(len(rule.tiers) - 1, dtype=pl.Int8)
    for tier in reversed(range(len(rule.tiers) - 1)):
        last = pl.when(accepted[tier]).then(pl.lit(tier, dtype=pl.Int8)).otherwise(last)
    tiers = requests.select(last_tier=last)
    first = pl.col("last_tier") if rule.score == "difficulty" else pl.lit(0, dtype=pl.Int8)
    return tiers.select(first_tier=first, last_tier="last_tier")


def _by_length(requests: pl.DataFrame, rule: Routing, context: Context) -> list[pl.Series]:
    chars = requests["response_chars"]
    return [_long_enough(chars, Fraction(tier.accept or 0)) for tier in rule.tiers[:-1]]


def enough_chars(accept: Fraction) -> int | None:
    """Return how many characters reach a score of ``accept``; None where none do.

    In whole characters, so that no float decides: score = min(1, characters / 200), 0 under 5.
    """
    if accept > 1:
        return None
    if accept <= 0:
        return 0
    return max(_SHORTEST_SCORED_CHARS, ceil(accept * _FULL_SCORE_CHARS))


def _long_enough(chars: pl.Series, accept: Fraction) -> pl.Series:
    enough = enough_chars(accept)
    if enough is None:
        return pl.Series([False]).new_from_index(0, len(chars))
    return (chars >= enough).fill_null(value=False)


def _by_evals(requests: pl.DataFrame, rule: Routing, context: Context) -> list[pl.Series]:
    return [
        (
            _scores(requests, context.target_ids[tier.model], context) >= float(tier.accept or 0)
        ).fill_null(value=False)
        for tier in rule.tiers[:-1]
    ]


def _by_difficulty(requests: pl.DataFrame, rule: Routing, context: Context) -> list[pl.Series]:
    difficulty = _scores(requests, "*", context)
    return [
        (difficulty <= float(tier.accept or 0)).fill_null(value=False) for tier in rule.tiers[:-1]
    ]


def _by_pass_rate(requests: pl.DataFrame, rule: Routing, context: Context) -> list[pl.Series]:
    return [
        uniform_draws(requests["request_id"], rule.seed, str(number)) < float(tier.pass_rate or 0)
        for number, tier in enumerate(rule.tiers[:-1])
    ]


def _scores(requests: pl.DataFrame, model_id: str, context: Context) -> pl.Series:
    table = context.scores.filter(pl.col("model_id") == model_id).select("row", "score")
    joined = requests.select("row").join(table, on="row", how="left", maintain_order="left")
    return joined["score"]


_ACCEPTED = {
    "length": _by_length,
    "evals": _by_evals,
    "difficulty": _by_difficulty,
    "pass_rate": _by_pass_rate,
}

LEVER = Lever(
    name="routing",
    rule=Routing,
    needs=(),
    shard_by=(),
    decides={"first_tier": pl.Int8(), "last_tier": pl.Int8()},
    decide=decide,
)
