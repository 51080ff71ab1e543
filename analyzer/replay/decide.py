"""Each lever's decision about each request, made once; and which rule covers which feature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from analyzer.lever import Context, Lever, Rule, rule_for
from analyzer.levers import LEVERS
from analyzer.policy import Policy


@dataclass(frozen=True, slots=True)
class Profile:
    """Features under the same rules: whatever differs between their requests is in the columns."""

    features: tuple[int, ...]
    rules: Mapping[str, Rule]
    """The rule of each active lever that covers them; levers with none are left out."""


def profiles(policy: Policy, features: Sequence[str]) -> tuple[Profile, ...]:
    """Group features by the rules that cover them."""
    groups: dict[tuple[tuple[str, int], ...], list[int]] = {}
    for number, feature in enumerate(features):
        covering = ((lever, rule_for(rules, feature)) for lever, rules in policy.rules.items())
        key = tuple((lever, rule) for lever, rule in covering if rule is not None)
        groups.setdefault(key, []).append(number)
    return tuple(
        Profile(tuple(members), {lever: policy.rules[lever][rule] for lever, rule in key})
        for key, members in groups.items()
    )


def decide(
    requests: pl.DataFrame,
    policy: Policy,
    features: Sequence[str],
    context: Context,
) -> pl.DataFrame:
    """Return the requests with every active lever's decision columns; null where no rule applies.

    Only live requests (ok, not served from a cache already) are decided about.
    """
    for lever in LEVERS:
        rules = policy.rules.get(lever.name, ())
        requests = _decide_one(requests, lever, rules, features, context)
    return requests.with_columns(pl.col("hit", "coalesced").fill_null(value=False))


def _decide_one(
    requests: pl.DataFrame,
    lever: Lever,
    rules: Sequence[Rule],
    features: Sequence[str],
    context: Context,
) -> pl.DataFrame:
    decided = [pl.DataFrame(schema={"row": pl.UInt32, **lever.decides})]
    undecided = requests.filter("live")
    for rule in rules:
        covered = [n for n, feature in enumerate(features) if rule.covers(feature)]
        mine = undecided.filter(pl.col("feature").is_in(covered))
        outcome = lever.decide(mine, rule, context)
        found = mine.select("row").hstack(outcome)
        if lever.claims == "request":
            found = found.drop_nulls()
            undecided = undecided.join(found.select("row"), on="row", how="anti")
        else:
            undecided = undecided.filter(~pl.col("feature").is_in(covered))
        decided.append(found)
    return requests.join(pl.concat(decided), on="row", how="left", maintain_order="left")
