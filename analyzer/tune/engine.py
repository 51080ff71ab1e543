"""Tunes a policy on an open database: what the command and the web app both call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from analyzer.policy import Policy, parse_policy
from analyzer.pricing.book import PriceBook
from analyzer.replay.requests import Log
from analyzer.savings.idle_rules import idle_rules
from analyzer.session import Session
from analyzer.store import Store
from analyzer.tune.answers import Answers
from analyzer.tune.evaluate import Replaying
from analyzer.tune.found import Found
from analyzer.tune.outlook import hangs_on
from analyzer.tune.rivals import rivals
from analyzer.tune.slots import policy_of
from analyzer.tune.traffic import Traffic
from analyzer.tune.tuned import Request, dated, tune
from analyzer.tune.watch import NOBODY, Watch


def tune_log(
    store: Store, session: Session, book: PriceBook, request: Request, watch: Watch = NOBODY
) -> Found:
    """Search a policy's values on a database's log.

    Blocks until it is done: run it where waiting is fine, and let ``watch.cancelled`` say when to
    stop. ``written.to_toml`` turns what is found into a policy file.

    Args:
        store: an open database; nothing is written.
        session: a session over the same store; nobody else may use it meanwhile.
        book: the prices that the session uses.
        request: the policy as it is written, and the bounds.
        watch: told how far the search is, from the thread that calls.

    Raises:
        PolicyError: the policy cannot be read, or has no rule for any feature of the log.
        PriceError: it names a model that no table prices.
        StoppedError: the watch stopped it.
    """
    watch.step("reading the log", 0, 1)
    policy = parse_policy(request.raw, request.file)
    log = session.bill(policy, request.file).log
    traffic = Traffic.of(store, Answers.of(store, book))
    evaluate = Replaying(session, traffic.alike)
    found = tune(request, log.features, log.days, traffic, evaluate, watch)
    names = (*_answering(policy), *request.limits.models, *_logged(log))
    table = rivals(found, tuple(dict.fromkeys(names)), session, traffic, evaluate, watch)
    watch.step("varying what the saving hangs on", 0, 1)
    tuned = policy_of({"name": "tuned", **dated(policy)}, found.slots, found.chosen, request.file)
    outlook = hangs_on(session, tuned)
    idle = tuple(idle_rules(policy, log))
    return replace(found, rivals=table, policies=evaluate.count, hangs_on=outlook, idle=idle)


def _answering(policy: Policy) -> Iterator[str]:
    """The models that the policy would have answer: not its compressors."""
    for lever in ("model_selection", "routing"):
        for rule in policy.rules.get(lever, ()):
            yield from rule.targets()


def _logged(log: Log) -> Iterator[str]:
    """One name for each model that the log calls."""
    seen = set()
    for model in log.catalog.models[: log.catalog.logged]:
        if model.model_id not in seen:
            seen.add(model.model_id)
            yield model.name
