"""Lines of a bill, and requests of a log, whose dollars their tokens cannot explain."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median_low
from typing import TypeAlias

from analyzer.money import PICO_PER_USD
from analyzer.reconcile.cells import Cell
from analyzer.reconcile.charges import Charge
from analyzer.reconcile.lines import TOKEN_CLASSES, WHOLE
from analyzer.reconcile.names import Names
from analyzer.reconcile.prices import DayPrices, day_text
from analyzer.reconciled import Outlier
from analyzer.store import Tables

_LEAST_PICO = PICO_PER_USD
"""A row that is less than a dollar too dear is no outlier."""
_FACTOR = 20
_FACTOR_ALONE = 1000
"""Without a usage export and without other days to compare with, a row may also be calls that
the log does not hold: only where it is absurd is it named an outlier."""
_PEERS = 3


Peers: TypeAlias = Mapping[tuple[str, str, str], Sequence[int]]
"""The amounts of one line of a bill, on every day."""


@dataclass(frozen=True, slots=True)
class OutlierRow:
    """A row, where it stands, and the dollars that nothing explains."""

    shown: Outlier
    key: tuple[str, str, int]
    """Provider, model, day."""
    priced: bool
    excess: int


def logged_outliers(store: Tables, names: Names, prices: DayPrices) -> tuple[OutlierRow, ...]:
    """Return requests whose logged cost is far beyond what their tokens cost."""
    found = store.query_with("reconcile_outliers", {"day_prices": prices.frame()})
    return tuple(_logged(row, names) for row in found.iter_rows(named=True))


def _logged(row: dict[str, object], names: Names) -> OutlierRow:
    written = str(row["model"])
    provider = names.provider(str(row["provider"]), written)
    model, day = names.model(provider, written), int(str(row["day"]))
    said, cost = int(str(row["logged_pico"])), int(str(row["cost_pico"] or 0))
    shown = Outlier(
        str(row["request_id"]), str(row["file"]), provider, model, day_text(day), said, cost
    )
    return OutlierRow(shown, (provider, model, day), bool(row["priced"]), said - cost)


def billed_outliers(cells: Iterable[Cell]) -> tuple[OutlierRow, ...]:
    """Return lines of bills that stand out from their tokens, and from the same line elsewhere."""
    listed = list(cells)
    peers: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for cell in listed:
        for charge in cell.charges:
            peers[_line(charge)].append(charge.largest_pico)
    return tuple(
        row for cell in listed for charge in cell.charges for row in _billed(cell, charge, peers)
    )


def _billed(cell: Cell, charge: Charge, peers: Peers) -> Iterator[OutlierRow]:
    others = list(peers[_line(charge)])
    others.remove(charge.largest_pico)
    cost = _tokens_pico(cell, charge.kind)
    most = _most_pico(cell, cost, others)
    if most is None or charge.largest_pico <= most:
        return
    same = sum(c.pico for c in cell.charges if c.kind == charge.kind) - charge.largest_pico
    shown = Outlier(
        charge.line_item or "(no line item)",
        charge.file,
        cell.provider,
        cell.model,
        day_text(charge.first_day),
        charge.largest_pico,
        cost,
    )
    explained = max(0, cost - max(0, same))
    key = (cell.provider, cell.model, cell.span[0])
    yield OutlierRow(shown, key, priced=True, excess=charge.largest_pico - explained)


def _most_pico(cell: Cell, cost: int, others: Sequence[int]) -> int | None:
    """Return how much a line may be at most; None where nothing can be said.

    That is a day that no log and no usage export holds, of a line seen on few other days.
    """
    compared = len(others) >= _PEERS
    tokens = cost or _tokens_pico(cell, WHOLE)
    if not compared and not tokens:
        return None
    expected = max(tokens, median_low(others) if compared else 0)
    factor = _FACTOR if compared or cell.usage is not None else _FACTOR_ALONE
    return max(factor * expected, expected + _LEAST_PICO)


def _tokens_pico(cell: Cell, kind: str) -> int:
    """What a line's kind of tokens cost, by the larger of the log and the usage export."""
    sides = [side for side in (cell.log, cell.usage) if side is not None]
    if kind in TOKEN_CLASSES:
        return max((side.pico[kind] for side in sides), default=0)
    return max((side.total for side in sides), default=0)


def _line(charge: Charge) -> tuple[str, str, str]:
    return charge.provider, charge.model, charge.line_item
