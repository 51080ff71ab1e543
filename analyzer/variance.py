"""What was spent less what an earlier cost of a request foretold, as effects that add up exactly.

From the projection to the spend, one step after the other (pico-dollars):

    projected          the spend before, scaled to the time since
    + volume           more or fewer requests in all, each as dear as projected
    + mix              the features that they are of
    + lever            what a request of a feature costs beyond projection, at the old prices
    + price            what prices moved since
    = spent            the calls since
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analyzer.money import round_half_up


@dataclass(frozen=True, slots=True)
class Side:
    """One feature before and since."""

    feature: str
    before: int
    """Its spend before, or what was promised of it then, at the old prices."""
    requests_before: int
    requests_since: int
    at_old_prices: int
    """What its calls since cost at the old prices; ``spent`` where the two are not told apart."""
    spent: int


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
        """What the calls since cost."""
        return self.projected + self.volume + self.mix + self.lever + self.price


def at_old_cost(spent: int, requests_then: int, requests_now: int) -> int:
    """Return what requests of now cost at the mean cost of a request then; nothing from none."""
    return round_half_up(spent * requests_now, requests_then) if requests_then else 0


def effects(
    sides: Sequence[Side], span_before_us: int = 1, span_since_us: int = 1
) -> tuple[Effects, ...]:
    """Return every feature's effects, the dearest first.

    A feature that is new since has no projected cost of a request: what it costs is mix.

    Args:
        sides: every feature of either side.
        span_before_us: how long the time before lasts; leave both out where both last as long.
        span_since_us: how long the time since lasts.
    """
    before = sum(side.requests_before for side in sides)
    since = sum(side.requests_since for side in sides)
    found = list(_each(sides, (span_before_us, span_since_us), (before, since)))
    return tuple(sorted(found, key=lambda one: (-max(one.spent, one.projected), one.feature)))


def _each(
    sides: Sequence[Side], spans_us: tuple[int, int], requests: tuple[int, int]
) -> Iterator[Effects]:
    for side in sides:
        projected = round_half_up(side.before * spans_us[1], spans_us[0])
        at_volume = at_old_cost(side.before, *requests)
        at_mix = side.at_old_prices
        if side.requests_before:
            at_mix = at_old_cost(side.before, side.requests_before, side.requests_since)
        yield Effects(
            feature=side.feature,
            projected=projected,
            volume=at_volume - projected,
            mix=at_mix - at_volume,
            lever=side.at_old_prices - at_mix,
            price=side.spent - side.at_old_prices,
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
