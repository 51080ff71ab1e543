"""A unit cut into pieces that do not touch: under one shared cache, features bill by themselves.

The bill of a feature depends on the rules that it shares and on its own, not on its neighbours'.
So features move side by side in one replay, and any combination is put together from what each
of them cost. A warm prefix ties features: what meets there is one piece.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from analyzer.tune.choice import Choice, Order, name_of
from analyzer.tune.evaluate import Outcome, Spend
from analyzer.tune.slots import Option, Slot, Unit, shares_prefixes


@dataclass(frozen=True, slots=True)
class Piece:
    """Features that bill together, and where their slots stand in the unit's."""

    features: tuple[str, ...]
    own: tuple[int, ...]
    shared: tuple[int, ...]

    @property
    def places(self) -> tuple[int, ...]:
        """Where all of the rules stand that its bill depends on."""
        return tuple(sorted((*self.own, *self.shared)))

    def unit(self, whole: Unit) -> Unit:
        """Return the piece as a unit of its own."""
        return Unit(self.features, tuple(whole.slots[place] for place in self.places))

    def of(self, choice: Choice) -> Choice:
        """Return what a choice of the whole unit is for this piece."""
        return tuple(choice[place] for place in self.places)


def pieces_of(unit: Unit, slots: Sequence[Slot]) -> list[Piece]:
    """Return a unit's pieces: one for each feature, or one of all where prefixes tie them."""
    mine = [slots[number] for number in unit.slots]
    if len(unit.features) == 1 or any(map(shares_prefixes, mine)):
        return [Piece(unit.features, tuple(range(len(mine))), ())]
    return [
        Piece(
            (feature,),
            tuple(n for n, slot in enumerate(mine) if slot.features == (feature,)),
            tuple(n for n, s in enumerate(mine) if feature in s.features and len(s.features) > 1),
        )
        for feature in unit.features
    ]


def side_by_side(pieces: Sequence[Piece], offers: Sequence[Sequence[Option]]) -> Iterator[Choice]:
    """Yield choices in which every piece meets each of its own combinations once.

    Under each combination of the shared rules; ``offers``: the options of each slot of the unit.
    """
    shared = sorted({place for piece in pieces for place in piece.shared})
    owns = [list(product(*(offers[place] for place in piece.own))) for piece in pieces]
    for common in product(*(offers[place] for place in shared)):
        for turn in range(max(map(len, owns))):
            chosen = dict(zip(shared, common, strict=True))
            for piece, own in zip(pieces, owns, strict=True):
                chosen.update(zip(piece.own, own[turn % len(own)], strict=True))
            yield tuple(chosen[place] for place in range(len(offers)))


def replays(pieces: Sequence[Piece], offers: Sequence[Sequence[Option]]) -> int:
    """Return how many choices ``side_by_side`` yields."""
    shared = {place for piece in pieces for place in piece.shared}
    most = max(prod(len(offers[place]) for place in piece.own) for piece in pieces)
    return most * prod(len(offers[place]) for place in shared)


class Puzzle:
    """What the pieces of a unit were seen to cost, and any combination put together from it."""

    def __init__(
        self, unit: Unit, pieces: Sequence[Piece], known: Mapping[str, tuple[Choice, Outcome]]
    ) -> None:
        """Take what was replayed, all pieces side by side."""
        self._unit, self.pieces = unit, pieces
        self._shared = sorted({place for piece in pieces for place in piece.shared})
        self._seen: list[dict[str, tuple[Choice, Outcome]]] = [{} for _ in pieces]
        for choice, outcome in known.values():
            for piece, seen in zip(pieces, self._seen, strict=True):
                seen.setdefault(name_of(piece.of(choice)), (choice, outcome.of(piece.features)))

    def put_together(self, choice: Choice) -> Outcome:
        """Return what a choice costs, each piece of which was seen."""
        spend: dict[str, Mapping[int, int]] = {}
        paid: dict[str, Spend] = {}
        for piece, seen in zip(self.pieces, self._seen, strict=True):
            _, mine = seen[name_of(piece.of(choice))]
            spend.update(mine.spend)
            paid.update(mine.paid)
        return Outcome(spend, paid)

    def bests(self, order: Order) -> Iterator[Choice]:
        """Yield the best of every piece together, under each combination of the shared rules."""
        kept: dict[str, dict[int, tuple[tuple[float, ...], Choice]]] = {}
        for number, piece in enumerate(self.pieces):
            mine = piece.unit(self._unit)
            for choice, outcome in self._seen[number].values():
                group = kept.setdefault(name_of(self._common(choice)), {})
                standing = order(mine, piece.of(choice), outcome.spend)
                if number not in group or standing < group[number][0]:
                    group[number] = standing, choice
        for group in kept.values():
            yield self._joined({number: choice for number, (_, choice) in group.items()})

    def _common(self, choice: Choice) -> Choice:
        return tuple(choice[place] for place in self._shared)

    def _joined(self, choices: Mapping[int, Choice]) -> Choice:
        """One choice of which every piece is as it is in a choice of its own."""
        options = list(choices[0])
        for number, piece in enumerate(self.pieces):
            for place in piece.own:
                options[place] = choices[number][place]
        return tuple(options)
