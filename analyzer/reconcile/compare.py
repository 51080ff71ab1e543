"""Reconciles a database: the bill, the usage export and the logged costs against its tokens."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from analyzer.money import spell_usd
from analyzer.pricing.book import PriceBook
from analyzer.reconcile import causes
from analyzer.reconcile.causes import Split, split_bill, split_usage, unlogged_writes_room
from analyzer.reconcile.cells import ALL_MODELS, Cell, Span, read_cells
from analyzer.reconcile.charges import billed_features, read_bill
from analyzer.reconcile.logged import ToldAgain
from analyzer.reconcile.names import Names
from analyzer.reconcile.outliers import OutlierRow, billed_outliers, logged_outliers
from analyzer.reconcile.prices import DayPrices, day_text
from analyzer.reconcile.rates import name_rests
from analyzer.reconcile.texts import cause_text
from analyzer.reconcile.window import COMPARED, LAG, NO_LOG, mark_compared, span_of, touches
from analyzer.reconciled import (
    Cause,
    Comparison,
    LeftOut,
    OtherMoney,
    ReconciledRow,
    Reconciliation,
)
from analyzer.store import Tables

TOLERANCE_PPM = 50_000
LAG_HOURS = 48
_ROUNDED_PICO = 500_000  # half a millionth of a dollar: logs hold six decimals and more


def reconcile(
    store: Tables,
    book: PriceBook,
    *,
    tolerance_ppm: int = TOLERANCE_PPM,
    lag_hours: int = LAG_HOURS,
) -> Reconciliation:
    """Compare what a database's tokens cost with what its bills and its logs say they cost.

    Each call and each usage total is priced on its own day. Days are UTC.
    """
    names, prices = Names(book), DayPrices(store, book)
    bill = read_bill(store, names)
    cells, again = read_cells(store, names, prices, bill.charges)
    mark_compared(cells, lag_hours)
    found = (
        _bill(cells),
        _usage(cells),
        _logged(cells, store, names, prices),
    )
    comparisons = tuple(comparison for comparison in found if comparison is not None)
    notes = (
        *_told_again(again),
        *_unnamed(cells),
        *_notes(cells, bill.other_money, lag_hours),
    )
    rows = tuple(_row(cell) for cell in cells)
    return Reconciliation(
        comparisons,
        tolerance_ppm,
        lag_hours,
        rows,
        bill.other_money,
        notes,
        billed_features(store),
    )


def _bill(cells: Sequence[Cell]) -> Comparison | None:
    billed = {cell.provider for cell in cells if cell.charges}
    mine = [cell for cell in cells if cell.provider in billed]
    if not mine:
        return None
    outliers = [row for row in billed_outliers(mine) if _is_compared(mine, row)]
    compared = [cell for cell in mine if cell.compared == COMPARED]
    splits = [split_bill(cell, _excess(cell, outliers)) for cell in compared]
    return Comparison(
        against="bill",
        said_pico_usd=sum(split.said for split in splits),
        priced_pico_usd=sum(split.priced for split in splits),
        causes=_causes(splits, name_rests(splits)),
        left_out=_left_out(mine),
        outliers=tuple(row.shown for row in outliers),
    )


def _usage(cells: Sequence[Cell]) -> Comparison | None:
    """Compare only providers that have both: a usage export alone is nobody's log."""
    held = {c.provider for c in cells if c.log} & {c.provider for c in cells if c.usage}
    used = {p: span_of(c.span for c in cells if c.provider == p and c.usage) for p in held}
    splits = [
        split_usage(cell)
        for cell in cells
        if (cell.log or cell.usage)
        and not cell.blind
        and cell.compared == COMPARED
        and touches(cell.span, used.get(cell.provider))
    ]
    if not splits:
        return None
    return Comparison(
        against="usage export",
        said_pico_usd=sum(split.said for split in splits),
        priced_pico_usd=sum(split.priced for split in splits),
        causes=_causes(splits, {}),
        left_out=(),
        outliers=(),
    )


def _logged(
    cells: Sequence[Cell], store: Tables, names: Names, prices: DayPrices
) -> Comparison | None:
    if not any(cell.logged for cell in cells):
        return None
    outliers = logged_outliers(store, names, prices)
    splits = [_split_logged(cell, outliers) for cell in cells if cell.logged]
    return Comparison(
        against="logged cost",
        said_pico_usd=sum(split.said for split in splits),
        priced_pico_usd=sum(split.priced for split in splits),
        causes=_causes(splits, name_rests(splits)),
        left_out=(),
        outliers=tuple(row.shown for row in outliers),
    )


def _split_logged(cell: Cell, outliers: Sequence[OutlierRow]) -> Split:
    logged = cell.logged
    assert logged is not None  # noqa: S101 - narrows the type
    split = Split(cell.provider, cell.model, cell.span, logged.said, logged.priced)
    outliers = () if cell.by_totals else outliers
    split.parts[causes.OUTLIER] = _excess(cell, outliers)
    unpriced = _excess(cell, [row for row in outliers if not row.priced])
    split.parts[causes.UNPRICED] = logged.unpriced - unpriced
    split.parts[causes.FAILED] = logged.failed
    split.parts[causes.ZERO] = logged.zero
    split.expected = logged.priced + logged.failed + logged.zero
    split.tolerance = logged.calls * _ROUNDED_PICO
    split.writes_room = unlogged_writes_room(cell.log) if cell.log else 0
    split.tokens_known = split.rated = True
    return split


def _excess(cell: Cell, outliers: Iterable[OutlierRow]) -> int:
    return sum(row.excess for row in outliers if _holds(cell, row))


def _holds(cell: Cell, row: OutlierRow) -> bool:
    provider, model, day = row.key
    here = cell.provider == provider and cell.span[0] <= day <= cell.span[1]
    return here and cell.model in (model, ALL_MODELS)


def _is_compared(cells: Iterable[Cell], row: OutlierRow) -> bool:
    return any(cell.compared == COMPARED and _holds(cell, row) for cell in cells)


def _causes(splits: Sequence[Split], rates: dict[tuple[str, str], int]) -> tuple[Cause, ...]:
    """Sum the parts by name, provider and model, the largest first."""
    sums: dict[tuple[str, str, str], dict[Span, int]] = defaultdict(dict)
    for split in splits:
        if split.rest:
            split.parts[causes.UNEXPLAINED] += split.rest
        for name, pico in split.parts.items():
            if pico:
                parts = sums[name, split.provider, split.model]
                parts[split.span] = parts.get(split.span, 0) + pico
    found = [
        Cause(
            name=name,
            provider=provider,
            model=model,
            pico_usd=sum(parts.values()),
            days=sum(last - first + 1 for first, last in parts),
            text=cause_text(name, provider, model, rates.get((provider, model)), list(parts)),
        )
        for (name, provider, model), parts in sums.items()
    ]
    return tuple(sorted(found, key=lambda c: (-abs(c.pico_usd), c.name, c.provider, c.model)))


def _left_out(cells: Sequence[Cell]) -> tuple[LeftOut, ...]:
    groups: dict[tuple[str, str], list[Cell]] = defaultdict(list)
    for cell in cells:
        if cell.compared != COMPARED:
            groups[cell.compared, cell.provider].append(cell)
    return tuple(
        LeftOut(
            why=why,
            provider=provider,
            first_day=day_text(min(cell.span[0] for cell in mine)),
            last_day=day_text(max(_last_day(cell) for cell in mine)),
            said_pico_usd=_sum(cell.billed for cell in mine),
            priced_pico_usd=_sum(_priced(cell) for cell in mine),
        )
        for (why, provider), mine in sorted(groups.items())
    )


def _sum(amounts: Iterable[int | None]) -> int | None:
    """Add up what is known; None where nothing is."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if known else None


def _last_day(cell: Cell) -> int:
    """Lines that follow no token stand on their first day, however long they are for."""
    return max([cell.span[1], *(charge.last_day for charge in cell.charges)])


def _priced(cell: Cell) -> int | None:
    side = cell.base
    return side.total if side is not None and side.priced else None


def _told_again(again: ToldAgain) -> Iterator[str]:
    if again.by_totals:
        yield (
            f"usage totals say again that {spell_usd(again.by_totals)} were spent, which calls of "
            "the same model and days say too: the calls' costs are compared"
        )
    if again.by_calls:
        yield (
            f"calls say again that {spell_usd(again.by_calls)} were spent, which usage totals of "
            "the same model and days hold: the totals' costs are compared"
        )
    if again.unnamed:
        yield (
            f"usage totals without a model or a provider say that {spell_usd(again.unnamed)} were "
            "spent on days whose calls hold costs, and may hold them: only the calls' are compared"
        )


def _unnamed(cells: Sequence[Cell]) -> Iterator[str]:
    """Say which days' totals cannot be held against a log."""
    both = {c.provider for c in cells if c.log} & {c.provider for c in cells if c.usage}
    for provider in sorted(both):
        blind = span_of(cell.span for cell in cells if cell.provider == provider and cell.blind)
        if blind is not None:
            yield (
                f"{provider}: usage totals of {_days(blind)} name no model, so that they have no "
                "price and are not held against the log: export the usage by model"
            )


def _days(span: Span) -> str:
    first, last = (day_text(day) for day in span)
    return first if first == last else f"{first} to {last}"


def _notes(cells: Sequence[Cell], other: Sequence[OtherMoney], lag_hours: int) -> Iterable[str]:
    billed = {cell.provider for cell in cells if cell.charges}
    foreign = {money.provider for money in other}
    for provider in sorted({cell.provider for cell in cells} - billed):
        cost = _sum(_priced(cell) for cell in cells if cell.provider == provider)
        tokens = "tokens without a price are" if cost is None else f"{spell_usd(cost)} of tokens is"
        if provider in foreign:
            yield f"{provider}: its bill is not in dollars, so {tokens} not compared"
        elif billed:
            yield f"{provider}: no bill is loaded, so {tokens} not compared with one"
    for provider in sorted(billed):
        mine = [cell for cell in cells if cell.provider == provider]
        if not any(cell.compared == COMPARED for cell in mine):
            yield f"{provider}: the bill {_why_not(mine, lag_hours)}"


def _why_not(cells: Sequence[Cell], lag_hours: int) -> str:
    if any(cell.compared == NO_LOG for cell in cells):
        return "stands alone: load the log, or the usage export, of its days"
    if any(cell.compared == LAG for cell in cells):
        return f"lies in its last {lag_hours} hours: --lag-hours 0 compares it all the same"
    return "has no day that the log has too: load the log of those days"


def _row(cell: Cell) -> ReconciledRow:
    log, usage = cell.log, cell.usage
    return ReconciledRow(
        provider=cell.provider,
        model=cell.model,
        first_day=day_text(cell.span[0]),
        last_day=day_text(cell.span[1]),
        logged_pico_usd=cell.logged.said if cell.logged else None,
        priced_pico_usd=log.total if log is not None and log.priced else None,
        usage_pico_usd=usage.total if usage is not None and usage.priced else None,
        billed_pico_usd=cell.billed,
        base_pico_usd=_priced(cell),
        compared=cell.compared,
    )
