"""How old cached answers are when they are given: the policy's caches replayed for their ages."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analyzer.curve import AgeBand, Staleness
from analyzer.levers.caching import LEVER, Caching, sort_by_key
from analyzer.policy import Policy
from analyzer.replay.hits import covered
from analyzer.replay.requests import Log
from analyzer.replay.stretches import cache_keys
from analyzer.store import Store

MINUTE_US = 60_000_000
_HOUR_US = 60 * MINUTE_US
_DAY_US = 24 * _HOUR_US
_BANDS_US = (
    MINUTE_US, 5 * MINUTE_US, 15 * MINUTE_US, _HOUR_US, 4 * _HOUR_US, 12 * _HOUR_US,
    _DAY_US, 3 * _DAY_US, 7 * _DAY_US, 30 * _DAY_US,
)  # fmt: skip


def staleness(store: Store, log: Log, policy: Policy) -> tuple[Staleness, ...]:
    """Return the ages of what each cache of a policy gives; caches that answer nothing say none."""
    places = {id(rule): place for place, rule in enumerate(policy.rules.get(LEVER.name, ()), 1)}
    found = []
    for rule, features in covered(policy, log):
        (requests,) = cache_keys(store, log, features, parts=1)
        ages, waited = sort_by_key(requests, rule).ages(rule)
        if len(ages) or waited:
            names = _by_requests(requests, log)
            found.append(_spread(places[id(rule)], names, rule, np.sort(ages), waited))
    return tuple(found)


def _by_requests(requests: pl.DataFrame, log: Log) -> tuple[str, ...]:
    counts = requests.group_by("feature").len().sort("len", "feature", descending=[True, False])
    return tuple(log.features[number] for number in counts["feature"])


def _spread(
    place: int, features: tuple[str, ...], rule: Caching, ages: NDArray[np.int64], waited: int
) -> Staleness:
    return Staleness(
        rule=place,
        features=features,
        ttl_us=rule.ttl_us,
        answers=len(ages),
        waited=waited,
        median_us=_quantile(ages, 50),
        p90_us=_quantile(ages, 90),
        oldest_us=int(ages[-1]) if len(ages) else 0,
        bands=_bands(ages),
    )


def _quantile(ages: NDArray[np.int64], percent: int) -> int:
    """The least age that so many of a hundred answers do not exceed."""
    return int(ages[-(-len(ages) * percent // 100) - 1]) if len(ages) else 0


def _bands(ages: NDArray[np.int64]) -> tuple[AgeBand, ...]:
    """As many bands as the oldest answer reaches; the last may be its own age."""
    if not len(ages):
        return ()
    oldest = int(ages[-1])
    edges = [0, *(edge for edge in _BANDS_US if edge < oldest)]
    edges.append(next((edge for edge in _BANDS_US if edge >= oldest), oldest))
    upto = np.searchsorted(ages, edges, side="right").tolist()
    upto[0] = 0  # An answer of no age is in the first band.
    return tuple(
        AgeBand(edge, after - before)
        for edge, (before, after) in zip(edges[1:], pairwise(upto), strict=True)
    )
