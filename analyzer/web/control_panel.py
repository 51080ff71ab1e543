"""The switches and sliders of one feature: each change is an edit of one lever's setting."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from nicegui import ui

from analyzer.levers import LEVERS
from analyzer.web import edits
from analyzer.web.edits import Edit
from analyzer.web.frame import say
from analyzer.web.knobs import (
    ACCEPT,
    CONTROLS,
    PASS_RATE,
    WHAT,
    Choice,
    Control,
    Knob,
    ModelName,
    Value,
    as_number,
    first_setting,
)
from analyzer.web.marks import Marks
from analyzer.web.scenario import Scenario, Setting
from reports import spelling

MODELS = "models"
"""The id of the page's list of models that have a price."""
_NUMBER_OF = "event => emit(Number(event.target.value))"
_THROTTLE_S = 0.06


class Change(Protocol):
    """Takes a lever and what is done to its setting; ``moved`` names the slider that did it."""

    def __call__(self, lever: str, edit: Edit, moved: str = "") -> None:
        """Take one change."""


Put = Callable[[str, Any], Edit]
"""Makes the edit that puts a value under a key."""


@dataclass(frozen=True, slots=True)
class Slider:
    """A slider on the page: its steps, and where its break-even marks stand."""

    lever: str
    steps: tuple[Value, ...]
    spelled: Sequence[str]
    at: Callable[[Value], Edit]
    marks: Marks


class Panel:
    """The controls of one feature."""

    def __init__(self, change: Change, models: tuple[str, str]) -> None:
        """Take what to call on a change, and a cheap and a dear model to start from."""
        self._change, self._models = change, models
        self._ids = itertools.count()
        self.notes: dict[str, ui.element] = {}
        """Where each lever's own figure and warnings stand."""
        self.sliders: list[Slider] = []

    def show(self, scenario: Scenario, feature: str) -> None:
        """Lay out every lever of a feature."""
        for lever in LEVERS:
            self._lever(lever.name, scenario.setting(lever.name, feature))

    def _lever(self, lever: str, setting: Setting) -> None:
        with ui.element("div").classes("lever").props(f"data-lever={lever}"):
            switch = ui.switch(spelling.lever(lever), value=bool(setting))
            switch.on_value_change(lambda event: self._turn(lever, on=bool(event.value)))
            if not setting:
                say("p", WHAT[lever], "note")
            self.notes[lever] = ui.element("div").props("aria-live=polite")
            if setting:
                with ui.element("div").classes("inside"):
                    for number, rule in enumerate(setting):
                        self._rule(lever, number, rule)

    def _turn(self, lever: str, *, on: bool) -> None:
        first = (first_setting(lever, *self._models),) if on else ()
        self._change(lever, lambda _: first)

    def _rule(self, lever: str, number: int, rule: Mapping[str, Any]) -> None:
        for control in CONTROLS[lever]:
            value = rule.get(control.key, control.usual)
            self._control(lever, control, value, partial(edits.put, number))
        if lever == "routing":
            self._tiers(number, rule)

    def _control(self, lever: str, control: Control, value: Any, put: Put) -> None:  # noqa: ANN401
        if isinstance(control, Knob):
            self._knob(lever, control, as_number(value), put)
        elif isinstance(control, Choice):
            chosen = ui.select(dict(control.words), value=value, label=control.label)
            chosen.props("outlined dense options-dense").classes("choice")
            chosen.on_value_change(lambda event: self._change(lever, put(control.key, event.value)))
        else:
            self._model(lever, control, str(value), put)

    def _knob(self, lever: str, knob: Knob, value: Value, put: Put) -> None:
        steps = knob.steps_with(value)
        spelled = [knob.spell(step) for step in steps]
        name = f"knob-{next(self._ids)}"
        with ui.element("label").classes("say").props(f"for={name}"):
            say("span", knob.label)
            shown = say("b", knob.spell(value))
        slider = ui.element("input").classes("slider").props(f"type=range min=0 step=1 id={name}")
        slider.props["max"] = len(steps) - 1

        def stand(place: int) -> None:
            slider.props["value"] = place
            slider.props["aria-valuetext"] = shown._text = spelled[place]

        def moved(event: Any) -> None:  # noqa: ANN401 - NiceGUI's arguments of any event
            place = max(0, min(int(event.args), len(steps) - 1))
            stand(place)
            shown.update()
            self._change(lever, put(knob.key, steps[place]), name)

        stand(steps.index(value))
        slider.on("input", moved, js_handler=_NUMBER_OF, throttle=_THROTTLE_S)
        at = partial(put, knob.key)
        self.sliders.append(Slider(lever, steps, spelled, at, Marks()))

    def _model(self, lever: str, control: ModelName, value: str, put: Put) -> None:
        field = ui.input(control.label, value=value).props(f"outlined dense list={MODELS}")
        field.classes("choice")

        def named(event: Any) -> None:  # noqa: ANN401 - NiceGUI's arguments of any event
            new = str(event.args).strip()
            if new:
                self._change(lever, put(control.key, new))

        field.on("change", named)

    def _tiers(self, number: int, rule: Mapping[str, Any]) -> None:
        tiers = list(rule.get("tiers", ()))
        knob = PASS_RATE if rule.get("score") == "pass_rate" else ACCEPT
        for place, tier in enumerate(tiers):
            last = place == len(tiers) - 1
            put = partial(edits.put_tier, number, place)
            title = "The last tier answers what is left" if last else f"Tier {place + 1}"
            self._model("routing", ModelName("model", title), str(tier.get("model", "")), put)
            if not last:
                self._knob("routing", knob, as_number(tier.get(knob.key, knob.usual)), put)
        with ui.element("div").classes("row-of tiers"):
            if len(tiers) < edits.MOST_TIERS:
                self._button("Add a tier", edits.add_tier(number))
            if len(tiers) > edits.FEWEST_TIERS:
                self._button("Remove the first tier", edits.drop_tier(number, 0))

    def _button(self, text: str, edit: Edit) -> None:
        button = ui.button(text, on_click=lambda: self._change("routing", edit))
        button.classes("plain").props("no-caps flat dense color=none")
