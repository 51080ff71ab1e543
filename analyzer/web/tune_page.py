"""The page of levers: switches and sliders per feature, and what they come to."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from nicegui import events, ui

from analyzer.errors import RebillError
from analyzer.web.control_panel import MODELS, Panel
from analyzer.web.desk import TODAY
from analyzer.web.downloads import FILES
from analyzer.web.dropper import dress
from analyzer.web.frame import complain, frame, say, waiting, wants_dark
from analyzer.web.models_list import cheap_and_dear, models_html
from analyzer.web.office import Office
from analyzer.web.outcome import Outcome
from analyzer.web.scenario import MOST_TEXT_BYTES, Scenario, Setting, from_link, from_text, to_link
from reports import spelling
from reports.tables.features import by_spend

_MOST_UNDO = 100
_ONE_MOVE_S = 1.0
_PAUSE_S = 0.15
"""A slider that is still moving is not answered in full."""
_FIRST = 'name = "my policy"\n'


def add(office: Office) -> None:
    """Add the page."""

    @ui.page("/tune")
    async def tune(s: str = "") -> None:
        with frame("Tune"):
            held = ui.element("div")
            with held:
                waiting("Reading the log")
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
        self._moved, self._moved_s = "", 0.0
        self._working = False

    async def open(self, word: str) -> None:
        """Read the scenario that the link holds, and show it."""
        desk = self._office.desk
        dark = await wants_dark()
        try:
            today = await desk.do(lambda: desk.findings(TODAY))
            book = await desk.do(desk.book)
            self._features = by_spend(today)
            self._scenario = from_text(from_link(word) if word else _FIRST, self._features)
        except RebillError as error:
            self._held.clear()
            with self._held:
                complain(error)
                ui.link("Load files", "/")
                say("span", " or ")
                ui.link("start from nothing", "/tune")
            return
        self._feature = self._features[0] if self._features else ""
        self._models = cheap_and_dear(today)
        self._outcome = Outcome(dark=dark)
        self._held.clear()
        with self._held:
            ui.html(models_html(MODELS, book, today), sanitize=False)
            self._lay_out()
        await self._work_out()

    def _lay_out(self) -> None:
        self._toolbar()
        self._outcome.lay_out_headline()
        with ui.element("div").classes("two-sides"):
            with ui.element("section").props('aria-label="Levers"'):
                shown = {name: spelling.name(name) for name in self._features}
                ui.select(shown, value=self._feature, label="Feature", on_change=self._pick).props(
                    "outlined"
                )
                self._controls = ui.element("div").style("margin-top:.8rem")
            with ui.element("section").props('aria-label="What it comes to"'):
                self._outcome.lay_out()
                say("h2", "Download")
                self._links = ui.element("ul").classes("files")
        self._show_controls()

    def _toolbar(self) -> None:
        with ui.element("div").classes("row-of"):
            self._name = ui.input("Name of the scenario", value=self._scenario.name)
            self._name.props("outlined dense maxlength=80")
            self._name.on("change", self._rename)
            ui.button("Save", on_click=self._save).classes("main").props(
                "no-caps unelevated color=none"
            )
            self._undo = ui.button("Undo", on_click=self._step_back).classes("plain")
            self._undo.props("no-caps flat color=none")
        with ui.expansion("Open a policy file").props("dense").classes("opener"):
            upload = ui.upload(
                auto_upload=True, max_file_size=MOST_TEXT_BYTES, on_upload=self._open_policy
            ).props("accept=.toml")
            dress(upload, button="Choose a policy.toml", hint="or drop it here")

    def _show_controls(self) -> None:
        self._panel = Panel(self._change, self._models)
        self._controls.clear()
        with self._controls:
            self._panel.show(self._scenario, self._feature)
        self._undo.set_enabled(bool(self._past))

    def _pick(self, event: events.ValueChangeEventArguments[Any]) -> None:
        self._feature = str(event.value)
        self._show_controls()
        self._outcome.mark(self._panel, self._feature)

    def _change(self, lever: str, setting: Setting) -> None:
        """Take one change of one lever; only a switch lays the controls out again."""
        before = self._scenario.setting(lever, self._feature)
        other = _shape(before) != _shape(setting)
        moved = "" if other else f"{lever} {self._feature}"
        self._set(self._scenario.but(lever, self._feature, setting), moved)
        if other:
            self._show_controls()
        self._undo.set_enabled(bool(self._past))

    def _set(self, scenario: Scenario, moved: str = "") -> None:
        """Take a new scenario. A slider that moves on is one change: undo goes back before it."""
        now_s = time.monotonic()
        moves_on = bool(moved) and moved == self._moved and now_s - self._moved_s < _ONE_MOVE_S
        self._moved, self._moved_s = moved, now_s
        if not moves_on:
            self._past = [*self._past[1 - _MOST_UNDO :], self._scenario]
        self._scenario = scenario
        self._ask()

    def _ask(self) -> None:
        self._asked += 1
        with self._held:  # what was clicked may be gone before the figures are there
            ui.timer(0, self._work_out, once=True)

    def _rename(self, event: events.GenericEventArguments) -> None:
        name = str(event.args).strip() or "my policy"
        self._set(Scenario(name, self._scenario.settings, self._scenario.rest))

    def _step_back(self) -> None:
        if self._past:
            self._scenario = self._past.pop()
            self._name.set_value(self._scenario.name)
            self._show_controls()
            self._ask()

    def _save(self) -> None:
        try:
            self._office.shelf.keep(self._scenario.name, self._text())
        except RebillError as error:
            self._outcome.trouble(str(error))
            return
        ui.notify(f"Saved as {spelling.name(self._scenario.name)}", type="positive")

    async def _open_policy(self, event: events.UploadEventArguments) -> None:
        try:
            text = (await event.file.read())[:MOST_TEXT_BYTES].decode(errors="replace")
            scenario = from_text(text, self._features)
        except RebillError as error:
            self._outcome.trouble(str(error))
            return
        self._name.set_value(scenario.name)
        self._set(scenario)
        self._show_controls()

    def _text(self) -> str:
        return self._scenario.text(self._features)

    async def _work_out(self) -> None:
        """Bill the scenario as it is now; while that runs, only the last change waits."""
        if self._working:
            return
        self._working = True
        try:
            while True:
                asked, text = self._asked, self._text()
                self._outcome.wait()
                if await self._answer(text, lambda asked=asked: asked == self._asked):  # type: ignore[misc]
                    break
        finally:
            self._working = False

    async def _answer(self, text: str, is_last: Callable[[], bool]) -> bool:
        """Show the steps, then the rest unless the scenario changes again; whether it is done."""
        desk = self._office.desk
        word = to_link(text)
        try:
            steps = await desk.do(lambda: desk.steps(text))
            if not is_last():
                return False
            self._outcome.show_steps(steps)
            ui.navigate.history.replace(f"/tune?s={word}")
            await asyncio.sleep(_PAUSE_S)
            if not is_last():
                return False
            found = await desk.do(lambda: desk.findings(text))
        except RebillError as error:
            self._outcome.trouble(str(error))
            return is_last()
        if is_last():
            self._links_to(word)
            self._outcome.show(found)
            self._outcome.mark(self._panel, self._feature)
        return is_last()

    def _links_to(self, word: str) -> None:
        self._links.clear()
        with self._links:
            for name, (title, _) in FILES.items():
                with ui.element("li"):
                    ui.link(name, f"/download/{name}?s={word}")
                    say("span", title, "note")
            with ui.element("li"):
                ui.link("Look at the report", f"/report?s={word}", new_tab=True)


def _shape(setting: Setting) -> list[tuple[str, ...]]:
    """What of a setting decides which controls there are."""
    return [(str(rule.get("score")), str(len(rule.get("tiers", ())))) for rule in setting]
