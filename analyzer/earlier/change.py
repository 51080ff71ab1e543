"""What changed between two reports: volume, mix and cost of a request, and what was realised."""

from __future__ import annotations

from collections.abc import Mapping

from analyzer.board import Range
from analyzer.earlier.record import Change, FeatureMonth, Part, Realised, Told
from analyzer.errors import RebillError
from analyzer.findings import Findings, Tally, Window
from analyzer.money import PPM, round_half_up
from analyzer.savings.project import MONTHS_A_YEAR, YEAR_US
from analyzer.variance import Side, at_old_cost, effects, total

NOTHING = FeatureMonth(0, 0, 0)


def told_of(findings: Findings) -> Told:
    """Return what findings tell, by the month.

    Raises:
        RebillError: the log covers no length of time.
    """
    interval = findings.projection.annual_saving if len(findings.days) > 1 else None
    first, last = findings.steps[0].features, findings.steps[-1].features
    window = findings.window
    return Told(
        policy=findings.policy,
        policy_sha256=findings.provenance.policy_sha256,
        version=findings.provenance.version,
        price_date=findings.price_date,
        window=window,
        files=tuple(sorted(source.sha256 for source in findings.provenance.sources)),
        before_pico_usd=a_month(findings.before_pico_usd, window),
        after_pico_usd=a_month(findings.after_pico_usd, window),
        features={
            name: FeatureMonth(
                a_month(tally.pico_usd, window),
                a_month(last.get(name, Tally()).pico_usd, window),
                a_month(tally.requests, window),
            )
            for name, tally in first.items()
        },
        levers={s.lever: a_month(s.shapley_pico_usd, window) for s in findings.attribution},
        annual=None if interval is None else Range(interval.p10_pico_usd, interval.p90_pico_usd),
    )


def a_month(amount: int, window: Window) -> int:
    """Return what a window's amount comes to in an average month.

    Raises:
        RebillError: the window has no length.
    """
    covered_us = window.end_us - window.start_us
    if covered_us <= 0:
        raise RebillError("a log of one moment cannot be compared by the month: load a longer one")
    return round_half_up(amount * YEAR_US, MONTHS_A_YEAR * covered_us)


def change(earlier: Told, now: Told) -> Change:
    """Return a report beside an earlier one."""
    moved = now.before_pico_usd - earlier.before_pico_usd
    missed = -moved
    spent = now.before_pico_usd
    return Change(
        earlier=earlier,
        now=now,
        parts=_parts(earlier, now, moved),
        error_ppm=round_half_up(missed * PPM, spent) if spent else None,
        realised=_realised(earlier.features, now.features),
    )


def _parts(earlier: Told, now: Told, moved: int) -> tuple[Part, ...]:
    """Split the change of a month's spend; what rounding leaves is counted as mix."""
    before, after = earlier.features, now.features
    whole = total(effects([_side(name, before, after) for name in {**after, **before}]))
    new = sum(
        month.before_pico_usd
        for name, month in after.items()
        if not before.get(name, NOTHING).requests
    )
    return (
        Part("volume", whole.volume),
        Part("mix", moved - whole.volume - whole.lever - new),
        Part("unit_cost", whole.lever),
        Part("new_features", new),
    )


def _side(name: str, before: Mapping[str, FeatureMonth], after: Mapping[str, FeatureMonth]) -> Side:
    """Return a feature in both months; a report does not tell its prices from its levers."""
    old, new = before.get(name, NOTHING), after.get(name, NOTHING)
    spent = new.before_pico_usd
    return Side(name, old.before_pico_usd, old.requests, new.requests, spent, spent)


def _realised(before: Mapping[str, FeatureMonth], after: Mapping[str, FeatureMonth]) -> Realised:
    names = tuple(
        name
        for name, month in after.items()
        if month.requests and before.get(name, NOTHING).requests
    )
    unchanged = sum(
        _at_cost_then(before[name].before_pico_usd, before[name], after[name]) for name in names
    )
    promised = sum(
        _at_cost_then(before[name].after_pico_usd, before[name], after[name]) for name in names
    )
    actual = sum(after[name].before_pico_usd for name in names)
    saving = unchanged - promised
    share = round_half_up((unchanged - actual) * PPM, saving) if saving > 0 else None
    return Realised(names, unchanged, promised, actual, share)


def _at_cost_then(spent: int, then: FeatureMonth, now: FeatureMonth) -> int:
    return at_old_cost(spent, then.requests, now.requests)
