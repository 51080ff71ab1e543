"""Which choices are allowed, and which of two is better: the cheaper one, in sample."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from analyzer.levers.routing import Routing
from analyzer.tune.answers import Quality
from analyzer.tune.choice import Choice, DaySpend
from analyzer.tune.days import Days
from analyzer.tune.latency import Added, Waiting
from analyzer.tune.options import Limits, breaks
from analyzer.tune.slots import Option, Slot, Unit
from analyzer.tune.traffic import Traffic

_CHOOSES = ("routing", "model_selection")


class Judge:
    """Knows the constraints and what evals say; asked about one stretch of days."""

    def __init__(self, slots: Sequence[Slot], traffic: Traffic, limits: Limits, days: Days) -> None:
        """Take what is allowed."""
        self._slots, self._answers, self._limits = slots, traffic.answers, limits
        self.days = days
        identity = traffic.answers.identity
        self._waiting = Waiting(traffic.paces(days), traffic.reached, days, identity)
        self._known: dict[object, Quality | None] = {}

    def rank(self, unit: Unit, choice: Choice, spend: DaySpend) -> tuple[float, ...] | None:
        """Return the spend in sample, then how much there is to run; None where not allowed."""
        if self.failures(unit, choice):
            return None
        return self._cost(choice, spend)

    def order(self, unit: Unit, choice: Choice, spend: DaySpend) -> tuple[float, ...]:
        """Return what a search goes down: broken constraints first, then as ``rank``."""
        return float(len(self.failures(unit, choice))), *self._cost(choice, spend)

    def failures(self, unit: Unit, choice: Choice) -> frozenset[str]:
        """Return the constraints that a choice breaks, such as ``wait`` or ``quality of chat``."""
        broken = {breaks(option, self._limits) for option in choice} - {None}
        for feature in unit.features:
            if self.is_too_slow(unit, choice, feature):
                broken.add(f"added latency of {feature}")
            if not self.is_good_enough(unit, choice, feature):
                broken.add(f"quality of {feature}")
        return frozenset(name for name in broken if name)

    def _cost(self, choice: Choice, spend: DaySpend) -> tuple[float, ...]:
        rules = sum(option is not None for option in choice)
        cascades = sum(option is not None and option[0] == "routing" for option in choice)
        return float(self.days.total(spend)), float(rules + cascades)

    def is_too_slow(self, unit: Unit, choice: Choice, feature: str) -> bool:
        """Return whether a request may wait too long; unknown is too long."""
        if self._limits.max_added_s is None:
            return False
        added = self.added(unit, choice, feature)
        return added is None or added.most_s > self._limits.max_added_s

    def added(self, unit: Unit, choice: Choice, feature: str) -> Added | None:
        """Return what a choice adds to a feature's latency; None where the log cannot say."""
        mine = [
            option for n, option in zip(unit.slots, choice, strict=True)
            if feature in self._slots[n].features
        ]  # fmt: skip
        return self._waiting.added(feature, mine)

    def is_good_enough(self, unit: Unit, choice: Choice, feature: str) -> bool:
        """Return whether a choice keeps a feature's quality.

        Without a floor of the user's: no worse than the policy that tuning starts from. A choice
        that nobody measured is allowed only where the policy makes it already, or today's calls do.
        """
        mine = self._models(unit, choice, feature)
        start = self._models(unit, self._start(unit), feature)
        quality = self.quality(unit, choice, feature)
        if self._limits.least_quality is not None:
            return not mine if quality is None else quality.low >= self._limits.least_quality
        if mine == start:
            return True
        floor = self.quality(unit, self._start(unit), feature)
        if quality is None or floor is None:
            return not mine
        return quality.low >= floor.low

    def quality(
        self, unit: Unit, choice: Choice, feature: str, days: Days | None = None
    ) -> Quality | None:
        """Return a feature's quality under a choice; None: nobody measured it."""
        days = days or self.days
        models = self._models(unit, choice, feature)
        key = (feature, repr(models), days)
        if key not in self._known:
            self._known[key] = self._measured(models, feature, days)
        return self._known[key]

    def _start(self, unit: Unit) -> Choice:
        return tuple(self._slots[n].given for n in unit.slots)

    def _models(self, unit: Unit, choice: Choice, feature: str) -> list[Option]:
        """The rules that say which model answers a feature: a route overrides selections."""
        found = [
            (self._slots[n].lever, option)
            for n, option in zip(unit.slots, choice, strict=True)
            if option is not None and option[0] in _CHOOSES and feature in self._slots[n].features
        ]
        routes = [option for _, option in found if option[0] == "routing"]
        instead = [option for lever, option in found if lever == "routing"]
        return [*(routes or instead or [option for _, option in found])]

    def _measured(self, models: Sequence[Option], feature: str, days: Days) -> Quality | None:
        if not models or models[0] is None:
            return self._answers.of_today(feature, days)
        lever, table = models[0]
        if lever == "routing":
            rule = Routing.model_validate({"features": [feature], **table})
            return self._answers.of_route(feature, rule, days)
        if table.get("from", "*") != "*":
            return None  # Some requests keep their model: evals of two models, mixed unknown.
        return self._answers.of_model(feature, table["to"], days)


def changes(slots: Sequence[Slot], unit: Unit, choice: Choice) -> Iterator[str]:
    """Yield one line for every rule that a choice changes."""
    for number, option in zip(unit.slots, choice, strict=True):
        slot = slots[number]
        where = f"{slot.lever} of {', '.join(slot.features)}"
        if option == slot.given:
            continue
        if option is None:
            yield f"{where}: off"
        elif option[0] != slot.lever:
            yield f"{where}: off; {option[1]['to']} alone answers"
        else:
            moved = [
                f"{key} {_spelled(slot.start.get(key))} -> {_spelled(value)}"
                for key, value in option[1].items()
                if value != slot.start.get(key)
            ]
            if moved:
                yield f"{where}: {', '.join(moved)}"


def _spelled(value: object) -> str:
    if isinstance(value, list | tuple):
        return " / ".join(_spelled(part) for part in value)
    if isinstance(value, Mapping):
        return f"{value.get('model')}@{value.get('accept', 'always')}"
    return "usual" if value is None else str(value)
