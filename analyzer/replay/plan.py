"""What a partition must know to replay its requests: everything but the requests themselves."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import polars as pl

from analyzer.lever import Context
from analyzer.levers.batching import Batching
from analyzer.levers.prompt_cache import PromptCache
from analyzer.levers.routing import Routing
from analyzer.policy import Policy
from analyzer.replay.billing import Eras, price_eras
from analyzer.replay.calls import Composer
from analyzer.replay.decide import Profile, profiles
from analyzer.replay.parts import Coalition, Part, coalitions, parts_of
from analyzer.replay.requests import Log

BILLED, FAILED = 0, 1
"""The places of the logged calls at their own day's prices, and of failed requests."""
FIRST_PART = 2


@dataclass(frozen=True, slots=True)
class Plan:
    """A policy's profiles and the parts that its coalitions ask for.

    Small, and the same everywhere: it is what a cluster would broadcast.
    """

    profiles: tuple[Profile, ...]
    composer: Composer
    context: Context
    eras: Eras
    asked: tuple[Coalition, ...]
    parts: tuple[Part, ...]

    def place(self, part: Part) -> int:
        """Return the number under which a cube holds a part."""
        return self.parts.index(part) + FIRST_PART

    def only(self, features: Collection[int]) -> Plan:
        """Return the plan of some features; those that share a warm prefix must all be named."""
        kept = [(p, tuple(f for f in p.features if f in features)) for p in self.profiles]
        mine = tuple(replace(profile, features=own) for profile, own in kept if own)
        parts = dict.fromkeys(part for asked in self.asked for part in parts_of(mine, asked))
        return replace(self, profiles=mine, parts=tuple(parts))

    @property
    def lookback_us(self) -> int:
        """How long before a request others may share its pack or keep its prefix warm."""
        rules = [rule for profile in self.profiles for rule in profile.rules.values()]
        windows = (rule.window_us for rule in rules if isinstance(rule, Batching))
        warm = (rule.ttl_us for rule in rules if isinstance(rule, PromptCache))
        return max(windows, default=0) + max(warm, default=0)

    @property
    def needs_request_ids(self) -> bool:
        """Whether a decision draws by request id, or loaded evals name requests."""
        rules = [rule for profile in self.profiles for rule in profile.rules.values()]
        draws = any(isinstance(rule, Routing) and rule.score == "pass_rate" for rule in rules)
        return draws or not self.context.scores.is_empty()


def plan(policy: Policy, log: Log, asked: tuple[Coalition, ...] | None = None) -> Plan:
    """Return what a policy asks of a log; by default, every coalition of its levers."""
    groups = profiles(policy, log.features)
    asked = tuple(coalitions(policy.levers)) if asked is None else asked
    parts = dict.fromkeys(part for coalition in asked for part in parts_of(groups, coalition))
    return Plan(
        profiles=groups,
        composer=Composer(log.catalog, log.context.targets),
        context=log.context,
        eras=price_eras(log.catalog, log.days),
        asked=asked,
        parts=tuple(parts),
    )


def scores_of(plan: Plan, requests: pl.DataFrame) -> pl.DataFrame:
    """Return the loaded evals of some requests: ``row, model_id, score``."""
    if plan.context.scores.is_empty():
        return pl.DataFrame(schema={"row": pl.UInt32, "model_id": pl.String, "score": pl.Float64})
    rows = requests.select("row", "request_id")
    joined = plan.context.scores.join(rows, on="request_id")
    return joined.select("row", "model_id", "score").sort("row", "model_id")
