"""One option for each slot of a unit, and the order in which a search holds choices."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from analyzer.tune.slots import Option, Unit

Choice = tuple[Option, ...]
"""An option for each slot of a unit."""

DaySpend = Mapping[str, Mapping[int, int]]
"""Pico-dollars by feature of the unit and day."""

Order = Callable[[Unit, Choice, DaySpend], tuple[float, ...]]
"""Where a choice stands: the number of constraints it breaks, then what it costs; low is good."""


def name_of(choice: Choice) -> str:
    """Return a key for a choice: tables are not hashable."""
    return repr([None if option is None else (option[0], sorted(option[1].items(), key=str))
                 for option in choice])  # fmt: skip
