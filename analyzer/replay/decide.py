"""What each lever decides about each request; and which rules cover which features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from analyzer.lever import Context, Lever, Rule
from analyzer.levers import LEVERS
from analyzer.policy import Policy


@dataclass(frozen=True, slots=True)
class Profile:
    """Features under the same rules: whatever differs between their requests is in the columns."""

    features: tuple[int, ...]
    covering: Mapping[str, tuple[Rule, ...]]
    """The rules of each active lever that may decide about their requests, in order."""

    @property
    def rules(self) -> Mapping[str, Rule]:
        """The first rule of each active lever that covers them; levers with none are left out."""
        return {lever: rules[0] for lever, rules in self.covering.items()}


def shared_rules(profiles: Sequence[Profile]) -> tuple[tuple[int, ...], ...]:
    """Return which profiles stand under one rule, as numbers: a rule is a cache of its own.

    Two rules of the same words are two caches, two payers and two packs; one rule that covers two
    profiles is one. Words alone do not tell them apart.
    """
    numbers: dict[int, int] = {}
    return tuple(
        tuple(
            numbers.setdefault(id(rule), len(numbers))
            for _, rules in sorted(profile.covering.items())
            for rule in rules
        )
        for profile in profiles
    )


def profiles(policy: Policy, features: Sequence[str]) -> tuple[Profile, ...]:
    """Group features by the rules that cover them."""
    groups: dict[tuple[tuple[int, ...], ...], list[int]] = {}
    for number, feature in enumerate(features):
        key = tuple(_covering(lever, policy, feature) for lever in LEVERS)
        groups.setdefault(key, []).append(number)
    return tuple(Profile(tuple(members), _rules(policy, key)) for key, members in groups.items())


def _covering(lever: Lever, policy: Policy, feature: str) -> tuple[int, ...]:
    rules = policy.rules.get(lever.name, ())
    covering = [number for number, rule in enumerate(rules) if rule.covers(feature)]
    return tuple(covering if lever.claims == "request" else covering[:1])


def _rules(policy: Policy, key: tuple[tuple[int, ...], ...]) -> dict[str, tuple[Rule, ...]]:
    return {
        lever.name: tuple(policy.rules[lever.name][number] for number in numbers)
        for lever, numbers in zip(LEVERS, key, strict=True)
        if numbers
    }


def decide(requests: pl.DataFrame, profile: Profile, context: Context) -> pl.DataFrame:
    """Return a profile's live requests with the columns that each lever decides row by row.

    Columns of levers without a rule are null. Levers that decide across requests did so before.
    """
    for lever in LEVERS:
        if lever.decides_across:
            continue
        requests = requests.hstack(_decide_one(requests, lever, profile, context))
    return requests


def _decide_one(
    requests: pl.DataFrame, lever: Lever, profile: Profile, context: Context
) -> pl.DataFrame:
    """The decision of the first rule that makes one."""
    found = [lever.decide(requests, rule, context) for rule in profile.covering.get(lever.name, ())]
    if not found:
        return pl.DataFrame(schema=dict(lever.decides)).clear(len(requests))
    merged = found[0]
    for later in found[1:]:
        merged = merged.select(pl.coalesce(name, later[name]) for name in merged.columns)
    return merged
