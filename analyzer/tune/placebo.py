"""Shuffles the scores that a route decides by: what is left of its quality is chance."""

from __future__ import annotations

import numpy as np
import polars as pl

from analyzer.kernels.draws import uniform_draws
from analyzer.levers.routing import Routing
from analyzer.tune.answers import Answers
from analyzer.tune.days import Days
from analyzer.tune.found import Placebo

SHUFFLES = 100
_FEWEST = 30
_MOST_REQUESTS = 5_000


def placebo(
    answers: Answers, feature: str, rule: Routing, train: Days, test: Days
) -> Placebo | None:
    """Return what is left of a route's quality when its decisions are dealt out at random.

    On the days held out, or, without any, on those that were seen. The order of a shuffle is a
    digest of its number and the request. None where fewer than 30 requests are scored throughout.
    """
    held_out = len(test) > 0
    found = answers.paired(feature, rule, test if held_out else train)
    if found is None or len(found.requests) < _FEWEST:
        return None
    table = np.column_stack(
        [
            found.answers(_all(n, len(found.requests)))["score"].to_numpy()
            for n in range(len(rule.tiers))
        ]
    )[:_MOST_REQUESTS]
    last = found.last_tier.to_numpy()[:_MOST_REQUESTS]
    ids, rows = found.requests["request_id"][:_MOST_REQUESTS], np.arange(len(last))
    real = float(table[rows, last].mean())
    means = np.array(
        [
            table[rows, last[np.argsort(uniform_draws(ids, n, "placebo").to_numpy())]].mean()
            for n in range(SHUFFLES)
        ]
    )
    return Placebo(
        requests=len(last),
        mean=real,
        shuffled_mean=float(means.mean()),
        shuffled_p95=float(np.quantile(means, 0.95)),
        shuffles=SHUFFLES,
        as_good=int((means >= real - 1e-12).sum()),
        held_out=held_out,
    )


def _all(tier: int, requests: int) -> pl.Series:
    return pl.Series([tier], dtype=pl.Int8).new_from_index(0, requests)
