"""Rounds figures for a table so that its rows and columns still add up as printed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from analyzer.findings import Findings
from analyzer.money import PICO_PER_USD, round_half_up

CENT_PICO_USD = PICO_PER_USD // 100
WHOLE_DOLLARS_FROM_PICO_USD = 100_000 * PICO_PER_USD
SIGNIFICANT_DIGITS = 5
PER_MILLE = 1000


def unit_of(findings: Findings) -> int:
    """Return the unit that every table of a report is printed in, in pico-dollars."""
    return table_unit(findings.before_pico_usd)


def table_unit(total_pico_usd: int) -> int:
    """Return the unit a table is printed in, in pico-dollars: a power of ten, at most a dollar.

    Whole dollars from $100,000, cents from $1, below that five figures of the total: an amount
    that had to give way so that its column adds up is off by a hundred-thousandth at most.
    """
    total = abs(total_pico_usd)
    if total >= WHOLE_DOLLARS_FROM_PICO_USD:
        return PICO_PER_USD
    if total >= PICO_PER_USD or total == 0:
        return CENT_PICO_USD
    exponent = len(str(total)) - SIGNIFICANT_DIGITS
    return int(10 ** max(0, exponent))


def summary_unit(total_pico_usd: int) -> int:
    """Return the unit of a page-one table: whole dollars from $1,000, as money is spelled."""
    if abs(total_pico_usd) >= 1_000 * PICO_PER_USD:
        return PICO_PER_USD
    return table_unit(total_pico_usd)


def digits_of(unit_pico_usd: int) -> int:
    """Return how many decimals of a dollar a unit shows."""
    return len(str(PICO_PER_USD)) - len(str(unit_pico_usd))


def to_unit(pico_usd: int, unit_pico_usd: int) -> int:
    """Round half up to a multiple of the unit, still in pico-dollars."""
    return round_half_up(pico_usd, unit_pico_usd) * unit_pico_usd


def totals(findings: Findings) -> tuple[int, ...]:
    """Return every step's total as printed, in pico-dollars."""
    unit = unit_of(findings)
    return tuple(to_unit(step.total.pico_usd, unit) for step in findings.steps)


def exact_totals(findings: Findings) -> tuple[int, ...]:
    """Return every step's exact total in pico-dollars."""
    return tuple(step.total.pico_usd for step in findings.steps)


def saved_mille(levels: Sequence[int]) -> tuple[int, ...]:
    """Return what each step takes off, in tenths of a per cent of the first level.

    The steps add up to what they take off together, rounded half up. No steps from nothing.
    """
    first = levels[0]
    if first == 0:
        return (0,) * (len(levels) - 1)
    whole = round_half_up(PER_MILLE * (first - levels[-1]), first)
    return foot_mille([a - b for a, b in pairwise(levels)], first, whole)


def foot(parts: Sequence[int], target: int, unit: int) -> tuple[int, ...]:
    """Round parts to multiples of the unit that add up to the target (largest remainder).

    Every part ends less than one unit from its exact value, and an exact multiple stays what
    it is. ``target`` is a multiple of the unit, less than one unit from the parts' exact sum.

    Raises:
        ValueError: the parts do not add up to the target, rounding aside.
    """
    _check(parts, target, unit)
    floors = [part // unit for part in parts]
    by_remainder = sorted(range(len(parts)), key=lambda i: (-(parts[i] % unit), i))
    for index in by_remainder[: target // unit - sum(floors)]:
        floors[index] += 1
    return tuple(floor * unit for floor in floors)


def _check(parts: Sequence[int], target: int, unit: int) -> None:
    if abs(sum(parts) - target) >= unit:
        raise ValueError(f"parts add up to {sum(parts)}, the total says {target}")


def foot_mille(parts: Sequence[int], whole: int, target_mille: int) -> tuple[int, ...]:
    """Return parts as tenths of a per cent of a whole that add up to the target."""
    if whole == 0:
        return (0,) * len(parts)
    scaled = foot([PER_MILLE * part for part in parts], target_mille * whole, whole)
    return tuple(value // whole for value in scaled)


def foot_next(
    shown: Sequence[int], before: Sequence[int], after: Sequence[int], target: int, unit: int
) -> tuple[int, ...]:
    """Round a column that follows one already printed: ``shown``, which stood for ``before``.

    What did not move is printed as before, and nothing is printed as moving the other way.
    Whatever is left then goes to one part that moved, where it tells least.

    Raises:
        ValueError: the parts do not add up to the target, rounding aside.
    """
    _check(after, target, unit)
    bounds = [_bounds(*part, unit) for part in zip(shown, before, after, strict=True)]
    rounded = [low for low, _ in bounds]
    left = target - sum(rounded)
    for index in sorted(range(len(after)), key=lambda i: (-(after[i] % unit), i)):
        low, high = bounds[index]
        if left >= unit and high > low:
            rounded[index] = high
            left -= unit
    if left:
        moved = [abs(low - high) for low, high in zip(before, after, strict=True)]
        rounded[_where_to_leave(left, rounded, moved)] += left
    return tuple(rounded)


def _where_to_leave(left: int, rounded: Sequence[int], moved: Sequence[int]) -> int:
    """Return the part that moved and is largest; one that did not, before any turns negative."""
    able = [i for i, by in enumerate(moved) if by and rounded[i] + left >= 0]
    return max(able or range(len(rounded)), key=lambda i: min(moved[i], rounded[i]) or rounded[i])


def _bounds(shown: int, before: int, after: int, unit: int) -> tuple[int, int]:
    """Return the multiples of the unit that a part may be printed as."""
    if after == before:
        return shown, shown
    low = after // unit * unit
    high = low if after == low else low + unit
    if after < before:
        return min(low, shown), min(high, shown)
    return max(low, shown), max(high, shown)
