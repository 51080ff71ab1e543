"""Each lever's part of the saving: Shapley, alone, range over orders, evidence, interval."""

from __future__ import annotations

from collections.abc import Mapping
from math import factorial

import numpy as np
from numpy.typing import NDArray

from analyzer.attribute import shapley_by_feature, shares
from analyzer.decide import Profile
from analyzer.evidence import Evidence
from analyzer.findings import EVIDENCE_CLASSES, Interval, LeverShare
from analyzer.ledger import Ledger
from analyzer.project import Bootstrap
from analyzer.replay import coalitions
from analyzer.requests import Log


def attribution(
    log: Log, groups: tuple[Profile, ...], ledger: Ledger, bootstrap: Bootstrap
) -> tuple[LeverShare, ...]:
    """Return every lever's share of the joint saving."""
    present = sorted(ledger[frozenset()].by_feature.keys() | set(log.requests["feature"]))
    savings = {str(n): ledger.saving_on(n) for n in present}
    values = shapley_by_feature(ledger.levers, savings)
    evidence = Evidence(log, groups)
    return tuple(
        _share(
            lever,
            {int(n): value for n, value in values[lever].items()},
            log,
            ledger,
            evidence,
            bootstrap,
        )
        for lever in ledger.levers
    )


def _share(
    lever: str,
    by_feature: Mapping[int, int],
    log: Log,
    ledger: Ledger,
    evidence: Evidence,
    bootstrap: Bootstrap,
) -> LeverShare:
    classes = dict.fromkeys(EVIDENCE_CLASSES, 0)
    for feature, value in by_feature.items():
        classes[evidence.of(lever, feature)] += value
    span = shares(lever, ledger.levers, ledger.saving)
    return LeverShare(
        lever=lever,
        shapley_pico_usd=sum(by_feature.values()),
        alone_pico_usd=span.alone,
        least_pico_usd=span.least,
        most_pico_usd=span.most,
        evidence=classes,
        features={log.features[n]: value for n, value in by_feature.items()},
        annual=bootstrap.annual(_daily_shapley(lever, ledger)),
    )


def _daily_shapley(lever: str, ledger: Ledger) -> NDArray[np.float64]:
    """The lever's Shapley saving by day, shape (days,): the value is linear, so days add up."""
    others = [other for other in ledger.levers if other != lever]
    whole = factorial(len(ledger.levers))
    days = np.zeros(ledger[frozenset()].by_day.shape[1])
    for before in coalitions(others):
        weight = factorial(len(before)) * factorial(len(others) - len(before)) / whole
        marginal = ledger.daily_saving(before | {lever}) - ledger.daily_saving(before)
        days += weight * marginal.sum(axis=0)
    return days


def intervals_by_feature(
    log: Log, daily_saving: NDArray[np.float64], bootstrap: Bootstrap
) -> dict[str, Interval]:
    """Return the annual saving's interval for each feature; none where the window has no length."""
    intervals = {
        name: bootstrap.annual(daily_saving[number]) for number, name in enumerate(log.features)
    }
    return {name: interval for name, interval in intervals.items() if interval is not None}
