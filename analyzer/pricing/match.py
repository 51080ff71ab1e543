"""What a name was found to mean: dated prices, an identity, and how the name was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from analyzer.pricing.price import Price


@dataclass(frozen=True, slots=True)
class Match:
    """One group of dated prices that a name resolves to."""

    prices: tuple[Price, ...]
    """Entries of one provider and pattern in one table."""
    model_id: str
    how: str
    """How the logged name was read: ``as logged``, ``snapshot stripped``."""

    def at(self, day: date) -> Price | None:
        """Return the price in force on a day."""
        return in_force(self.prices, day)

    @property
    def terms(self) -> tuple[object, ...]:
        """All that decides what a call costs: equal where two providers ask the same."""
        return tuple(
            (p.effective_from, p.base, p.above_tokens, p.above, p.batch_ppm) for p in self.prices
        )

    def beyond_step(self) -> Match:
        """Return the same at the prices of calls with a long context, whatever their length."""
        prices = (
            replace(p, base=p.above or p.base, above=None, above_tokens=None) for p in self.prices
        )
        return replace(self, prices=tuple(prices))


def in_force(prices: Sequence[Price], day: date) -> Price | None:
    """Return the price with the latest start not after ``day``, the first of equals, if any."""
    started = [p for p in prices if p.effective_from is None or p.effective_from <= day]
    return max(started, key=lambda p: p.effective_from or date.min, default=None)
