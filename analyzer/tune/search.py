"""Tries options unit by unit, all units at once: one replay answers for every unit.

A unit with few combinations is searched whole; a larger one slot by slot, until nothing moves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

from analyzer.tune.evaluate import Evaluator, Outcome
from analyzer.tune.slots import Option, Slot, Unit, policy_of
from analyzer.tune.watch import Watch

MOST_COMBINATIONS = 300
_MOST_PASSES = 4

Choice = tuple[Option, ...]
"""An option for each slot of a unit."""

DaySpend = Mapping[str, Mapping[int, int]]
"""Pico-dollars by feature of the unit and day."""

Order = Callable[[Unit, Choice, DaySpend], tuple[float, ...]]
"""Where a choice stands: the number of constraints it breaks, then what it costs; low is good."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A unit's search."""

    unit: Unit
    tried: Sequence[tuple[Choice, Outcome]]
    """Everything that was replayed, in order."""
    best: Choice
    whole: bool
    """Whether every combination was tried."""

    @property
    def outcome(self) -> Outcome:
        """What the best choice costs."""
        return next(outcome for choice, outcome in self.tried if choice == self.best)

    @property
    def spend(self) -> DaySpend:
        """The same, by feature and day."""
        return self.outcome.spend


class Search:
    """The slots of one policy, and what was replayed so far."""

    def __init__(
        self,
        rest: Mapping[str, Any],
        slots: Sequence[Slot],
        units: Sequence[Unit],
        offers: Sequence[Sequence[Option]],
        evaluate: Evaluator,
        watch: Watch,
    ) -> None:
        """Take the policy's parts; ``offers``: the options of each slot, its own rule first."""
        self._rest, self._slots, self._units, self._offers = rest, slots, units, offers
        self._evaluate, self._watch = evaluate, watch
        self._known: list[dict[str, tuple[Choice, Outcome]]] = [{} for _ in units]
        self._standing: list[dict[str, tuple[float, ...]]] = [{} for _ in units]

    def run(self, order: Order) -> list[Tried]:
        """Search every unit. What is replayed once is remembered from run to run."""
        best = [self.start(unit) for unit in self._units]
        self._standing = [{} for _ in self._units]
        whole = [self._combinations(unit) <= MOST_COMBINATIONS for unit in self._units]
        first = [self._all(u) if w else [self.start(u)] for u, w in self._zip(whole)]
        self._replay(first, "every combination of the small problems")
        for number, unit in enumerate(self._units):
            best[number] = self._best(number, unit, order)
        for sweep in range(_MOST_PASSES):
            before = list(best)
            self._sweep(best, whole, order, sweep)
            if best == before:
                break
        return [
            Tried(unit, list(self._known[n].values()), self._allowed(n, best[n], order), whole[n])
            for n, unit in enumerate(self._units)
        ]

    def _allowed(self, number: int, best: Choice, order: Order) -> Choice:
        """The best choice, or, where it breaks a constraint, the policy as it was given."""
        unit = self._units[number]
        _, outcome = self._known[number][_name(best)]
        broken = order(unit, best, outcome.spend)[0]
        return self.start(unit) if broken else best

    def bill(self, chosen: Sequence[Option]) -> Outcome:
        """Return what one option for every slot costs, all features of the log together."""
        return self._evaluate(policy_of(self._rest, self._slots, chosen, "policy"))

    def start(self, unit: Unit) -> Choice:
        """Return a unit under the policy as it was given."""
        return tuple(self._offers[slot][0] for slot in unit.slots)

    def _sweep(self, best: list[Choice], whole: Sequence[bool], order: Order, sweep: int) -> None:
        most = max((len(u.slots) for u, w in self._zip(whole) if not w), default=0)
        for place in range(most):
            open_ = [not w and place < len(u.slots) for u, w in self._zip(whole)]
            moves = [
                list(self._moves(u, best[n], place)) if open_[n] else []
                for n, u in enumerate(self._units)
            ]
            self._replay(moves, f"pass {sweep + 1}, rule {place + 1} of {most}")
            for number, unit in enumerate(self._units):
                if open_[number]:
                    best[number] = self._best(number, unit, order)

    def _zip(self, whole: Sequence[bool]) -> Iterable[tuple[Unit, bool]]:
        return zip(self._units, whole, strict=True)

    def _combinations(self, unit: Unit) -> int:
        return prod(len(self._offers[slot]) for slot in unit.slots)

    def _all(self, unit: Unit) -> list[Choice]:
        return list(product(*(self._offers[slot] for slot in unit.slots)))

    def _moves(self, unit: Unit, from_: Choice, place: int) -> Iterator[Choice]:
        for option in self._offers[unit.slots[place]]:
            yield (*from_[:place], option, *from_[place + 1 :])

    def _best(self, number: int, unit: Unit, order: Order) -> Choice:
        known, standing = self._known[number], self._standing[number]
        for name, (choice, outcome) in known.items():
            if name not in standing:
                standing[name] = order(unit, choice, outcome.spend)
        return known[min(known, key=lambda name: standing[name])][0]

    def _replay(self, wanted: Sequence[Sequence[Choice]], stage: str) -> None:
        """Replay what is not known yet: the n-th choice of every unit together."""
        missing = [
            [choice for choice in choices if _name(choice) not in self._known[n]]
            for n, choices in enumerate(wanted)
        ]
        rounds = max((len(choices) for choices in missing), default=0)
        for turn in range(rounds):
            self._watch.step(stage, turn, rounds)
            self._turn(missing, turn)
        if rounds:
            self._watch.step(stage, rounds, rounds)

    def _turn(self, missing: Sequence[Sequence[Choice]], turn: int) -> None:
        chosen = [self._offers[slot][0] for slot in range(len(self._slots))]
        asked: dict[int, Choice] = {}
        for number, choices in enumerate(missing):
            if turn < len(choices):
                asked[number] = choices[turn]
                for slot, option in zip(self._units[number].slots, choices[turn], strict=True):
                    chosen[slot] = option
        outcome = self.bill(chosen)
        for number, choice in asked.items():
            mine = outcome.of(self._units[number].features)
            self._known[number][_name(choice)] = choice, mine


def _name(choice: Choice) -> str:
    """A key for a choice: tables are not hashable."""
    return repr([None if option is None else (option[0], sorted(option[1].items(), key=str))
                 for option in choice])  # fmt: skip
