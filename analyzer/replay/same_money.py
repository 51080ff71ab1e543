"""Requests and usage totals that tell the same money: only one of them is billed (REPLAY.md §7)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import polars as pl

from analyzer.findings import SameMoney
from analyzer.pricing.providers import provider_id
from analyzer.store import Store, statement

Preferred = Literal["requests", "totals"]

_DAY_US = 86_400_000_000
_ANY = ""
"""The provider of a request whose log names none: it may be any."""
_GATEWAYS = frozenset({"litellm"})
"""What a gateway's export names where it does not say whose calls it counts: they may be any's."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a database holds, less what is told twice."""

    buckets: pl.DataFrame
    """The rows of ``replay_buckets`` that are billed."""
    same_money: SameMoney | None


def read_held(store: Store, preferred: Preferred) -> Held:
    """Return the usage totals to bill; from here on, statements read the requests to bill.

    Requests and totals are the same money where they share a provider and a day (UTC). A request
    whose log names no provider may be any provider's, and so may a gateway's total.
    """
    buckets = store.query("replay_buckets").with_columns(
        first=pl.col("start_us") // _DAY_US,
        last=pl.max_horizontal("start_us", pl.col("end_us") - 1) // _DAY_US,
    )
    if buckets.is_empty():
        return Held(buckets, None)
    days = store.query("request_days")
    met = _met(buckets, days)
    told_twice = buckets.join(met, on=["provider", "first", "last"], how="semi")
    if told_twice.is_empty():
        return Held(buckets, None)
    days_twice = _days_met(days, told_twice)
    logs, exports = (tuple(sorted(set(found["file"]))) for found in (days_twice, told_twice))
    if preferred == "totals":
        store.register("left_out", days_twice.select("provider", "day").unique())
        store.rows(statement("leave_out"))
        return Held(buckets, SameMoney("totals", logs, exports, int(days_twice["rows"].sum())))
    rest = buckets.join(met, on=["provider", "first", "last"], how="anti", maintain_order="left")
    return Held(rest, SameMoney("requests", logs, exports, len(told_twice)))


def _met(buckets: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """The ``provider, first, last`` of buckets on one of whose days there is a request."""
    spans = buckets.select("provider", "first", "last").unique()
    by_provider = _days_by_provider(days)
    mask = [
        _holds(by_provider, _provider(provider), first, last)
        for provider, first, last in spans.iter_rows()
    ]
    return spans.filter(pl.Series(mask, dtype=pl.Boolean))


def _days_by_provider(days: pl.DataFrame) -> Mapping[str | None, list[int]]:
    found: dict[str | None, set[int]] = {}
    for provider, day in days.select("provider", "day").iter_rows():
        found.setdefault(provider_id(provider) if provider else _ANY, set()).add(day)
    return {provider: sorted(members) for provider, members in found.items()}


def _provider(name: str) -> str | None:
    return name if name in _GATEWAYS else provider_id(name)


def _holds(
    days: Mapping[str | None, list[int]], provider: str | None, first: int, last: int
) -> bool:
    for name in days if provider in _GATEWAYS else (provider, _ANY):
        members = days.get(name, [])
        place = bisect_left(members, first)
        if place < len(members) and members[place] <= last:
            return True
    return False


def _days_met(days: pl.DataFrame, told_twice: pl.DataFrame) -> pl.DataFrame:
    """The rows of ``request_days`` that stand in a bucket's days."""
    covered: dict[str | None, set[int]] = {}
    for provider, first, last in (
        told_twice.select("provider", "first", "last").unique().iter_rows()
    ):
        span = range(first, last + 1)
        for name in (_provider(provider), _ANY):
            covered.setdefault(name, set()).update(span)
    everybody = {day for name in _GATEWAYS for day in covered.get(name, ())}
    mask = [
        day in everybody or day in covered.get(provider_id(provider) if provider else _ANY, ())
        for provider, day in days.select("provider", "day").iter_rows()
    ]
    return days.filter(pl.Series(mask, dtype=pl.Boolean))
