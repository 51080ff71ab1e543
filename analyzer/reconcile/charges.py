"""The bill as rows: what each is for, on which days, and in which money."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from analyzer.money import PICO_PER_USD
from analyzer.reconcile.lines import line_kind
from analyzer.reconcile.names import Names
from analyzer.reconciled import OtherMoney
from analyzer.store import Tables

DAY_US = 86_400_000_000
_LONGER_THAN_A_DAY_US = 25 * 3_600_000_000  # a local day may have 25 hours


@dataclass(frozen=True, slots=True)
class Charge:
    """Equal lines of one file, summed."""

    file: str
    provider: str
    model: str
    """Empty where the line names none."""
    line_item: str
    kind: str
    first_day: int
    last_day: int
    end_us: int
    rows: int
    pico: int
    largest_pico: int
    cents: bool
    """Whether every amount is a whole number of cents."""


@dataclass(frozen=True, slots=True)
class Bill:
    """A database's charges in dollars, and sums of those in other money."""

    charges: tuple[Charge, ...]
    other_money: tuple[OtherMoney, ...]


def read_bill(store: Tables, names: Names) -> Bill:
    """Return a database's charges. That none tells another's money again, ingest sees to."""
    rows = list(store.query("reconcile_charges").iter_rows(named=True))
    dollars = (_charge(row, names) for row in rows if row["currency"].upper() == "USD")
    return Bill(tuple(dollars), _other_money(rows, names))


def billed_features(store: Tables) -> tuple[tuple[str, int], ...]:
    """Return what was billed to each feature in pico-dollars, the most first."""
    return tuple(
        (str(feature), int(pico)) for feature, pico in store.query("billed_features").iter_rows()
    )


def _charge(row: dict[str, object], names: Names) -> Charge:
    model = str(row["model"]) if row["model"] else None
    item = str(row["line_item"]) if row["line_item"] else ""
    provider = names.provider(str(row["provider"]), model)
    start_us, end_us = int(str(row["start_us"])), int(str(row["end_us"]))
    first, last = _days(start_us, end_us)
    kind = line_kind(model, item)
    return Charge(
        file=str(row["file"]),
        provider=provider,
        model=names.model(provider, model) if model else "",
        line_item=item,
        kind=kind,
        first_day=first,
        last_day=last,
        end_us=end_us,
        rows=int(str(row["rows"])),
        pico=int(str(row["cost_pico"])),
        largest_pico=int(str(row["largest_pico"])),
        cents=bool(row["cents"]),
    )


def _days(start_us: int, end_us: int) -> tuple[int, int]:
    """Return the first and last UTC day of a period: those that it covers for the most part."""
    if end_us - start_us <= _LONGER_THAN_A_DAY_US:
        middle = (start_us + end_us) // 2 // DAY_US
        return middle, middle
    return (start_us + DAY_US // 2) // DAY_US, (end_us + DAY_US // 2) // DAY_US - 1


def _other_money(rows: Iterable[dict[str, object]], names: Names) -> tuple[OtherMoney, ...]:
    sums: dict[tuple[str, str], tuple[int, int]] = {}
    for row in rows:
        currency = str(row["currency"]).upper()
        if currency != "USD":
            model = str(row["model"]) if row["model"] else None
            key = (names.provider(str(row["provider"]), model), currency)
            count, amount = sums.get(key, (0, 0))
            sums[key] = (count + int(str(row["rows"])), amount + int(str(row["cost_pico"])))
    return tuple(
        OtherMoney(provider, currency, count, f"{Decimal(amount) / PICO_PER_USD:f}")
        for (provider, currency), (count, amount) in sorted(sums.items())
    )
