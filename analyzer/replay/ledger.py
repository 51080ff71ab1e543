"""Every coalition's bill: exact dollars by feature, and dollars by day for the interval."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analyzer.replay.coalitions import Coalition, Replay

NO_LEVERS: Coalition = frozenset()

_BILL_COLUMNS = {
    "feature": pl.UInt32,
    "day": pl.Int32,
    "pico_usd": pl.Int128,
    "calls": pl.Int128,
    "input_tokens": pl.Int128,
    "output_tokens": pl.Int128,
    "truncated": pl.Int128,
}


@dataclass(frozen=True, slots=True)
class Bill:
    """What one coalition costs."""

    by_feature: Mapping[int, int]
    """Pico-dollars, exact, by feature number."""
    by_day: NDArray[np.float64]
    """The same in floats, shape (features, days): for intervals only."""
    frame: pl.DataFrame
    """Its rows of ``Replay.bills``: feature and day, with calls and tokens."""

    @property
    def total(self) -> int:
        """Pico-dollars of all features, exact."""
        return sum(self.by_feature.values())


class Ledger:
    """The bills of all coalitions of the active levers."""

    def __init__(self, replay: Replay, levers: Sequence[str], features: int, days: range) -> None:
        """Bill every coalition that the replay's plan asks for."""
        self.levers = tuple(levers)
        self._shape, self._first_day = (features, len(days)), days.start
        asked = replay.plan.asked
        bills = replay.bills(asked).partition_by("coalition", as_dict=True, include_key=False)
        nothing = pl.DataFrame(schema=_BILL_COLUMNS)
        self._bills = {s: self._bill(bills.get((n,), nothing)) for n, s in enumerate(asked)}

    def __getitem__(self, coalition: Coalition) -> Bill:
        """Return what a coalition costs."""
        return self._bills[coalition]

    @property
    def everything(self) -> Coalition:
        """The whole policy."""
        return frozenset(self.levers)

    def saving(self, coalition: Coalition) -> int:
        """What a coalition saves in total, in pico-dollars."""
        return self[NO_LEVERS].total - self[coalition].total

    def saving_on(self, feature: int) -> Callable[[Coalition], int]:
        """Return the same for one feature."""
        before = self[NO_LEVERS].by_feature.get(feature, 0)
        return lambda coalition: before - self[coalition].by_feature.get(feature, 0)

    def daily_saving(self, coalition: Coalition) -> NDArray[np.float64]:
        """What a coalition saves by feature and day, shape (features, days), in floats."""
        return self[NO_LEVERS].by_day - self[coalition].by_day

    def _bill(self, frame: pl.DataFrame) -> Bill:
        by_feature: dict[int, int] = {}
        by_day = np.zeros(self._shape)
        for feature, day, pico in frame.select("feature", "day", "pico_usd").iter_rows():
            by_feature[feature] = by_feature.get(feature, 0) + int(pico)
            by_day[feature, day - self._first_day] += float(pico)
        return Bill(by_feature, by_day, frame)
