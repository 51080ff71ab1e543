"""Splits the difference between a bill and the tokens of one cell into named parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from analyzer.adapter import NO_MODEL
from analyzer.pricing.price import UnitPrices
from analyzer.reconcile.cells import OTHERS, TOOLS, Cell, Span
from analyzer.reconcile.sides import Side, unit_of

MISSING = "missing_logs"
BEYOND = "log_beyond_bill"
UNPRICED = "unpriced_model"
CACHE = "hidden_cache_discount"
WRITES = "hidden_cache_writes"
TIER = "tier"
NEGOTIATED = "negotiated_rate"
DEARER = "higher_rate"
OUTLIER = "outlier_row"
TOOLS_CAUSE = "tool_line_items"
OTHER_CAUSE = "other_charges"
ROUNDING = "rounding"
FAILED = "failed_calls"
ZERO = "logged_at_zero"
UNEXPLAINED = "unexplained"

_CACHE_CLASSES = ("cached", "write", "write_1h")
_HALF_CENT_PICO = 5_000_000_000


@dataclass(slots=True)
class Split:
    """A cell's difference, ``said - priced``, as far as the cell alone explains it."""

    provider: str
    model: str
    span: Span
    said: int
    priced: int
    parts: Counter[str] = field(default_factory=Counter)
    expected: int = 0
    """What the tokens that were really used cost at the book's price."""
    tokens_known: bool = False
    """Whether the provider itself says how many tokens that was."""
    rated: bool = False
    """Whether what is left can be a matter of the rate."""
    tolerance: int = 0
    """What rounding of the bill's rows can make up."""
    tiers: frozenset[str] = frozenset()
    writes_room: int = 0
    """What tokens written to the provider's cache, and not logged as such, may add at most."""

    @property
    def rest(self) -> int:
        """What no part names yet."""
        return self.said - self.priced - sum(self.parts.values())


def split_bill(cell: Cell, outlier_pico: int) -> Split:
    """Split the difference between a cell's bill and its log (or, without one, its usage)."""
    base = cell.base
    priced = base.total if base else 0
    split = Split(cell.provider, cell.model, cell.span, cell.billed or 0, priced)
    split.tolerance = sum(c.rows * (_HALF_CENT_PICO if c.cents else 1) for c in cell.charges)
    split.parts[OUTLIER] = outlier_pico
    if cell.model in (TOOLS, OTHERS):
        split.parts[TOOLS_CAUSE if cell.model == TOOLS else OTHER_CAUSE] += split.rest
    elif base is None and cell.usage is None and cell.blind:
        split.model = NO_MODEL
        split.parts[UNPRICED] += split.rest
    elif base is None and cell.usage is None:
        split.parts[MISSING] += split.rest
    elif cell.billed is None:
        split.parts[BEYOND] += split.rest
    else:
        _split_tokens(split, cell, base or Side())
    return split


def _split_tokens(split: Split, cell: Cell, base: Side) -> None:
    truth = cell.usage
    if truth is not None and truth is not base and truth.priced:
        split.parts.update(_by_usage(base, truth))
    elif truth is None:
        split.parts.update(_by_lines(base, cell))
    split.tokens_known = truth is not None
    split.expected = split.said - split.rest - split.parts[OUTLIER]
    split.tiers = frozenset((truth or base).tiers)
    unpriced = base.unpriced_tokens or (truth is not None and truth.unpriced_tokens)
    if unpriced and split.rest > 0:
        split.parts[UNPRICED] += split.rest
    elif not base.priced and not (truth and truth.priced):
        split.parts[UNPRICED if unpriced else MISSING] += split.rest
    else:
        split.rated = True


def split_usage(cell: Cell) -> Split:
    """Split the difference between a usage export and a log of the same cell."""
    log, usage = cell.log or Side(), cell.usage or Side()
    split = Split(cell.provider, cell.model, cell.span, usage.total, log.total)
    split.parts.update(_by_usage(log, usage))
    return split


def _by_usage(log: Side, usage: Side) -> Counter[str]:
    """What a provider's own count of tokens says of a log."""
    parts: Counter[str] = Counter()
    units = usage.units or log.units
    if units is not None:
        extra = {name: usage.tokens[name] - log.tokens[name] for name in _CACHE_CLASSES}
        parts = _hidden(extra, log.tokens["input"] - usage.tokens["input"], units)
    parts[TIER] = usage.tier_pico - log.tier_pico
    rest = usage.total - log.total - sum(parts.values())
    parts[MISSING if rest > 0 else BEYOND] += rest
    return parts


def _by_lines(log: Side, cell: Cell) -> Counter[str]:
    """What lines for cached and written tokens say of a log that counts those as fresh."""
    billed: Counter[str] = Counter()
    for charge in cell.charges:
        billed[charge.kind] += charge.pico
    if log.units is None or not log.units.input:
        return Counter()
    extra = {
        name: (billed[name] - log.pico[name]) // unit_of(log.units, name)
        for name in _CACHE_CLASSES
        if billed[name] and unit_of(log.units, name)
    }
    return _hidden(extra, (log.pico["input"] - billed["input"]) // log.units.input, log.units)


def _hidden(extra: Mapping[str, int], short: int, units: UnitPrices) -> Counter[str]:
    """Dollars of tokens that a log counts as fresh input and that were read or written.

    ``extra`` are tokens beyond the log's by class; ``short`` is how much fresh input is too much.
    """
    parts: Counter[str] = Counter()
    for name, tokens in extra.items():
        moved = max(0, min(tokens, short))
        short -= moved
        premium = moved * (unit_of(units, name) - units.input)
        parts[CACHE if name == "cached" else WRITES] += premium
    return parts


def unlogged_writes_room(side: Side) -> int:
    """Return what writing all fresh input would add, where a log counts no written tokens."""
    if side.units is None or side.tokens["write"] or side.tokens["write_1h"]:
        return 0
    return side.tokens["input"] * max(0, side.units.cache_write - side.units.input)
