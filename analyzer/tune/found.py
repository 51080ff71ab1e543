"""What tuning found, frozen: every figure that its table, its JSON and its policy file show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analyzer.board import BreakEven, Driver, Shock, Threshold
from analyzer.tune.answers import Quality
from analyzer.tune.days import Days
from analyzer.tune.evaluate import Spend
from analyzer.tune.latency import Added
from analyzer.tune.options import Limits
from analyzer.tune.searched import Searched
from analyzer.tune.slots import Option, Slot


@dataclass(frozen=True, slots=True)
class LeverTest:
    """What one lever of the tuned policy saves, joining last, on days seen and not seen."""

    lever: str
    in_pico_usd: int
    out_pico_usd: int
    blind_in_pico_usd: int
    """The same with its values picked blindly: the mean over all that were allowed."""
    blind_out_pico_usd: int


@dataclass(frozen=True, slots=True)
class Fold:
    """One step of a walk forward: tuned on the first days, billed on the next ones."""

    train: Days
    test: Days
    today_in: int
    tuned_in: int
    today_out: int
    tuned_out: int
    levers: tuple[LeverTest, ...]


@dataclass(frozen=True, slots=True)
class Single:
    """One model in place of a feature's cascade."""

    feature: str
    model: str
    in_pico_usd: int
    out_pico_usd: int
    quality: Quality | None


@dataclass(frozen=True, slots=True)
class Point:
    """A choice that no other beats in spend, quality and added latency at once."""

    in_pico_usd: int
    out_pico_usd: int
    quality: Quality | None
    """In sample; None: nobody measured it, and it takes no more risk than the policy given."""
    quality_out: Quality | None
    added: Added | None
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Whole:
    """A point of the whole log: one choice for every feature."""

    in_pico_usd: int
    out_pico_usd: int
    mean: float | None
    """Mean score over the features that are scored, weighed by their requests."""
    low: float | None
    added_s: float | None
    """Mean seconds added to a request; None where the log has no latency."""


@dataclass(frozen=True, slots=True)
class Placebo:
    """A cascade or router whose scores were shuffled between its requests.

    The same share of them goes to each tier, so spend stays; if the answers are no worse, the score
    tells the route nothing.
    """

    requests: int
    mean: float
    """Of the answers, with the scores as they are."""
    shuffled_mean: float
    shuffled_p95: float
    shuffles: int
    as_good: int
    """How many of the shuffles answer at least as well."""
    held_out: bool
    """Whether this was tested on the days held out."""

    @property
    def is_noise(self) -> bool:
        """Whether more than one shuffle in twenty does as well."""
        return self.as_good * 20 > self.shuffles


@dataclass(frozen=True, slots=True)
class Escalation:
    """How much of a cascade's traffic needs more than its first tier, in sample."""

    share: float
    first: str
    last: str
    """The models of its first and last tier."""


@dataclass(frozen=True, slots=True)
class UnitFound:
    """One unit: what is changed, what that is known to do to quality, and what else was near."""

    features: tuple[str, ...]
    policies: int
    searched: Searched
    held_out: bool
    """Whether there are days that tuning did not see."""
    feasible: bool
    binding: tuple[str, ...]
    """Where nothing is allowed: the constraints that stand in the way, in words."""
    changes: tuple[str, ...]
    quality_in: Mapping[str, Quality | None]
    quality_out: Mapping[str, Quality | None]
    given_in: Mapping[str, Quality | None]
    """The quality of the policy as given."""
    given_out: Mapping[str, Quality | None]
    best_quality: Mapping[str, float | None]
    """The highest low end that any choice reaches, by feature."""
    added: Mapping[str, Added | None]
    """What the tuned rules add to latency, by feature."""
    escalations: Mapping[str, Escalation]
    """Of features with a cascade."""
    cascades: Mapping[str, int]
    """Features whose tuned rules hold a cascade: their pico-dollars in sample."""
    dropped: tuple[str, ...]
    """Features that had a cascade in the policy given, and have none now."""
    judged_by_evals: tuple[str, ...]
    """Features where a loaded eval decides which answer is accepted: no judge is as good."""
    placebos: Mapping[str, Placebo]
    tuned_in_pico_usd: int
    singles: tuple[Single, ...]
    frontiers: Mapping[str, tuple[Point, ...]]
    """By feature, the cheapest first."""


@dataclass(frozen=True, slots=True)
class Rival:
    """Something to hold a policy against, or the policy itself."""

    name: str
    """``today``, ``cheapest``, ``best single``, ``oracle``, ``policy`` or ``tuned``."""
    model: str
    in_pico_usd: int
    out_pico_usd: int
    quality_in: Quality | None
    quality_out: Quality | None
    scored: tuple[str, ...]
    """The features that its quality speaks of."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ShareFound:
    """The bound on one provider's share of spend, in sample, and what was found."""

    most_ppm: int
    kept: bool
    share: float
    """The largest share of one provider: of the tuned policy, or the least that can be reached."""
    provider: str
    proven: bool
    """Whether no cheaper combination can have been missed."""


@dataclass(frozen=True, slots=True)
class HangsOn:
    """What the tuned policy's saving hangs on, on all days of the log: as in its report."""

    drivers: tuple[Driver, ...]
    """The tornado, the widest first."""
    break_evens: tuple[BreakEven, ...]
    thresholds: tuple[Threshold, ...]
    shocks: tuple[Shock, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The tuned policy beside the one given and today's calls, by feature and day."""

    slots: tuple[Slot, ...]
    chosen: tuple[Option, ...]
    rest: Mapping[str, Any]
    limits: Limits
    train: Days
    test: Days
    today: Spend
    start: Spend
    tuned: Spend
    units: tuple[UnitFound, ...]
    levers: tuple[LeverTest, ...]
    folds: tuple[Fold, ...]
    frontier: tuple[Whole, ...]
    share: ShareFound | None
    policies: int
    """How many policies were replayed."""
    rivals: tuple[Rival, ...] = ()
    hangs_on: HangsOn | None = None
    idle: tuple[str, ...] = ()
    """The policy's rules that change nothing in this log, and why, in words."""

    @property
    def feasible(self) -> bool:
        """Whether every constraint is kept."""
        kept = self.share is None or self.share.kept
        return kept and all(unit.feasible for unit in self.units)

    @property
    def held_out(self) -> bool:
        """Whether there are days that tuning did not see."""
        return len(self.test) > 0
