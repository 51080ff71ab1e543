"""What a control does to a lever's setting, as functions that are applied to what stands then."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from analyzer.web.knobs import ACCEPT, PASS_RATE
from analyzer.web.scenario import Setting

Edit = Callable[[Setting], Setting]
FEWEST_TIERS, MOST_TIERS = 2, 5


def put(number: int, key: str, value: object) -> Edit:
    """Return the edit that puts a value into a rule of a setting."""
    return lambda setting: _with(setting, number, lambda rule: _judged({**rule, key: value}))


def put_tier(number: int, place: int, key: str, value: object) -> Edit:
    """Return the edit that puts a value into a tier of a rule."""
    return _tiers(number, lambda tiers: [
        {**tier, key: value} if at == place else tier for at, tier in enumerate(tiers)
    ])  # fmt: skip


def add_tier(number: int) -> Edit:
    """Return the edit that puts one more tier before the last."""
    return _tiers(number, lambda tiers: [*tiers[:-1], dict(tiers[-2]), tiers[-1]])


def drop_tier(number: int, place: int) -> Edit:
    """Return the edit that takes a tier out."""
    return _tiers(number, lambda tiers: tiers[:place] + tiers[place + 1 :])


def _tiers(number: int, change: Callable[[list[Any]], list[Any]]) -> Edit:
    def edit(rule: Mapping[str, Any]) -> Mapping[str, Any]:
        return _judged({**rule, "tiers": change([dict(tier) for tier in rule["tiers"]])})

    return lambda setting: _with(setting, number, edit)


def _judged(rule: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give every tier but the last what its score is held against."""
    if "tiers" not in rule:
        return rule
    knob = PASS_RATE if rule.get("score") == "pass_rate" else ACCEPT
    judged = [{knob.key: knob.usual, **tier} for tier in rule["tiers"][:-1]]
    return {**rule, "tiers": [*judged, rule["tiers"][-1]]}


def _with(
    setting: Setting, number: int, edit: Callable[[Mapping[str, Any]], Mapping[str, Any]]
) -> Setting:
    """Edit one rule; a rule that is gone by now stays gone."""
    return tuple(edit(rule) if at == number else rule for at, rule in enumerate(setting))
