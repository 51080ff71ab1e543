"""A tuner's search: a thousand policies, one after the other, over one open session.

Two thresholds of a cascade and the lifetime of a cache that all features share are moved over all
their combinations, as `rebill tune` moves them. Every policy's bill is exact; the last one is
compared with what a session that knows nothing of the search says.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from analyzer.policy import Policy, parse_policy
from analyzer.pricing.book import open_book
from analyzer.session import Session
from analyzer.store import Store
from analyzer.tune.evaluate import Replaying
from bench.clock import timed
from bench.databases import POLICY, database
from bench.table import TARGET_SIZE, Options, Row, at_most, seconds

_TTLS_S = (60, 300, 900, 1800, 3600, 14_400, 86_400)
_ACCEPTS = tuple(f"{twentieths / 20:.2f}" for twentieths in range(9, 21))


def measure(options: Options) -> Iterator[Row]:
    """Yield the first bill, then all policies together, at the largest size."""
    size = options.size
    path = database(options.folder, size)
    found = list(_policies())
    with Store.open(path, read_only=True) as store:
        session = Session(store, open_book(()))
        search = Replaying(session)
        first = timed(lambda: search(found[0]))
        rest = timed(lambda: [search(policy) for policy in found[1:]])
        _agree(search, session, found[-1])
    what = f"the search's first policy, {size:,} requests"
    yield Row(what, seconds(first.seconds), cpu=seconds(first.cpu_seconds))
    what = f"{len(found) - 1:,} more, {size:,} requests"
    cpu = seconds(rest.cpu_seconds)
    if size == TARGET_SIZE:
        yield at_most(what, rest.seconds, 60, "s", cpu)
    else:
        yield Row(what, seconds(rest.seconds), cpu=cpu)


def _policies() -> Iterator[Policy]:
    text = POLICY.read_text(encoding="utf-8")
    for change in ("ttl_seconds = 3600", "accept = 0.8", "accept = 0.9"):
        if change not in text:
            raise SystemExit(f"{POLICY}: {change} does not stand there any more")
    for ttl_s, low, high in product(_TTLS_S, _ACCEPTS, _ACCEPTS):
        moved = text.replace("ttl_seconds = 3600", f"ttl_seconds = {ttl_s}")
        moved = moved.replace("accept = 0.8", f"accept = {low}", 1)
        moved = moved.replace("accept = 0.9", f"accept = {high}", 1)
        yield parse_policy(moved.encode(), POLICY.name)


def _agree(search: Replaying, session: Session, policy: Policy) -> None:
    bill = session.bill(policy)
    replayed = bill.ledger[bill.ledger.everything].total
    searched = sum(pico for days in search(policy).spend.values() for pico in days.values())
    if searched != replayed:
        raise SystemExit(f"the dollars differ: {searched} and {replayed} pico-dollars")
