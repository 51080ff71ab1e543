"""The whole story on one screen: a log, a policy and a price book become findings."""

from __future__ import annotations

from dataclasses import dataclass, replace

from analyzer.findings import Findings, Provenance
from analyzer.policy import Policy
from analyzer.pricing.book import PriceBook
from analyzer.replay.billing import billed_pico_usd
from analyzer.replay.calls import Composer, mark_prefix_payers
from analyzer.replay.coalitions import Replay
from analyzer.replay.decide import Profile, decide, profiles
from analyzer.replay.ledger import Ledger
from analyzer.replay.requests import Log, read_log
from analyzer.savings.assumptions import assumptions
from analyzer.savings.attribution import attribute, intervals_by_feature
from analyzer.savings.coverage import coverage
from analyzer.savings.project import Bootstrap, projection
from analyzer.savings.steps import by_day, prices_used, steps_of
from analyzer.store import Store


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a log: a policy, the prices to use, and where both came from."""

    policy: Policy
    book: PriceBook
    provenance: Provenance


def analyze(store: Store, question: Question) -> Findings:
    """Replay a database's log under a policy.

    Raises:
        StoreError: the database holds no requests.
        PriceError: the policy names a model that no table prices.
    """
    policy = question.policy
    log = read_log(store, policy, question.book, question.provenance.policy_file)
    groups = profiles(policy, log.features)
    decided = decide(log.requests, policy, log.features, log.context)
    log = replace(log, requests=mark_prefix_payers(decided, groups))
    replay = Replay(log.requests, groups, Composer(log.catalog, log.context.targets))
    ledger = Ledger(replay, policy.levers, len(log.features), log.days)
    return _findings(question, log, groups, replay, ledger)


def _findings(
    question: Question, log: Log, groups: tuple[Profile, ...], replay: Replay, ledger: Ledger
) -> Findings:
    bootstrap = Bootstrap(len(log.days), log.window, question.provenance.seed)
    steps = steps_of(log, replay, ledger)
    daily = ledger.daily_saving(ledger.everything)
    attribution = attribute(log, groups, ledger, bootstrap)
    return Findings(
        policy=question.policy.name,
        price_date=log.price_date.isoformat(),
        window=log.window,
        coverage=coverage(log, groups, steps[0].features),
        billed_pico_usd=billed_pico_usd(log.requests, replay.composer),
        steps=steps,
        attribution=attribution.levers,
        projection=projection(
            steps[0].total.pico_usd,
            steps[-1].total.pico_usd,
            log.window,
            bootstrap.annual(daily.sum(axis=0)),
            intervals_by_feature(log, daily, bootstrap),
            attribution.evidence,
        ),
        days=by_day(log, ledger),
        prices=prices_used(log),
        assumptions=assumptions(question.policy, log),
        claims=(),
        provenance=question.provenance,
    )
