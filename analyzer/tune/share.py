"""The cheapest choice for every unit such that no provider is paid more than a share of the whole.

Each provider's bound is linear in what is chosen: ``sum(paid - share * spend) <= 0``, in integers.
Choices that another beats in all of these are dropped; the rest is searched whole, with bounds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analyzer.money import PPM

_FINE_PPM = 1000
MOST_STEPS = 200_000
"""Where the search gives up on proving that nothing is cheaper."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One allowed choice of a unit."""

    place: int
    """Where it stands among what the unit tried."""
    spend: int
    """Pico-dollars in sample."""
    paid: Mapping[str, int]
    """The same by provider."""


@dataclass(frozen=True, slots=True)
class Picked:
    """One candidate of every unit, or why there is none."""

    places: tuple[int, ...] | None
    """None where no combination keeps the bound."""
    least_share: float
    """The lowest largest share that was found: what binds where nothing is allowed."""
    provider: str
    """Who gets that share."""
    proven: bool
    """Whether everything was weighed; else a cheaper one may have been missed."""


def pick(
    units: Sequence[Sequence[Candidate]], fixed: Candidate, most_ppm: int
) -> Picked:  # fmt: skip
    """Return the cheapest combination in which no provider's share of spend exceeds the bound.

    Args:
        units: the allowed candidates of each unit; at least one each.
        fixed: what is spent whatever is chosen.
        most_ppm: of all spend.
    """
    search = _Search(units, fixed, most_ppm)
    search.run()
    chosen = search.best
    if chosen is not None:
        share, provider = shares([*chosen, fixed])
        return Picked(tuple(c.place for c in chosen), share, provider, search.proven)
    share, provider = _least(units, fixed)
    return Picked(None, share, provider, search.proven)


def shares(chosen: Sequence[Candidate]) -> tuple[float, str]:
    """Return the largest share that one provider gets, and who it is."""
    total = sum(candidate.spend for candidate in chosen)
    paid: dict[str, int] = {}
    for candidate in chosen:
        for name, pico in candidate.paid.items():
            paid[name] = paid.get(name, 0) + pico
    if total <= 0 or not paid:
        return 0.0, ""
    name = max(sorted(paid), key=lambda who: paid[who])
    return paid[name] / total, name


class _Search:
    """Depth first over the units, those with most at stake first."""

    def __init__(
        self, units: Sequence[Sequence[Candidate]], fixed: Candidate, most_ppm: int
    ) -> None:
        names = {n for c in (fixed, *(c for unit in units for c in unit)) for n in c.paid}
        self._names, self._ppm = sorted(names), most_ppm
        self._units = [self._undominated(unit) for unit in units]
        self._order = sorted(range(len(units)), key=lambda n: -self._at_stake(n))
        self._fixed = fixed
        ordered = [self._units[n] for n in self._order]
        self._least_spend = _suffixes([min(c.spend for c in unit) for unit in ordered])
        self._least_over = {
            name: _suffixes([min(self._over(c, name) for c in unit) for unit in ordered])
            for name in self._names
        }
        self.best: list[Candidate] | None = None
        self.proven = True
        self._best_spend: int | None = None
        self._steps = 0

    def run(self) -> None:
        """Search; ``best`` is what was found."""
        over = {name: self._over(self._fixed, name) for name in self._names}
        self._descend(0, self._fixed.spend, over, [])

    def _descend(
        self, depth: int, spend: int, over: Mapping[str, int], chosen: list[Candidate]
    ) -> None:
        self._steps += 1
        if self._steps > MOST_STEPS:
            self.proven = False
            return
        if self._best_spend is not None and spend + self._least_spend[depth] >= self._best_spend:
            return
        if any(over[name] + self._least_over[name][depth] > 0 for name in self._names):
            return
        if depth == len(self._order):
            by_unit = dict(zip(self._order, chosen, strict=True))
            self.best = [by_unit[n] for n in range(len(chosen))]
            self._best_spend = spend
            return
        for candidate in self._units[self._order[depth]]:
            more = {name: over[name] + self._over(candidate, name) for name in self._names}
            self._descend(depth + 1, spend + candidate.spend, more, [*chosen, candidate])

    def _over(self, candidate: Candidate, name: str) -> int:
        return candidate.paid.get(name, 0) * PPM - self._ppm * candidate.spend

    def _at_stake(self, number: int) -> int:
        return max(c.spend for c in self._units[number]) if self._units[number] else 0

    def _undominated(self, unit: Sequence[Candidate]) -> list[Candidate]:
        kept: list[Candidate] = []
        for candidate in sorted(unit, key=lambda c: (c.spend, c.place)):
            mine = [self._over(candidate, name) for name in self._names]
            if not any(
                all(self._over(other, n) <= m for n, m in zip(self._names, mine, strict=True))
                for other in kept
            ):
                kept.append(candidate)
        return kept


def _suffixes(values: Sequence[int]) -> list[int]:
    sums = [0]
    for value in reversed(values):
        sums.append(sums[-1] + value)
    return sums[::-1]


def _least(units: Sequence[Sequence[Candidate]], fixed: Candidate) -> tuple[float, str]:
    """The lowest largest share: by halving the bound until nothing keeps it."""
    low, high = 0, PPM
    found = 1.0, shares([fixed, *(min(unit, key=lambda c: c.spend) for unit in units)])[1]
    while high - low > _FINE_PPM:
        middle = (low + high) // 2
        search = _Search(units, fixed, middle)
        search.run()
        if search.best is None:
            low = middle
        else:
            high = middle
            found = shares([*search.best, fixed])
    return found
