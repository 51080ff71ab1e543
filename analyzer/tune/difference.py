"""What one policy costs more or less than another on the same log, feature by feature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from analyzer.errors import PriceError, StoreError, UnevaluatedError
from analyzer.money import PPM
from analyzer.policy import Policy
from analyzer.savings.board import Replayed
from analyzer.savings.idle_rules import idle_rules
from analyzer.session import Session


@dataclass(frozen=True, slots=True)
class Change:
    """One feature's pico-dollars over the window, under one policy and the other."""

    feature: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Every feature of the log, the largest change first."""

    changes: tuple[Change, ...]
    days: float
    unpriced_requests: int
    """Requests in neither figure."""
    idle: tuple[str, ...] = ()
    """The checked policy's rules that change nothing in this log, and why, in words."""

    @property
    def before(self) -> int:
        """Pico-dollars under the policy to compare with."""
        return sum(change.before for change in self.changes)

    @property
    def after(self) -> int:
        """Pico-dollars under the policy to check."""
        return sum(change.after for change in self.changes)

    def exceeds(self, most_ppm: int) -> bool:
        """Return whether the whole costs more than before by over ``most_ppm``, in integers."""
        return (self.after - self.before) * PPM > most_ppm * self.before


def difference(session: Session, new: Policy, old: Policy, files: Sequence[str]) -> Difference:
    """Bill a log under two policies, at the prices of the new one's date.

    Args:
        session: the log.
        new: the policy to check.
        old: the policy to compare with; its own price date is left aside.
        files: what to call the two in error messages.

    Raises:
        UnevaluatedError: a price is missing, or nothing of the log has one.
    """
    try:
        before = session.bill(replace(old, price_date=new.price_date), files[1])
        after = session.bill(new, files[0])
    except (PriceError, StoreError) as error:
        raise UnevaluatedError(str(error)) from error
    priced = int(after.replay.sums.tallies["requests"].sum() or 0)
    if not priced:
        raise UnevaluatedError("no request of the log has a price: see rebill prices check")
    was, now = _by_feature(before), _by_feature(after)
    changes = [Change(name, was.get(name, 0), now.get(name, 0)) for name in sorted({*was, *now})]
    changes.sort(key=lambda change: (-abs(change.after - change.before), change.feature))
    unpriced, idle = after.log.total_requests - priced, tuple(idle_rules(new, after.log))
    return Difference(tuple(changes), after.log.window.days, unpriced, idle)


def _by_feature(replayed: Replayed) -> dict[str, int]:
    bill = replayed.ledger[replayed.ledger.everything]
    return {replayed.log.features[number]: pico for number, pico in bill.by_feature.items()}
