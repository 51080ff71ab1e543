"""The steps of a report: the baseline, then each lever joining in canonical order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

import polars as pl

from analyzer.findings import Day, Step, Tally
from analyzer.provenance import PriceUsed
from analyzer.replay.coalitions import Coalition, Replay
from analyzer.replay.ledger import NO_LEVERS, Ledger
from analyzer.replay.requests import DAY_US, Log, day_of

_FROM_CALLS = ("pico_usd", "calls", "input_tokens", "output_tokens", "truncated")
_FROM_REQUESTS = ("requests", "hits", "coalesced", "escalated")


def steps_of(log: Log, replay: Replay, ledger: Ledger) -> tuple[Step, ...]:
    """Return every step with its figures by feature and in total."""
    return tuple(
        _step(name, log, replay, ledger, coalition) for name, coalition in _growing(ledger.levers)
    )


def _growing(levers: tuple[str, ...]) -> Iterator[tuple[str, Coalition]]:
    yield "baseline", NO_LEVERS
    for count, lever in enumerate(levers, start=1):
        yield lever, frozenset(levers[:count])


def _step(name: str, log: Log, replay: Replay, ledger: Ledger, coalition: Coalition) -> Step:
    figures: dict[int, dict[str, int]] = {}
    for row in replay.outcomes(coalition).iter_rows(named=True):
        figures.setdefault(row["feature"], {}).update({k: int(row[k]) for k in _FROM_REQUESTS})
    sums = ledger[coalition].frame.group_by("feature").agg(pl.col(_FROM_CALLS).sum())
    for row in sums.iter_rows(named=True):
        figures[row["feature"]].update({k: int(row[k]) for k in _FROM_CALLS})
    features = {log.features[n]: Tally(**figures[n]) for n in sorted(figures)}
    return Step(name, _sum(features.values()), features)


def _sum(tallies: object) -> Tally:
    parts = list(tallies)  # type: ignore[call-overload]
    return Tally(**{f.name: sum(getattr(t, f.name) for t in parts) for f in fields(Tally)})


def by_day(log: Log, ledger: Ledger) -> tuple[Day, ...]:
    """Return each calendar day before and after the whole policy, empty days included."""
    before = _daily(ledger[NO_LEVERS].frame)
    after = _daily(ledger[ledger.everything].frame)
    return tuple(
        Day(day_of(day * DAY_US).isoformat(), before.get(day, 0), after.get(day, 0))
        for day in log.days
    )


def _daily(frame: pl.DataFrame) -> dict[int, int]:
    sums = frame.group_by("day").agg(pl.col("pico_usd").sum())
    return {day: int(pico) for day, pico in sums.iter_rows()}


def prices_used(log: Log) -> tuple[PriceUsed, ...]:
    """Return the price behind every logged and every policy model, once each."""
    used = {}
    for number, model in enumerate(log.catalog.models):
        price, units = model.price, model.price.base
        used[model.name, model.provider] = PriceUsed(
            model=model.name,
            role="logged" if number < log.catalog.logged else "policy",
            source=price.source,
            provider=price.provider or model.provider or "",
            effective_from=price.effective_from.isoformat() if price.effective_from else "",
            input=units.input,
            cached_input=units.cached_input,
            cache_write=units.cache_write,
            cache_write_1h=units.cache_write_1h,
            output=units.output,
            note=price.note,
        )
    return tuple(used.values())
