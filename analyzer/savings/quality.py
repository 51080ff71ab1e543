"""What loaded evals say: scores by feature and model, and which model answers how much."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import polars as pl

from analyzer.board import Quality
from analyzer.levers.routing import Routing
from analyzer.money import PPM, round_half_up
from analyzer.pricing.book import PriceBook
from analyzer.replay.coalitions import Coalition
from analyzer.replay.decide import Profile
from analyzer.replay.requests import Log
from analyzer.savings.evidence import FEWEST_EVALS
from analyzer.store import Tables

Z_95 = 1.959964
_CHOOSES_A_MODEL = ("model_selection", "routing")

Pair = tuple[str, str]
"""A feature and a model's identity."""

Cells = Callable[[Coalition], pl.DataFrame]
"""A coalition's priced cells, as ``Replay.cells`` returns them."""

Scores = Mapping[Pair, tuple[int, float]]
"""Number of evals and their mean score."""


@dataclass(frozen=True, slots=True)
class Served:
    """How many live requests each model answers."""

    before: Mapping[Pair, int]
    after: Mapping[Pair, int]


def scores_of(store: Tables, book: PriceBook) -> Scores:
    """Return the loaded evals of each feature and model; names of one model are one model."""
    scores: dict[Pair, tuple[int, float]] = {}
    for feature, name, n, mean in store.query("feature_scores").iter_rows():
        listing = book.lookup(None, name)
        key = feature, listing.model_id if listing else name
        had, had_mean = scores.get(key, (0, 0.0))
        scores[key] = had + n, (had * had_mean + n * mean) / (had + n)
    return scores


def served(log: Log, groups: tuple[Profile, ...], cells: Cells, levers: Sequence[str]) -> Served:
    """Return which model answers each live request: the last tier's, the chosen, or as logged.

    A cached answer counts for the model that would have given it.
    """
    chosen = frozenset(_CHOOSES_A_MODEL).intersection(levers)
    before, after = (_calls(cells(coalition)) for coalition in (frozenset[str](), chosen))
    for profile in groups:
        rule = profile.rules.get("routing")
        if isinstance(rule, Routing) and rule.score != "difficulty":
            tiers = [log.context.targets[tier.model] for tier in rule.tiers]
            for feature in profile.features:
                _leave_the_answering_tier(after, feature, tiers)
    return Served(_named(before, log), _named(after, log))


def _calls(cells: pl.DataFrame) -> Counter[tuple[int, int]]:
    """Calls of live requests by feature and model number."""
    sums = cells.filter("live").group_by("feature", "model").agg(pl.col("calls").sum())
    return Counter({(feature, model): calls for feature, model, calls in sums.iter_rows()})


def _leave_the_answering_tier(
    calls: Counter[tuple[int, int]], feature: int, tiers: Sequence[int]
) -> None:
    """A call that escalates answers nobody: take the next tier's calls off each tier's."""
    reached = [calls[feature, tier] for tier in tiers]
    for tier, escalated in zip(tiers, reached[1:], strict=False):
        calls[feature, tier] -= escalated


def _named(calls: Counter[tuple[int, int]], log: Log) -> dict[Pair, int]:
    counts: dict[Pair, int] = {}
    for (feature, number), n in calls.items():
        key = log.features[feature], log.catalog.models[number].model_id
        counts[key] = counts.get(key, 0) + n
    return {key: n for key, n in counts.items() if n > 0}


def quality(scores: Scores, answered: Served) -> tuple[Quality, ...]:
    """Return every (feature, model) that answers or was scored, with its evals."""
    keys = sorted({*scores, *answered.before, *answered.after})
    return tuple(_row(key, scores.get(key), answered) for key in keys)


def _row(key: Pair, scored: tuple[int, float] | None, answered: Served) -> Quality:
    feature, model = key
    role = _role(today=key in answered.before, policy=key in answered.after)
    if scored is None:
        return Quality(feature, model, role, 0, None, None, None)
    n, mean = scored
    low, high = wilson(mean, n)
    parts = (round(share * PPM) for share in (mean, low, high))
    return Quality(feature, model, role, n, *parts)


def _role(*, today: bool, policy: bool) -> str:
    if today:
        return "both" if policy else "today"
    return "policy" if policy else "other"


def wilson(share: float, n: int) -> tuple[float, float]:
    """Return the 95% Wilson score interval of a mean of ``n`` scores between 0 and 1.

    Exact in spirit for passes and fails; for graded scores it is too wide, never too narrow,
    because no spread of scores in 0..1 beats that of zeros and ones with the same mean.
    Source: E. B. Wilson, JASA 22 (1927).
    """
    denominator = 1 + Z_95**2 / n
    centre = (share + Z_95**2 / (2 * n)) / denominator
    half = Z_95 / denominator * sqrt(share * (1 - share) / n + Z_95**2 / (4 * n * n))
    return max(0.0, centre - half), min(1.0, centre + half)


def good_answers(feature: str, counts: Mapping[Pair, int], scores: Scores) -> int | None:
    """Return how many answers of a feature are good, in ppm of an answer; None where unscored."""
    total = 0
    for (named, model), n in counts.items():
        if named != feature:
            continue
        evals, mean = scores.get((feature, model), (0, 0.0))
        if evals < FEWEST_EVALS:
            return None
        total += n * round(mean * PPM)
    return total or None


def per_good_answer(pico_usd: int, good_ppm: int) -> int:
    """Return what one good answer costs, in pico-dollars."""
    return round_half_up(pico_usd * PPM, good_ppm)
