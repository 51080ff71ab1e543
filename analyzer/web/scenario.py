"""What a person tunes: a policy as one setting for each lever and feature of the log."""

from __future__ import annotations

import base64
import json
import tomllib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from analyzer.errors import PolicyError
from analyzer.levers import LEVERS
from analyzer.policy import parse_policy
from analyzer.policy_text import policy_text
from analyzer.rollout import TABLES

Setting = tuple[Mapping[str, Any], ...]
"""What one lever does to one feature: rules without their features, several where the first
rule that decides a request takes it; empty where the lever is off."""

MOST_TEXT_BYTES = 256 << 10
_FEATURE_KEYS = ("feature", "features")
_FILE = "policy.toml"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A policy over the features of one log. Frozen: undo is the one before."""

    name: str
    settings: Mapping[tuple[str, str], Setting] = field(default_factory=dict)
    """By lever and feature."""
    rest: Mapping[str, Any] = field(default_factory=dict)
    """What the policy says besides: price_date, costs, governance."""

    def setting(self, lever: str, feature: str) -> Setting:
        """Return what a lever does to a feature; empty where it is off."""
        return self.settings.get((lever, feature), ())

    def rules_of(self, feature: str) -> list[tuple[str, Mapping[str, Any]]]:
        """Return every lever that is on for a feature, with each of its rules."""
        return [
            (lever.name, rule) for lever in LEVERS for rule in self.setting(lever.name, feature)
        ]

    def but(self, lever: str, feature: str, setting: Setting) -> Scenario:
        """Return the scenario with another setting in one place."""
        others = {key: one for key, one in self.settings.items() if key != (lever, feature)}
        return replace(self, settings=others | ({(lever, feature): setting} if setting else {}))

    def text(self, features: Sequence[str]) -> str:
        """Return the scenario as a policy file; ``features`` are all those of the log."""
        tables: dict[str, Any] = {"name": self.name}
        active = {lever for lever, _ in self.settings}
        for key, value in self.rest.items():
            tables[key] = _of_active(value, active) if key in TABLES else value
        for lever in LEVERS:
            rules = list(self._rules(lever.name, features))
            if rules:
                tables[lever.name] = rules
        return policy_text(tables)

    def _rules(self, lever: str, features: Sequence[str]) -> list[dict[str, Any]]:
        """Put features of one setting under one rule: a rule may hold what they share."""
        groups: dict[str, tuple[Setting, list[str]]] = {}
        for feature in features:
            setting = self.setting(lever, feature)
            if setting:
                groups.setdefault(json.dumps(setting, default=str), (setting, []))[1].append(
                    feature
                )
        every = tuple(features)
        return [
            {**_covering(names, every), **rule} for setting, names in groups.values()
            for rule in setting
        ]  # fmt: skip


def from_text(text: str, features: Sequence[str]) -> Scenario:
    """Read a policy as settings of a log's features.

    Raises:
        PolicyError: it is no policy.
    """
    raw = text.encode()
    policy = parse_policy(raw, _FILE)
    tables = tomllib.loads(text, parse_float=Decimal)
    settings: dict[tuple[str, str], Setting] = {}
    for lever in LEVERS:
        parsed = policy.rules.get(lever.name, ())
        pairs = list(zip(parsed, tables.get(lever.name, []), strict=True))
        for feature in features:
            covering = [_bare(table) for rule, table in pairs if rule.covers(feature)]
            if covering:
                kept = covering if lever.claims == "request" else covering[:1]
                settings[lever.name, feature] = tuple(kept)
    known = {"name", *(lever.name for lever in LEVERS)}
    rest = {key: value for key, value in tables.items() if key not in known}
    return Scenario(policy.name, settings, rest)


def to_link(text: str) -> str:
    """Return a policy's text as a word that a URL can hold."""
    packed = zlib.compress(text.encode(), 9)
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def from_link(word: str) -> str:
    """Return the policy's text that a word of a URL holds.

    Raises:
        PolicyError: it holds none, or one that is too long.
    """
    try:
        packed = base64.urlsafe_b64decode(word + "=" * (-len(word) % 4))
        unpacking = zlib.decompressobj()
        raw = unpacking.decompress(packed, MOST_TEXT_BYTES)
        if unpacking.unconsumed_tail:
            raise PolicyError("this link holds a policy that is too long")
        if not unpacking.eof:
            raise PolicyError("this link holds no policy: it may have been cut")
        return raw.decode()
    except (ValueError, zlib.error) as error:
        raise PolicyError("this link holds no policy: it may have been cut") from error


def _bare(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if key not in _FEATURE_KEYS}


def _covering(names: Sequence[str], every: Sequence[str]) -> dict[str, Any]:
    if len(names) == len(every):
        return {"feature": "*"}
    globs = [_literal(name) for name in names]
    return {"feature": globs[0]} if len(globs) == 1 else {"features": globs}


def _literal(name: str) -> str:
    """Return a glob that matches a name and no other."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def _of_active(tables: Mapping[str, Any], active: set[str]) -> dict[str, Any]:
    """Leave out what a policy says of levers that are off: a policy may not speak of them."""
    return {
        key: value for key, value in tables.items()
        if not isinstance(value, Mapping) or key in active
    }  # fmt: skip
