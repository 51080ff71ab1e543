"""The whole story on one screen: a log, a policy and a price book become findings."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.findings import Findings
from analyzer.policy import Policy
from analyzer.pricing.book import PriceBook
from analyzer.provenance import Provenance
from analyzer.reconcile.compare import reconcile
from analyzer.replay.coalitions import Replay
from analyzer.replay.ledger import Ledger
from analyzer.replay.partition import Sums
from analyzer.replay.plan import Plan, plan
from analyzer.replay.requests import Log, read_log
from analyzer.replay.same_money import Preferred
from analyzer.replay.together import Together
from analyzer.runners import remembered
from analyzer.savings.assumptions import assumptions
from analyzer.savings.attribution import attribute, intervals_by_feature
from analyzer.savings.board import Asked, Found, Replayed, board
from analyzer.savings.bucket_notes import warnings_on_totals
from analyzer.savings.coverage import coverage
from analyzer.savings.idle_rules import idle_rules
from analyzer.savings.lost_rows import warnings_on_rejects
from analyzer.savings.project import Bootstrap, projection, warnings_on_days
from analyzer.savings.steps import by_day, prices_used, steps_of
from analyzer.store import Store, Tables


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a log: a policy, the prices to use, and where both came from."""

    policy: Policy
    book: PriceBook
    provenance: Provenance
    preferred: Preferred = "requests"
    """What is billed where requests and usage totals tell the same money."""


def replay_log(store: Store, question: Question) -> Replayed:
    """Bill a database's log under every coalition of a policy's levers.

    Raises:
        StoreError: the database holds neither requests nor usage totals.
        PriceError: the policy names a model that no table prices.
    """
    policy = question.policy
    named = question.provenance.policy_file
    log = read_log(store, policy, question.book, named, question.preferred)
    asked = plan(policy, log)
    return replayed(policy, log, asked, remembered.run(store, log, policy, asked))


def replayed(policy: Policy, log: Log, asked: Plan, sums: Sums) -> Replayed:
    """Return what sums say of a log, wherever they were summed."""
    replay = Together.of(Replay(asked, sums), log.buckets)
    ledger = Ledger(replay, policy.levers, len(log.features), log.days)
    return Replayed(log, asked.profiles, replay, ledger)


def conclude(store: Tables, question: Question, replayed: Replayed) -> Findings:
    """Say what was found."""
    log, replay, ledger = replayed.log, replayed.replay, replayed.ledger
    bootstrap = Bootstrap(len(log.days), log.window, question.provenance.seed)
    steps = steps_of(log, replay, ledger)
    daily = ledger.daily_saving(ledger.everything)
    attribution = attribute(log, replay, ledger, bootstrap)
    days = by_day(log, ledger)
    found = Found(
        coverage=coverage(log, replay, steps[0].features),
        steps=steps,
        shares=attribution.levers,
        known=attribution.known,
        projection=projection(
            steps[0].total.pico_usd,
            steps[-1].total.pico_usd,
            log.window,
            bootstrap.annual(daily.sum(axis=0)),
            intervals_by_feature(log, daily, bootstrap),
            attribution.evidence,
            (
                *warnings_on_rejects(question.provenance.sources),
                *warnings_on_days(days),
                *warnings_on_totals(log),
                *idle_rules(question.policy, log),
            ),
        ),
        days=days,
        bill=reconcile(store, question.book),
    )
    return Findings(
        policy=question.policy.name,
        price_date=log.price_date.isoformat(),
        window=log.window,
        coverage=found.coverage,
        billed_pico_usd=replay.billed_pico_usd(),
        steps=steps,
        attribution=attribution.levers,
        projection=found.projection,
        days=found.days,
        prices=prices_used(log),
        assumptions=assumptions(question.policy, log, replay.sums.tallies),
        claims=(),
        provenance=question.provenance,
        board=board(_asked(store, question), replayed, found),
        reconciliation=found.bill,
        backtest=question.policy.backtest,
    )


def _asked(store: Tables, question: Question) -> Asked:
    return Asked(store, question.policy, question.book, question.provenance.sources)
