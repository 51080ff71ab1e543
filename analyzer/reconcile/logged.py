"""What a log, or a gateway's totals, say that calls cost, against what their tokens cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


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
