"""What was found for one unit, put into words and figures."""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.levers.routing import Routing
from analyzer.tune.answers import Quality
from analyzer.tune.binding import binding
from analyzer.tune.choice import Choice
from analyzer.tune.days import Days
from analyzer.tune.found import Escalation, Placebo, Single, UnitFound
from analyzer.tune.frontier import Frontiers
from analyzer.tune.judge import Judge, changes
from analyzer.tune.placebo import placebo
from analyzer.tune.search import Tried
from analyzer.tune.slots import Slot, Table, Unit
from analyzer.tune.traffic import Traffic


def unit_found(
    one: Tried, slots: Sequence[Slot], judge: Judge, traffic: Traffic, test: Days
) -> UnitFound:
    """Return what a unit's search found, on the days of the judge and on those held out."""
    unit, best, mine = one.unit, one.best, one.spend
    given = tuple(slots[n].given for n in unit.slots)
    routed = _routes(unit, slots, best)
    had = {slots[n].features[0] for n in unit.slots if slots[n].lever == "routing"}
    return UnitFound(
        features=unit.features,
        policies=len(one.tried),
        searched=one.searched,
        held_out=len(test) > 0,
        feasible=judge.rank(unit, best, mine) is not None,
        binding=tuple(binding(one, judge)),
        changes=tuple(changes(slots, unit, best)),
        quality_in={f: judge.quality(unit, best, f) for f in unit.features},
        quality_out={f: _held_out(judge, unit, best, f, test) for f in unit.features},
        given_in={f: judge.quality(unit, given, f) for f in unit.features},
        given_out={f: _held_out(judge, unit, given, f, test) for f in unit.features},
        best_quality={f: _best_low(one, judge, f) for f in unit.features},
        added={f: judge.added(unit, best, f) for f in unit.features},
        escalations=_escalations(routed, traffic, judge.days),
        cascades={f: judge.days.of(mine[f]) for f in routed},
        dropped=tuple(sorted(had.difference(routed))),
        judged_by_evals=tuple(f for f, table in routed.items() if table["score"] == "evals"),
        placebos=_placebos(routed, traffic, judge.days, test),
        tuned_in_pico_usd=judge.days.total(mine),
        singles=tuple(_singles(one, slots, judge, test)),
        frontiers=Frontiers(one, slots, judge, test).by_feature(),
    )


def _held_out(judge: Judge, unit: Unit, choice: Choice, feature: str, test: Days) -> Quality | None:
    return judge.quality(unit, choice, feature, test) if len(test) else None


def _best_low(one: Tried, judge: Judge, feature: str) -> float | None:
    known = (judge.quality(one.unit, choice, feature) for choice, _ in one.tried)
    return max((quality.low for quality in known if quality is not None), default=None)


def _placebos(
    routed: dict[str, Table], traffic: Traffic, train: Days, test: Days
) -> dict[str, Placebo]:
    found = {}
    for feature, table in routed.items():
        rule = Routing.model_validate({"features": [feature], **table})
        tested = placebo(traffic.answers, feature, rule, train, test)
        if tested is not None:
            found[feature] = tested
    return found


def _escalations(routed: dict[str, Table], traffic: Traffic, days: Days) -> dict[str, Escalation]:
    """A router calls one model a request: nothing escalates there."""
    rules = {f: Routing.model_validate({"features": [f], **t}) for f, t in routed.items()}
    return {
        feature: Escalation(
            traffic.reached(feature, rule, days)[1], rule.tiers[0].model, rule.tiers[-1].model
        )
        for feature, rule in rules.items()
        if rule.score != "difficulty"
    }


def _routes(unit: Unit, slots: Sequence[Slot], choice: Choice) -> dict[str, Table]:
    """The cascades of a choice, by feature."""
    return {
        slots[n].features[0]: option[1]
        for n, option in zip(unit.slots, choice, strict=True)
        if option is not None and option[0] == "routing"
    }


def _singles(one: Tried, slots: Sequence[Slot], judge: Judge, test: Days) -> list[Single]:
    """Each tier's model alone, with the cheapest other rules that were tried beside it."""
    cheapest: dict[tuple[str, str], Single] = {}
    for choice, outcome in one.tried:
        for number, option in zip(one.unit.slots, choice, strict=True):
            if option is None or option[0] == slots[number].lever:
                continue
            feature, model = slots[number].features[0], str(option[1]["to"])
            mine = outcome.spend[feature]
            known = cheapest.get((feature, model))
            if known is None or judge.days.of(mine) < known.in_pico_usd:
                quality = judge.quality(one.unit, choice, feature)
                cheapest[feature, model] = Single(
                    feature, model, judge.days.of(mine), test.of(mine), quality
                )
    return sorted(cheapest.values(), key=lambda single: (single.feature, single.in_pico_usd))
