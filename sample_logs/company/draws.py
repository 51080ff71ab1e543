"""Seeded draws that come out the same on every machine and Python version.

Only ``random.Random.random`` is used, whose stream Python promises to keep; every distribution is
worked out from it here.
"""

from __future__ import annotations

import math
import random
from bisect import bisect_left
from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from statistics import NormalDist
from typing import TypeVar

SEED = 20261001
_STANDARD_NORMAL = NormalDist()
Item = TypeVar("Item")


class Draws:
    """One stream of draws. Each surface has its own, so that changing one leaves the others."""

    def __init__(self, stream: str) -> None:
        self._random = random.Random(f"{SEED}:{stream}")

    def unit(self) -> float:
        """Return a number in the open interval (0, 1)."""
        return self._random.random() or 2.0**-54

    def chance(self, share: float) -> bool:
        """Return True in ``share`` of the draws."""
        return self.unit() < share

    def below(self, count: int) -> int:
        """Return an integer in 0 .. count - 1."""
        return int(self.unit() * count)

    def pick(self, items: Sequence[Item]) -> Item:
        """Return one of the items, each as likely as the next."""
        return items[self.below(len(items))]

    def exponential(self, mean: float) -> float:
        """Return a waiting time with this mean."""
        return -mean * math.log(self.unit())

    def lognormal(self, median: float, sigma: float) -> float:
        """Return a lognormal draw; ``sigma`` is the standard deviation of its logarithm."""
        return median * math.exp(sigma * _STANDARD_NORMAL.inv_cdf(self.unit()))

    def quantiles(self, points: Sequence[tuple[float, float]]) -> float:
        """Draw from measured quantiles (probability, value), log-linear between them."""
        at = self.unit()
        index = min(max(bisect_left([p for p, _ in points], at), 1), len(points) - 1)
        (p0, v0), (p1, v1) = points[index - 1], points[index]
        part = min(max((at - p0) / (p1 - p0), 0.0), 1.0)
        return math.exp(math.log(v0) + part * (math.log(v1) - math.log(v0)))

    def zipf(self, count: int, exponent: float) -> int:
        """Return a rank in 0 .. count - 1 with weight 1 / (rank + 1) ** exponent."""
        cumulative = _zipf_cumulative(count, exponent)
        return bisect_left(cumulative, self.unit() * cumulative[-1])


@cache
def _zipf_cumulative(count: int, exponent: float) -> list[float]:
    return list(accumulate((rank + 1) ** -exponent for rank in range(count)))
