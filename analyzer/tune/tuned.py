"""A policy tuned on the first part of a log and billed on the rest of it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from analyzer.errors import PolicyError
from analyzer.levers import LEVERS
from analyzer.policy import Policy, parse_policy
from analyzer.rollout import TABLES
from analyzer.tune.answers import Quality
from analyzer.tune.evaluate import Evaluator, Spend
from analyzer.tune.judge import Days, Judge, changes
from analyzer.tune.options import Limits, Traffic, options
from analyzer.tune.search import Choice, Search, Tried
from analyzer.tune.slots import Option, Slot, Table, Unit, policy_of, slots_of, units_of
from analyzer.tune.watch import Watch
from analyzer.tuned_table import NAME as TUNED


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be tuned, and within which bounds."""

    raw: bytes
    file: str
    limits: Limits
    holdout: float
    """Share of the log's days, the last ones, that tuning does not see."""
    least_quality: float | None = None
    folds: int = 0
    """How many times to tune on the first days and test on the next, besides the holdout."""


@dataclass(frozen=True, slots=True)
class Fold:
    """One step of a walk forward: tuned on the first days, billed on the next ones."""

    train: Days
    test: Days
    today_in: int
    tuned_in: int
    today_out: int
    tuned_out: int


@dataclass(frozen=True, slots=True)
class Single:
    """One tier's model in place of a feature's cascade."""

    feature: str
    model: str
    in_pico_usd: int
    out_pico_usd: int
    quality: Quality | None


@dataclass(frozen=True, slots=True)
class Point:
    """A choice that no other beats both in spend and in quality."""

    in_pico_usd: int
    quality: Quality
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnitFound:
    """One unit: what is changed, what that is known to do to quality, and what else was near."""

    features: tuple[str, ...]
    policies: int
    whole: bool
    feasible: bool
    changes: tuple[str, ...]
    quality_in: Mapping[str, Quality | None]
    quality_out: Mapping[str, Quality | None]
    best_quality: Mapping[str, float | None]
    """The highest low end that any choice reaches, by feature: what binds where none is allowed."""
    cascades: Mapping[str, int]
    """Features whose tuned rules hold a cascade: their pico-dollars in sample."""
    dropped: tuple[str, ...]
    """Features that had a cascade in the policy given, and have none now."""
    judged_by_evals: tuple[str, ...]
    """Features where a loaded eval decides which answer is accepted: no judge is as good."""
    tuned_in_pico_usd: int
    singles: tuple[Single, ...]
    frontier: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The tuned policy beside the one given and today's calls, by feature and day."""

    slots: tuple[Slot, ...]
    chosen: tuple[Option, ...]
    rest: Mapping[str, Any]
    train: Days
    test: Days
    today: Spend
    start: Spend
    tuned: Spend
    units: tuple[UnitFound, ...]
    folds: tuple[Fold, ...]
    policies: int
    """How many policies were replayed."""


def tune(
    request: Request,
    features: Sequence[str],
    days: range,
    traffic: Traffic,
    evaluate: Evaluator,
    watch: Watch,
) -> Found:
    """Search a policy's values on the first days of a log, and bill what is found on all of them.

    Args:
        request: the policy as it is written, and the bounds.
        features: all features of the log.
        days: its calendar days.
        traffic: what the log says about the values to try.
        evaluate: bills a policy on the whole log; a held-out day is billed with the cache as
            warm as the days before it leave it.
        watch: told how far the search is; may stop it.

    Raises:
        PolicyError: the policy has no rule for any feature of the log, or cannot be read.
        StoppedError: the watch stopped it.
    """
    policy = parse_policy(request.raw, request.file)
    tables = tomllib.loads(request.raw.decode(), parse_float=Decimal)
    slots = slots_of(policy, tables, features)
    if not slots:
        raise PolicyError(f"{request.file}: no rule covers a feature of the log: nothing to tune")
    train, test = _split(days, request.holdout)
    judging = _Judging(slots, traffic, request)
    judge = judging.on(train)
    offers = [options(slot, traffic, request.limits) for slot in slots]
    rest = _rest(policy, tables)
    search = Search(rest, slots, units_of(slots), offers, evaluate, watch)
    tried = search.run(judge.rank)
    chosen = _chosen(slots, tried)
    nothing: list[Option] = [None] * len(slots)
    today = evaluate(policy_of(rest, slots, nothing, request.file))
    start: list[Option] = [(slot.lever, slot.start) for slot in slots]
    return Found(
        slots=tuple(slots),
        chosen=chosen,
        rest={**tables, "name": f"{policy.name}, tuned"},
        train=train,
        test=test,
        today=today,
        start=evaluate(policy_of(rest, slots, start, request.file)),
        tuned=evaluate(policy_of(rest, slots, chosen, request.file)),
        units=tuple(_unit(one, slots, judge, train, test) for one in tried),
        folds=tuple(_walk(search, judging, days, request.folds, today)),
        policies=evaluate.count,
    )


@dataclass(frozen=True, slots=True)
class _Judging:
    slots: Sequence[Slot]
    traffic: Traffic
    request: Request

    def on(self, days: Days) -> Judge:
        """Return the judge of a stretch of days."""
        asked = self.request
        return Judge(self.slots, self.traffic.answers, asked.limits, days, asked.least_quality)


def _walk(
    search: Search, judging: _Judging, days: range, folds: int, today: Spend
) -> Iterator[Fold]:
    """Tune on parts 1 to k and bill part k + 1. What was replayed before is not replayed again.

    Features without a rule are left out: they cost the same under every choice.
    """
    if folds >= len(days):
        raise PolicyError(f"--folds {folds}: the log spans {len(days)} days")
    cuts = [days.start + len(days) * part // (folds + 1) for part in range(folds + 2)]
    for part in range(1, folds + 1):
        train, test = Days(days.start, cuts[part]), Days(cuts[part], cuts[part + 1])
        found = search.run(judging.on(train).rank)
        features = [feature for one in found for feature in one.unit.features]
        spends = (
            {f: today[f] for f in features},
            {f: d for o in found for f, d in o.spend.items()},
        )
        sums = [part_.total(spend) for part_ in (train, test) for spend in spends]
        yield Fold(train, test, *sums)


def _split(days: range, holdout: float) -> tuple[Days, Days]:
    held = round(len(days) * holdout)
    if holdout and not 1 <= held < len(days):
        raise PolicyError(
            f"--holdout {holdout:g}: the log spans {len(days)} days: both parts need one"
        )
    cut = days.stop - held
    return Days(days.start, cut), Days(cut, days.stop)


def _rest(policy: Policy, tables: Mapping[str, Any]) -> dict[str, Any]:
    """What a replay needs besides rules."""
    rest: dict[str, Any] = {"name": policy.name}
    if policy.price_date is not None:
        rest["price_date"] = policy.price_date
    return rest


def plain_tables(found: Found) -> dict[str, Any]:
    """Return what the policy says besides its rules; of levers that are off it may not speak."""
    active = {option[0] for option in found.chosen if option is not None}
    rest = {*(lever.name for lever in LEVERS), TUNED}
    kept = {key: value for key, value in found.rest.items() if key not in rest}
    return {
        key: _of_active(value, active) if key in TABLES else value for key, value in kept.items()
    }


def _of_active(table: Mapping[str, Any], active: set[str]) -> dict[str, Any]:
    return {k: v for k, v in table.items() if not isinstance(v, Mapping) or k in active}


def _chosen(slots: Sequence[Slot], tried: Sequence[Tried]) -> tuple[Option, ...]:
    chosen: dict[int, Option] = {}
    for one in tried:
        chosen |= dict(zip(one.unit.slots, one.best, strict=True))
    return tuple(chosen[number] for number in range(len(slots)))


def _unit(one: Tried, slots: Sequence[Slot], judge: Judge, train: Days, test: Days) -> UnitFound:
    unit, best = one.unit, one.best
    mine = one.spend
    by_feature = {f: judge.quality(unit, best, f) for f in unit.features}
    lows = {
        f: max(
            (q.low for choice, _ in one.tried if (q := judge.quality(unit, choice, f))),
            default=None,
        )
        for f in unit.features
    }
    routed = _routes(unit, slots, best)
    had = {slots[n].features[0] for n in unit.slots if slots[n].lever == "routing"}
    return UnitFound(
        features=unit.features,
        policies=len(one.tried),
        whole=one.whole,
        feasible=judge.rank(unit, best, mine) is not None,
        changes=tuple(changes(slots, unit, best)),
        quality_in=by_feature,
        quality_out={f: judge.quality(unit, best, f, test) for f in unit.features},
        best_quality=lows,
        cascades={f: train.total({f: mine[f]}) for f in routed},
        dropped=tuple(sorted(had.difference(routed))),
        judged_by_evals=tuple(f for f, table in routed.items() if table["score"] == "evals"),
        tuned_in_pico_usd=train.total(mine),
        singles=tuple(_singles(one, slots, judge, train, test)),
        frontier=_frontier(one, slots, judge, train),
    )


def _routes(unit: Unit, slots: Sequence[Slot], choice: Choice) -> dict[str, Table]:
    """The cascades of a choice, by feature."""
    return {
        slots[n].features[0]: option[1]
        for n, option in zip(unit.slots, choice, strict=True)
        if option is not None and option[0] == "routing"
    }


def _singles(
    one: Tried, slots: Sequence[Slot], judge: Judge, train: Days, test: Days
) -> list[Single]:
    """Each tier's model alone, with the cheapest other rules that were tried beside it."""
    cheapest: dict[tuple[str, str], Single] = {}
    for choice, spend in one.tried:
        for number, option in zip(one.unit.slots, choice, strict=True):
            if option is None or option[0] == slots[number].lever:
                continue
            feature, model = slots[number].features[0], str(option[1]["to"])
            mine = {feature: spend[feature]}
            known = cheapest.get((feature, model))
            if known is None or train.total(mine) < known.in_pico_usd:
                quality = judge.quality(one.unit, choice, feature)
                found = Single(feature, model, train.total(mine), test.total(mine), quality)
                cheapest[feature, model] = found
    return sorted(cheapest.values(), key=lambda single: (single.feature, single.in_pico_usd))


def _frontier(one: Tried, slots: Sequence[Slot], judge: Judge, train: Days) -> tuple[Point, ...]:
    """The cheapest first; each next one costs more and is better. Measured choices only."""
    if len(one.unit.features) > 1:
        return ()
    points: list[Point] = []
    priced = sorted(one.tried, key=lambda pair: train.total(pair[1]))
    for choice, spend in priced:
        quality = judge.quality(one.unit, choice, one.unit.features[0])
        if quality is not None and (not points or quality.low > points[-1].quality.low):
            said = tuple(changes(slots, one.unit, choice))
            points.append(Point(train.total(spend), quality, said))
    return tuple(points)
