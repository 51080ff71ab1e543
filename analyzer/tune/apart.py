"""What each lever of a tuned policy saves by itself, on days seen and not seen, and by chance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzer.levers import LEVERS
from analyzer.tune.choice import Choice
from analyzer.tune.days import Days
from analyzer.tune.evaluate import Spend
from analyzer.tune.found import LeverTest
from analyzer.tune.judge import Judge
from analyzer.tune.search import Search, Tried
from analyzer.tune.slots import Option


def levers_apart(
    search: Search, tried: Sequence[Tried], judge: Judge, test: Days, tuned: Spend
) -> Iterator[LeverTest]:
    """Yield a test of every lever that the tuned policy uses, in canonical order.

    Its saving: the policy without it, less the policy. A blind pick takes any allowed value of
    each of its rules instead of the best one, the others as tuned: what it saves is what there is
    to save without tuning.
    """
    chosen = chosen_of(tried)
    for lever in LEVERS:
        using = {n for n, option in enumerate(chosen) if option and option[0] == lever.name}
        if using:
            without = [None if n in using else option for n, option in enumerate(chosen)]
            bare = search.bill(without).spend
            figures = []
            for days in (judge.days, test):
                saved = days.total(bare) - days.total(tuned)
                figures += [saved, saved - sum(_blindly(o, using, judge, days) for o in tried)]
            seen, blind_seen, held, blind_held = figures
            yield LeverTest(lever.name, seen, held, blind_seen, blind_held)


def chosen_of(tried: Sequence[Tried]) -> tuple[Option, ...]:
    """Return the best option of every slot."""
    chosen = {n: o for one in tried for n, o in zip(one.unit.slots, one.best, strict=True)}
    return tuple(chosen[number] for number in range(len(chosen)))


def _blindly(one: Tried, using: set[int], judge: Judge, days: Days) -> int:
    """How much more a unit costs when a lever's values are picked with eyes shut."""
    more = 0
    for place, slot in enumerate(one.unit.slots):
        if slot not in using:
            continue
        spends = [
            days.total(outcome.spend)
            for choice, outcome in one.tried
            if _differs_only_at(choice, one.best, place)
            and judge.rank(one.unit, choice, outcome.spend) is not None
        ]
        if spends:
            more += sum(spends) // len(spends) - days.total(one.spend)
    return more


def _differs_only_at(choice: Choice, best: Choice, place: int) -> bool:
    return choice[:place] == best[:place] and choice[place + 1 :] == best[place + 1 :]
