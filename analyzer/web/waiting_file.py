"""One uploaded file before it is loaded: how it would be read, and how else it might be."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import ui

from analyzer.adapters import FORMATS
from analyzer.commands.explaining import explanation_json
from analyzer.errors import RebillError
from analyzer.ingest.detect import AUTO
from analyzer.ingest.explain import Explanation
from analyzer.web import loading
from analyzer.web.frame import complain, say, waiting
from analyzer.web.mapping_form import MappingForm
from analyzer.web.models_list import options_html
from analyzer.web.office import Office
from analyzer.web.show import show_table
from analyzer.web.spool import Waiting, spell_bytes
from reports import spelling

LARGE_BYTES = 64 << 20
"""A preview reads the whole file: of a larger one it is made when it is asked for."""

Load = Callable[[str], Awaitable[None]]


_AGAIN = {
    "": "is refused",
    loading.REPLACE: "gives way: this file takes its place",
    loading.BESIDE: "is other money: this file is loaded beside it",
}


class Card:
    """One file, its preview, and what its user says about it."""

    def __init__(
        self, office: Office, one: Waiting, load: Load, refresh: Callable[[], Awaitable[None]]
    ) -> None:
        self._office, self._one, self._load, self._refresh = office, one, load, refresh
        self._small = one.bytes <= LARGE_BYTES
        self._names: tuple[str, ...] | None = None

    def lay_out(self) -> None:
        """Show it where the caller stands."""
        with ui.element("section").classes("box") as self._box:
            self._fill()

    def delete(self) -> None:
        """Take it from the page."""
        self._box.delete()

    def _fill(self) -> None:
        with ui.element("div").classes("row-of head"):  # above all that comes later and moves it
            say("h3", f"{self._one.name} ({spell_bytes(self._one.bytes)})")
            self._button = (
                ui.button("Load", on_click=self._load_it)
                .classes("main")
                .props("no-caps unelevated color=none")
            )
            self._button.props["aria-label"] = f"Load {self._one.name}"
            ui.button("Discard", on_click=self._discard).classes("plain").props(
                "no-caps flat color=none"
            ).props["aria-label"] = f"Discard {self._one.name}"
        self._found = ui.element("div").props("aria-live=polite")
        self._another_way = ui.expansion("Read it another way", on_value_change=self._offer)
        with self._another_way:
            self._ways()
        if self._small:
            ui.timer(0, self._preview, once=True)
        else:
            ui.timer(0, self._tell, once=True)

    def _ways(self) -> None:
        names = {AUTO: "told from the file", **{one.name: one.title for one in FORMATS}}
        self._format = ui.select(names, value=AUTO, label="Format").props("outlined dense")
        self._feature = ui.input("Feature's path, such as metadata.team").props(
            f"outlined dense list=names-{self._one.id}"
        )
        self._list = ui.html("", sanitize=False)
        self._again = ui.select(
            _AGAIN, value="", label="Money of the same days that is loaded already"
        ).props("outlined dense")
        self._form = ui.element("div").classes("whole")
        self._mapping = ui.textarea("Mapping (TOML)").props("outlined autogrow input-class=mono")
        self._mapping.set_visibility(False)
        with ui.element("div").classes("row-of"):
            ui.button("Say which column holds what", on_click=self._map).classes("plain").props(
                "no-caps flat color=none"
            )
            ui.button("Preview", on_click=self._preview).classes("plain").props(
                "no-caps flat color=none"
            )

    async def _offer(self) -> None:
        """Offer the file's own names where a feature is asked for."""
        if self._names is None:
            try:
                self._names = await self._office.desk.aside(lambda: loading.names(self._job()))
            except RebillError:
                self._names = ()  # the preview says what is wrong with the file
            self._list.set_content(options_html(f"names-{self._one.id}", self._names))

    async def _map(self) -> None:
        """Let each column be chosen from the file's own, and preview what is guessed."""
        await self._offer()
        self._form.clear()
        with self._form:
            form = MappingForm(self._names or (), lambda: self._take(form))
            form.lay_out()
        self._mapping.set_visibility(True)
        self._take(form)

    def _take(self, form: MappingForm) -> None:
        self._mapping.set_value(form.toml())
        self._button.set_enabled(True)
        if self._small:
            with self._another_way:
                ui.timer(0, self._preview, once=True)

    def _job(self) -> loading.Job:
        return loading.Job(self._one.path, self._one.name, self._one.id, **self.said())

    def said(self) -> dict[str, str]:
        """Return what its user says about it, as ``Job`` takes it."""
        return {
            "format": self._format.value or AUTO,
            "feature": self._feature.value or "",
            "mapping": self._mapping.value or "",
            "again": self._again.value or "",
        }

    async def _load_it(self) -> None:
        await self._load(self._one.id)

    async def _discard(self) -> None:
        self._office.spool.drop(self._one.id)
        await self._refresh()

    async def _tell(self) -> None:
        """Tell a large file's format; its rows are counted when somebody asks."""
        try:
            told = await self._office.desk.aside(lambda: loading.told(self._job()))
        except RebillError as error:
            self._refused(error)
            return
        self._button.set_enabled(True)
        with self._found:
            say("p", f"{told}.")
            ui.button("Count its rows and preview three", on_click=self._preview).classes(
                "plain"
            ).props("no-caps flat color=none")

    def _refused(self, error: RebillError) -> None:
        self._found.clear()
        with self._found:
            complain(loading.spelled(error, self._job()))
        self._button.set_enabled(False)
        self._another_way.open()

    async def _preview(self) -> None:
        job = self._job()
        self._found.clear()
        with self._found:
            waiting("Reading it without loading anything")
        try:
            found = await self._office.desk.aside(lambda: loading.explained(job))
        except RebillError as error:
            self._refused(error)
            return
        self._found.clear()
        self._button.set_enabled(True)
        with self._found:
            _show(found)


def _show(found: Explanation) -> None:
    """Show what ``rebill ingest --explain`` shows."""
    aside = f" + set aside {found.set_aside:,}" if found.set_aside else ""
    say("p", f"{found.title}, {found.looks}, because {found.why}.")
    say(
        "p",
        f"Rows in {found.rows_in:,} = readable {found.readable:,} + rejects "
        f"{found.rejects:,}{aside}.",
    )
    for reject in found.reasons:
        say("p", f"Line {reject.line}: {reject.reason}", "warn")
    for note in found.notes:
        say("p", f"Note: {note}", "note")
    with ui.expansion("How each column is read, and the first three rows"):
        show_table(
            "Columns",
            ("Column", "Read from", "Unit", "Rows that have it"),
            [(c.column, c.source, c.unit, spelling.count(c.rows)) for c in found.columns],
            words=frozenset({1, 2}),
        )
        _examples(found)
    if found.readable:
        for said in found.cannot:
            say("p", f"Cannot tell: {said}", "note")


def _examples(found: Explanation) -> None:
    rows = explanation_json(found)["rows"]
    assert isinstance(rows, list)  # noqa: S101 - narrows the type
    names = list(dict.fromkeys(name for row in rows for name in row))
    if names:
        show_table(
            "The first rows as they would be stored",
            names,
            [[str(row.get(name, "")) for name in names] for row in rows],
        )
