"""Puts together what a board asks for besides the bill."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from analyzer.board import Board, Range
from analyzer.findings import Coverage, Day, LeverShare, Projection, Step
from analyzer.policy import Policy
from analyzer.pricing.book import PriceBook
from analyzer.provenance import Source
from analyzer.reconciled import Reconciliation
from analyzer.replay.coalitions import Replay
from analyzer.replay.decide import Profile
from analyzer.replay.ledger import NO_LEVERS, Ledger
from analyzer.replay.requests import Log
from analyzer.savings.forecast import day_spread, forecast
from analyzer.savings.payback import costs, duties, paybacks
from analyzer.savings.quality import quality, scores_of, served
from analyzer.savings.risks import risks
from analyzer.savings.sensitivity import bought, break_evens, drivers, escalated
from analyzer.savings.shocks import shocks
from analyzer.savings.spend import by_model, by_provider, conflicts, optimisations, rates
from analyzer.savings.thresholds import thresholds
from analyzer.savings.units import TOTAL, Users, unit_costs, users_of
from analyzer.store import Tables


@dataclass(frozen=True, slots=True)
class Asked:
    """What the log is asked, and where the rest of the answer lies."""

    store: Tables
    policy: Policy
    book: PriceBook
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Replayed:
    """A log billed under every coalition of a policy's levers."""

    log: Log
    groups: tuple[Profile, ...]
    replay: Replay
    ledger: Ledger


@dataclass(frozen=True, slots=True)
class Found:
    """What has been concluded from it so far."""

    coverage: Coverage
    steps: tuple[Step, ...]
    shares: tuple[LeverShare, ...]
    known: Range | None
    projection: Projection
    days: tuple[Day, ...]
    bill: Reconciliation | None = None


def _users(store: Tables, log: Log) -> Users:
    """Leave out features with usage totals, and the whole: a total names no users."""
    totalled = {log.features[number] for number in set(log.buckets.frame["feature"])}
    unknown = {*totalled, TOTAL} if totalled else set()
    return {name: users for name, users in users_of(store).items() if name not in unknown}


def _uncounted(log: Log) -> tuple[str, ...]:
    return tuple(log.features[number] for number in sorted(log.buckets.uncounted_features))


def board(asked: Asked, replayed: Replayed, found: Found) -> Board:
    """Return the board's figures; each rule stands with the function that computes it."""
    log, ledger = replayed.log, replayed.ledger
    cells = cache(replayed.replay.cells)
    before, after = (cells(s) for s in (NO_LEVERS, ledger.everything))
    models = by_model(log.catalog, before, after)
    providers = by_provider(models)
    scores = scores_of(asked.store, asked.book)
    answered = served(log, replayed.groups, cells, ledger.levers)
    paid, stated = bought(log, after), costs(asked.policy)
    # One calendar day resamples to itself: its interval would pass for certainty.
    annual = found.projection.annual_saving if len(found.days) > 1 else None
    known = found.known if annual else None
    return Board(
        costs=stated,
        paybacks=paybacks(stated, annual, known),
        duties=duties(asked.policy),
        known_annual=known,
        units=unit_costs(found.steps, _users(asked.store, log), scores, answered, _uncounted(log)),
        models=models,
        providers=providers,
        conflicts=conflicts(log, asked.book),
        rates=rates(log.catalog, before, after),
        optimisations=optimisations(found.shares),
        quality=quality(scores, answered),
        day_spread=day_spread(found.days),
        drivers=drivers(log.window, ledger, paid, annual, escalated(log, replayed.groups, after)),
        break_evens=break_evens(log, replayed.groups, cells, ledger, paid),
        forecast=forecast(found.days, log.window),
        risks=risks(
            log.window,
            found.coverage,
            found.steps,
            found.shares,
            found.projection,
            providers,
            asked.sources,
            found.bill,
        ),
        shocks=shocks(log.catalog, log.window, before, after),
        thresholds=thresholds(log, replayed.groups, cells, ledger),
    )
