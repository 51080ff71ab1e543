"""A stretch of whole days, and what is spent in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analyzer.errors import PolicyError
from analyzer.replay.requests import DAY_US


@dataclass(frozen=True, slots=True)
class Days:
    """A stretch of whole days (UTC, since 1970), the last one excluded."""

    first: int
    until: int

    def __len__(self) -> int:
        """How many days."""
        return self.until - self.first

    @property
    def from_us(self) -> int:
        """Its first moment."""
        return self.first * DAY_US

    @property
    def until_us(self) -> int:
        """Its last moment."""
        return self.until * DAY_US - 1

    def total(self, spend: Mapping[str, Mapping[int, int]]) -> int:
        """Return the pico-dollars that fall into it."""
        return sum(self.of(days) for days in spend.values())

    def of(self, days: Mapping[int, int]) -> int:
        """Return the same of one series."""
        return sum(pico for day, pico in days.items() if self.first <= day < self.until)


def in_days(count: int) -> str:
    """Spell a number of days."""
    return f"{count:,} day" if count == 1 else f"{count:,} days"


def split(days: range, holdout: float) -> tuple[Days, Days]:
    """Cut a log's days into those that tuning sees, and the last ones, which it does not.

    Raises:
        PolicyError: there are too few days.
    """
    held = round(len(days) * holdout)
    if holdout and not 1 <= held < len(days):
        raise PolicyError(
            f"--holdout {holdout:g} of {in_days(len(days))} is {in_days(held)}: tuning and its "
            "test need one each; --holdout 0 tunes without a test"
        )
    cut = days.stop - held
    return Days(days.start, cut), Days(cut, days.stop)
