"""Which values of a rule a curve moves through, and the rule at each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from analyzer.lever import MOST_TOKENS, Rule
from analyzer.levers.batching import Batching
from analyzer.levers.caching import Caching
from analyzer.levers.compression import Compression
from analyzer.levers.routing import Routing
from analyzer.money import PPM, ppm

SECOND_US = 1_000_000
_TTLS_S = (60, 300, 900, 3600, 14_400, 43_200, 86_400, 259_200, 604_800, 2_592_000)
_SIZES = (2, 5, 10, 20, 50, 100)
_TENTHS_PPM = tuple(range(0, PPM + 1, PPM // 10))


@dataclass(frozen=True, slots=True)
class Moved:
    """One value of one rule that a curve can move."""

    varied: str
    """The value and its unit, as ``Curve.varied`` names it."""
    tier: int
    """From 1; 0 where the rule has no tiers."""
    chosen: int
    values: tuple[int, ...]
    """Ascending, the chosen one among them."""
    at: Callable[[int], Rule]
    """The rule with another value."""
    off: Rule | None
    """A rule that covers the same features and changes nothing; None where no value says so."""


def moved(rule: Rule, window_us: int) -> tuple[Moved, ...]:
    """Return what can be moved in a rule; nothing for a lever that is chosen, not set.

    ``window_us``: the log's length, beyond which no lifetime tells anything.
    """
    return tuple(_MOVES[type(rule)](rule, window_us)) if type(rule) in _MOVES else ()


def _lifetimes(rule: Caching, window_us: int) -> Iterator[Moved]:
    ladder = (seconds * SECOND_US for seconds in _TTLS_S)
    values = _with(rule.ttl_us, (0, *(ttl for ttl in ladder if ttl <= window_us)))
    # An entry that lives for no time is read by nobody, whatever the cache is shared by.
    yield Moved("ttl_us", 0, rule.ttl_us, values, _setting(rule, "ttl_us"), _forgetting(rule))


def _forgetting(rule: Caching) -> Caching:
    rate = None if rule.assumed_hit_rate is None else 0
    never = {"ttl_us": 0, "coalesce": False, "assumed_hit_rate": rate}
    return rule.model_copy(update=never)


def _ratios(rule: Compression, window_us: int) -> Iterator[Moved]:
    values = _with(rule.ratio, _TENTHS_PPM[1:])
    off = rule.model_copy(update={"min_chars": MOST_TOKENS})
    yield Moved("ratio_ppm", 0, rule.ratio, values, _setting(rule, "ratio"), off)


def _sizes(rule: Batching, window_us: int) -> Iterator[Moved]:
    at = _setting(rule, "max_size")
    yield Moved("max_size", 0, rule.max_size, _with(rule.max_size, (1, *_SIZES)), at, at(1))


def _thresholds(rule: Routing, window_us: int) -> Iterator[Moved]:
    """Each tier's threshold but the last one's, which takes whatever is left."""
    key = "pass_rate" if rule.score == "pass_rate" else "accept"
    for number, tier in enumerate(rule.tiers[:-1]):
        chosen = ppm(getattr(tier, key) or 0)
        values = _with(chosen, _TENTHS_PPM)
        yield Moved(f"{key}_ppm", number + 1, chosen, values, _judging(rule, number, key), None)


def _judging(rule: Routing, number: int, key: str) -> Callable[[int], Rule]:
    def at(value: int) -> Rule:
        tiers = list(rule.tiers)
        share = Decimal(value) / PPM
        tiers[number] = tiers[number].model_copy(update={key: share})
        return rule.model_copy(update={"tiers": tuple(tiers)})

    return at


def _setting(rule: Rule, name: str) -> Callable[[int], Rule]:
    return lambda value: rule.model_copy(update={name: value})


def _with(chosen: int, values: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted({chosen, *values}))


_MOVES: Mapping[type[Rule], Callable[..., Iterator[Moved]]] = {
    Caching: _lifetimes,
    Compression: _ratios,
    Batching: _sizes,
    Routing: _thresholds,
}
