"""Bills one policy after the other, by feature and day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from analyzer.policy import Policy
from analyzer.replay.requests import Log
from analyzer.savings.board import Replayed
from analyzer.session import Session

Spend = Mapping[str, Mapping[int, int]]
"""Pico-dollars by feature and day (since 1970)."""


class Evaluator(Protocol):
    """Whatever can say what a policy costs."""

    count: int
    """How many policies it was asked for."""

    def __call__(self, policy: Policy) -> Spend:
        """Return the spend of the whole log under a policy."""


class Replaying:
    """Evaluates by replaying with an open session."""

    def __init__(self, session: Session) -> None:
        """Take the session; nobody else may use it meanwhile."""
        self._session = session
        self.count = 0

    def __call__(self, policy: Policy) -> Spend:
        """Return the spend of the whole log under a policy."""
        self.count += 1
        return spend_of(self._session.bill(policy))


def spend_of(replayed: Replayed) -> Spend:
    """Return a bill's whole policy by feature and day."""
    log: Log = replayed.log
    found: dict[str, dict[int, int]] = {name: {} for name in log.features}
    frame = replayed.ledger[replayed.ledger.everything].frame
    for feature, day, pico in frame.select("feature", "day", "pico_usd").iter_rows():
        mine = found[log.features[feature]]
        mine[day] = mine.get(day, 0) + int(pico)
    return found
