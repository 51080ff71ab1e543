"""Negotiated discounts: a share off every price of a provider, from a day on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from analyzer.money import PPM
from analyzer.pricing.match import Match, in_force
from analyzer.pricing.price import Price
from analyzer.pricing.providers import provider_id


@dataclass(frozen=True, slots=True)
class ProviderDiscount:
    """A share off a provider's prices. ``share_ppm`` 150,000 is 15 % off."""

    source: str
    """The file that says so."""
    provider: str
    """As ``provider_id`` spells it."""
    share_ppm: int
    effective_from: date | None

    @property
    def share(self) -> str:
        """The share for people: ``15%``, ``12.5%``."""
        return f"{self.share_ppm * 100 / PPM:.4f}".rstrip("0").rstrip(".") + "%"

    @property
    def terms(self) -> str:
        """The whole of it for people: ``prices.toml: 15% off openai from 2026-01-01``."""
        since = f" from {self.effective_from}" if self.effective_from else ""
        return f"{self.source}: {self.share} off {self.provider}{since}"


def discounted(
    match: Match, sold_by: tuple[str | None, str | None], discounts: Sequence[ProviderDiscount]
) -> Match:
    """Return a match whose dated prices are less what its seller takes off on those days.

    ``sold_by`` is the provider that the log names, and the one that the model's name does. The
    first counts before the entry's own: who buys gpt-4o of Azure has no deal with OpenAI. A price
    is cut in two where a discount starts in its time.
    """
    logged, named = sold_by
    seller = logged or provider_id(match.prices[0].provider) or named
    mine = [discount for discount in discounts if discount.provider == seller]
    if not mine:
        return match
    return replace(match, prices=less(match.prices, mine))


def less(prices: Sequence[Price], discounts: Sequence[ProviderDiscount]) -> tuple[Price, ...]:
    """Return a provider's dated prices less its discounts, each rounded half up to a pico."""
    starts = {price.effective_from for price in prices}
    starts |= {discount.effective_from for discount in discounts}
    cut = []
    for start in sorted(starts, key=lambda day: day or date.min):
        price = in_force(prices, start or date.min)
        if price is not None:
            taken = _on(discounts, start or date.min)
            cut.append(replace(_less(price, taken), effective_from=start))
    return tuple(cut)


def _on(discounts: Sequence[ProviderDiscount], day: date) -> ProviderDiscount | None:
    """The discount with the latest start not after a day, the first of equals, if any."""
    started = [d for d in discounts if d.effective_from is None or d.effective_from <= day]
    return max(started, key=lambda d: d.effective_from or date.min, default=None)


def _less(price: Price, discount: ProviderDiscount | None) -> Price:
    if discount is None or not discount.share_ppm:
        return price
    return replace(
        price,
        base=price.base.less(discount.share_ppm),
        above=price.above.less(discount.share_ppm) if price.above else None,
        source=f"{price.source} less {discount.share} ({discount.source})",
    )
