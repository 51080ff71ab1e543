"""Who saved what: exact Shapley values over every coalition, and the range over orders."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import factorial

from analyzer.replay.coalitions import Coalition, coalitions

Saving = Callable[[Coalition], int]


@dataclass(frozen=True, slots=True)
class Shares:
    """One lever's part of a joint saving, in pico-dollars."""

    alone: int
    least: int
    most: int


def shapley(levers: Sequence[str], saving: Saving) -> dict[str, int]:
    """Return each lever's Shapley value in whole pico-dollars; the values sum to the joint saving.

    Exact: marginals are weighted over k! in integers, then rounded down, and the pico-dollars
    left over go to the largest remainders, the earlier lever first (REPLAY.md §6).
    """
    whole = factorial(len(levers))
    scaled = {lever: _scaled_value(lever, levers, saving) for lever in levers}
    values = {lever: numerator // whole for lever, numerator in scaled.items()}
    left_over = saving(frozenset(levers)) - saving(frozenset()) - sum(values.values())
    by_remainder = sorted(levers, key=lambda lever: -(scaled[lever] % whole))
    for lever in by_remainder[:left_over]:
        values[lever] += 1
    return values


def _scaled_value(lever: str, levers: Sequence[str], saving: Saving) -> int:
    """The lever's Shapley value times k!."""
    others = [other for other in levers if other != lever]
    return sum(
        factorial(len(before))
        * factorial(len(others) - len(before))
        * (saving(before | {lever}) - saving(before))
        for before in coalitions(others)
    )


def shares(lever: str, levers: Sequence[str], saving: Saving) -> Shares:
    """Return what a lever saves alone, and the least and most it adds over all orders."""
    others = [other for other in levers if other != lever]
    marginals = [saving(before | {lever}) - saving(before) for before in coalitions(others)]
    return Shares(alone=marginals[0], least=min(marginals), most=max(marginals))


def shapley_by_feature(
    levers: Sequence[str], savings: Mapping[str, Saving]
) -> dict[str, dict[str, int]]:
    """Return lever -> feature -> Shapley value, for each feature's own saving function."""
    by_feature = {feature: shapley(levers, saving) for feature, saving in savings.items()}
    return {
        lever: {feature: values[lever] for feature, values in by_feature.items()}
        for lever in levers
    }
