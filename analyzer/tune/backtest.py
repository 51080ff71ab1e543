"""Tunes on the first weeks of a log and bills the next, step by step: the walk forward."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from analyzer.errors import PolicyError
from analyzer.tune.apart import chosen_of, levers_apart
from analyzer.tune.days import Days, in_days
from analyzer.tune.evaluate import Spend
from analyzer.tune.found import Fold
from analyzer.tune.judge import Judge
from analyzer.tune.search import Search, Tried

Solve = Callable[[Judge], "list[Tried]"]
"""Tunes on the days of a judge."""


def walk(
    search: Search, solve: Solve, judge_on: Callable[[Days], Judge], days: range, folds: int,
    today: Spend,
) -> Iterator[Fold]:  # fmt: skip
    """Tune on parts 1 to k and bill part k + 1. What was replayed before is not replayed again.

    Features without a rule are left out: they cost the same under every choice.

    Raises:
        PolicyError: there are more folds than days.
    """
    if folds >= len(days):
        raise PolicyError(
            f"--folds {folds}: the log spans {in_days(len(days))}, and is cut into one part more"
        )
    cuts = [days.start + len(days) * part // (folds + 1) for part in range(folds + 2)]
    for part in range(1, folds + 1):
        train, test = Days(days.start, cuts[part]), Days(cuts[part], cuts[part + 1])
        judge = judge_on(train)
        found = solve(judge)
        tuned = {f: spend for one in found for f, spend in one.spend.items()}
        before = {f: today.get(f, {}) for f in tuned}
        whole = search.bill(chosen_of(found)).spend
        yield Fold(
            train,
            test,
            today_in=train.total(before),
            tuned_in=train.total(tuned),
            today_out=test.total(before),
            tuned_out=test.total(tuned),
            levers=tuple(levers_apart(search, found, judge, test, whole)),
        )
