"""The page of files: upload, see how each is read, load it, take it out again."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

from nicegui import events, ui

from analyzer.errors import RebillError
from analyzer.web import loading
from analyzer.web.dropper import dress
from analyzer.web.frame import complain, frame, say, waiting
from analyzer.web.guard import UPLOADS
from analyzer.web.office import Office
from analyzer.web.scenario import to_link
from analyzer.web.sources_table import show_sources
from analyzer.web.spool import NoRoomError, Waiting, shown_name, spell_bytes
from analyzer.web.waiting_file import Card
from reports import spelling

_REJECTED = "found => emit(found.map(one => [one.file.name, one.file.size]))"
_SENT_NAME = '[{ name: "X-File-Name", value: encodeURIComponent(files[0].name) }]'


def add(office: Office) -> None:
    """Add the page."""

    @ui.page("/")
    async def files() -> None:
        page = FilesPage(office)
        with frame("Files"):
            page.lay_out()
        await ui.context.client.connected()
        await page.refresh()


class FilesPage:
    """One tab's page of files."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._key = secrets.token_urlsafe(16)
        self._loading = asyncio.Lock()
        self._cards: dict[str, Card] = {}
        self._shown: list[dict[str, Any]] | None = None

    def lay_out(self) -> None:
        """Make the parts of the page that stay."""
        office = self._office
        self._messages = ui.element("div").props("aria-live=polite")
        self._locked = ui.element("div").props("aria-live=polite")
        self._start = ui.element("div")
        say("h2", "Upload logs and billing exports")
        say(
            "p",
            "Any number of files; plain, .gz or .zst. They stay on this machine, prompts and "
            "answers are never stored, and the same file twice counts once. At most "
            f"{spell_bytes(office.spool.most_bytes)} each.",
        )
        self._upload = self._uploader()
        self._bar = ui.element("div")
        self._ready_head = ui.element("div")
        self._waiting = ui.element("div")
        self._sources = ui.element("div")
        with self._sources:
            waiting("Looking at what is loaded", office.desk)
        office.arrived[self._key] = self._arrived
        ui.context.client.on_delete(lambda: office.arrived.pop(self._key, None))

    def _uploader(self) -> ui.upload:
        upload = dress(
            ui.upload(multiple=True, auto_upload=True),
            button="Choose files",
            hint="or drop them here",
        )
        upload.props("send-raw").props["url"] = f"{UPLOADS}/{self._key}"
        upload.props[":headers"] = f"files => ({_SENT_NAME})"
        upload.on("finish", lambda: upload.reset())
        upload.props["max-file-size"] = self._office.spool.most_bytes
        upload.on("rejected", self._too_large, js_handler=_REJECTED)
        return upload

    def _too_large(self, event: events.GenericEventArguments) -> None:
        """Hear which files the browser did not even begin to send."""
        for name, size in event.args:
            try:
                self._office.spool.refuse(int(size))
            except NoRoomError as error:
                with self._messages:
                    complain(f"{shown_name(str(name))}: {error}")

    def _arrived(self, why: str) -> None:
        """Hear that an upload of this page has ended."""
        with self._messages:
            if why:
                complain(why)
        with self._upload:
            ui.timer(0.1, self.refresh, once=True)

    async def refresh(self) -> None:
        """Show what waits and what is loaded."""
        office = self._office
        ready = [one for one in office.spool.waiting.values() if one.complete]
        self._show_ready(ready)
        try:
            sources = await office.desk.do(lambda: loading.sources(office.desk))
        except RebillError as error:
            self._show_locked(error)
            return
        self._locked.clear()
        self._show_start(empty=not sources and not self._cards)  # one may have come meanwhile
        if sources != self._shown:
            self._shown = sources
            self._sources.clear()
            with self._sources:
                if sources:
                    say("h2", "Loaded")
                    _next_steps()
                    show_sources(sources, self._remove)

    def _show_locked(self, error: RebillError) -> None:
        """Say why the database cannot be read; what waits to be loaded stays."""
        self._sources.clear()
        self._shown = None
        self._locked.clear()
        with self._locked:
            complain(error)
            ui.button("Look again", on_click=self.refresh).classes("plain").props(
                "no-caps flat color=none"
            )

    def _show_ready(self, ready: list[Waiting]) -> None:
        """Show what waits; a file that is shown already keeps what was said about it.

        What stands above goes in the same step: a button that moves away under a finger that is
        still down loses its press.
        """
        if ready:
            self._start.clear()
        numbers = [one.id for one in ready]
        self._ready_head.clear()
        with self._ready_head:
            if ready:
                say("h2", "Uploaded, not loaded yet")
            if len(ready) > 1:
                with ui.element("div").classes("row-of"):
                    ui.button(f"Load all {len(ready)} files", on_click=self._load_all).classes(
                        "main"
                    ).props("no-caps unelevated color=none")
        for number in [number for number in self._cards if number not in numbers]:
            self._cards.pop(number).delete()
        with self._waiting:
            for one in ready:
                if one.id not in self._cards:
                    card = Card(self._office, one, self._load_one, self.refresh)
                    card.lay_out()
                    self._cards[one.id] = card

    def _show_start(self, *, empty: bool) -> None:
        if not empty:
            self._start.clear()
        if not empty or self._start.default_slot.children:
            return
        with self._start, ui.element("div").classes("empty"):
            say("h2", "Nothing is loaded yet").style("margin-top:0")
            say(
                "p",
                "rebill bills your past LLM traffic again under another policy, and shows what "
                "each change would have saved. Upload your logs below, or look around first:",
                "lead",
            )
            ui.button("Try it with the sample company", on_click=self._sample).classes(
                "main"
            ).props("no-caps unelevated color=none")

    async def _sample(self) -> None:
        from analyzer.commands.demo import sample_logs

        folder = sample_logs()
        jobs = [loading.Job(file, file.name) for file in sorted(folder.glob("*/*2026-10*"))]
        if not await self._run(jobs):
            return
        policy = (folder / "policy.toml").read_text(encoding="utf-8")
        word = to_link(policy)
        with self._messages, ui.element("div").classes("good"):
            say("p", "The sample company is loaded. Take its files out again whenever you like.")
            with ui.element("div").classes("row-of"):
                ui.link("See its report", f"/report?s={word}")
                ui.link("Tune its policy", f"/tune?s={word}")

    async def _load_all(self) -> None:
        """Load what waits, each as its card says."""
        await self._load([one.id for one in self._office.spool.waiting.values() if one.complete])

    async def _load_one(self, number: str) -> None:
        await self._load([number])

    async def _load(self, numbers: list[str]) -> None:
        spool = self._office.spool
        held = [spool.waiting[number] for number in numbers if number in spool.waiting]
        said = {number: card.said() for number, card in self._cards.items()}
        await self._run(
            [loading.Job(one.path, one.name, one.id, **said.get(one.id, {})) for one in held]
        )

    async def _run(self, jobs: list[loading.Job]) -> bool:
        """Load files one by one, and say what became of them; whether all were loaded."""
        held = self._office.spool.waiting
        async with self._loading:  # files that are asked for meanwhile wait their turn
            said = [await self._one(job) for job in jobs if not job.number or job.number in held]
            self._bar.clear()
        accounts = [one for one in said if one]
        if accounts:
            self._tell(accounts)
        await self.refresh()
        return bool(accounts) and len(accounts) == len(jobs)

    def _tell(self, accounts: list[str]) -> None:
        files = spelling.plural(len(accounts), "file")
        with self._messages, ui.element("div").classes("good"):
            if len(accounts) == 1:
                say("pre", accounts[0], "account")
                return
            say("p", f"{files} loaded, each whole or not at all.")
            with ui.expansion("What became of each row"):
                for said in accounts:
                    say("pre", said, "account")

    async def _one(self, job: loading.Job) -> str:
        """Load one file and return its account; nothing where it was refused."""
        progress = loading.Progress(job.path.stat().st_size if job.path.exists() else 0)
        self._bar.clear()
        with self._bar:
            waiting(f"Loading {job.name}")
            bar = ui.linear_progress(0, show_value=False)
            bar.props["aria-label"] = f"Loading {job.name}"
            ui.timer(0.2, lambda: bar.set_value(progress.share))
        desk = self._office.desk
        try:
            said = await desk.do(
                lambda: loading.load(desk, job, progress), doing=f"loading {job.name}"
            )
        except RebillError as error:
            with self._messages:
                complain(loading.spelled(error, job))
            return ""
        self._office.spool.drop(job.number)
        return said

    async def _remove(self, name: str, file: str) -> None:
        with ui.dialog() as dialog, ui.card():
            say("p", f"Take {file} out, with every row that it brought?")
            with ui.element("div").classes("row-of"):
                ui.button("Take it out", on_click=lambda: dialog.submit(True)).classes(
                    "main"
                ).props("no-caps unelevated color=none")
                ui.button("Keep it", on_click=lambda: dialog.submit(False)).classes("plain").props(
                    "no-caps flat color=none"
                )
        if await dialog:
            try:
                said = await self._office.desk.do(lambda: loading.remove(self._office.desk, name))
            except RebillError as error:
                with self._messages:
                    complain(error)
            else:
                with self._messages, ui.element("div").classes("good"):
                    say("p", said)
            await self.refresh()


def _next_steps() -> None:
    say(
        "p",
        "The last three columns: how many of its requests name a feature, hold a prompt key, and "
        "say how long the answer took.",
        "note",
    )
    with ui.element("div").classes("row-of"):
        ui.link("See where the money goes", "/explore")
        ui.link("Tune a policy", "/tune")
