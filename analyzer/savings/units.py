"""Unit costs: what one request, one user and one good answer cost, before and after."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from analyzer.board import Pair, UnitCost
from analyzer.findings import Step, Tally
from analyzer.money import round_half_up
from analyzer.savings.quality import Scores, Served, good_answers, per_good_answer
from analyzer.store import Tables

KNOWN_USERS_PERCENT = 95
"""Below this share of requests with a user, a cost per user would be a guess."""

TOTAL = ""

Users = Mapping[str, int]
"""Distinct users by feature."""


def unit_costs(
    steps: tuple[Step, ...],
    users: Users,
    scores: Scores,
    answered: Served,
    uncounted: Collection[str] = (),
) -> tuple[UnitCost, ...]:
    """Return the unit costs of each feature, the dearest first, and of all of them last.

    ``uncounted`` features hold dollars of requests that nobody counted: no cost of one is known.
    """
    first, last = steps[0], steps[-1]
    rows = []
    for name in sorted(first.features, key=lambda n: (-first.features[n].pico_usd, n)):
        good = _good(name, answered, scores)
        before, after = first.features[name], last.features.get(name, Tally())
        rows.append(_row(name, before, after, users.get(name), good))
    rows.append(_row(TOTAL, first.total, last.total, users.get(TOTAL), None))
    unknown = {*uncounted, TOTAL} if uncounted else set()
    return tuple(replace(row, request=None) if row.feature in unknown else row for row in rows)


def _row(
    feature: str,
    before: Tally,
    after: Tally,
    users: int | None,
    good: tuple[int, int] | None,
) -> UnitCost:
    spend = Pair(before.pico_usd, after.pico_usd)
    return UnitCost(
        feature=feature,
        requests=before.requests,
        request=_each(spend, before.requests),
        users=users,
        user=_each(spend, users),
        good_answer=good
        and Pair(
            per_good_answer(spend.before_pico_usd, good[0]),
            per_good_answer(spend.after_pico_usd, good[1]),
        ),
    )


def _each(spend: Pair, units: int | None) -> Pair | None:
    if not units:
        return None
    sides = (spend.before_pico_usd, spend.after_pico_usd)
    return Pair(*(round_half_up(pico, units) for pico in sides))


def _good(feature: str, answered: Served, scores: Scores) -> tuple[int, int] | None:
    before = good_answers(feature, answered.before, scores)
    after = good_answers(feature, answered.after, scores)
    return None if before is None or after is None else (before, after)


def users_of(store: Tables) -> Users:
    """Return the distinct users of each feature, and of all (``""``), where the log names them."""
    users: dict[str, int] = {}
    for feature, found, named, requests in store.summary("feature_users").iter_rows():
        if found and 100 * named >= KNOWN_USERS_PERCENT * requests:
            users[TOTAL if feature is None else feature] = found
    return users
