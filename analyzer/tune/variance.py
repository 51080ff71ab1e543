"""What was spent less what was projected, as four effects that add up exactly.

From the projection to the spend, one step after the other (pico-dollars):

    projected          the replay of the days before, scaled to the days since
    + volume           more or fewer requests in all, each as dear as projected
    + mix              the features that they are of
    + lever            what a request of a feature costs beyond projection, at projected prices
    + price            what prices moved since
    = spent            the logged calls, each at the price of its own day
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analyzer.money import round_half_up


@dataclass(frozen=True, slots=True)
class Side:
    """One feature before and since."""

    feature: str
    replayed: int
    """Its spend before, under the policy, at projected prices."""
    requests_before: int
    requests_since: int
    at_projected_prices: int
    """What its logged calls since cost at projected prices."""
    spent: int
    """The same, each at the price of its own day."""


@dataclass(frozen=True, slots=True)
class Effects:
    """One feature's projection, spend, and what lies between; ``projected + effects = spent``."""

    feature: str
    projected: int
    volume: int
    mix: int
    lever: int
    price: int

    @property
    def spent(self) -> int:
        """What the logged calls cost."""
        return self.projected + self.volume + self.mix + self.lever + self.price


def effects(sides: Sequence[Side], span_before_us: int, span_since_us: int) -> tuple[Effects, ...]:
    """Return every feature's effects, the dearest first.

    A feature that is new since has no projected cost of a request: what it costs is mix.

    Args:
        sides: every feature of either side.
        span_before_us: how long the days before last.
        span_since_us: how long the days since last.
    """
    before = sum(side.requests_before for side in sides)
    since = sum(side.requests_since for side in sides)
    found = list(_each(sides, (span_before_us, span_since_us), (before, since)))
    return tuple(sorted(found, key=lambda one: (-max(one.spent, one.projected), one.feature)))


def _each(
    sides: Sequence[Side], spans_us: tuple[int, int], requests: tuple[int, int]
) -> Iterator[Effects]:
    for side in sides:
        projected = round_half_up(side.replayed * spans_us[1], spans_us[0])
        at_volume = round_half_up(side.replayed * requests[1], requests[0]) if requests[0] else 0
        at_mix = side.at_projected_prices
        if side.requests_before:
            at_mix = round_half_up(side.replayed * side.requests_since, side.requests_before)
        yield Effects(
            feature=side.feature,
            projected=projected,
            volume=at_volume - projected,
            mix=at_mix - at_volume,
            lever=side.at_projected_prices - at_mix,
            price=side.spent - side.at_projected_prices,
        )


def total(rows: Sequence[Effects]) -> Effects:
    """Return the sum of all features."""
    return Effects(
        "",
        sum(row.projected for row in rows),
        sum(row.volume for row in rows),
        sum(row.mix for row in rows),
        sum(row.lever for row in rows),
        sum(row.price for row in rows),
    )
