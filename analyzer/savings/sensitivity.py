"""What the annual saving becomes when one thing turns out otherwise, and where it is gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from analyzer.board import BreakEven, Driver, Range
from analyzer.findings import Interval, Window
from analyzer.levers.routing import Routing
from analyzer.money import PPM, round_half_up
from analyzer.replay.decide import Profile
from analyzer.replay.ledger import NO_LEVERS, Ledger
from analyzer.replay.requests import Log
from analyzer.savings.project import MONTHS_A_YEAR, monthly
from analyzer.savings.quality import Cells

PRICE_STEP = 200_000
OUTPUT_STEP = 200_000
INPUT_STEP = 100_000
VOLUME_STEP = 200_000
ESCALATION_STEP = 200_000
HITS_STEP = 200_000


@dataclass(frozen=True, slots=True)
class Bought:
    """What the policy's own models are paid in the window, in pico-dollars.

    Calls that stay on their logged model are left out: their lengths and prices are known.
    """

    total: int
    output: int

    @property
    def input(self) -> int:
        """The part that prompts cost."""
        return self.total - self.output


def bought(log: Log, after: pl.DataFrame) -> Bought:
    """Return what the whole policy pays to models that the log does not name."""
    chosen = after.filter(pl.col("model") >= log.catalog.logged)
    sums = chosen.select(pl.col("pico_usd", "output_pico_usd").sum()).row(0)
    return Bought(*(int(value or 0) for value in sums))


def escalated(log: Log, groups: tuple[Profile, ...], after: pl.DataFrame) -> int:
    """Return what the whole policy pays for the later tiers of its cascades, in pico-dollars."""
    total = 0
    for profile in groups:
        rule = profile.rules.get("routing")
        if isinstance(rule, Routing) and rule.score != "difficulty":
            tiers = [log.context.targets[tier.model] for tier in rule.tiers]
            if len(set(tiers)) == len(tiers):
                mine = pl.col("feature").is_in(profile.features)
                total += _sum(after.filter(mine, pl.col("model").is_in(tiers[1:])))
    return total


def drivers(
    window: Window, ledger: Ledger, paid: Bought, days: Interval | None, later_tiers: int = 0
) -> tuple[Driver, ...]:
    """Return what moves the annual saving, the widest first; none without a projection.

    ``later_tiers``: what cascades pay for requests that escalate.
    """
    if days is None:
        return ()
    found = [*_drivers(window, ledger, paid, days, later_tiers)]
    moving = [d for d in found if d.annual.low_pico_usd != d.annual.high_pico_usd]
    return tuple(sorted(moving, key=lambda d: d.annual.low_pico_usd - d.annual.high_pico_usd))


def _drivers(
    window: Window, ledger: Ledger, paid: Bought, days: Interval, later_tiers: int
) -> Iterator[Driver]:
    saving = ledger.saving(ledger.everything)
    cached = saving - _without("caching", ledger) if "caching" in ledger.levers else 0
    yield Driver("days", "", 0, Range(days.p10_pico_usd, days.p90_pico_usd))
    for kind, step, moved in (
        ("price", PRICE_STEP, paid.total),
        ("output", OUTPUT_STEP, paid.output),
        ("input", INPUT_STEP, paid.input),
        ("volume", VOLUME_STEP, saving),
        ("escalation", ESCALATION_STEP, later_tiers),
        ("hits", HITS_STEP, cached),
    ):
        by = round_half_up(moved * step, PPM)
        ends = sorted(_annual(saving + sign * by, window) for sign in (-1, 1))
        yield Driver(kind, "", step, Range(*ends))
    for lever in ledger.levers:
        ends = sorted(_annual(value, window) for value in (_without(lever, ledger), saving))
        yield Driver("drop", lever, 0, Range(*ends))


def _annual(pico_usd: int, window: Window) -> int:
    return monthly(MONTHS_A_YEAR * pico_usd, window) or 0


def _without(lever: str, ledger: Ledger) -> int:
    return ledger.saving(ledger.everything - {lever})


def break_evens(
    log: Log, groups: tuple[Profile, ...], cells: Cells, ledger: Ledger, paid: Bought
) -> tuple[BreakEven, ...]:
    """Return how far prices, lengths, second tries, escalation and run costs may go.

    Empty where the policy saves nothing: there is no saving to lose.
    """
    saving, before = ledger.saving(ledger.everything), ledger[NO_LEVERS].total
    if saving <= 0:
        return ()
    return (
        *_multiples(saving, paid),
        BreakEven("redo", "", 0, round_half_up(saving * PPM, before), None),
        *_escalations(log, groups, cells),
        *_run_costs(log.window, ledger),
    )


def _multiples(saving: int, paid: Bought) -> Iterator[BreakEven]:
    for kind, base in (("price", paid.total), ("output", paid.output)):
        if base > 0:
            limit = round_half_up((base + saving) * PPM, base)
            yield BreakEven(kind, "", PPM, limit, None)


def _run_costs(window: Window, ledger: Ledger) -> Iterator[BreakEven]:
    whole = ledger.saving(ledger.everything)
    for lever in ledger.levers:
        last = monthly(whole - _without(lever, ledger), window)
        if last is not None:
            yield BreakEven("run_cost", lever, None, None, last)


def _escalations(log: Log, groups: tuple[Profile, ...], cells: Cells) -> Iterator[BreakEven]:
    """For each routed feature: the share of requests that may escalate before it costs more."""
    routes = [(p, r) for p in groups if isinstance(r := p.rules.get("routing"), Routing)]
    cascades = [(profile, rule) for profile, rule in routes if rule.score != "difficulty"]
    if not cascades:
        return
    today, routed = (_by_feature(cells(s)) for s in (NO_LEVERS, frozenset({"routing"})))
    for profile, rule in cascades:
        tiers = [log.context.targets[tier.model] for tier in rule.tiers]
        if len(set(tiers)) < len(tiers) or min(tiers) < log.catalog.logged:
            continue  # A model in two tiers, or one that the log calls too: cells cannot tell.
        for feature in profile.features:
            if feature in today and feature in routed:
                name = log.features[feature]
                yield from _escalation(name, today[feature], routed[feature], tiers)


def _by_feature(cells: pl.DataFrame) -> dict[int, pl.DataFrame]:
    return {int(key[0]): mine for key, mine in cells.partition_by("feature", as_dict=True).items()}


def _escalation(
    name: str, today: pl.DataFrame, routed: pl.DataFrame, tiers: list[int]
) -> Iterator[BreakEven]:
    """Where a cascade alone costs as much as today: c0 + e * (later tiers) = s, for e."""
    first = routed.filter(pl.col("model") == tiers[0])
    later = routed.filter(pl.col("model").is_in(tiers[1:]))
    calls, first_pico, later_pico = _sum(first, "calls"), _sum(first), _sum(later)
    escalated = _sum(routed.filter(pl.col("model") == tiers[1]), "calls")
    others = _sum(routed) - first_pico - later_pico
    if calls and escalated and later_pico:
        room = _sum(today) - others - first_pico
        limit = round_half_up(max(0, room) * escalated * PPM, later_pico * calls)
        yield BreakEven("escalation", name, round_half_up(escalated * PPM, calls), limit, None)


def _sum(cells: pl.DataFrame, column: str = "pico_usd") -> int:
    return int(cells[column].sum() or 0)
