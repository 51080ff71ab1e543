"""Tries options unit by unit, all units at once: one replay answers for every unit.

A unit with few combinations is searched whole; a larger one rule by rule, until nothing moves,
and then by an optimiser that moves several rules at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analyzer.tune.choice import Choice, DaySpend, Order, name_of
from analyzer.tune.evaluate import Evaluator, Outcome
from analyzer.tune.optimise import Optimiser, is_installed
from analyzer.tune.pieces import Puzzle, pieces_of, replays, side_by_side
from analyzer.tune.searched import MOST_COMBINATIONS, TRIALS, Searched
from analyzer.tune.slots import Option, Slot, Unit, policy_of
from analyzer.tune.watch import Watch

_MOST_PASSES = 4


@dataclass(frozen=True, slots=True)
class Tried:
    """A unit's search."""

    unit: Unit
    tried: Sequence[tuple[Choice, Outcome]]
    """Everything that was replayed, or put together from replays, in order."""
    best: Choice
    searched: Searched

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
        self._pieces = [pieces_of(unit, slots) for unit in units]
        self._whole = [
            replays(pieces, self._of(unit)) <= MOST_COMBINATIONS
            for unit, pieces in zip(units, self._pieces, strict=True)
        ]

    def run(self, order: Order) -> list[Tried]:
        """Search every unit. What is replayed once is remembered from run to run."""
        self._standing = [{} for _ in self._units]
        best = self._first(order)
        self._descend(best, order)
        if is_installed() and not all(self._whole):
            self._optimise(best, order)
            self._descend(best, order)
        return [
            Tried(
                unit,
                list(self._known[n].values()),
                self._allowed(n, best[n], order),
                self._searched(n),
            )
            for n, unit in enumerate(self._units)
        ]

    def _searched(self, number: int) -> Searched:
        if self._whole[number]:
            return "apart" if len(self._pieces[number]) > 1 else "whole"
        return "optimiser" if is_installed() else "descent"

    def _first(self, order: Order) -> list[Choice]:
        """Every combination of the small units, and the policy as given of the others."""
        self._replay(
            [
                list(side_by_side(self._pieces[n], self._of(unit)))
                if self._whole[n]
                else [self.start(unit)]
                for n, unit in enumerate(self._units)
            ],
            "every combination of the small problems",
        )
        for number, whole in enumerate(self._whole):
            if whole:
                self._put_together(number, order)
        return [self._best(number, unit, order) for number, unit in enumerate(self._units)]

    def _put_together(self, number: int, order: Order) -> None:
        """Each piece's best under each combination of shared rules that it was seen under.

        Of a unit that is searched whole, also what stands around the best: it was all seen.
        """
        if len(self._pieces[number]) == 1:
            return
        unit, known = self._units[number], self._known[number]
        puzzle = Puzzle(unit, self._pieces[number], known)
        for choice in list(puzzle.bests(order)):
            known[name_of(choice)] = choice, puzzle.put_together(choice)
        best = self._best(number, unit, order)
        for place in range(len(unit.slots) if self._whole[number] else 0):
            for choice in self._moves(unit, best, place):
                known.setdefault(name_of(choice), (choice, puzzle.put_together(choice)))

    def _allowed(self, number: int, best: Choice, order: Order) -> Choice:
        """The best choice, or, where it breaks a constraint, the policy as it was given."""
        unit = self._units[number]
        _, outcome = self._known[number][name_of(best)]
        broken = order(unit, best, outcome.spend)[0]
        return self.start(unit) if broken else best

    def bill(self, chosen: Sequence[Option]) -> Outcome:
        """Return what one option for every slot costs, all features of the log together."""
        return self._evaluate(policy_of(self._rest, self._slots, chosen, "policy"))

    def start(self, unit: Unit) -> Choice:
        """Return a unit under the policy as it was given."""
        return tuple(self._offers[slot][0] for slot in unit.slots)

    def _descend(self, best: list[Choice], order: Order) -> None:
        """Move one rule of the large units after the other, until nothing moves."""
        for sweep in range(_MOST_PASSES):
            before = list(best)
            self._sweep(best, order, sweep)
            if best == before:
                break

    def _sweep(self, best: list[Choice], order: Order, sweep: int) -> None:
        large = [n for n, whole in enumerate(self._whole) if not whole]
        most = max((len(self._units[n].slots) for n in large), default=0)
        for place in range(most):
            open_ = {n for n in large if place < len(self._units[n].slots)}
            moves = [
                list(self._moves(unit, best[n], place)) if n in open_ else []
                for n, unit in enumerate(self._units)
            ]
            self._replay(moves, f"pass {sweep + 1}, rule {place + 1} of {most}")
            for number in open_:
                best[number] = self._best(number, self._units[number], order)

    def _optimise(self, best: list[Choice], order: Order) -> None:
        """Let an optimiser move several rules at once, from what the descent came to."""
        asked = {
            number: Optimiser(self._of(self._units[number]), best[number])
            for number, whole in enumerate(self._whole)
            if not whole
        }
        for trial in range(TRIALS):
            self._watch.step("joint trials", trial, TRIALS)
            choices = {number: optimiser.ask() for number, optimiser in asked.items()}
            missing = self._missing(
                [[choices[n]] if n in choices else [] for n in range(len(best))]
            )
            if any(missing):
                self._turn(missing, 0)
            for number, choice in choices.items():
                outcome = self._known[number][name_of(choice)][1]
                standing = order(self._units[number], choice, outcome.spend)
                asked[number].tell(standing)
        for number in asked:
            self._put_together(number, order)
            best[number] = self._best(number, self._units[number], order)

    def _of(self, unit: Unit) -> list[Sequence[Option]]:
        return [self._offers[slot] for slot in unit.slots]

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
        missing = self._missing(wanted)
        rounds = max((len(choices) for choices in missing), default=0)
        for turn in range(rounds):
            self._watch.step(stage, turn, rounds)
            self._turn(missing, turn)
        if rounds:
            self._watch.step(stage, rounds, rounds)

    def _missing(self, wanted: Sequence[Sequence[Choice]]) -> list[list[Choice]]:
        return [
            [choice for choice in choices if name_of(choice) not in self._known[n]]
            for n, choices in enumerate(wanted)
        ]

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
            self._known[number][name_of(choice)] = choice, mine
