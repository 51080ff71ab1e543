"""A steady ratio between what was billed and what tokens cost: a negotiated rate, or a tier."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction

from analyzer.money import PPM, round_half_up
from analyzer.reconcile.causes import (
    BEYOND,
    DEARER,
    MISSING,
    NEGOTIATED,
    ROUNDING,
    TIER,
    UNEXPLAINED,
    WRITES,
    Split,
)

_SAME_PPM = 1_000
"""Within 0.1 % of the book's price is the book's price."""
_NEAR_PPM = 5_000
"""Within 0.5 % of each other, days have one rate."""
_STEADY_PPM = 800_000
"""The share of the dollars that must have it."""
_FEWEST_DAYS = 3
"""Where other causes than the rate are possible."""
_HALF_PPM = 500_000


def name_rests(splits: Iterable[Split]) -> dict[tuple[str, str], int]:
    """Give what is left of each cell a name; return each model's rate in ppm of the book's."""
    by_model: dict[tuple[str, str], list[Split]] = defaultdict(list)
    for split in splits:
        if split.rated:
            by_model[split.provider, split.model].append(split)
    rates = {}
    for key, mine in by_model.items():
        rate = _steady_rate(mine)
        if rate is not None:
            rates[key] = round_half_up(rate.numerator * PPM, rate.denominator)
        for split in mine:
            _name(split, rate)
    return rates


def _name(split: Split, rate: Fraction | None) -> None:
    if rate is not None:
        at_rate = round_half_up(split.expected * rate.numerator, rate.denominator)
        split.parts[_rate_name(split, rate)] += at_rate - split.expected
    rest = split.rest
    if abs(rest) <= split.tolerance:
        split.parts[ROUNDING] += rest
    elif 0 < rest <= split.writes_room:
        split.parts[WRITES] += rest
    elif split.tokens_known:
        split.parts[UNEXPLAINED] += rest
    else:
        split.parts[MISSING if rest > 0 else BEYOND] += rest


def _rate_name(split: Split, rate: Fraction) -> str:
    half = abs(rate * PPM - _HALF_PPM) <= _NEAR_PPM
    if split.tiers or half:
        return TIER
    return NEGOTIATED if rate < 1 else DEARER


def _steady_rate(splits: Sequence[Split]) -> Fraction | None:
    """Return the ratio that most of the dollars have, where it is not the book's own."""
    found = sorted(
        ((Fraction(s.expected + s.rest, s.expected), s) for s in splits if s.expected > 0),
        key=lambda pair: pair[0],
    )
    certain = all(split.tokens_known and not split.writes_room for split in splits)
    if len(found) < (1 if certain else _FEWEST_DAYS):
        return None
    total = sum(split.expected for _, split in found)
    rate, seen = found[0][0], 0
    for ratio, split in found:
        rate, seen = ratio, seen + split.expected
        if 2 * seen >= total:
            break
    steady = sum(s.expected for ratio, s in found if _fits(s, ratio, rate))
    if steady * PPM < _STEADY_PPM * total or abs(rate - 1) * PPM <= _SAME_PPM or rate <= 0:
        return None
    return None if all(_fits_book(s) for _, s in found) else rate


def _fits(split: Split, ratio: Fraction, rate: Fraction) -> bool:
    near = abs(ratio - rate) * PPM <= _NEAR_PPM * rate
    return near or abs(ratio - rate) * split.expected <= split.tolerance


def _fits_book(split: Split) -> bool:
    """Whether rounding alone may make the difference to the book's price."""
    return abs(split.rest) <= split.tolerance
