"""Groups rows by equal keys and keeps their order within each: one sort, on plain integers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Codes = NDArray[np.uint64]
Keys = NDArray[Any]

_BITS = 64
"""What a sorted integer holds: a row's code, and below it its place."""
_CODE_BITS = 64
_SMALL = 1 << 20
_ODD = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)


def group_in_order(keys: Sequence[Keys]) -> tuple[Ints, Ints]:
    """Return ``(group, order)``: rows taken in ``order`` stand group by group, else as they came.

    Args:
        keys: integer columns of shape (n,); rows that agree in all of them are one group.

    ``group`` numbers the groups from 0, non-decreasing, shape (n,).

    NumPy's sort of plain integers is several times faster than a stable argsort, so the row's
    place is packed below its key in one integer and sorted with it. Keys that leave no room for
    the place are cut short; rows of other keys that then stand together are parted afterwards.
    """
    n = len(keys[0])
    if not n:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    place_bits = np.uint64(max(1, (n - 1).bit_length()))
    code, whole = _codes(keys, _BITS - int(place_bits))
    packed = np.sort((code << place_bits) | np.arange(n, dtype=np.uint64))
    order = (packed & ((np.uint64(1) << place_bits) - np.uint64(1))).view(np.int64)
    alike = packed[1:] >> place_bits == packed[:-1] >> place_bits
    if whole:
        return _numbered(alike), order
    same = _same(keys, order)
    if np.any(alike & ~same):
        order = _parted(keys, order, alike, same)
        same = _same(keys, order)
    return _numbered(same), order


def _codes(keys: Sequence[Keys], bits: int) -> tuple[Codes, bool]:
    """A number of so many bits for each row, and whether it is equal only where all keys are."""
    code, room = np.zeros(len(keys[0]), dtype=np.uint64), 1
    for key in keys:
        values = int(key.max(initial=0)) + 1
        room *= values
        if int(key.min(initial=0)) < 0 or values > _SMALL or room > 1 << bits:
            return _mixed(keys) >> np.uint64(_CODE_BITS - bits), False
        code = code * np.uint64(values) + key.astype(np.uint64, copy=False)
    return code, True


def _mixed(keys: Sequence[Keys]) -> Codes:
    """Spread the keys over all 64 bits: where its upper ones are equal, the keys mostly are."""
    code = np.zeros(len(keys[0]), dtype=np.uint64)
    for key in keys:
        code = (code ^ key.astype(np.uint64, copy=False)) * _ODD
        code ^= code >> _HALF
    return code * _ODD


def _same(keys: Sequence[Keys], order: Ints) -> Bools:
    """Whether each row has the keys of the row before it, shape (n - 1,)."""
    ordered = (key[order] for key in keys)
    return reduce(np.logical_and, (key[1:] == key[:-1] for key in ordered))


def _parted(keys: Sequence[Keys], order: Ints, alike: Bools, same: Bools) -> Ints:
    """Sort the runs of equal codes that hold several keys by those, then by place."""
    run = _numbered(alike)
    mixed = np.zeros(int(run[-1]) + 1, dtype=np.bool_)
    mixed[run[1:][alike & ~same]] = True
    places = np.flatnonzero(mixed[run])
    rows = order[places]
    sorted_ = np.lexsort((rows, *(key[rows] for key in keys), run[places]))
    parted = order.copy()
    parted[places] = rows[sorted_]
    return parted


def _numbered(same: Bools) -> Ints:
    """The number of each row's run of equal values, from 0."""
    numbers = np.zeros(len(same) + 1, dtype=np.int64)
    np.cumsum(~same, out=numbers[1:])
    return numbers
