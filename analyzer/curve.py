"""How a choice of the policy was weighed: one value moved, the log replayed at each.

Frozen, like all findings. Money is integer pico-dollars of the log's window, shares are parts
per million.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Score:
    """What evals say of the answers at one point: a mean, and the low end of its 95% interval."""

    evals: int
    mean_ppm: int
    low_ppm: int


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One value, and what the whole policy comes to with it, all else as it is."""

    value: int
    """In the unit that ``Curve.varied`` ends in."""
    spend_pico_usd: int
    """Of the curve's features, under the whole policy."""
    saving_pico_usd: int | None
    """What the rule takes off that spend, against the same policy with the rule without effect;
    None for a cascade, which has no such value."""
    share_ppm: int | None
    """Of requests: answered from the cache, or in need of more than one tier."""
    score: Score | None
    chosen: bool
    """Whether the policy has this value."""


@dataclass(frozen=True, slots=True)
class Curve:
    """One value of one rule, moved over its range."""

    lever: str
    rule: int
    """The rule's place among its lever's, from 1."""
    varied: str
    """``ttl_us``, ``accept_ppm``, ``pass_rate_ppm``, ``ratio_ppm`` or ``max_size``."""
    tier: int
    """The tier whose threshold moves, from 1; 0 where the rule has no tiers."""
    features: tuple[str, ...]
    """What it covers, the dearest first."""
    points: tuple[CurvePoint, ...]
    """In ascending order of value."""
    run_cost_pico_usd: int
    """What the policy says its lever costs to run, in a window of this length."""
    break_even: int | None
    """Where the saving is equal to the run cost, by a straight line between two points."""


@dataclass(frozen=True, slots=True)
class AgeBand:
    """Cached answers up to one age, and above the band before."""

    upto_us: int
    answers: int


@dataclass(frozen=True, slots=True)
class Staleness:
    """How old the answers of one cache are when they are given."""

    rule: int
    features: tuple[str, ...]
    ttl_us: int
    answers: int
    """Answers whose age is known: all but those that an assumed hit rate draws."""
    waited: int
    """Those that waited for an answer on its way: they have no age, and stand in no band."""
    median_us: int
    p90_us: int
    oldest_us: int
    bands: tuple[AgeBand, ...]


@dataclass(frozen=True, slots=True)
class Unmoved:
    """A rule of which no value changes today's spend by a thousandth: no curve worth drawing."""

    lever: str
    features: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Curves:
    """Every curve that the log can draw, and the ages of cached answers."""

    curves: tuple[Curve, ...]
    flat: tuple[Unmoved, ...]
    not_drawn: int
    """Curves beyond the few that are drawn for each lever, in the policy's order."""
    staleness: tuple[Staleness, ...]
