"""Totals to money: what the calls of usage buckets cost, exact, one figure a bucket."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analyzer.levers.batch_api import BatchApi
from analyzer.pricing.price import Price
from analyzer.replay.buckets_columns import Calls, Column, Lot

_NO_STEP = 1 << 200
"""A long-context step that no mean reaches."""


class PriceTable:
    """Whole pico-dollars per token of each model, on both sides of its step, batch or not."""

    def __init__(self, prices: Sequence[Price], terms: BatchApi | None = None) -> None:
        """Take the price of each model number; ``terms`` discount what is not logged as batch."""
        self._steps = np.array(
            [_NO_STEP if p.above_tokens is None else p.above_tokens for p in prices], dtype=object
        )
        self._units = np.array(
            [
                [
                    [_units(price, above=above, ppm=share) for share in _discounts(price, terms)]
                    for above in (False, True)
                ]
                for price in prices
            ],
            dtype=object,
        )

    def pico_usd(self, calls: Calls, lot: Lot) -> Column:
        """Return the cost of each bucket's calls, in pico-dollars (Python integers)."""
        above = self.is_above(calls, lot).astype(int)
        units = self._units[calls.model, above, lot.batch.astype(int)]
        uncached = calls.input - calls.cached - calls.write - calls.write_1h
        tokens = (uncached, calls.cached, calls.write, calls.write_1h, calls.output)
        return sum((column * units[:, n] for n, column in enumerate(tokens)), 0 * calls.input)

    def is_above(self, calls: Calls, lot: Lot) -> NDArray[np.bool_]:
        """Return whether each bucket's calls are past their model's step (bool).

        It is told by the mean input of a call, or by the export itself. Where the export neither
        counts requests nor says so, the price below the step is taken.
        """
        past = calls.mean_of > self._steps[calls.model] * lot.requests
        return (np.asarray(past, dtype=bool) & lot.counted) | lot.long


def _discounts(price: Price, terms: BatchApi | None) -> tuple[int, int]:
    """What is taken off a call that was logged as interactive, and off one logged as batch."""
    if terms is None:
        return 0, price.batch_ppm
    return price.batch_ppm if terms.discount is None else terms.discount, price.batch_ppm


def _units(price: Price, *, above: bool, ppm: int) -> tuple[int, ...]:
    units = price.units(above=above, discount_ppm=ppm)
    return units.input, units.cached_input, units.cache_write, units.cache_write_1h, units.output
