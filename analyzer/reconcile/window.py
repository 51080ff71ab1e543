"""Which periods are compared: those that both sides tell of, without the newest of a bill."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from analyzer.reconcile.cells import OTHERS, TOOLS, Cell, Span

COMPARED, LAG, ONE_SIDE, NO_LOG = "compared", "lag", "one side only", "no log"
_DAY_US = 86_400_000_000
_HOUR_US = 3_600_000_000


def mark_compared(cells: Iterable[Cell], lag_hours: int) -> None:
    """Set ``compared`` of each cell.

    A bill's newest day is incomplete for a day or two, so days that end within ``lag_hours`` of
    the last day billed are left out. A bill of longer periods is an invoice, and has no lag.
    Before and after a provider's log, its usage export stands for the log.
    """
    by_provider: dict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        by_provider[cell.provider].append(cell)
    for mine in by_provider.values():
        billed = span_of(cell.span for cell in mine if cell.charges)
        used = span_of(cell.span for cell in mine if cell.usage)
        logged = span_of(cell.span for cell in mine if cell.log)
        for cell in mine:
            cell.by_usage = not touches(cell.span, logged)
        if billed is None:
            _mark(mine, logged or used, used or logged, None)
            continue
        if logged is None and used is None:
            for cell in mine:
                cell.compared = NO_LOG
            continue
        end_us = max(charge.end_us for cell in mine for charge in cell.charges)
        lag_us = end_us - lag_hours * _HOUR_US
        _mark([cell for cell in mine if cell.by_usage], billed, used, lag_us)
        _mark([cell for cell in mine if not cell.by_usage], billed, logged, lag_us)


def _mark(cells: Iterable[Cell], one: Span | None, other: Span | None, lag_us: int | None) -> None:
    for cell in cells:
        if not all(touches(cell.span, side) for side in (one, other)):
            cell.compared = ONE_SIDE
        elif lag_us is not None and _is_day(cell) and _ends_us(cell) > lag_us:
            cell.compared = LAG


def _ends_us(cell: Cell) -> int:
    """When a cell ends: with its bill, whose days may be local ones, or with its last day."""
    ends = [charge.end_us for charge in cell.charges]
    return max(ends) if ends else (cell.span[1] + 1) * _DAY_US


def _is_day(cell: Cell) -> bool:
    return cell.span[0] == cell.span[1] or cell.model in (TOOLS, OTHERS)


def touches(span: Span, side: Span | None) -> bool:
    """Return whether two spans share a day."""
    return side is not None and span[0] <= side[1] and side[0] <= span[1]


def span_of(spans: Iterable[Span]) -> Span | None:
    """Return the first and the last day of all spans; None of none."""
    found = list(spans)
    return (min(s[0] for s in found), max(s[1] for s in found)) if found else None
