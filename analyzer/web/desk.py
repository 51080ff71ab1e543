"""One thread that has the database: jobs wait their turn, so that no two of them meet."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TypeVar

from analyzer.analyze import conclude
from analyzer.commands.asking import question_of
from analyzer.errors import StoreError
from analyzer.findings import Findings, Projection
from analyzer.policy import parse_policy
from analyzer.pricing.book import PriceBook, open_book
from analyzer.savings.steps import steps_of
from analyzer.session import Session
from analyzer.store import Store
from analyzer.tune.added import AddedLatency
from analyzer.tune.latency import Added
from analyzer.tune.squeeze import Losing, losing_tiers
from analyzer.web.scenario import Scenario

T = TypeVar("T")
POLICY_FILE = "policy.toml"
TODAY = 'name = "today"\n'
"""The policy without a lever: the log as it is."""
_LET_GO_AFTER_S = 20.0
"""An open database keeps commands out, so it is closed when nobody has asked for a while."""
_KEPT_FINDINGS = 24
_KEPT_TOTALS = 2_000


class Desk:
    """The database, opened when a job first needs it. Jobs run one after the other."""

    def __init__(self, db: Path, price_files: tuple[str, ...]) -> None:
        self.db, self.price_files = db, price_files
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="desk")
        self._aside = ThreadPoolExecutor(1, thread_name_prefix="aside")
        self._open = ExitStack()
        self._session: Session | None = None
        self._store: Store | None = None
        self._latency: AddedLatency | None = None
        self._book: PriceBook | None = None
        self._found: dict[str, Findings] = {}
        self._totals: dict[str, int] = {}
        self._timer: asyncio.TimerHandle | None = None
        self.doing = ""
        """What takes the desk long, for those who wait; empty where nothing does."""
        self.read_elsewhere = ""
        """Who else reads the database, so that nothing may change it; empty where nobody does."""

    async def do(self, job: Callable[[], T], doing: str = "") -> T:
        """Run a job on the desk's thread and return what it returns; ``doing`` names a long one."""
        loop = asyncio.get_running_loop()

        def named() -> T:
            self.doing = doing
            try:
                return job()
            finally:
                self.doing = ""

        try:
            return await loop.run_in_executor(self._thread, named)
        finally:
            self._let_go_later(loop)

    async def aside(self, job: Callable[[], T]) -> T:
        """Run a job that does not touch the database on another thread."""
        return await asyncio.get_running_loop().run_in_executor(self._aside, job)

    def is_empty(self) -> bool:
        """Return whether nothing at all is loaded. A job."""
        if not self.db.exists():
            return True
        with self.reading() as store:
            return not store.one("held")["rows"]

    def book(self) -> PriceBook:
        """Return the price book. A job."""
        self._book = self._book or open_book(self.price_files)
        return self._book

    def findings(self, policy_text: str) -> Findings:
        """Bill the log under a policy, as ``rebill simulate`` would. A job.

        Raises:
            RebillError: the policy cannot be used, or there is nothing to bill.
        """
        if policy_text not in self._found:
            store, session = self._opened()
            with tempfile.TemporaryDirectory(prefix="rebill-") as folder:
                file = Path(folder) / POLICY_FILE
                file.write_text(policy_text, encoding="utf-8")
                question = question_of(store, file, self.price_files, "requests")
            replayed = session.bill(question.policy, POLICY_FILE, steps="every")
            while len(self._found) >= _KEPT_FINDINGS:
                self._found.pop(next(text for text in self._found if text != TODAY))
            self._found[policy_text] = conclude(store, question, replayed)
        return self._found[policy_text]

    def steps(self, policy_text: str) -> Findings:
        """Bill the steps of a policy alone: no shares, no range, no risks. A job.

        Raises:
            RebillError: the policy cannot be used, or there is nothing to bill.
        """
        if policy_text in self._found:
            return self._found[policy_text]
        today = self.findings(TODAY)
        policy = parse_policy(policy_text.encode(), POLICY_FILE)
        billed = self._opened()[1].bill(policy, POLICY_FILE)
        return replace(
            today,
            policy=policy.name,
            price_date=billed.log.price_date.isoformat(),
            steps=steps_of(billed.log, billed.replay, billed.ledger),
            attribution=(),
            projection=Projection(None, None, None, None, {}, {}, ()),
        )

    def total(self, policy_text: str) -> int:
        """Return what the whole log costs under a policy, in pico-dollars. A job.

        Raises:
            RebillError: the policy cannot be used, or there is nothing to bill.
        """
        if policy_text not in self._totals:
            if len(self._totals) >= _KEPT_TOTALS:
                self._totals.clear()
            policy = parse_policy(policy_text.encode(), POLICY_FILE)
            ledger = self._opened()[1].bill(policy, POLICY_FILE).ledger
            self._totals[policy_text] = ledger[ledger.everything].total
        return self._totals[policy_text]

    def added(self, scenario: Scenario, features: Sequence[str]) -> dict[str, Added | None]:
        """Return what a scenario adds to each feature's latency. A job."""
        store, session = self._opened()
        if self._latency is None:
            log = session.bill(parse_policy(TODAY.encode(), POLICY_FILE), POLICY_FILE).log
            self._latency = AddedLatency(store, self.book(), log.days)
        latency = self._latency
        return {feature: latency.of(feature, scenario.rules_of(feature)) for feature in features}

    def losing(self, scenario: Scenario, feature: str, day: str) -> tuple[Losing, ...]:
        """Return the tiers of a feature at which its compression costs more than it saves. A job.

        ``day``: the date of the prices, as the findings say it.
        """
        return losing_tiers(self.book(), date.fromisoformat(day), scenario.rules_of(feature))

    @contextmanager
    def reading(self) -> Iterator[Store]:
        """Open the database to read, for one job."""
        with Store.open(self.db, read_only=True) as store:
            yield store

    @contextmanager
    def writing(self) -> Iterator[Store]:
        """Open the database to change it, for one job. What was found before is forgotten.

        Raises:
            StoreError: somebody else reads it here, or another process does.
        """
        if self.read_elsewhere:
            raise StoreError(f"{self.read_elsewhere} reads the database: wait for it, or stop it")
        self.let_go()
        with Store.open(self.db) as store:
            store.unlock_digests()
            yield store

    def let_go(self) -> None:
        """Close the database, so that commands may use it. A job."""
        self._session = self._store = self._latency = None
        self._found.clear()
        self._totals.clear()
        self._open.close()

    def close(self) -> None:
        """Finish the job at hand and close the database."""
        self._thread.submit(self.let_go)
        self._thread.shutdown(wait=True, cancel_futures=False)
        self._aside.shutdown(wait=True, cancel_futures=True)

    def _opened(self) -> tuple[Store, Session]:
        if self._store is None or self._session is None:
            self._store = self._open.enter_context(Store.open(self.db, read_only=True))
            self._session = Session(self._store, self.book())
        return self._store, self._session

    def _let_go_later(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = loop.call_later(_LET_GO_AFTER_S, self._thread.submit, self.let_go)
