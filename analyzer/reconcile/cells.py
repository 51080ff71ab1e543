"""The sides of every (provider, model, period) of a database, brought to one grid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from analyzer.reconcile.charges import Charge
from analyzer.reconcile.lines import OTHER, TOOL, TOTAL
from analyzer.reconcile.logged import Logged
from analyzer.reconcile.names import Names
from analyzer.reconcile.prices import DayPrices
from analyzer.reconcile.sides import Side
from analyzer.store import Tables

ALL_MODELS = "(all models)"
TOOLS = "(tools)"
OTHERS = "(taxes, credits, adjustments)"

Span = tuple[int, int]
"""First and last day, as days since 1970."""


@dataclass(slots=True)
class Cell:
    """One provider, model and period."""

    provider: str
    model: str
    span: Span
    log: Side | None = None
    usage: Side | None = None
    logged: Logged | None = None
    charges: list[Charge] = field(default_factory=list)
    compared: str = "compared"
    by_usage: bool = False
    """Whether the provider has no log of the period, so that its usage export stands for one."""

    @property
    def billed(self) -> int | None:
        """The dollars billed, in pico; None without a line."""
        return sum(charge.pico for charge in self.charges) if self.charges else None

    @property
    def base(self) -> Side | None:
        """The tokens that the verdict rests on."""
        return self.usage if self.by_usage else self.log


class Grid:
    """The cells of a database. A provider whose bill names no model has one for all of them."""

    def __init__(self, names: Names, charges: Sequence[Charge]) -> None:
        self._names = names
        self._spans = _long_spans(charges)
        self._undivided = {charge.provider for charge in charges if charge.kind == TOTAL}
        self._cells: dict[tuple[str, str, Span], Cell] = {}

    def of(self, provider: str, model: str, day: int) -> Cell:
        """Return the cell of one provider, model and day, all three as this package names them."""
        span = next((s for s in self._spans[provider] if s[0] <= day <= s[1]), (day, day))
        apart = model in (TOOLS, OTHERS) or provider not in self._undivided
        key = (provider, model if apart else ALL_MODELS, span)
        return self._cells.setdefault(key, Cell(*key))

    def of_row(self, row: Mapping[str, Any]) -> Cell:
        """Return the cell of a row of the database."""
        provider = self._names.provider(row["provider"], row["model"])
        return self.of(provider, self._names.model(provider, row["model"]), row["day"])

    def cells(self) -> tuple[Cell, ...]:
        """Return every cell, in order of provider, period and model."""
        return tuple(sorted(self._cells.values(), key=lambda c: (c.provider, c.span, c.model)))


def read_cells(
    store: Tables, names: Names, prices: DayPrices, charges: Sequence[Charge]
) -> tuple[Cell, ...]:
    """Return a database's cells."""
    grid = Grid(names, charges)
    log = store.summary("reconcile_log", {"day_prices": prices.frame()})
    for row in log.iter_rows(named=True):
        _add_log(grid.of_row(row), row, prices)
    # A gateway that logs each call's cost says no more with its totals: they are the same dollars.
    alone = not log["logged_calls"].sum()
    for row in store.query("reconcile_usage").iter_rows(named=True):
        _add_usage(grid.of_row(row), row, prices, alone=alone)
    for charge in charges:
        model = {TOOL: TOOLS, OTHER: OTHERS}.get(charge.kind, charge.model)
        grid.of(charge.provider, model, charge.first_day).charges.append(charge)
    return grid.cells()


def _add_log(cell: Cell, row: Mapping[str, Any], prices: DayPrices) -> None:
    cell.log = cell.log or Side()
    cell.log.add_log(row, prices.at(row["provider"], row["model"], row["day"]))
    if row["logged_calls"]:
        cell.logged = cell.logged or Logged()
        cell.logged.add(row)


def _add_usage(cell: Cell, row: Mapping[str, Any], prices: DayPrices, *, alone: bool) -> None:
    cell.usage = cell.usage or Side()
    pico = cell.usage.add_usage(row, prices.at(row["provider"], row["model"], row["day"]))
    if alone and row["logged_calls"]:
        cell.logged = cell.logged or Logged()
        cell.logged.add_total(row, pico)


def _long_spans(charges: Iterable[Charge]) -> dict[str, list[Span]]:
    """Periods of more than a day, where a bill has them for tokens; overlapping ones are one."""
    spans: dict[str, list[Span]] = defaultdict(list)
    for charge in sorted(charges, key=lambda c: (c.first_day, c.last_day)):
        if charge.last_day == charge.first_day or charge.kind in (TOOL, OTHER):
            continue
        mine = spans[charge.provider]
        if mine and charge.first_day <= mine[-1][1]:
            mine[-1] = (mine[-1][0], max(mine[-1][1], charge.last_day))
        else:
            mine.append((charge.first_day, charge.last_day))
    return spans
