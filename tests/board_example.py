"""The board's part of findings made by hand; what the bill implies is really computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from analyzer.board import (
    Board,
    BreakEven,
    Driver,
    LeverDuty,
    ModelSpend,
    Pair,
    PriceConflict,
    Quality,
    Range,
    Rates,
    RolloutCost,
    UnitCost,
)
from analyzer.findings import Coverage, Day, LeverShare, Projection, Step, Tally, Window
from analyzer.provenance import Source
from analyzer.savings.forecast import day_spread, forecast
from analyzer.savings.payback import paybacks
from analyzer.savings.quality import wilson
from analyzer.savings.risks import risks
from analyzer.savings.spend import by_provider, optimisations

USD = 10**12
HOUR_US = 3_600_000_000
COSTS = (
    RolloutCost("", 9_000 * USD, 120 * USD, "three engineer-weeks, and somebody to watch it"),
    RolloutCost("caching", 0, 45 * USD + USD // 2, "one cache server"),
)
OWNERS: Mapping[str, str] = {"routing": "Support team", "caching": "Platform team"}
EVALS: Mapping[str, tuple[int, float]] = {"summarize": (140, 0.93), "classify": (31, 0.871)}


def board(
    window: Window,
    coverage: Coverage,
    steps: tuple[Step, ...],
    shares: tuple[LeverShare, ...],
    projection: Projection,
    days: tuple[Day, ...],
    sources: Sequence[Source],
) -> Board:
    """Return a board's figures that agree with the bill they stand beside."""
    before, after = steps[0].total, steps[-1].total
    models = _models(before, after)
    providers = by_provider(models)
    annual = projection.annual_saving if len(days) > 1 else None
    known = annual and Range(annual.p10_pico_usd // 9, annual.p90_pico_usd // 8)
    return Board(
        costs=COSTS,
        paybacks=paybacks(COSTS, annual, known),
        duties=tuple(_duty(share.lever) for share in shares),
        known_annual=known,
        units=_units(steps[0].features, steps[-1].features, before, after),
        models=models,
        providers=providers,
        conflicts=CONFLICTS,
        rates=Rates(
            Pair(before.pico_usd * 9 // 8, after.pico_usd),
            Pair(before.pico_usd, after.pico_usd),
        ),
        optimisations=optimisations(shares),
        quality=_quality(steps[0].features),
        day_spread=day_spread(days),
        drivers=_drivers(projection, shares) if annual else (),
        break_evens=_break_evens(before.pico_usd - after.pico_usd, steps, shares),
        forecast=forecast(days, window),
        risks=risks(window, coverage, steps, shares, projection, providers, tuple(sources)),
    )


def hostile_board(found: Board, evil: str) -> Board:
    """Return the same with every word of a policy, a price table or a log an attack."""
    return replace(
        found,
        costs=tuple(replace(cost, note=evil) for cost in found.costs),
        duties=tuple(
            replace(duty, owner="=cmd|'/C calc'!A0", guardrail=evil, rollback=evil)
            for duty in found.duties
        ),
        models=tuple(replace(row, model=evil, provider=evil) for row in found.models),
        providers=tuple(replace(row, provider=evil) for row in found.providers),
        conflicts=tuple(replace(row, model=evil, source=evil) for row in found.conflicts),
        quality=tuple(replace(row, model=evil) for row in found.quality),
        risks=tuple(replace(risk, subject=evil) for risk in found.risks if risk.kind != "provider"),
    )


def _models(before: Tally, after: Tally) -> tuple[ModelSpend, ...]:
    if not before.calls:
        return ()
    kept = after.pico_usd // 5
    return (
        ModelSpend("gpt-4o", "openai", before.calls, after.calls // 9, Pair(before.pico_usd, kept)),
        ModelSpend(
            "qwen3-32b",
            "aggregator",
            0,
            after.calls - after.calls // 9,
            Pair(0, after.pico_usd - kept),
        ),
    )


def _duty(lever: str) -> LeverDuty:
    cached = lever == "caching"
    return LeverDuty(
        lever=lever,
        owner=OWNERS.get(lever, ""),
        guardrail="fewer than 10% escalate" if lever == "routing" else "",
        rollback="one setting",
        oldest_us=6 * HOUR_US if cached else None,
        unlimited=False,
        bound_us=HOUR_US if cached else None,
    )


def _units(
    before: Mapping[str, Tally], after: Mapping[str, Tally], all_before: Tally, all_after: Tally
) -> tuple[UnitCost, ...]:
    names = sorted(before, key=lambda name: (-before[name].pico_usd, name))
    rows = [_unit(name, before[name], after[name]) for name in names]
    return (*rows, _unit("", all_before, all_after))


def _unit(name: str, before: Tally, after: Tally) -> UnitCost:
    users = 412 if name == "support_chat" else None
    requests = before.requests
    return UnitCost(
        feature=name,
        requests=requests,
        request=_each(before, after, requests),
        users=users,
        user=_each(before, after, users),
        good_answer=_each(before, after, requests * 9 // 10) if name == "summarize" else None,
    )


def _each(before: Tally, after: Tally, units: int | None) -> Pair | None:
    return Pair(before.pico_usd // units, after.pico_usd // units) if units else None


def _quality(features: Mapping[str, Tally]) -> tuple[Quality, ...]:
    return tuple(_score(name) for name in sorted(features)[:40])


def _score(name: str) -> Quality:
    n, mean = EVALS.get(name, (0, 0.0))
    if not n:
        return Quality(name, "qwen3-32b", "policy", 0, None, None, None)
    low, high = wilson(mean, n)
    return Quality(name, "qwen3-32b", "policy", n, *(round(x * 10**6) for x in (mean, low, high)))


def _drivers(projection: Projection, shares: tuple[LeverShare, ...]) -> tuple[Driver, ...]:
    annual = projection.annual_saving_pico_usd or 0
    swing = abs(annual) // 5
    found = [
        Driver("volume", "", 200_000, Range(annual - swing, annual + swing)),
        Driver("price", "", 200_000, Range(annual - swing // 3, annual + swing // 3)),
        Driver("output", "", 200_000, Range(annual - swing // 9, annual + swing // 9)),
    ]
    dropped = [Driver("drop", s.lever, 0, Range(annual - swing // 7, annual)) for s in shares]
    return (*found, *dropped)


def _break_evens(
    saving: int, steps: tuple[Step, ...], shares: tuple[LeverShare, ...]
) -> tuple[BreakEven, ...]:
    if saving <= 0:
        return ()
    escalates = [name for name in steps[0].features if name == "support_chat"]
    return (
        BreakEven("price", "", 1_000_000, 12_700_000, None),
        BreakEven("output", "", 1_000_000, 140_000_000, None),
        BreakEven("redo", "", 0, saving * 10**6 // steps[0].total.pico_usd, None),
        *(BreakEven("escalation", name, 200_000, 912_000, None) for name in escalates),
        *(BreakEven("run_cost", s.lever, None, None, s.least_pico_usd) for s in shares),
    )


CONFLICTS = (
    PriceConflict("gpt-4o", "genai-prices 0.2.3", 2_500_000, 10_000_000, used=True),
    PriceConflict("gpt-4o", "litellm 2026-09", 5_000_000, 15_000_000, used=False),
)
