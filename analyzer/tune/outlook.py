"""What a tuned policy's saving hangs on, and what breaks it first: the report's own figures."""

from __future__ import annotations

from functools import cache

from analyzer.policy import Policy
from analyzer.replay.ledger import NO_LEVERS
from analyzer.savings.project import Bootstrap
from analyzer.savings.sensitivity import bought, break_evens, drivers, escalated
from analyzer.savings.shocks import shocks
from analyzer.savings.thresholds import thresholds
from analyzer.session import Session
from analyzer.tune.found import HangsOn

_SEED = 0


def hangs_on(session: Session, policy: Policy) -> HangsOn:
    """Return the tornado, the break-evens and the shocks of a policy on the whole log."""
    replayed = session.bill(policy, steps="every")
    log, ledger = replayed.log, replayed.ledger
    cells = cache(replayed.replay.cells)
    before, after = cells(NO_LEVERS), cells(ledger.everything)
    paid = bought(log, after)
    bootstrap = Bootstrap(len(log.days), log.window, _SEED)
    daily = ledger.daily_saving(ledger.everything).sum(axis=0)
    annual = bootstrap.annual(daily) if len(log.days) > 1 else None
    later_tiers = escalated(log, replayed.groups, after)
    return HangsOn(
        drivers=drivers(log.window, ledger, paid, annual, later_tiers),
        break_evens=break_evens(log, replayed.groups, cells, ledger, paid),
        thresholds=thresholds(log, replayed.groups, cells, ledger),
        shocks=shocks(log.catalog, log.window, before, after),
    )
