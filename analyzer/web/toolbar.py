"""The tune page's tools: the scenario's name, save, undo, open a policy file, and the tuner."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from nicegui import events, ui

from analyzer.errors import RebillError
from analyzer.web.dropper import dress
from analyzer.web.frame import say
from analyzer.web.office import Office
from analyzer.web.scenario import MOST_TEXT_BYTES
from analyzer.web.tuner_panel import TunerPanel
from reports import spelling

_NO_NAME = "my policy"


class ScenarioPage(Protocol):
    """The page that the tools work on."""

    def text(self) -> str:
        """Return the scenario as a policy file."""

    def rename(self, name: str) -> None:
        """Give the scenario another name."""

    def take(self, text: str) -> None:
        """Put another policy in place of the scenario."""

    def undo(self) -> None:
        """Go back before the last change."""

    def trouble(self, text: str) -> None:
        """Say what went wrong."""


class Toolbar:
    """One page's tools."""

    def __init__(self, office: Office, page: ScenarioPage) -> None:
        self._office, self._page = office, page

    def lay_out(self, name: str) -> None:
        """Make the row of tools, and what two of them open."""
        with ui.element("div").classes("row-of tools"):
            self._name = ui.input("Name of the scenario", value=name)
            self._name.props("outlined dense maxlength=80")
            self._name.on("change", self._rename)
            ui.button("Save", on_click=self._save).classes("main").props(
                "no-caps unelevated color=none"
            )
            self._undo = _plain("Undo")
            self._undo.on_click(self._page.undo)
            opener, tuner = _plain("Open a policy file"), _plain("Find better values")
        _opens(opener, self._open)
        _opens(tuner, TunerPanel(self._office, self._page.text, self._take).lay_out)

    def call(self, name: str) -> None:
        """Show another name."""
        self._name.set_value(name)

    def may_undo(self, *, may: bool) -> None:
        """Let the last change be undone, or not."""
        self._undo.set_enabled(may)

    def _open(self) -> None:
        upload = ui.upload(
            auto_upload=True, max_file_size=MOST_TEXT_BYTES, on_upload=self._read
        ).props("accept=.toml")
        dress(upload, button="Choose a policy.toml", hint="or drop it here")

    def _rename(self, event: events.GenericEventArguments) -> None:
        self._page.rename(str(event.args).strip() or _NO_NAME)

    def _save(self) -> None:
        name = (self._name.value or "").strip() or _NO_NAME
        try:
            aside = self._office.shelf.keep(name, self._page.text())
        except RebillError as error:
            self._page.trouble(str(error))
            return
        kept = f"; what it was is kept as {spelling.name(aside)}" if aside else ""
        ui.notify(f"Saved as {spelling.name(name)}{kept}", type="positive")

    async def _read(self, event: events.UploadEventArguments) -> None:
        self._take((await event.file.read())[:MOST_TEXT_BYTES].decode(errors="replace"))

    def _take(self, text: str) -> None:
        try:
            self._page.take(text)
        except RebillError as error:
            self._page.trouble(str(error))


def _plain(text: str) -> ui.button:
    return ui.button(text).classes("plain").props("no-caps flat color=none")


def _opens(button: ui.button, lay_out: Callable[[], None]) -> None:
    """Make a button show and hide a box; what stands in it is made now, so that it keeps."""
    with ui.element("div").classes("box drawer") as box:
        say("h2", button.text)
        lay_out()
    box.set_visibility(False)
    button.props["aria-expanded"] = "false"

    def turn() -> None:
        box.set_visibility(not box.visible)
        button.props["aria-expanded"] = str(box.visible).lower()

    button.on_click(turn)
