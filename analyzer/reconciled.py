"""What a log and a provider's bill say of the same money, side by side: part of the findings.

Frozen, like all findings. Money is integer pico-dollars.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cause:
    """A named part of the difference between what was said and what the tokens cost."""

    name: str
    """``missing_logs``, ``unpriced_model``, ``hidden_cache_discount``, ``negotiated_rate`` ..."""
    provider: str
    model: str
    """Empty where the cause holds for no one model."""
    pico_usd: int
    """Above zero where the bill is higher than the tokens cost."""
    days: int
    """How many days it stands on."""
    text: str
    """What was found, and the mend where there is one."""


@dataclass(frozen=True, slots=True)
class Outlier:
    """One row whose dollars its tokens cannot explain."""

    row: str
    """The request's id, or the bill's line item."""
    file: str
    provider: str
    model: str
    day: str
    said_pico_usd: int
    priced_pico_usd: int
    """What its tokens cost at the book's price."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What is not compared: ``lag`` (a bill's newest days), ``one side only`` or ``no log``."""

    why: str
    provider: str
    first_day: str
    last_day: str
    said_pico_usd: int | None
    """None where nothing was billed."""
    priced_pico_usd: int | None
    """None where no token has a price, or none is known."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the tokens cost at the price in force when they were used, and what was said.

    ``said - priced`` is the sum of the causes, to the pico.
    """

    against: str
    """``bill``, or ``logged cost``: what a gateway wrote beside each call."""
    said_pico_usd: int
    priced_pico_usd: int
    causes: tuple[Cause, ...]
    """The largest first."""
    left_out: tuple[LeftOut, ...]
    outliers: tuple[Outlier, ...]

    @property
    def residual_pico_usd(self) -> int:
        """What was said beyond what the tokens cost; below zero where it was less."""
        return self.said_pico_usd - self.priced_pico_usd

    @property
    def unexplained_pico_usd(self) -> int:
        """The part of the residual that no cause names."""
        return sum(cause.pico_usd for cause in self.causes if cause.name == "unexplained")

    @property
    def all_unpriced(self) -> bool:
        """Whether no token has a price, so that nothing can be held against what was said."""
        unpriced = any(cause.name == "unpriced_model" for cause in self.causes)
        return not self.priced_pico_usd and unpriced

    def within(self, tolerance_ppm: int) -> bool | None:
        """Return whether the residual is within a share of what was said; None without any."""
        if self.all_unpriced or (not self.said_pico_usd and not self.priced_pico_usd):
            return None
        return abs(self.residual_pico_usd) * 1_000_000 <= tolerance_ppm * abs(self.said_pico_usd)


@dataclass(frozen=True, slots=True)
class ReconciledRow:
    """One provider, model and period (a day, or as long as the bill's row), side by side."""

    provider: str
    model: str
    """``(all models)`` where the bill does not say which."""
    first_day: str
    last_day: str
    logged_pico_usd: int | None
    """What the log itself says its calls cost; None where it says nothing."""
    priced_pico_usd: int | None
    """The log's calls at the book's price; None where no call is priced."""
    usage_pico_usd: int | None
    """The provider's usage export at the book's price; None where there is none."""
    billed_pico_usd: int | None
    """None where no bill has this row."""
    base_pico_usd: int | None
    """What the verdict rests on: the log, or, of a provider without one, its usage export."""
    compared: str
    """``compared``, or why not: as in ``LeftOut``."""


@dataclass(frozen=True, slots=True)
class OtherMoney:
    """Billed in another currency: never added to dollars."""

    provider: str
    currency: str
    rows: int
    amount: str
    """The exact sum, in that currency."""


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Logged cost, priced cost and billed charges, side by side."""

    comparisons: tuple[Comparison, ...]
    """The bill first, where there is one; then the costs that the log itself holds."""
    tolerance_ppm: int
    lag_hours: int
    rows: tuple[ReconciledRow, ...]
    other_money: tuple[OtherMoney, ...]
    notes: tuple[str, ...]
    """What was not compared, and why: the same money told twice, providers without a bill."""
    billed_features: tuple[tuple[str, int], ...] = ()
    """What was billed to each feature, in pico-dollars, the most first."""

    @property
    def verdict(self) -> Comparison | None:
        """The comparison that the verdict rests on: the bill's, else the logged cost's."""
        return self.comparisons[0] if self.comparisons else None

    @property
    def within(self) -> bool | None:
        """Whether the verdict is within the tolerance; None where nothing can be compared."""
        return None if self.verdict is None else self.verdict.within(self.tolerance_ppm)
