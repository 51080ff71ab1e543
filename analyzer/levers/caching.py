"""Caching: a response cache in front of the router answers repeated prompts at no cost.

Source: REPLAY.md §4. With ``ttl_seconds = 60`` and one key, an answer taking 10 s:

    ts        outcome
    00:00:00  miss: paid, readable from 00:00:10
    00:00:05  miss: the first answer is not there yet (with ``coalesce``: waits, a hit)
    00:01:09  hit: 59 s after the first answer was stored (5 s: 54 s after the second)
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Literal

import numpy as np
import polars as pl
from pydantic import Field

from analyzer.kernels.ages import answer_ages
from analyzer.kernels.cache import Bools, Ints, Trace, prepare
from analyzer.kernels.draws import uniform_draws
from analyzer.kernels.grouping import group_in_order
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
    """Return ``hit`` and ``coalesced`` (bool). A request without a key never reads the cache.

    ``requests`` are in replay order. Those without a prompt key need a ``request_id`` where the
    rule assumes a hit rate.
    """
    hit = np.zeros(len(requests), dtype=np.bool_)
    coalesced = np.zeros(len(requests), dtype=np.bool_)
    keyed = sort_by_key(requests, rule)
    hit[keyed.rows], coalesced[keyed.rows] = keyed.replay(rule)
    if rule.assumed_hit_rate is not None:
        _assume(requests, rule, hit)
    return pl.DataFrame({"hit": hit, "coalesced": coalesced})


@dataclass(frozen=True, slots=True)
class Keyed:
    """Cacheable requests sorted by cache key, then replay order: one sort serves every TTL."""

    rows: Ints
    """Their places in the frame they are from."""
    traces: tuple[Trace, ...]

    def replay(self, rule: Caching) -> tuple[Bools, Bools]:
        """Return which of them hit, and which of the hits were coalesced."""
        hit = np.zeros(len(self.rows), dtype=np.bool_)
        coalesced = np.zeros(len(self.rows), dtype=np.bool_)
        for trace in self.traces:
            part = slice(trace.first, trace.first + len(trace.ts))
            hit[part], coalesced[part] = trace.replay(rule.ttl_us, refresh=rule.refresh)
        return hit, coalesced

    def ages(self, rule: Caching) -> tuple[Ints, int]:
        """Return the ages in microseconds of the answers that are given, and how many waited."""
        found, waited = [np.zeros(0, dtype=np.int64)], 0
        for trace in self.traces:
            hit, coalesced = trace.replay(rule.ttl_us, refresh=rule.refresh)
            found.append(answer_ages(trace, hit, coalesced))
            waited += int(coalesced.sum())
        return np.concatenate(found), waited


def sort_by_key(requests: pl.DataFrame, rule: Caching) -> Keyed:
    """Sort the requests that have the key a rule needs. They are in replay order."""
    required = [requests[name].is_not_null() for name in rule.required_columns if name in requests]
    rows = np.flatnonzero(reduce(and_, required).to_numpy())
    if not len(rows):
        return Keyed(rows, ())
    keyed = requests[rows] if len(rows) < len(requests) else requests
    key, order = group_in_order([keyed[name].to_numpy() for name in rule.key_columns])
    key, order = _repeated(key, order)
    ts = keyed["ts_us"].to_numpy()
    fill = ts + keyed["latency_us"].fill_null(0).to_numpy()
    traces = prepare(key, ts[order], fill[order], coalesce=rule.coalesce)
    return Keyed(rows[order], traces)


def _repeated(key: Ints, order: Ints) -> tuple[Ints, Ints]:
    """Leave keys out that stand once: they miss under every TTL."""
    same = key[1:] == key[:-1]
    repeated = np.r_[same, False] | np.r_[False, same]
    return key[repeated], order[repeated]


def _assume(requests: pl.DataFrame, rule: Caching, hit: Bools) -> None:
    """Draw hits for requests whose log has no prompt key, at the rate the policy assumes."""
    unkeyed = np.flatnonzero(requests["prompt_key"].is_null().to_numpy())
    if len(unkeyed):
        draws = uniform_draws(requests["request_id"][unkeyed], rule.seed, "cache")
        hit[unkeyed] = (draws < (rule.assumed_hit_rate or 0) / PPM).to_numpy()


LEVER = Lever(
    name="caching",
    rule=Caching,
    needs=("prompt_key",),
    shard_by=("prompt_key",),
    decides={"hit": pl.Boolean(), "coalesced": pl.Boolean()},
    decide=decide,
    decides_across=True,
)
