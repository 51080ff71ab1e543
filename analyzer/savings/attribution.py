"""Each lever's part of the saving: Shapley, alone, range over orders, evidence, interval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import factorial

import numpy as np
from numpy.typing import NDArray

from analyzer.board import Range
from analyzer.findings import EVIDENCE_CLASSES, Interval, LeverShare
from analyzer.replay.coalitions import Replay, coalitions
from analyzer.replay.ledger import NO_LEVERS, Ledger
from analyzer.replay.requests import Log
from analyzer.savings.evidence import Evidence
from analyzer.savings.project import Bootstrap
from analyzer.savings.shapley import shapley_by_feature, shares


@dataclass(frozen=True, slots=True)
class Attribution:
    """Every lever's share of the joint saving, and the intervals by evidence class."""

    levers: tuple[LeverShare, ...]
    evidence: Mapping[str, Interval]
    known: Range | None
    """The annual saving of every class but ``assumed``, resampled as one."""


def attribute(log: Log, replay: Replay, ledger: Ledger, bootstrap: Bootstrap) -> Attribution:
    """Return who saves what, and how well it is known."""
    savings = {str(n): ledger.saving_on(n) for n in sorted(set(replay.sums.tallies["feature"]))}
    values = shapley_by_feature(ledger.levers, savings)
    evidence = Evidence(log, replay)
    daily = {lever: _daily_shapley(lever, ledger) for lever in ledger.levers}
    shares_of_levers = tuple(
        _share(
            lever,
            {int(n): value for n, value in values[lever].items()},
            log,
            ledger,
            evidence,
            bootstrap.annual(daily[lever].sum(axis=0)),
        )
        for lever in ledger.levers
    )
    sums = _by_evidence(daily, evidence, ledger)
    return Attribution(shares_of_levers, *_intervals(sums, bootstrap))


def _share(
    lever: str,
    by_feature: Mapping[int, int],
    log: Log,
    ledger: Ledger,
    evidence: Evidence,
    annual: Interval | None,
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
        annual=annual,
    )


def _daily_shapley(lever: str, ledger: Ledger) -> NDArray[np.float64]:
    """The lever's Shapley saving, shape (features, days): the value is linear, so days add up."""
    others = [other for other in ledger.levers if other != lever]
    whole = factorial(len(ledger.levers))
    values = np.zeros_like(ledger[NO_LEVERS].by_day)
    for before in coalitions(others):
        weight = factorial(len(before)) * factorial(len(others) - len(before)) / whole
        values += weight * (ledger[before].by_day - ledger[before | {lever}].by_day)
    return values


def _by_evidence(
    daily: Mapping[str, NDArray[np.float64]], evidence: Evidence, ledger: Ledger
) -> dict[str, NDArray[np.float64]]:
    """The daily saving of each evidence class that any dollar rests on, shape (days,)."""
    sums: dict[str, NDArray[np.float64]] = {}
    nothing = np.zeros(ledger[NO_LEVERS].by_day.shape[1])
    for lever, values in daily.items():
        for feature in np.flatnonzero(values.any(axis=1)).tolist():
            kind = evidence.of(lever, feature)
            sums[kind] = sums.get(kind, nothing) + values[feature]
    return {kind: sums[kind] for kind in EVIDENCE_CLASSES if kind in sums}


def _intervals(
    sums: Mapping[str, NDArray[np.float64]], bootstrap: Bootstrap
) -> tuple[dict[str, Interval], Range | None]:
    """The annual saving of each class, and of all classes but the assumed one."""
    intervals = {kind: bootstrap.annual(series) for kind, series in sums.items()}
    by_class = {kind: interval for kind, interval in intervals.items() if interval is not None}
    others = [series for kind, series in sums.items() if kind != "assumed"]
    known = bootstrap.annual(np.sum(others, axis=0)) if others else None
    if known is None:
        return by_class, None
    return by_class, Range(known.p10_pico_usd, known.p90_pico_usd)


def intervals_by_feature(
    log: Log, daily_saving: NDArray[np.float64], bootstrap: Bootstrap
) -> dict[str, Interval]:
    """Return the annual saving's interval for each feature; none where the window has no length."""
    intervals = {
        name: bootstrap.annual(daily_saving[number]) for number, name in enumerate(log.features)
    }
    return {name: interval for name, interval in intervals.items() if interval is not None}
