"""Tokens to money: one price entry, and what a sum of tokens costs under it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from analyzer.money import PPM, after_discount

DEFAULT_BATCH_DISCOUNT_PPM = 500_000


@dataclass(frozen=True, slots=True)
class UnitPrices:
    """Whole pico-dollars per token of each class, every fallback already applied."""

    input: int
    cached_input: int
    cache_write: int
    cache_write_1h: int
    output: int

    def less(self, discount_ppm: int) -> UnitPrices:
        """Return every price after a discount, each rounded half up to a whole pico."""
        return UnitPrices(
            after_discount(self.input, discount_ppm),
            after_discount(self.cached_input, discount_ppm),
            after_discount(self.cache_write, discount_ppm),
            after_discount(self.cache_write_1h, discount_ppm),
            after_discount(self.output, discount_ppm),
        )

    def cost(self, tokens: TokenSums) -> int:
        """Return what these tokens cost, in pico-dollars. Exact: Python integers."""
        return (
            tokens.uncached * self.input
            + tokens.cached * self.cached_input
            + tokens.write * self.cache_write
            + tokens.write_1h * self.cache_write_1h
            + tokens.output * self.output
        )


@dataclass(frozen=True, slots=True)
class TokenSums:
    """Sums of disjoint token classes over calls that share a model and a price step."""

    uncached: int
    cached: int
    write: int
    write_1h: int
    output: int


@dataclass(frozen=True, slots=True)
class Price:
    """One entry of a price table.

    ``above`` applies to a whole call whose input is more than ``above_tokens``.
    """

    source: str
    """``prices.toml``, ``genai-prices 0.2.3``, ``field-notes``: where a reader can look it up."""
    provider: str | None
    model: str
    """The entry's own name: exact, or a glob."""
    effective_from: date | None
    base: UnitPrices
    above_tokens: int | None = None
    above: UnitPrices | None = None
    batch_discount_ppm: int | None = None
    tokenizer_ratio_ppm: int = PPM
    verbosity_ppm: int = PPM
    note: str = ""

    @property
    def batch_ppm(self) -> int:
        """The discount of a call sent in a batch: the entry's own, else half (REPLAY.md §3)."""
        if self.batch_discount_ppm is None:
            return DEFAULT_BATCH_DISCOUNT_PPM
        return self.batch_discount_ppm

    def units(self, *, above: bool, discount_ppm: int = 0) -> UnitPrices:
        """Return the unit prices of a call on this side of the long-context step."""
        prices = self.above if above and self.above is not None else self.base
        return prices.less(discount_ppm) if discount_ppm else prices
