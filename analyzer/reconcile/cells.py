"""The sides of every (provider, model, period) of a database, brought to one grid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from analyzer.reconcile.charges import Charge
from analyzer.reconcile.lines import OTHER, TOOL, TOTAL
from analyzer.reconcile.logged import CostedCalls, Logged
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

    def __init__(
        self, names: Names, charges: Sequence[Charge], totals: Iterable[Mapping[str, Any]]
    ) -> None:
        self._names = names
        self._spans = _long_spans([*_of_tokens(charges), *(self._period(row) for row in totals)])
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
        return self.of(*self.named(row), row["day"])

    def named(self, row: Mapping[str, Any]) -> tuple[str, str]:
        """Return the provider and the model of a row, as this package names them."""
        provider = self._names.provider(row["provider"], row["model"])
        return provider, self._names.model(provider, row["model"])

    def _period(self, row: Mapping[str, Any]) -> tuple[str, int, int]:
        return self.named(row)[0], row["day"], row["last_day"]

    def cells(self) -> tuple[Cell, ...]:
        """Return every cell, in order of provider, period and model."""
        return tuple(sorted(self._cells.values(), key=lambda c: (c.provider, c.span, c.model)))


def read_cells(
    store: Tables, names: Names, prices: DayPrices, charges: Sequence[Charge]
) -> tuple[tuple[Cell, ...], int]:
    """Return a database's cells, and the pico-dollars that totals say again of costed calls."""
    log = store.summary("reconcile_log", {"day_prices": prices.frame()})
    totals = store.query("reconcile_usage").to_dicts()
    grid, costed = Grid(names, charges, totals), CostedCalls()
    for row in log.iter_rows(named=True):
        _add_log(grid.of_row(row), row, prices)
        if row["logged_calls"]:
            costed.add(*grid.named(row), row["day"])
    for row in totals:
        told = costed.tell(*grid.named(row), row["day"], row["last_day"])
        _add_usage(grid.of_row(row), row, prices, alone=not told)
        costed.repeated += int(row["logged_pico"] or 0) if told else 0
    for charge in charges:
        model = {TOOL: TOOLS, OTHER: OTHERS}.get(charge.kind, charge.model)
        grid.of(charge.provider, model, charge.first_day).charges.append(charge)
    return grid.cells(), costed.repeated


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


def _of_tokens(charges: Iterable[Charge]) -> Iterator[tuple[str, int, int]]:
    """Yield the provider and the period of each charge for tokens."""
    for charge in charges:
        if charge.kind not in (TOOL, OTHER):
            yield charge.provider, charge.first_day, charge.last_day


def _long_spans(periods: Iterable[tuple[str, int, int]]) -> dict[str, list[Span]]:
    """Periods of more than a day, by provider; those that overlap are one."""
    spans: dict[str, list[Span]] = defaultdict(list)
    for provider, first, last in sorted(set(periods)):
        if first == last:
            continue
        mine = spans[provider]
        if mine and first <= mine[-1][1]:
            mine[-1] = (mine[-1][0], max(mine[-1][1], last))
        else:
            mine.append((first, last))
    return spans
