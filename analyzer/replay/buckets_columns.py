"""Columns of usage totals and of the calls they become: one whole number a bucket.

Python integers, because totals times prices and ratios outgrow 64 bits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from analyzer.lever import Rule

Column: TypeAlias = NDArray[Any]
"""One Python integer a bucket."""

Numbers: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Lot:
    """Buckets that the same rules act on alike. Tokens are counted as logged."""

    rules: Mapping[str, Rule]
    """The rules that act on every one of these buckets, by lever."""
    counted: bool
    """Whether the export counts their requests."""
    feature: Numbers
    day: Numbers
    model: Numbers
    selected: Numbers
    """The catalog number that model_selection calls: the logged model's where it calls none."""
    batch: NDArray[np.bool_]
    long: NDArray[np.bool_]
    """Whether the export says that every call had a long context."""
    requests: Column
    """0 where the export does not count them."""
    input: Column
    cached: Column
    write: Column
    write_1h: Column
    output: Column
    squeezable: Column
    """T, the input tokens that compression replaces; 0 without its rule."""


@dataclass(frozen=True, slots=True)
class Calls:
    """At most one kind of call a bucket: an answer by one model, or the compressor's."""

    model: Numbers
    calls: Column
    input: Column
    cached: Column
    write: Column
    write_1h: Column
    output: Column
    truncated: Column
    squeezable: Column
    mean_of: Column
    """The input these calls would have if every request of the bucket made one: divided by the
    requests, the mean input that tells the long-context step, whatever share gets here."""
    mean_squeezable: Column
