"""A policy tuned on the first part of a log and billed on the rest of it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from analyzer.errors import PolicyError
from analyzer.levers import LEVERS
from analyzer.policy import Policy, parse_policy
from analyzer.rollout import TABLES
from analyzer.tune.apart import chosen_of, levers_apart
from analyzer.tune.backtest import walk
from analyzer.tune.days import Days, split
from analyzer.tune.evaluate import Evaluator, Outcome
from analyzer.tune.found import Found, ShareFound, Whole
from analyzer.tune.frontier import NOTHING, Frontiers, whole_frontier
from analyzer.tune.judge import Judge
from analyzer.tune.options import Limits, options
from analyzer.tune.search import Search, Tried
from analyzer.tune.share import Candidate, pick
from analyzer.tune.slots import Slot, offered, slots_of, units_of
from analyzer.tune.traffic import Traffic
from analyzer.tune.units import unit_found
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
    folds: int = 0
    """How many times to tune on the first days and test on the next, besides the holdout."""


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
    if request.limits.models:
        slots += offered(slots, features)
    if not slots:
        raise PolicyError(f"{request.file}: no rule covers a feature of the log: nothing to tune")
    job = _Job(request, slots, traffic, days, evaluate, watch)
    return job.done(
        {**tables, "name": f"{policy.name}, tuned"}, {"name": policy.name, **dated(policy)}
    )


class _Job:
    """One tuning: its slots, its days and its judges."""

    def __init__(
        self, request: Request, slots: list[Slot], traffic: Traffic, days: range,
        evaluate: Evaluator, watch: Watch,
    ) -> None:  # fmt: skip
        self.request, self.slots, self.traffic, self.days = request, slots, traffic, days
        self.evaluate, self.watch = evaluate, watch
        self.train, self.test = split(days, request.holdout)
        self.judge = self.judge_on(self.train)
        self.fixed = Outcome({}, {})

    def judge_on(self, days: Days) -> Judge:
        """Return the judge of a stretch of days."""
        return Judge(self.slots, self.traffic, self.request.limits, days)

    def done(self, written: Mapping[str, Any], rest: Mapping[str, Any]) -> Found:
        """Search, and test what was found."""
        limits, train, test = self.request.limits, self.train, self.test
        offers = [options(slot, self.traffic, limits) for slot in self.slots]
        units = units_of(self.slots, self.traffic.alike)
        search = Search(rest, self.slots, units, offers, self.evaluate, self.watch)
        self.watch.step("billing today's calls", 0, 1)
        today = search.bill([None] * len(self.slots))
        covered = {feature for unit in units for feature in unit.features}
        self.fixed = today.of(f for f in today.spend if f not in covered)
        tried, share = self._within_share(search.run(self.judge.order), self.judge)
        chosen = chosen_of(tried)
        tuned = search.bill(chosen).spend
        self.watch.step("testing each lever", 0, 1)
        return Found(
            slots=tuple(self.slots),
            chosen=chosen,
            rest=written,
            limits=limits,
            train=train,
            test=test,
            today=today.spend,
            start=search.bill([slot.given for slot in self.slots]).spend,
            tuned=tuned,
            units=tuple(
                unit_found(one, self.slots, self.judge, self.traffic, test) for one in tried
            ),
            levers=tuple(levers_apart(search, tried, self.judge, test, tuned)),
            folds=tuple(
                walk(
                    search,
                    lambda judge: self._within_share(search.run(judge.order), judge)[0],
                    self.judge_on,
                    self.days,
                    self.request.folds,
                    today.spend,
                )
            ),
            frontier=self._frontier(tried),
            share=share,
            policies=self.evaluate.count,
        )

    def _within_share(
        self, tried: list[Tried], judge: Judge
    ) -> tuple[list[Tried], ShareFound | None]:
        """Choose again, all units together, where one provider's share is bounded."""
        bound = self.request.limits.max_share_ppm
        if bound is None:
            return tried, None
        units = [_candidates(one, judge) for one in tried]
        found = pick(units, _candidate(0, self.fixed, judge.days), bound)
        proven = found.proven and all(one.searched == "whole" for one in tried)
        told = ShareFound(
            bound, found.places is not None, found.least_share, found.provider, proven
        )
        if found.places is None:
            return tried, told
        pairs = zip(tried, found.places, strict=True)
        return [replace(one, best=one.tried[place][0]) for one, place in pairs], told

    def _frontier(self, tried: Sequence[Tried]) -> tuple[Whole, ...]:
        frontiers = [Frontiers(one, self.slots, self.judge, self.test) for one in tried]
        features = {*self.fixed.spend, *(f for one in tried for f in one.unit.features)}
        weights = {f: self.traffic.requests(f, self.train) for f in features}
        scored = {f for frontier in frontiers for f in frontier.scored}
        fixed = self.fixed.spend
        still = replace(NOTHING, spend_in=self.train.total(fixed), spend_out=self.test.total(fixed))
        return whole_frontier(
            [frontier.parts(weights) for frontier in frontiers],
            still,
            sum(weights[f] for f in scored),
            sum(weights.values()),
        )


def _candidates(one: Tried, judge: Judge) -> list[Candidate]:
    """What a unit may choose; where nothing is allowed, the policy given stands."""
    allowed = [
        _candidate(place, outcome, judge.days)
        for place, (choice, outcome) in enumerate(one.tried)
        if judge.rank(one.unit, choice, outcome.spend) is not None
    ]
    if allowed:
        return allowed
    place = next(n for n, (choice, _) in enumerate(one.tried) if choice == one.best)
    return [_candidate(place, one.outcome, judge.days)]


def _candidate(place: int, outcome: Outcome, days: Days) -> Candidate:
    paid: dict[str, int] = {}
    for providers in outcome.paid.values():
        for provider, series in providers.items():
            paid[provider] = paid.get(provider, 0) + days.of(series)
    return Candidate(place, days.total(outcome.spend), paid)


def dated(policy: Policy) -> dict[str, Any]:
    """Return the policy's price date as its file has it; nothing where it names none."""
    return {} if policy.price_date is None else {"price_date": policy.price_date}


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
