"""Caching: a response cache in front of the router answers repeated prompts at no cost.

Source: REPLAY.md §4. With ``ttl_seconds = 60`` and one key, an answer taking 10 s:

    ts        outcome
    00:00:00  miss: paid, readable from 00:00:10
    00:00:05  miss: the first answer is not there yet (with ``coalesce``: waits, a hit)
    00:01:09  hit: 59 s after the first answer was stored (5 s: 54 s after the second)
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import polars as pl
from pydantic import Field

from analyzer.kernels.cache import replay_ttl
from analyzer.kernels.draws import uniform_draws
from analyzer.lever import Context, DurationUs, Lever, Rule, SharePpm
from analyzer.money import PPM


class Caching(Rule):
    """Answer repeated prompts from a response cache."""

    ttl_us: DurationUs = Field(alias="ttl_seconds")
    refresh: bool = False
    coalesce: bool = False
    scope: Literal["feature", "global", "user"] = "feature"
    key: Literal["prompt+model", "prompt"] = "prompt+model"
    assumed_hit_rate: SharePpm | None = None
    seed: int = 0

    @property
    def key_columns(self) -> tuple[str, ...]:
        """The columns whose equal values share a cache entry."""
        scope = {"feature": ("feature",), "global": (), "user": ("user_key",)}[self.scope]
        model = ("model_name",) if self.key == "prompt+model" else ()
        return ("prompt_key", *scope, *model)

    @property
    def required_columns(self) -> tuple[str, ...]:
        """The columns that must not be null for a request to be cacheable."""
        return ("prompt_key", "user_key") if self.scope == "user" else ("prompt_key",)


def decide(requests: pl.DataFrame, rule: Caching, context: Context) -> pl.DataFrame:
    """Return ``hit`` and ``coalesced`` (bool). A request without a key never reads the cache."""
    keyed = requests.select("row", "ts_us", "latency_us", *rule.key_columns).drop_nulls(
        rule.required_columns
    )
    outcome = pl.concat([_replay(keyed, rule), _assumed(requests, rule)])
    joined = requests.select("row").join(outcome, on="row", how="left", maintain_order="left")
    return joined.select(pl.col("hit", "coalesced").fill_null(value=False))


def _replay(keyed: pl.DataFrame, rule: Caching) -> pl.DataFrame:
    ordered = keyed.sort(*rule.key_columns, "row")
    key = ordered.select(pl.struct(rule.key_columns).rle_id()).to_series()
    fills = ordered.select(pl.col("ts_us") + pl.col("latency_us").fill_null(0)).to_series()
    hit, coalesced = replay_ttl(
        key.to_numpy().astype(np.int64),
        ordered["ts_us"].to_numpy(),
        fills.to_numpy(),
        ttl_us=rule.ttl_us,
        refresh=rule.refresh,
        coalesce=rule.coalesce,
    )
    return pl.DataFrame({"row": ordered["row"], "hit": hit, "coalesced": coalesced})


def _assumed(requests: pl.DataFrame, rule: Caching) -> pl.DataFrame:
    """Draw hits for requests whose log has no prompt key, at the rate the policy assumes."""
    unkeyed = requests.filter(pl.col("prompt_key").is_null())
    if rule.assumed_hit_rate is None:
        unkeyed = unkeyed.clear()
        draws = pl.Series("draw", [], dtype=pl.Float64)
    else:
        draws = uniform_draws(unkeyed["request_id"], rule.seed, "cache")
    return pl.DataFrame(
        {
            "row": unkeyed["row"],
            "hit": draws < (rule.assumed_hit_rate or 0) / PPM,
            "coalesced": pl.Series([False]).new_from_index(0, len(unkeyed)),
        }
    )


LEVER = Lever(
    name="caching",
    rule=Caching,
    needs=("prompt_key",),
    shard_by=("prompt_key",),
    decides={"hit": pl.Boolean(), "coalesced": pl.Boolean()},
    decide=decide,
)
