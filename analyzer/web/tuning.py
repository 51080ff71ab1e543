"""One search of the tuner at a time, on a thread of its own, so that the page stays quick."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime

from analyzer.errors import RebillError
from analyzer.pricing.book import PriceBook
from analyzer.session import Session
from analyzer.store import Store
from analyzer.tune.engine import tune_log
from analyzer.tune.found import Found
from analyzer.tune.tuned import Request
from analyzer.tune.watch import Progress, Watch
from analyzer.tune.written import to_toml
from analyzer.web.desk import Desk

_READER = "the tuner"


@dataclass(slots=True)
class Search:
    """A search under way: written on the tuner's thread, read by the page."""

    progress: Progress = field(default_factory=lambda: Progress("reading the log", 0, 1))
    stopped: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> Watch:
        """Return what the engine tells and asks."""
        return Watch(self._tell, self.stopped.is_set)

    def _tell(self, progress: Progress) -> None:
        self.progress = progress


@dataclass(frozen=True, slots=True)
class Tuned:
    """What a search found, and the text that ``rebill tune -o`` writes."""

    found: Found
    text: str


class Tuner:
    """The tuner of one server. It reads the database beside the desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="tuner")
        self._search: Search | None = None

    async def run(self, request: Request, search: Search) -> Tuned:
        """Search a policy's values; the search says how far it is, and may be stopped.

        Raises:
            RebillError: another search runs, this one was stopped, or the policy cannot be used.
        """
        if self._search is not None:
            raise RebillError("another page is tuning: wait until it is done, or stop it there")
        self._search = search
        try:
            book = await self._desk.do(self._reserve)
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._thread, self._tune, request, book, search)
        finally:
            self._search = None
            self._desk.read_elsewhere = ""

    def close(self) -> None:
        """Stop the search under way, if there is one."""
        if self._search is not None:
            self._search.stopped.set()
        self._thread.shutdown(wait=True)

    def _reserve(self) -> PriceBook:
        """Keep the desk from changing the database. A job: it waits for a change under way."""
        self._desk.read_elsewhere = _READER
        return self._desk.book()

    def _tune(self, request: Request, book: PriceBook, search: Search) -> Tuned:
        with Store.open(self._desk.db, read_only=True) as store:
            found = tune_log(store, Session(store, book), book, request, search.watch())
        return Tuned(found, to_toml(found, datetime.now(UTC).date()))
