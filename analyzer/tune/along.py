"""One value of a policy moved along its steps: where it saves, where it costs more, and where best.

Dollars are not monotone in a lifetime or a threshold, so that every step is replayed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

Sign = Literal["saves", "costs", "same"]


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring steps of one sign: the places of the first and the last of them."""

    sign: Sign
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Along:
    """What the whole log costs at each step of one value, all else as it is, in pico-dollars."""

    pico_usd: Sequence[int]
    off_pico_usd: int
    """The same policy without the rule that the value belongs to."""

    def saved_pico_usd(self, place: int) -> int:
        """Return what the rule saves at a step; below zero where it adds cost."""
        return self.off_pico_usd - self.pico_usd[place]

    def sign(self, place: int) -> Sign:
        """Return whether the rule saves at a step."""
        saved = self.saved_pico_usd(place)
        return "saves" if saved > 0 else "costs" if saved < 0 else "same"

    @property
    def best(self) -> int:
        """The first of the steps that save most."""
        return min(range(len(self.pico_usd)), key=lambda place: (self.pico_usd[place], place))

    def runs(self) -> Iterator[Run]:
        """Yield the stretches between break-evens, in order."""
        for sign, places in groupby(range(len(self.pico_usd)), key=self.sign):
            held = list(places)
            yield Run(sign, held[0], held[-1])
