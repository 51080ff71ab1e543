"""Which values of a rule are tried.

Thresholds move only through scores that occur, lifetimes over a log grid and the log's own gaps.
Where nothing measures the risk of a value, it never goes beyond the risk that the policy takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import Any

from analyzer.tune.slots import Option, Slot, Table
from analyzer.tune.traffic import FULL_SCORE_CHARS, Traffic

_TTLS_S = (60, 300, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400, 259_200, 604_800, 2_592_000)
_RATIOS = tuple(Decimal(n) / 10 for n in range(1, 11))
_MIN_CHARS = (0, 500, 1000, 2000, 4000, 8000, 16_000)
_PACKS = (2, 5, 10, 20, 50, 100)
_WINDOWS_S = (1, 5, 10, 30, 60, 300, 900, 3600)
_MOST_THRESHOLDS = 12
_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Limits:
    """What the user allows."""

    max_staleness_s: Decimal | None = None
    """How old a cached answer may be; None: as old as the policy's own rule allows."""
    max_wait_s: Decimal | None = None
    """How long a request may wait to be packed or sent as a batch; None: as in the policy."""
    max_added_s: Decimal | None = None
    """How much longer any request may take: calls before its answer, and waits; None: no bound."""
    max_share_ppm: int | None = None
    """How much of all spend one provider may get; None: no bound."""
    least_quality: float | None = None
    """Least mean score of every feature, at its interval's low end; None: as the policy given."""
    models: tuple[str, ...] = ()
    """Models that may answer in place of a feature's own, where evals speak of them."""


def options(slot: Slot, traffic: Traffic, limits: Limits) -> list[Option]:
    """Return what is tried in a slot: the policy's own rule first, then off, then other values."""
    allowed = _OFFERS[slot.lever](slot, traffic, limits)
    found: list[Option] = [slot.given, None, *allowed]
    return [option for n, option in enumerate(found) if option not in found[:n]]


def breaks(option: Option, limits: Limits) -> str | None:
    """Return which limit of the user's an option breaks by itself: ``staleness`` or ``wait``."""
    if option is None:
        return None
    lever, table = option
    if lever == "caching" and limits.max_staleness_s is not None:
        return "staleness" if table["ttl_seconds"] > limits.max_staleness_s else None
    if limits.max_wait_s is None:
        return None
    if lever == "batching":
        return "wait" if table["window_seconds"] > limits.max_wait_s else None
    return "wait" if lever == "batch_api" and limits.max_wait_s < _DAY_S else None


def thin(values: Sequence[Any], weights: Sequence[int], most: int) -> list[Any]:
    """Return at most ``most`` of ascending values, about equal weight apart, both ends kept."""
    if len(values) <= most:
        return list(values)
    total, seen, kept = sum(weights), 0, [values[0]]
    for value, weight in zip(values, weights, strict=True):
        seen += weight
        if seen * (most - 1) >= total * len(kept) and value != kept[-1]:
            kept.append(value)
    return [*kept[: most - 1], values[-1]]


def _routes(slot: Slot, traffic: Traffic, limits: Limits) -> Iterator[Option]:
    """Every combination of thresholds, and each tier's model alone."""
    tiers = [dict(tier) for tier in slot.start["tiers"]]
    score, feature = slot.start["score"], slot.features[0]
    steps = [_thresholds(score, tier, feature, traffic) for tier in tiers[:-1]]
    for accepts in product(*steps):
        moved = [
            {**tier, "accept": accept} for tier, accept in zip(tiers[:-1], accepts, strict=True)
        ]
        yield "routing", {**slot.start, "tiers": [*moved, tiers[-1]]}
    for model in dict.fromkeys((*(tier["model"] for tier in tiers), *limits.models)):
        yield "model_selection", {"to": model}


def _thresholds(score: str, tier: Table, feature: str, traffic: Traffic) -> Sequence[Decimal | int]:
    """Scores that occur: between two of them, no decision changes."""
    if score == "pass_rate":
        return [tier.get("accept", 0)]
    if score == "length":
        pairs = [(chars, n) for chars, n in traffic.lengths_of(feature) if chars >= 5]
        values = [Decimal(chars) / FULL_SCORE_CHARS for chars, _ in pairs]
        return thin(values, [n for _, n in pairs], _MOST_THRESHOLDS) or [tier["accept"]]
    named = "*" if score == "difficulty" else str(tier["model"])
    scores = [Decimal(str(value)) for value in traffic.answers.scores(feature, named)]
    return thin(scores, [1] * len(scores), _MOST_THRESHOLDS) or [tier["accept"]]


def _caches(slot: Slot, traffic: Traffic, limits: Limits) -> Iterator[Option]:
    """A log grid, and just above the gaps of the log. Dollars are not monotone in the lifetime."""
    most = limits.max_staleness_s or Decimal(str(slot.start["ttl_seconds"]))
    gaps = [gap for feature in slot.features for gap in traffic.gaps_us.get(feature, ())]
    breakpoints = {gap // 1_000_000 + 1 for gap in gaps}
    whole_most = int(most)
    for ttl in sorted({*_TTLS_S, *breakpoints, whole_most}):
        if 0 < ttl <= most:
            yield "caching", {**slot.start, "ttl_seconds": ttl}


def _compressions(slot: Slot, traffic: Traffic, limits: Limits) -> Iterator[Option]:
    """Nothing scores a compressed prompt: never shorter than the policy keeps it."""
    ratio, least = Decimal(str(slot.start["ratio"])), slot.start.get("min_chars", 500)
    ratios = sorted({ratio, *(r for r in _RATIOS if r > ratio)})
    chars = sorted({least, *(c for c in _MIN_CHARS if c > least)})
    for one, many in product(ratios, chars):
        yield "compression", {**slot.start, "ratio": one, "min_chars": many}


def _packs(slot: Slot, traffic: Traffic, limits: Limits) -> Iterator[Option]:
    """Nothing scores a packed answer: never more in a pack, and no longer wait, than allowed."""
    size, window = slot.start["max_size"], slot.start["window_seconds"]
    wait = window if limits.max_wait_s is None else limits.max_wait_s
    sizes = sorted({size, *(n for n in _PACKS if n < size)})
    windows = sorted({w for w in (window, *_WINDOWS_S) if w <= wait})
    for one, many in product(sizes, windows):
        yield "batching", {**slot.start, "max_size": one, "window_seconds": many}


def _models(slot: Slot, traffic: Traffic, limits: Limits) -> Iterator[Option]:
    start = slot.start or {}
    for model in limits.models:
        yield "model_selection", {**start, "to": model}


def _nothing(slot: Slot, traffic: Traffic, limits: Limits) -> Iterable[Option]:
    return ()


_OFFERS = {
    "model_selection": _models,
    "routing": _routes,
    "caching": _caches,
    "compression": _compressions,
    "batching": _packs,
    "prompt_cache": _nothing,
    "batch_api": _nothing,
}
