"""Which choices are allowed, and which of two is better: the cheaper one, in sample."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from analyzer.levers.routing import Routing
from analyzer.replay.requests import DAY_US
from analyzer.tune.answers import Answers, Quality
from analyzer.tune.options import Limits, fits
from analyzer.tune.search import Choice, DaySpend
from analyzer.tune.slots import Option, Slot, Unit

_CHOOSES = ("routing", "model_selection")


@dataclass(frozen=True, slots=True)
class Days:
    """A stretch of whole days (UTC, since 1970), the last one excluded."""

    first: int
    until: int

    @property
    def from_us(self) -> int:
        """Its first moment."""
        return self.first * DAY_US

    @property
    def until_us(self) -> int:
        """Its last moment."""
        return self.until * DAY_US - 1

    def total(self, spend: DaySpend) -> int:
        """Return the pico-dollars that fall into it."""
        return sum(
            pico for days in spend.values() for day, pico in days.items()
            if self.first <= day < self.until
        )  # fmt: skip


class Judge:
    """Knows the constraints and what evals say; asked about one stretch of days."""

    def __init__(
        self,
        slots: Sequence[Slot],
        answers: Answers,
        limits: Limits,
        days: Days,
        least_quality: float | None = None,
    ) -> None:
        """Take what is allowed; ``least_quality``: of every feature, at the interval's low end."""
        self._slots, self._answers, self._limits = slots, answers, limits
        self._days, self._least = days, least_quality
        self._known: dict[object, Quality | None] = {}

    def rank(self, unit: Unit, choice: Choice, spend: DaySpend) -> tuple[float, ...] | None:
        """Return the spend in sample, then how much there is to run; None where not allowed."""
        if not all(fits(option, self._limits) for option in choice):
            return None
        if not all(self.is_good_enough(unit, choice, feature) for feature in unit.features):
            return None
        rules = sum(option is not None for option in choice)
        cascades = sum(option is not None and option[0] == "routing" for option in choice)
        return float(self._days.total(spend)), float(rules + cascades)

    def is_good_enough(self, unit: Unit, choice: Choice, feature: str) -> bool:
        """Return whether a choice keeps a feature's quality.

        Without a floor of the user's: no worse than the policy that tuning starts from. A choice
        that nobody measured is allowed only where the policy makes it already, or today's calls do.
        """
        mine = self._models(unit, choice, feature)
        start = self._models(unit, self._start(unit), feature)
        quality = self.quality(unit, choice, feature)
        if self._least is not None:
            return not mine if quality is None else quality.low >= self._least
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
        days = days or self._days
        models = self._models(unit, choice, feature)
        key = (feature, repr(models), days)
        if key not in self._known:
            self._known[key] = self._measured(models, feature, days)
        return self._known[key]

    def _start(self, unit: Unit) -> Choice:
        return tuple((self._slots[n].lever, self._slots[n].start) for n in unit.slots)

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
            return self._answers.of_today(feature, days.from_us, days.until_us)
        lever, table = models[0]
        if lever == "routing":
            rule = Routing.model_validate({"features": [feature], **table})
            return self._answers.of_route(feature, rule, days.from_us, days.until_us)
        if table.get("from", "*") != "*":
            return None  # Some requests keep their model: evals of two models, mixed unknown.
        return self._answers.of_model(feature, table["to"], days.from_us, days.until_us)


def changes(slots: Sequence[Slot], unit: Unit, choice: Choice) -> Iterator[str]:
    """Yield one line for every rule that a choice changes."""
    for number, option in zip(unit.slots, choice, strict=True):
        slot = slots[number]
        where = f"{slot.lever} of {', '.join(slot.features)}"
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
