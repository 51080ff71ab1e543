"""What was billed: by provider and model, by feature and by day, without any replay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analyzer.reconciled import ReconciledRow, Reconciliation
from reports import spelling
from reports.footing import digits_of, foot, table_unit, to_unit
from reports.grid import Grid, Section

MONEY_ONLY = (
    "The database holds money and no tokens, so nothing here can be simulated. Load a log or a "
    "usage export of the same days, and rebill report bills it again under a policy."
)
_DAYS_NOTE = "UTC. A bill of a longer period stands on its first day."


@dataclass(frozen=True, slots=True)
class Day:
    """One day's money, in pico-dollars; None where a side has no word on it."""

    date: str
    said_pico_usd: int | None
    """Billed; in a database without any bill, what the logs themselves say."""
    priced_pico_usd: int | None
    """What the tokens cost at the book's prices."""


def is_billed(found: Reconciliation) -> bool:
    """Return whether any bill is loaded."""
    return any(row.billed_pico_usd is not None for row in found.rows)


def days(found: Reconciliation) -> tuple[Day, ...]:
    """Return the days on which anything was said or used, in order."""
    side = _side(found)
    dates = sorted({row.first_day for row in found.rows})
    by_date = {date: [row for row in found.rows if row.first_day == date] for date in dates}
    return tuple(
        Day(date, _sum(rows, side), _sum(rows, "base_pico_usd")) for date, rows in by_date.items()
    )


def said_by_model(found: Reconciliation) -> tuple[tuple[str, int], ...]:
    """Return what was said for each provider and model, the most first."""
    side = _side(found)
    sums: dict[str, int] = {}
    for row in found.rows:
        pico = getattr(row, side)
        if pico is not None:
            name = f"{row.provider}/{row.model}" if row.model else row.provider
            sums[name] = sums.get(name, 0) + pico
    return tuple(sorted(sums.items(), key=lambda item: (-item[1], item[0])))


def billed_section(found: Reconciliation) -> Section:
    """Return the money as it was said, in charts and tables."""
    models = said_by_model(found)
    whole = sum(pico for _, pico in models)
    word = "billed" if is_billed(found) else "logged"
    told = f"{_period(found)}: {spelling.money(whole)} {word}." if models else "No money is told."
    only_money = all(row.base_pico_usd is None for row in found.rows) and is_billed(found)
    grids = [
        _shares("billed-models", f"What was {word}, by provider and model", "Model", models),
        _shares("billed-features", "What was billed, by feature", "Feature", found.billed_features),
        _day_grid(found, word.capitalize()),
    ]
    return Section(
        "billed",
        f"What was {word}",
        (told, MONEY_ONLY) if only_money else (told,),
        tuple(grid for grid in grids if grid is not None),
        (
            ("daily", f"{word.capitalize()} by day", f"{_lines(found)} {_DAYS_NOTE}"),
            ("billed", f"Where the {word} money went", "By provider and model."),
        ),
    )


def _lines(found: Reconciliation) -> str:
    if all(row.base_pico_usd is None for row in found.rows):
        return "Bars: dollars of each day."
    return "Bars: dollars of each day. Line: what the tokens cost at the book's prices."


def _shares(name: str, title: str, first: str, parts: Sequence[tuple[str, int]]) -> Grid | None:
    """Return parts of a whole with their shares; each column adds up as printed."""
    if not parts:
        return None
    whole = sum(pico for _, pico in parts)
    unit = table_unit(max(abs(whole), *(abs(pico) for _, pico in parts)))
    shown = foot([pico for _, pico in parts], to_unit(whole, unit), unit)
    money = [spelling.money(pico, digits=digits_of(unit)) for pico in (*shown, whole)]
    rows = [
        (spelling.name(label), dollars, spelling.percent(pico, whole) if whole > 0 else "")
        for (label, pico), dollars in zip(parts, money, strict=False)
    ]
    return Grid(
        name=name,
        title=title,
        note="Credits are below zero.",
        columns=(first, "Dollars", "Share"),
        rows=tuple(rows),
        total=("Total", money[-1], ""),
    )


def _day_grid(found: Reconciliation, word: str) -> Grid | None:
    told = days(found)
    if not told:
        return None
    sides: Mapping[str, list[int | None]] = {
        word: [day.said_pico_usd for day in told],
        "Tokens at the book's prices": [day.priced_pico_usd for day in told],
    }
    kept = {head: column for head, column in sides.items() if any(p is not None for p in column)}
    columns = [_footed(column) for column in kept.values()]
    lines = list(zip(*columns, strict=True))
    return Grid(
        name="billed-days",
        title=f"{word} by day",
        note=_DAYS_NOTE,
        columns=("Day", *kept),
        rows=tuple((day.date, *line) for day, line in zip(told, lines, strict=False)),
        total=("Total", *lines[-1]),
    )


def _footed(column: Sequence[int | None]) -> tuple[str, ...]:
    """Spell a column and, last, its total: what is printed adds up."""
    known = [pico for pico in column if pico is not None]
    whole = sum(known)
    unit = table_unit(max(abs(whole), *(abs(pico) for pico in known)))
    rounded = iter(foot(known, to_unit(whole, unit), unit))
    digits = digits_of(unit)
    cells = (
        spelling.NOTHING if pico is None else spelling.money(next(rounded), digits=digits)
        for pico in column
    )
    return (*cells, spelling.money(to_unit(whole, unit), digits=digits))


def _side(found: Reconciliation) -> str:
    return "billed_pico_usd" if is_billed(found) else "logged_pico_usd"


def _sum(rows: Sequence[ReconciledRow], side: str) -> int | None:
    known = [getattr(row, side) for row in rows if getattr(row, side) is not None]
    return sum(known) if known else None


def _period(found: Reconciliation) -> str:
    first = min(row.first_day for row in found.rows)
    last = max(row.last_day for row in found.rows)
    return first if first == last else f"{first} to {last}"
