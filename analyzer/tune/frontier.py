"""Choices that no other beats in spend, quality and added latency at once: the Pareto frontier."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import TypeVar

from analyzer.tune.choice import Choice, DaySpend
from analyzer.tune.days import Days
from analyzer.tune.found import Point, Whole
from analyzer.tune.judge import Judge, changes
from analyzer.tune.search import Tried
from analyzer.tune.slots import Slot, shares_prefixes

_MOST_POINTS = 60
"""Of the whole log; more are thinned, the ends kept."""
T = TypeVar("T")
Key = tuple[float, float, float]
"""Spend, quality turned round, and added latency: the less the better."""


def undominated(items: Sequence[T], key: Callable[[T], Key]) -> list[T]:
    """Return the items that no other is at least as good as in all three, the cheapest first."""
    kept: list[tuple[Key, T]] = []
    for item in sorted(items, key=key):
        mine = key(item)
        if not any(all(a <= b for a, b in zip(other, mine, strict=True)) for other, _ in kept):
            kept.append((mine, item))
    return [item for _, item in kept]


class Frontiers:
    """What one unit tried, as points: constraints on quality aside, all others kept."""

    def __init__(self, one: Tried, slots: Sequence[Slot], judge: Judge, test: Days) -> None:
        """Take a unit's search, and the judge of the days that it saw."""
        self._one, self._slots, self._judge, self._test = one, slots, judge, test
        self._allowed = [
            (choice, outcome.spend)
            for choice, outcome in one.tried
            if all(name.startswith("quality of ") for name in judge.failures(one.unit, choice))
        ]
        self.scored = {f for f in one.unit.features if self._is_scored(f)}
        """Features of which some choice is measured."""

    def by_feature(self) -> dict[str, tuple[Point, ...]]:
        """Return each feature's frontier."""
        return {f: self._of_feature(f) for f in self._one.unit.features}

    def parts(self, weights: Mapping[str, int]) -> list[Part]:
        """Return the unit's frontier: under one shared cache, features choose for themselves."""
        found: list[Part] = []
        for alike in self._by_shared_rules():
            merged = [NOTHING]
            for feature in self._one.unit.features:
                mine = [
                    part_of(self._point(choice, spend, feature), weights.get(feature, 0))
                    for choice, spend in alike
                    if self._counts(choice, feature)
                ]
                merged = merge(merged, undominated(mine, _part_key))
            found += merged
        return undominated(found, _part_key)

    def _by_shared_rules(self) -> list[list[tuple[Choice, DaySpend]]]:
        """What was tried, apart by the rules that features share; a warm prefix ties them all."""
        unit, groups = self._one.unit, dict[str, list[tuple[Choice, DaySpend]]]()
        tied = any(shares_prefixes(self._slots[n]) for n in unit.slots)
        for choice, spend in self._allowed:
            shared = [
                option for n, option in zip(unit.slots, choice, strict=True)
                if tied or len(self._slots[n].features) > 1
            ]  # fmt: skip
            groups.setdefault(repr(shared), []).append((choice, spend))
        return list(groups.values())

    def _is_scored(self, feature: str) -> bool:
        return any(self._judge.quality(self._one.unit, c, feature) for c, _ in self._allowed)

    def _counts(self, choice: Choice, feature: str) -> bool:
        """Measured choices; where none is, those that take no more risk than the policy given."""
        if feature in self.scored:
            return self._judge.quality(self._one.unit, choice, feature) is not None
        return self._judge.is_good_enough(self._one.unit, choice, feature)

    def _of_feature(self, feature: str) -> tuple[Point, ...]:
        points = [
            (self._point(choice, spend, feature), choice)
            for choice, spend in self._allowed
            if self._counts(choice, feature)
        ]
        best = undominated(points, lambda pair: _key(pair[0]))
        return tuple(self._told(feature, point, choice) for point, choice in best)

    def _point(self, choice: Choice, spend: DaySpend, feature: str) -> Point:
        mine, unit = spend.get(feature, {}), self._one.unit
        quality = self._judge.quality(unit, choice, feature)
        added = self._judge.added(unit, choice, feature)
        return Point(self._judge.days.of(mine), self._test.of(mine), quality, None, added, ())

    def _told(self, feature: str, point: Point, choice: Choice) -> Point:
        unit = self._one.unit
        said = (line for line in changes(self._slots, unit, choice) if _speaks_of(line, feature))
        held = self._judge.quality(unit, choice, feature, self._test) if len(self._test) else None
        return replace(point, quality_out=held, changes=tuple(said))


def _speaks_of(line: str, feature: str) -> bool:
    return feature in line.split(" of ", 1)[1].split(": ")[0].split(", ")


def _key(point: Point) -> Key:
    low = 0.0 if point.quality is None else point.quality.low
    return point.in_pico_usd, -low, 0.0 if point.added is None else point.added.mean_s


@dataclass(frozen=True, slots=True)
class Part:
    """Sums over some features: spend, and scores and seconds weighed by requests."""

    spend_in: int
    spend_out: int
    mean: float
    low: float
    seconds: float
    timed: bool
    """Whether the log knows how long its calls take."""


def part_of(point: Point, weight: int) -> Part:
    """Return a feature's point, weighed by its requests."""
    mean, low = (point.quality.mean, point.quality.low) if point.quality else (0.0, 0.0)
    seconds = point.added.mean_s if point.added else 0.0
    return Part(
        point.in_pico_usd,
        point.out_pico_usd,
        mean * weight,
        low * weight,
        seconds * weight,
        point.added is not None,
    )


def sum_of(parts: Sequence[Part]) -> Part:
    """Return parts of different features together."""
    return Part(
        sum(part.spend_in for part in parts),
        sum(part.spend_out for part in parts),
        sum(part.mean for part in parts),
        sum(part.low for part in parts),
        sum(part.seconds for part in parts),
        all(part.timed for part in parts),
    )


NOTHING = Part(0, 0, 0.0, 0.0, 0.0, timed=True)
"""No feature at all."""


def _part_key(part: Part) -> Key:
    return part.spend_in, -part.low, part.seconds


def merge(some: Sequence[Part], others: Sequence[Part]) -> list[Part]:
    """Return the frontier of two sets of features, each point of one with each of the other."""
    both = [sum_of(pair) for pair in product(some, others)]
    return _thinned(undominated(both, _part_key))


def whole_frontier(
    units: Sequence[Sequence[Part]], fixed: Part, scored: int, requests: int
) -> tuple[Whole, ...]:
    """Return the frontier of the whole log: a point of every unit, put together.

    Args:
        units: each unit's parts.
        fixed: features without a rule.
        scored: requests of the features that are scored, in sample.
        requests: of all features.
    """
    parts = [fixed]
    for mine in units:
        parts = merge(parts, mine) if mine else parts
    return tuple(
        Whole(
            part.spend_in,
            part.spend_out,
            part.mean / scored if scored else None,
            part.low / scored if scored else None,
            part.seconds / requests if part.timed and requests else None,
        )
        for part in parts
    )


def _thinned(parts: list[Part]) -> list[Part]:
    if len(parts) <= _MOST_POINTS:
        return parts
    last = len(parts) - 1
    return [parts[last * n // (_MOST_POINTS - 1)] for n in range(_MOST_POINTS)]
