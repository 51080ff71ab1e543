"""One side of a comparison: tokens and their cost by class, summed from rows of the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from analyzer.pricing.price import Price, UnitPrices
from analyzer.reconcile.lines import TOKEN_CLASSES

STANDARD_TIERS = frozenset({"", "default", "standard", "auto", "batch"})
"""Tiers that the price book prices. ``auto`` is what was asked for, never what was billed."""


@dataclass(slots=True)
class Side:
    """What one source says of a model on a day. Money is pico-dollars at the book's price."""

    calls: int = 0
    unpriced_tokens: int = 0
    tokens: Counter[str] = field(default_factory=Counter)
    pico: Counter[str] = field(default_factory=Counter)
    tier_pico: int = 0
    """What batch prices take off, at or below zero."""
    tiers: set[str] = field(default_factory=set)
    """Tiers that the book has no price for: flex, priority, fast."""
    models: set[str] = field(default_factory=set)
    """As the export writes them."""
    units: UnitPrices | None = None
    """A price that was in force."""

    @property
    def total(self) -> int:
        """The cost of all classes."""
        return sum(self.pico.values())

    @property
    def priced(self) -> bool:
        """Whether any token has a price."""
        return self.units is not None

    def add_log(self, row: Mapping[str, Any], price: Price | None) -> None:
        """Add a row of ``reconcile_log.sql``, priced there call by call."""
        pico = {name: int(row[f"{name}_pico"] or 0) for name in TOKEN_CLASSES}
        self._add(row, price, pico if row["priced_calls"] else None)

    def add_usage(self, row: Mapping[str, Any], price: Price | None) -> int | None:
        """Add a row of ``reconcile_usage.sql``: a total, priced below the long-context step.

        Returns what it costs; None without a price.
        """
        pico = None
        if price is not None:
            units = price.units(
                above=False, discount_ppm=price.batch_ppm if row["tier"] == "batch" else 0
            )
            pico = by_class(_tokens(row), units)
        self._add(row, price, pico)
        self.models.add(row["model"])
        return None if pico is None else sum(pico.values())

    def _add(
        self, row: Mapping[str, Any], price: Price | None, pico: Mapping[str, int] | None
    ) -> None:
        tokens = _tokens(row)
        self.calls += int(row["calls"] or 0)
        if price is None or pico is None:
            self.unpriced_tokens += sum(tokens.values())
            return
        self.tokens.update(tokens)
        self.pico.update(pico)
        self.units = price.base
        if row["tier"] == "batch":
            self.tier_pico += sum(pico.values()) - sum(by_class(tokens, price.base).values())
        elif row["tier"] not in STANDARD_TIERS:
            self.tiers.add(row["tier"])


def by_class(tokens: Mapping[str, int], units: UnitPrices) -> dict[str, int]:
    """Return what tokens cost, class by class."""
    return {name: tokens[name] * unit_of(units, name) for name in TOKEN_CLASSES}


def unit_of(units: UnitPrices, token_class: str) -> int:
    """Return the price of a class of tokens, in pico-dollars per token."""
    return {
        "input": units.input,
        "cached": units.cached_input,
        "write": units.cache_write,
        "write_1h": units.cache_write_1h,
        "output": units.output,
    }[token_class]


def _tokens(row: Mapping[str, Any]) -> dict[str, int]:
    return {name: int(row[f"{name}_tokens"] or 0) for name in TOKEN_CLASSES}
