"""The page of levers: switches and sliders per feature, and what they come to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from nicegui import events, ui

from analyzer.errors import RebillError
from analyzer.tune.along import Along
from analyzer.web.control_panel import MODELS, Panel, Slider
from analyzer.web.desk import TODAY
from analyzer.web.download_list import lay_out_downloads, show_downloads
from analyzer.web.edits import Edit
from analyzer.web.frame import complain, frame, nothing_loaded, waiting, wants_dark
from analyzer.web.models_list import cheap_and_dear, models_html
from analyzer.web.office import Office
from analyzer.web.outcome import Outcome
from analyzer.web.scenario import Scenario, Setting, from_link, from_text, to_link
from analyzer.web.toolbar import Toolbar
from reports import spelling
from reports.tables.features import by_spend

_MOST_UNDO = 100
_PAUSE_S = 0.15
"""A slider that is still moving is not answered in full."""
_FIRST = 'name = "my policy"\n'
_MOST_MARKED_REQUESTS = 2_000_000
"""Of a longer log each step takes a second or more: marks are made when they are asked for."""


def add(office: Office) -> None:
    """Add the page."""

    @ui.page("/tune")
    async def tune(s: str = "") -> None:
        with frame("Tune"):
            held = ui.element("div")
            with held:
                waiting("Reading the log", office.desk)
        await ui.context.client.connected()
        page = TunePage(office, held)
        await page.open(s)


class TunePage:
    """One tab's scenario: what it was, what it is, and the figures of the last change."""

    def __init__(self, office: Office, held: ui.element) -> None:
        self._office, self._held = office, held
        self._past: list[Scenario] = []
        self._features: tuple[str, ...] = ()
        self._scenario = Scenario("my policy")
        self._feature = ""
        self._asked = 0
        self._moved = ""
        self._working = False
        self._warmed: set[str] = set()

    async def open(self, word: str) -> None:
        """Read the scenario that the link holds, and show it."""
        desk = self._office.desk
        dark = await wants_dark()
        try:
            if await desk.do(desk.is_empty):
                self._held.clear()
                with self._held:
                    nothing_loaded()
                return
            today = await desk.do(lambda: desk.findings(TODAY))
            book = await desk.do(desk.book)
            self._features = by_spend(today)
            self._scenario = from_text(from_link(word) if word else _FIRST, self._features)
        except RebillError as error:
            self._held.clear()
            with self._held:
                complain(error)
                with ui.element("div").classes("row-of"):
                    ui.link("Load files", "/")
                    ui.link("Start from nothing", "/tune")
            return
        self._feature = self._features[0] if self._features else ""
        self._models = cheap_and_dear(today)
        self._marks_unasked = today.coverage.requests <= _MOST_MARKED_REQUESTS
        self._outcome = Outcome(dark=dark)
        self._held.clear()
        with self._held:
            ui.html(models_html(MODELS, book, today), sanitize=False)
            self._lay_out()
        await self._work_out()

    def _lay_out(self) -> None:
        self._toolbar = Toolbar(self._office, self)
        self._toolbar.lay_out(self._scenario.name)
        self._outcome.lay_out_headline()
        with ui.element("div").classes("two-sides"):
            with ui.element("section").props('aria-label="Levers"'):
                shown = {name: spelling.name(name) for name in self._features}
                ui.select(shown, value=self._feature, label="Feature", on_change=self._pick).props(
                    "outlined"
                )
                self._controls = ui.element("div").style("margin-top:.8rem")
                if not self._marks_unasked:
                    button = ui.button("Mark where values break even", on_click=self._mark_all)
                    button.classes("plain").props("no-caps flat color=none")
            with ui.element("section").props('aria-label="What it comes to"'):
                self._outcome.lay_out()
        self._links = lay_out_downloads()
        self._show_controls()

    def _show_controls(self) -> None:
        self._panel = Panel(self._change, self._models)
        self._controls.clear()
        with self._controls:
            self._panel.show(self._scenario, self._feature)
        self._toolbar.may_undo(may=bool(self._past))

    def _pick(self, event: events.ValueChangeEventArguments[Any]) -> None:
        self._feature = str(event.value)
        self._show_controls()
        self._outcome.mark(self._panel, self._feature)
        self._ask()

    def _change(self, lever: str, edit: Edit, moved: str = "") -> None:
        """Take one change of one lever; only a switch lays the controls out again."""
        before = self._scenario.setting(lever, self._feature)
        after = edit(before)
        if after == before:
            return
        other = _shape(before) != _shape(after)
        self._set(self._scenario.but(lever, self._feature, after), moved)
        if other:
            self._show_controls()
        self._toolbar.may_undo(may=bool(self._past))

    def _set(self, scenario: Scenario, moved: str = "") -> None:
        """Take a new scenario. A slider that moves on is one change: undo goes back before it."""
        moves_on = bool(moved) and moved == self._moved
        self._moved = moved
        if not moves_on:
            self._past = [*self._past[1 - _MOST_UNDO :], self._scenario]
        self._scenario = scenario
        self._ask()

    def _ask(self) -> None:
        self._asked += 1
        self._outcome.wait()
        with self._held:  # what was clicked may be gone before the figures are there
            ui.timer(0, self._work_out, once=True)

    def text(self) -> str:
        """Return the scenario as a policy file."""
        return self._scenario.text(self._features)

    def rename(self, name: str) -> None:
        """Give the scenario another name."""
        self._set(Scenario(name, self._scenario.settings, self._scenario.rest))

    def take(self, text: str) -> None:
        """Put another policy in place of the scenario; undo brings it back.

        Raises:
            PolicyError: it is no policy.
        """
        scenario = from_text(text, self._features)
        self._toolbar.call(scenario.name)
        self._set(scenario)
        self._show_controls()

    def undo(self) -> None:
        """Go back before the last change."""
        if self._past:
            self._scenario, self._moved = self._past.pop(), ""
            self._toolbar.call(self._scenario.name)
            self._show_controls()
            self._ask()

    def trouble(self, text: str) -> None:
        """Say what went wrong."""
        self._outcome.trouble(text)

    async def _work_out(self) -> None:
        """Bill the scenario as it is now; while that runs, only the last change waits."""
        if self._working:
            return
        self._working = True
        try:
            while True:
                asked, scenario = self._asked, self._scenario
                self._outcome.wait()
                if await self._answer(scenario, lambda asked=asked: asked == self._asked):  # type: ignore[misc]
                    break
        finally:
            self._working = False

    async def _answer(self, scenario: Scenario, is_last: Callable[[], bool]) -> bool:
        """Show the steps, then the rest unless the scenario changes again; whether it is done."""
        desk, text = self._office.desk, scenario.text(self._features)
        try:
            steps = await desk.do(lambda: desk.steps(text))
            if not is_last():
                return False
            self._outcome.show_steps(steps)
            ui.navigate.history.replace(f"/tune?s={to_link(text)}")
            await asyncio.sleep(_PAUSE_S)
            if not is_last():
                return False
            found = await desk.do(lambda: desk.findings(text))
            added = await desk.do(lambda: desk.added(scenario, self._features))
            losing = await desk.do(lambda: desk.losing(scenario, self._feature, found.price_date))
        except RebillError as error:
            self._outcome.trouble(str(error))
            return is_last()
        if is_last():
            show_downloads(self._links, to_link(text))
            self._outcome.show(found, added)
            self._outcome.mark(self._panel, self._feature, losing)
        if self._marks_unasked:
            await self._mark(scenario, is_last)
        elif is_last():
            await self._warm(scenario)
        return is_last()

    async def _warm(self, scenario: Scenario) -> None:
        """Let the first move of a long log's TTL find its requests in order: ten seconds' work."""
        desk, feature = self._office.desk, self._feature
        slider = next((one for one in self._panel.sliders if one.lever == "caching"), None)
        if slider is None or feature in self._warmed:
            return
        self._warmed.add(feature)
        setting = slider.at(slider.steps[0])(scenario.setting("caching", feature))
        text = scenario.but("caching", feature, setting).text(self._features)
        with suppress(RebillError):  # the scenario's own error is on the page
            await desk.do(lambda: desk.total(text))

    async def _mark_all(self) -> None:
        asked = self._asked
        await self._mark(self._scenario, lambda: asked == self._asked)

    async def _mark(self, scenario: Scenario, is_last: Callable[[], bool]) -> None:
        """Replay every step of every slider, one by one, until the scenario changes again."""
        for slider in list(self._panel.sliders):
            try:
                along = await self._along(scenario, slider, is_last)
            except RebillError:
                continue  # the scenario's own error is on the page
            if along is None:
                return
            slider.marks.show(along, slider.spelled)

    async def _along(
        self, scenario: Scenario, slider: Slider, is_last: Callable[[], bool]
    ) -> Along | None:
        desk, lever = self._office.desk, slider.lever
        setting = scenario.setting(lever, self._feature)
        tried: list[Setting] = [(), *(slider.at(step)(setting) for step in slider.steps)]
        totals = []
        for one in tried:
            if not is_last():
                return None
            text = scenario.but(lever, self._feature, one).text(self._features)
            totals.append(await desk.do(lambda text=text: desk.total(text)))  # type: ignore[misc]
        return Along(totals[1:], totals[0]) if is_last() else None


def _shape(setting: Setting) -> list[tuple[str, ...]]:
    """What of a setting decides which controls there are."""
    return [(str(rule.get("score")), str(len(rule.get("tiers", ())))) for rule in setting]
