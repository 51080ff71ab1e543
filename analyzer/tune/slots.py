"""A policy taken apart into slots, one rule for one feature each, and put together again.

A response cache that features share stays one slot: cut in two it would be two caches.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analyzer.levers import LEVERS
from analyzer.levers.caching import Caching
from analyzer.policy import Policy, policy_from
from analyzer.tune.meeting import joined, meeting

Table = Mapping[str, Any]
Option = tuple[str, Table] | None
"""A lever and its rule without features; None: no rule here."""

_FEATURE_KEYS = ("feature", "features")


@dataclass(frozen=True, slots=True)
class Slot:
    """One rule of the policy that tuning starts from."""

    lever: str
    features: tuple[str, ...]
    start: Table
    offered: bool = False
    """Whether the policy has no such rule: it is off until tuning finds that a model is better."""

    @property
    def given(self) -> Option:
        """What the policy says here."""
        return None if self.offered else (self.lever, self.start)


@dataclass(frozen=True, slots=True)
class Unit:
    """Features whose bills depend on the same slots, and on no others."""

    features: tuple[str, ...]
    slots: tuple[int, ...]


def slots_of(policy: Policy, tables: Mapping[str, Any], features: Sequence[str]) -> list[Slot]:
    """Return the slots of a policy: each of its rules for each feature that it decides about.

    Args:
        policy: the parsed policy.
        tables: the same as parsed TOML, with the values as they are written.
        features: all features of the log.
    """
    found = []
    for lever in LEVERS:
        free = set(features)
        for rule, table in zip(
            policy.rules.get(lever.name, ()), tables.get(lever.name, ()), strict=True
        ):
            covered = tuple(name for name in features if name in free and rule.covers(name))
            if lever.claims == "feature":
                free.difference_update(covered)
            start = {key: value for key, value in table.items() if key not in _FEATURE_KEYS}
            shared = isinstance(rule, Caching) and rule.scope != "feature" and covered
            groups = [covered] if shared else [(name,) for name in covered]
            found += [Slot(lever.name, group, start) for group in groups]
    return found


def offered(slots: Sequence[Slot], features: Sequence[str]) -> list[Slot]:
    """Return a place for another model on every feature whose model no rule chooses."""
    chosen = {
        name for slot in slots if slot.lever in ("model_selection", "routing")
        for name in slot.features
    }  # fmt: skip
    return [Slot("model_selection", (f,), {}, offered=True) for f in features if f not in chosen]


def units_of(slots: Sequence[Slot], alike: Sequence[frozenset[str]]) -> list[Unit]:
    """Return the units: features that share a cache, or at whose prefixes they meet, stay together.

    ``alike``: the features that send a prefix in common, in sets that do not touch.
    """
    static = {name for slot in slots if _is_static(slot) for name in slot.features}
    warm = {name for slot in slots if shares_prefixes(slot) for name in slot.features}
    mine = (frozenset(slot.features) for slot in slots)
    groups = joined([*meeting(warm, static, alike), *mine])
    return [
        Unit(
            tuple(sorted(group)),
            tuple(n for n, slot in enumerate(slots) if group.issuperset(slot.features)),
        )
        for group in sorted(groups, key=min)
    ]


def _is_static(slot: Slot) -> bool:
    return slot.start.get("mode") == "static_prefix"


def shares_prefixes(slot: Slot) -> bool:
    """Return whether a rule lets features meet at a warm prefix, or share the payment for one."""
    return slot.lever == "prompt_cache" or _is_static(slot)


def rules_of(
    slots: Sequence[Slot], chosen: Sequence[Option]
) -> Iterator[tuple[str, Slot, dict[str, Any]]]:
    """Yield lever, slot and rule table of every slot that is on, in canonical order."""
    pairs = list(zip(slots, chosen, strict=True))
    for lever in LEVERS:
        # A model in place of a route stands before the selections that the route overrode.
        instead = [pair for pair in pairs if pair[0].lever != lever.name]
        for slot, option in (*instead, *(pair for pair in pairs if pair[0].lever == lever.name)):
            if option is not None and option[0] == lever.name:
                globs = [literal(name) for name in slot.features]
                yield lever.name, slot, {"features": globs, **option[1]}


def policy_of(
    rest: Mapping[str, Any], slots: Sequence[Slot], chosen: Sequence[Option], file: str
) -> Policy:
    """Return the policy that an option for each slot comes to.

    ``rest``: what the policy says besides its rules (``name``, ``price_date``).
    """
    tables: dict[str, Any] = dict(rest)
    for lever, _, table in rules_of(slots, chosen):
        tables.setdefault(lever, []).append(table)
    return policy_from(tables, file)


def literal(name: str) -> str:
    """Return a glob that matches a name and no other."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)
