"""The switches and sliders of one feature: each change is one new setting of one lever."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from nicegui import ui

from analyzer.levers import LEVERS
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
    first_setting,
)
from analyzer.web.scenario import Scenario, Setting
from reports import spelling

MODELS = "models"
"""The id of the page's list of models that have a price."""
_NUMBER_OF = "event => emit(Number(event.target.value))"
_THROTTLE_S = 0.06

Change = Callable[[str, Setting], None]
"""Takes a lever and its new setting."""


class Panel:
    """The controls of one feature."""

    def __init__(self, change: Change, models: tuple[str, str]) -> None:
        """Take what to call on a change, and a cheap and a dear model to start from."""
        self._change, self._models = change, models
        self._ids = itertools.count()
        self.notes: dict[str, ui.element] = {}
        """Where each lever's own figure and warnings stand."""

    def show(self, scenario: Scenario, feature: str) -> None:
        """Lay out every lever of a feature."""
        self.notes.clear()
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
                        self._rule(lever, setting, number, rule)

    def _turn(self, lever: str, *, on: bool) -> None:
        self._change(lever, (first_setting(lever, *self._models),) if on else ())

    def _rule(self, lever: str, setting: Setting, number: int, rule: Mapping[str, Any]) -> None:
        def changed(key: str, value: object) -> None:
            new = {**rule, key: value}
            self._change(lever, (*setting[:number], new, *setting[number + 1 :]))

        for control in CONTROLS[lever]:
            self._control(control, rule, changed)
        if lever == "routing":
            self._tiers(rule, lambda tiers: changed("tiers", tiers))

    def _control(
        self, control: Control, rule: Mapping[str, Any], changed: Callable[[str, Any], None]
    ) -> None:
        value = rule.get(control.key, control.usual)
        if isinstance(control, Knob):
            self._knob(control, value, lambda new: changed(control.key, new))
        elif isinstance(control, Choice):
            chosen = ui.select(dict(control.words), value=value, label=control.label)
            chosen.props("outlined dense options-dense").classes("choice")
            chosen.on_value_change(lambda event: changed(control.key, event.value))
        else:
            self._model(control, str(value), lambda new: changed(control.key, new))

    def _knob(self, knob: Knob, value: Any, changed: Callable[[Any], None]) -> None:  # noqa: ANN401
        steps = knob.steps_with(value)
        name = f"knob-{next(self._ids)}"
        with ui.element("label").classes("say").props(f"for={name}"):
            say("span", knob.label)
            shown = say("b", knob.spell(value))
        slider = ui.element("input").classes("slider").props(f"type=range min=0 step=1 id={name}")
        slider.props["max"] = len(steps) - 1
        slider.props["value"] = steps.index(value)
        slider.props["aria-valuetext"] = knob.spell(value)

        def moved(event: Any) -> None:  # noqa: ANN401 - NiceGUI's arguments of any event
            place = event.args if isinstance(event.args, int) else int(event.args)
            new = steps[max(0, min(place, len(steps) - 1))]
            shown._text = knob.spell(new)
            shown.update()
            slider.props["value"] = steps.index(new)
            slider.props["aria-valuetext"] = knob.spell(new)
            changed(new)

        slider.on("input", moved, js_handler=_NUMBER_OF, throttle=_THROTTLE_S)

    def _model(self, control: ModelName, value: str, changed: Callable[[str], None]) -> None:
        field = ui.input(control.label, value=value).props(f"outlined dense list={MODELS}")
        field.classes("choice")

        def named(event: Any) -> None:  # noqa: ANN401 - NiceGUI's arguments of any event
            new = str(event.args).strip()
            if new and new != value:
                changed(new)

        field.on("change", named)

    def _tiers(self, rule: Mapping[str, Any], changed: Callable[[list[Any]], None]) -> None:
        tiers = list(rule.get("tiers", ()))
        knob = PASS_RATE if rule.get("score") == "pass_rate" else ACCEPT
        for number, tier in enumerate(tiers):
            last = number == len(tiers) - 1

            def put(key: str, value: object, number: int = number) -> None:
                now = [dict(one) for one in tiers]
                now[number][key] = value
                changed(now)

            title = "The last tier answers what is left" if last else f"Tier {number + 1}"
            name = ModelName("model", title)
            self._model(name, str(tier.get("model", "")), partial(put, "model"))
            if not last:
                self._knob(knob, tier.get(knob.key, knob.usual), partial(put, knob.key))
