"""Bills one policy after the other, by feature and day, and says who is paid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import polars as pl

from analyzer.levers import LEVERS
from analyzer.levers.caching import Caching
from analyzer.levers.routing import Routing
from analyzer.policy import Policy
from analyzer.savings.spend import provider_of
from analyzer.session import Climbed, Session
from analyzer.tune.meeting import meeting

_STAIRS_KEPT = 64
Spend = Mapping[str, Mapping[int, int]]
"""Pico-dollars by feature and day (since 1970)."""

Paid = Mapping[str, Spend]
"""The same by provider, for each feature."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a policy costs on the whole log."""

    spend: Spend
    paid: Paid

    def of(self, features: Iterable[str]) -> Outcome:
        """Return the same of some features."""
        names = list(features)
        return Outcome(
            {name: self.spend.get(name, {}) for name in names},
            {name: self.paid.get(name, {}) for name in names},
        )


class Evaluator(Protocol):
    """Whatever can say what a policy costs."""

    count: int
    """How many policies it was asked for."""

    def __call__(self, policy: Policy) -> Outcome:
        """Return what a policy costs."""


class Replaying:
    """Evaluates by replaying with an open session, each feature once for each set of its rules."""

    def __init__(self, session: Session, alike: Sequence[frozenset[str]] | None = None) -> None:
        """Take the session; nobody else may use it meanwhile.

        ``alike``: the features that send a prefix in common; None: any may.
        """
        self._session, self._alike = session, alike
        self._features: tuple[str, ...] | None = None
        self._known: dict[tuple[str, str], _Bill] = {}
        self._stairs: dict[tuple[str, str], Climbed | None] = {}
        self._met: set[tuple[str, str]] = set()
        self.count = 0

    def __call__(self, policy: Policy) -> Outcome:
        """Return what a policy costs."""
        self.count += 1
        if self._features is None:
            self._features = self._session.features
        keys = rules_by_feature(policy, self._features, self._alike)
        missing = {name for name, key in keys.items() if (name, key) not in self._known}
        for name in sorted(missing):
            bill = self._by_stairs(policy, name)
            if bill is not None:
                self._known[name, keys[name]] = bill
        missing = {name for name in missing if (name, keys[name]) not in self._known}
        if missing:
            for name, bill in self._bill(policy, missing).items():
                self._known[name, keys[name]] = bill
        bills = {name: self._known[name, key] for name, key in keys.items()}
        return Outcome(
            {name: bill.by_day for name, bill in bills.items()},
            {name: bill.paid for name, bill in bills.items()},
        )

    def _bill(self, policy: Policy, features: set[str]) -> Mapping[str, _Bill]:
        log, cells = self._session.cells(policy, features)
        bills = {name: _Bill({}, {}) for name in features}
        sums = cells.group_by("feature", "model", "day").agg(pl.col("pico_usd").sum())
        for feature, model, day, pico in sums.iter_rows():
            bills[log.features[feature]].add(provider_of(log.catalog.models[model]), day, int(pico))
        return bills

    def _by_stairs(self, policy: Policy, feature: str) -> _Bill | None:
        """A route whose thresholds moved, and nothing else: its calls are summed by score once."""
        route = next((r for r in policy.rules.get("routing", ()) if r.covers(feature)), None)
        if not isinstance(route, Routing):
            return None
        key = feature, rules_by_feature(_without_thresholds(policy), [feature])[feature]
        if key not in self._met:
            self._met.add(key)
            return None
        if key not in self._stairs:
            while len(self._stairs) >= _STAIRS_KEPT:
                self._stairs.pop(next(iter(self._stairs)))
            self._stairs[key] = self._session.stairs(policy, feature)
        climbed = self._stairs[key]
        return None if climbed is None else _climbed(climbed, route)


def _climbed(found: Climbed, route: Routing) -> _Bill:
    log, stairs, untouched = found
    bill = _Bill({}, {})
    sides = (stairs.under(route, log.context), untouched.select("day", "model", "pico_usd"))
    for side in sides:
        for day, model, pico in side.iter_rows():
            bill.add(provider_of(log.catalog.models[model]), day, int(pico))
    return bill


def _without_thresholds(policy: Policy) -> Policy:
    """The same policy, every threshold alike: what is left decides what calls cost."""
    routes = tuple(
        rule.model_copy(
            update={"tiers": tuple(t.model_copy(update={"accept": None}) for t in rule.tiers)}
        )
        if isinstance(rule, Routing)
        else rule
        for rule in policy.rules.get("routing", ())
    )
    return replace(policy, rules={**policy.rules, "routing": routes})


@dataclass(frozen=True, slots=True)
class _Bill:
    """One feature's pico-dollars by day, and by provider and day."""

    by_day: dict[int, int]
    paid: dict[str, dict[int, int]]

    def add(self, provider: str, day: int, pico: int) -> None:
        """Add what one provider is paid on a day."""
        for days in (self.by_day, self.paid.setdefault(provider, {})):
            days[day] = days.get(day, 0) + pico


def rules_by_feature(
    policy: Policy, features: Sequence[str], alike: Sequence[frozenset[str]] | None = None
) -> dict[str, str]:
    """Return, in text, all of a policy that a feature's bill depends on.

    Where features share a cache, that is which of them do; where a warm prefix, or the payment for
    one, may pass between them, it is the rules of all of those. ``alike``: see ``meeting``; None:
    any features may send a prefix in common.
    """
    found: dict[str, list[str]] = {name: [str(policy.price_date)] for name in features}
    warm, static = set(), set()
    for lever in LEVERS:
        left = list(features)
        for rule in policy.rules.get(lever.name, ()):
            mine = [name for name in left if rule.covers(name)]
            if lever.claims == "feature":
                left = [name for name in left if name not in mine]
            shared = isinstance(rule, Caching) and rule.scope != "feature"
            bare = repr(rule.model_copy(update={"features": tuple(mine) if shared else ("*",)}))
            for name in mine:
                found[name].append(bare)
            if lever.name == "prompt_cache":
                warm.update(mine)
            if getattr(rule, "mode", "") == "static_prefix":
                static.update(mine)
    keys = {name: "\n".join(said) for name, said in found.items()}
    everybody = [frozenset(features)] if alike is None else alike
    for group in meeting(warm, static, everybody):
        together = "\n".join(f"{name!r} {keys[name]}" for name in sorted(group))
        keys.update(dict.fromkeys(group, together))
    return keys
