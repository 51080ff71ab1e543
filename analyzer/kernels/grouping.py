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
    place_bits = max(1, (n - 1).bit_length())
    columns, most = _folded(keys)
    whole = len(columns) == 1 and most >> _BITS - place_bits == 0
    code = columns[0] if whole else _mixed(columns) >> np.uint64(_CODE_BITS - _BITS + place_bits)
    shift = np.uint64(place_bits)
    packed = np.sort((code << shift) | np.arange(n, dtype=np.uint64))
    order = (packed & ((np.uint64(1) << shift) - np.uint64(1))).view(np.int64)
    alike = packed[1:] >> shift == packed[:-1] >> shift
    if whole:
        return _numbered(alike), order
    same = _same(columns, order)
    if np.any(alike & ~same):
        order = _parted(columns, order, alike, same)
        same = _same(columns, order)
    return _numbered(same), order


def _folded(keys: Sequence[Keys]) -> tuple[list[Codes], int]:
    """Return fewer columns that agree where all keys do, and the most that the first one holds.

    Keys below a small bound are one number together; a key that is the same in every row tells
    nothing apart.
    """
    code, room, large = np.zeros(len(keys[0]), dtype=np.uint64), 1, []
    for key in keys:
        least, most = int(key.min()), int(key.max())
        if least == most:
            continue
        number = key.astype(np.uint64, copy=False)
        if least >= 0 and most < _SMALL and room * (most + 1) < 1 << _BITS:
            code, room = code * np.uint64(most + 1) + number, room * (most + 1)
        else:
            large.append(number)
    columns = large if large and room == 1 else [code, *large]
    return columns, int(columns[0].max())


def _mixed(keys: Sequence[Codes]) -> Codes:
    """Spread the keys over all 64 bits: where its upper ones are equal, the keys mostly are."""
    code = np.zeros(len(keys[0]), dtype=np.uint64)
    for key in keys:
        code = (code ^ key) * _ODD
        code ^= code >> _HALF
    return code * _ODD


def _same(keys: Sequence[Codes], order: Ints) -> Bools:
    """Whether each row has the keys of the row before it, shape (n - 1,)."""
    ordered = (key[order] for key in keys)
    return reduce(np.logical_and, (key[1:] == key[:-1] for key in ordered))


def _parted(keys: Sequence[Codes], order: Ints, alike: Bools, same: Bools) -> Ints:
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
