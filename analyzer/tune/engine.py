"""Tunes a policy on an open database: what the command and the web app both call."""

from __future__ import annotations

from analyzer.policy import parse_policy
from analyzer.pricing.book import PriceBook
from analyzer.session import Session
from analyzer.store import Store
from analyzer.tune.answers import Answers
from analyzer.tune.evaluate import Replaying
from analyzer.tune.options import Traffic
from analyzer.tune.tuned import Found, Request, tune
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
    log = session.bill(parse_policy(request.raw, request.file), request.file).log
    traffic = Traffic.of(store, Answers.of(store, book))
    return tune(request, log.features, log.days, traffic, Replaying(session), watch)
