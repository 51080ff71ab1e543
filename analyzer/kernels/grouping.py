"""Groups rows by equal keys and keeps their order within each: one sort, on plain integers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Keys = NDArray[Any]

_BITS = 62
_SMALL = 1 << 20


def group_in_order(keys: Sequence[Keys]) -> tuple[Ints, Ints]:
    """Return ``(group, order)``: rows taken in ``order`` stand group by group, else as they came.

    Args:
        keys: integer columns of shape (n,); rows that agree in all of them are one group.

    ``group`` numbers the groups from 0, non-decreasing, shape (n,).

    NumPy's sort of plain integers is several times faster than a stable argsort, so the row's
    place is packed below its group in one integer and sorted with it.
    """
    n = len(keys[0])
    code = _codes(keys)
    bits = max(1, (n - 1).bit_length())
    if int(code.max(initial=0)).bit_length() + bits > _BITS:
        order = np.argsort(code, kind="stable")
        return _numbered(code[order]), order
    packed = np.sort((code << bits) | np.arange(n))
    return _numbered(packed >> bits), packed & ((1 << bits) - 1)


def _codes(keys: Sequence[Keys]) -> Ints:
    """A number for each row, equal exactly where all keys are equal."""
    code, room = np.zeros(len(keys[0]), dtype=np.int64), 1
    for key in keys:
        small, values = _small(key)
        if room * values >= 1 << _BITS:
            code = _dense(code)
            room = int(code.max(initial=0)) + 1
        code, room = code * values + small, room * values
    return code


def _small(key: Keys) -> tuple[Ints, int]:
    """A key as numbers below some bound: as it is where it is small, else by rank."""
    most = int(key.max(initial=0))
    least = int(key.min(initial=0))
    numbers = key.astype(np.int64) if least >= 0 and most < _SMALL else _dense(key)
    return numbers, int(numbers.max(initial=0)) + 1


def _dense(key: Keys) -> Ints:
    order = np.argsort(key)
    numbers = np.empty(len(key), dtype=np.int64)
    numbers[order] = _numbered(key[order])
    return numbers


def _numbered(ordered: Keys) -> Ints:
    """The number of each row's run of equal values, from 0."""
    numbers = np.zeros(len(ordered), dtype=np.int64)
    np.cumsum(ordered[1:] != ordered[:-1], out=numbers[1:])
    return numbers
