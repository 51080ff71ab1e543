"""The sides of every (provider, model, period) of a database, brought to one grid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from analyzer.adapter import NO_MODEL
from analyzer.reconcile.charges import Charge
from analyzer.reconcile.lines import OTHER, TOOL, TOTAL
from analyzer.reconcile.logged import CostedCalls, Logged, ToldAgain
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
    by_totals: bool = False
    """Whether ``logged`` is what a gateway's totals say, and not its calls."""
    blind: bool = False
    """Whether totals of its provider and days name no model: its tokens may be in them."""
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

    def of_total(self, row: Mapping[str, Any]) -> Cell:
        """Return the cell of a total; one of several days stands in a cell of them all."""
        return self.of(*self.named(row), row["first_day"])

    def named(self, row: Mapping[str, Any]) -> tuple[str, str]:
        """Return the provider and the model of a row, as this package names them."""
        provider = self._names.provider(row["provider"], row["model"])
        return provider, self._names.model(provider, row["model"])

    def _period(self, row: Mapping[str, Any]) -> tuple[str, int, int]:
        return self.named(row)[0], row["first_day"], row["last_day"]

    def cells(self) -> tuple[Cell, ...]:
        """Return every cell, in order of provider, period and model."""
        return tuple(sorted(self._cells.values(), key=lambda c: (c.provider, c.span, c.model)))


def read_cells(
    store: Tables, names: Names, prices: DayPrices, charges: Sequence[Charge]
) -> tuple[tuple[Cell, ...], ToldAgain]:
    """Return a database's cells, and the logged costs that are not compared."""
    log = store.summary("reconcile_log", {"day_prices": prices.frame()})
    totals = store.query("reconcile_usage").to_dicts()
    grid, costed, again = Grid(names, charges, totals), CostedCalls(), ToldAgain()
    for row in log.iter_rows(named=True):
        _add_log(grid.of_row(row), row, prices)
        if row["logged_calls"]:
            costed.add(*grid.named(row), row["day"])
    said: dict[int, Logged] = {}
    for row in totals:
        cell = grid.of_total(row)
        unnamed = costed.may_be_in(*grid.named(row), row["first_day"], row["last_day"])
        again.unnamed += int(row["logged_pico"] or 0) if unnamed else 0
        own = Logged() if unnamed else said.setdefault(id(cell), Logged())
        _add_usage(cell, own, row, prices)
    for charge in charges:
        model = {TOOL: TOOLS, OTHER: OTHERS}.get(charge.kind, charge.model)
        grid.of(charge.provider, model, charge.first_day).charges.append(charge)
    for cell in grid.cells():
        _take_the_larger(cell, said.get(id(cell), Logged()), again)
    _mark_blind(grid.cells())
    return grid.cells(), again


def _add_log(cell: Cell, row: Mapping[str, Any], prices: DayPrices) -> None:
    cell.log = cell.log or Side()
    cell.log.add_log(row, prices.at(row["provider"], row["model"], row["day"]))
    if row["logged_calls"]:
        cell.logged = cell.logged or Logged()
        cell.logged.add(row)


def _add_usage(cell: Cell, said: Logged, row: Mapping[str, Any], prices: DayPrices) -> None:
    cell.usage = cell.usage or Side()
    pico = cell.usage.add_usage(row, prices.at(row["provider"], row["model"], row["day"]))
    if row["logged_calls"]:
        said.add_total(row, pico)


def _take_the_larger(cell: Cell, totals: Logged, again: ToldAgain) -> None:
    """Compare what a gateway's totals say, or what its calls do: they are the same dollars.

    A total may be of more calls than the log holds, and a log of more days than the total.
    """
    if not totals.calls:
        return
    if cell.logged is None or totals.said > cell.logged.said:
        again.by_calls += cell.logged.said if cell.logged else 0
        cell.logged, cell.by_totals = totals, True
    else:
        again.by_totals += totals.said


def _mark_blind(cells: Sequence[Cell]) -> None:
    """Find where a provider's totals name no model, so that they may be of every model."""
    unnamed = [cell for cell in cells if cell.usage and NO_MODEL in cell.usage.models]
    for cell in cells:
        cell.blind = any(
            one.provider == cell.provider
            and one.span[0] <= cell.span[1]
            and cell.span[0] <= one.span[1]
            for one in unnamed
        )


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
