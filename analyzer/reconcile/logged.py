"""What a log, or a gateway's totals, say that calls cost, against what their tokens cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analyzer.adapter import NO_MODEL
from analyzer.reconcile.names import NO_PROVIDER


@dataclass(slots=True)
class Logged:
    """The calls, or the totals, of a cell that hold a cost. Money is pico-dollars."""

    calls: int = 0
    said: int = 0
    priced: int = 0
    """What the same calls cost at the book's price; unpriced calls add nothing."""
    unpriced: int = 0
    """What the log says that calls without a price cost."""
    failed: int = 0
    """Logged less priced, of failed calls that the log says cost less than their tokens."""
    zero: int = 0
    """Logged less priced, of calls logged at $0 that the book has a price for."""

    def add(self, row: Mapping[str, Any]) -> None:
        """Add a row of ``reconcile_log.sql``."""
        self.calls += int(row["logged_calls"])
        self.said += int(row["logged_pico"] or 0)
        self.priced += int(row["logged_priced_pico"] or 0)
        self.unpriced += int(row["logged_unpriced_pico"] or 0)
        self.failed += int(row["failed_pico"] or 0)
        self.zero += int(row["zero_pico"] or 0)

    def add_total(self, row: Mapping[str, Any], priced: int | None) -> None:
        """Add a row of ``reconcile_usage.sql``; ``priced`` is None where it has no price."""
        said = int(row["logged_pico"])
        self.calls += int(row["logged_calls"])
        self.said += said
        self.priced += priced or 0
        self.unpriced += said if priced is None else 0


@dataclass(slots=True)
class ToldAgain:
    """Logged costs that are not compared, because others tell the same dollars, in pico."""

    by_totals: int = 0
    by_calls: int = 0
    unnamed: int = 0
    """Of totals without a model or a provider: any call may be in them."""


class CostedCalls:
    """On which days calls hold a cost of their own.

    A gateway's totals of the same days that name no provider, or no model, may hold them.
    """

    def __init__(self) -> None:
        self._days: dict[tuple[str, str], set[int]] = defaultdict(set)

    def add(self, provider: str, model: str, day: int) -> None:
        """Note a day of calls, named as this package names them."""
        self._days[provider, model].add(day)

    def may_be_in(self, provider: str, model: str, first_day: int, last_day: int) -> bool:
        """Return whether a total may hold one of these calls under another name."""
        return any(
            (held, called) != (provider, model)
            and _may_be(provider, held, NO_PROVIDER)
            and _may_be(model, called, NO_MODEL)
            and not days.isdisjoint(range(first_day, last_day + 1))
            for (held, called), days in self._days.items()
        )


def _may_be(one: str, other: str, unknown: str) -> bool:
    return one == other or unknown in (one, other)
