"""Reconciliation: the verdict in a sentence, and the causes of what is left, as tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from analyzer.reconciled import Comparison, LeftOut, Outlier, ReconciledRow, Reconciliation
from reports import spelling
from reports.footing import digits_of, foot, table_unit, to_unit

CAUSES = {
    "missing_logs": "Missing logs",
    "log_beyond_bill": "Logged, not billed",
    "unpriced_model": "Unpriced model",
    "hidden_cache_discount": "Hidden cache discount",
    "hidden_cache_writes": "Hidden cache writes",
    "negotiated_rate": "Negotiated rate",
    "higher_rate": "Higher rate than the book's",
    "tier": "Another tier's price",
    "outlier_row": "Outlier row",
    "tool_line_items": "Tool line items",
    "other_charges": "Taxes, credits, adjustments",
    "rounding": "Rounding",
    "failed_calls": "Failed calls",
    "logged_at_zero": "Logged at $0",
    "unexplained": "Unexplained",
}
_SAID = {
    "bill": "the bill says {said}",
    "usage export": "the provider's usage export comes to {said}",
    "logged cost": "logged costs come to {said}",
}

_WHY = {
    "lag": "the newest days of a bill",
    "one side only": "days that only one side has",
    "no log": "no log of this provider is loaded",
}


@dataclass(frozen=True, slots=True)
class CauseRow:
    """One named part of the difference."""

    name: str
    where: str
    """Provider and model."""
    amount: str
    days: str
    text: str


@dataclass(frozen=True, slots=True)
class SideRow:
    """One provider, model and period: logged, priced, usage export, billed, billed - priced."""

    provider: str
    model: str
    period: str
    figures: tuple[str, ...]
    note: str


def verdict(found: Reconciliation) -> str:
    """Return the verdict in money, as one sentence."""
    compared = found.verdict
    if compared is None:
        kind = "bill in dollars" if found.other_money else "bill"
        return f"Nothing to compare: no {kind} is loaded, and the logs hold no costs."
    if found.within is None and not compared.all_unpriced:
        return f"Nothing to compare with the {compared.against}."
    return sentence(compared, found.tolerance_ppm)


def sentence(compared: Comparison, tolerance_ppm: int) -> str:
    """Return one comparison as a sentence that starts with the tokens."""
    unit = table_unit(max(abs(compared.said_pico_usd), abs(compared.priced_pico_usd)))
    said, priced = (
        spelling.money(pico, digits=digits_of(unit))
        for pico in (compared.said_pico_usd, compared.priced_pico_usd)
    )
    side = _SAID[compared.against].format(said=said)
    if compared.all_unpriced:
        return f"{side[0].upper()}{side[1:]}, and none of the tokens has a price: not compared."
    start = f"At the book's prices the tokens cost {priced}; {side}: "
    if not compared.residual_pico_usd:
        return f"{start}exactly the same."
    share = spelling.percent_change(compared.residual_pico_usd, abs(compared.said_pico_usd))
    gap = spelling.change(_printed_gap(compared, unit), digits=digits_of(unit))
    tolerance = f"±{tolerance_ppm / 10_000:g}%"
    inside = "within" if compared.within(tolerance_ppm) else "NOT within"
    return f"{start}{gap} ({share} of it), {inside} {tolerance}."


def _printed_gap(compared: Comparison, unit: int) -> int:
    """Return the difference of the two sides as they are printed, where it is within a unit."""
    gap = to_unit(compared.said_pico_usd, unit) - to_unit(compared.priced_pico_usd, unit)
    exact = compared.residual_pico_usd
    return gap if abs(gap - exact) < unit else to_unit(exact, unit)


def cause_rows(compared: Comparison) -> tuple[CauseRow, ...]:
    """Return the causes; their amounts add up to the difference as printed.

    A cause of which no cent is left in print has no row, beside one of which there is.
    """
    unit = table_unit(max(abs(compared.said_pico_usd), abs(compared.priced_pico_usd)))
    exact = [cause.pico_usd for cause in compared.causes]
    amounts = foot(exact, _printed_gap(compared, unit), unit) if exact else ()
    return tuple(
        CauseRow(
            CAUSES.get(cause.name, cause.name),
            _where(cause.provider, cause.model),
            spelling.change(amount, digits=digits_of(unit)),
            spelling.plural(cause.days, "day"),
            cause.text,
        )
        for cause, amount in zip(compared.causes, amounts, strict=True)
        if amount or not any(amounts)
    )


def left_out_lines(compared: Comparison) -> tuple[str, ...]:
    """Say which days were not compared, in money on both sides."""
    return tuple(
        f"Left out ({_WHY.get(left.why, left.why)}): "
        f"{spelling.name(left.provider)}, {left.first_day} to {left.last_day}, "
        f"{_tokens_left_out(left)}{_billed(left)}."
        for left in compared.left_out
    )


def _tokens_left_out(left: LeftOut) -> str:
    """What the tokens cost; nothing of a bill that stands alone, whose tokens nobody knows."""
    if left.why == "no log":
        return ""
    cost = left.priced_pico_usd
    return "no priced tokens, " if cost is None else f"tokens {spelling.money(cost)}, "


def _billed(left: LeftOut) -> str:
    said = left.said_pico_usd
    return "not billed" if said is None else f"billed {spelling.money(said)}"


def outlier_line(row: Outlier) -> str:
    """Name one outlier: the row, its file and day, and both amounts."""
    return (
        f"{spelling.name(row.row)} in {spelling.name(row.file)}, {row.day}, "
        f"{_where(row.provider, row.model)}: {spelling.money(row.said_pico_usd)} for "
        f"{spelling.money(row.priced_pico_usd)} of tokens."
    )


def other_money_lines(found: Reconciliation) -> tuple[str, ...]:
    """Say what was billed in other currencies, never added to dollars."""
    return tuple(
        f"Not in dollars: {spelling.name(money.provider)}, {spelling.plural(money.rows, 'row')}, "
        f"{money.amount} {spelling.name(money.currency)}; not compared and not added."
        for money in found.other_money
    )


def model_rows(found: Reconciliation) -> tuple[SideRow, ...]:
    """Return the compared days summed by provider and model, then everything.

    Each column adds up as printed, and the last is billed less what the verdict rests on: a
    provider without a bill has no part in it.
    """
    groups: dict[tuple[str, str], list[ReconciledRow]] = {}
    for row in _held_against_bills(found):
        if row.compared == "compared":
            groups.setdefault((row.provider, row.model), []).append(row)
    if not groups:
        return ()
    keys = sorted(groups)
    every = [row for key in keys for row in groups[key]]
    unit = table_unit(max(abs(_sum(every, side) or 0) for side in _SIDES))
    columns = [_column([groups[key] for key in keys], every, side, unit) for side in _SIDES]
    names = (*keys, ("Total", ""))
    periods = (*(_period(groups[key]) for key in keys), _period(every))
    return tuple(
        _side(*name, period, sums, digits_of(unit), "")
        for name, period, sums in zip(names, periods, zip(*columns, strict=True), strict=True)
    )


def day_rows(found: Reconciliation) -> tuple[SideRow, ...]:
    """Return every row by itself, rounded by itself."""
    return tuple(
        _side(
            row.provider,
            row.model,
            _period([row]),
            tuple(_sum([row], side) for side in _SIDES),
            None,
            "" if row.compared == "compared" else f"not compared: {row.compared}",
        )
        for row in _held_against_bills(found)
    )


def _held_against_bills(found: Reconciliation) -> Iterator[ReconciledRow]:
    """Yield each row, with a base only where there is a bill to hold it against."""
    billed = {row.provider for row in found.rows if row.billed_pico_usd is not None}
    for row in found.rows:
        is_held = row.provider in billed and row.compared == "compared"
        yield (
            row if is_held or row.billed_pico_usd is not None else replace(row, base_pico_usd=None)
        )


_SIDES = (
    "logged_pico_usd",
    "priced_pico_usd",
    "usage_pico_usd",
    "billed_pico_usd",
    "base_pico_usd",
)


def _sum(rows: Sequence[ReconciledRow], side: str) -> int | None:
    """A side's dollars; None where no row has a word on it."""
    known = [getattr(row, side) for row in rows if getattr(row, side) is not None]
    return sum(known) if known else None


def _column(
    groups: Sequence[Sequence[ReconciledRow]], every: Sequence[ReconciledRow], side: str, unit: int
) -> tuple[int | None, ...]:
    """One side of every group and of all, rounded so that it adds up."""
    sums = [_sum(rows, side) for rows in groups]
    total = _sum(every, side)
    if total is None:
        return (*sums, None)
    rounded = iter(foot([s for s in sums if s is not None], to_unit(total, unit), unit))
    return (*(None if s is None else next(rounded) for s in sums), to_unit(total, unit))


def _side(
    provider: str,
    model: str,
    period: str,
    sums: Sequence[int | None],
    digits: int | None,
    note: str,
) -> SideRow:
    *sides, base = sums
    billed = sides[-1]
    gap = None if billed is None and base is None else (billed or 0) - (base or 0)
    figures = (
        spelling.NOTHING if pico is None else spelling.money(pico, digits=digits)
        for pico in (*sides, gap)
    )
    return SideRow(
        spelling.name(provider), spelling.name(model) if model else "", period, tuple(figures), note
    )


def _period(rows: Sequence[ReconciledRow]) -> str:
    first, last = min(row.first_day for row in rows), max(row.last_day for row in rows)
    return first if first == last else f"{first} to {last}"


def _where(provider: str, model: str) -> str:
    return spelling.name(f"{provider}/{model}" if model else provider)
