"""A real server, the real command line, and a real Chromium that may reach nothing else."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, Locator, Page

from analyzer.cli import cli

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "sample_logs"
PATIENCE_MS = 60_000
"""How long a condition may take on a machine that does much else; nothing waits this long."""
_MAIN = "from analyzer.cli import main; main()"


def rebill(*words: object) -> bytes:
    """Run the command line and return its stdout."""
    done = CliRunner().invoke(cli, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout_bytes


class Server:
    """``rebill serve`` in a process of its own."""

    def __init__(self, db: Path, *words: str, first: str = "") -> None:
        code = f"{first}\n{_MAIN}"
        command = [sys.executable, "-c", code, "serve", "--port", "0", "--db", str(db), *words]
        self.db = db
        self.errors = db.with_suffix(".stderr")
        with self.errors.open("wb") as errors:
            self.process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=errors, cwd=ROOT, env=_environment()
            )
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().decode().strip()
        assert self.url, self.errors.read_text()
        self.port = int(self.url.rsplit(":", 1)[1])
        self.host = f"127.0.0.1:{self.port}"
        (self.uploads,) = db.with_name(f"{db.name}.uploads").glob(f"{self.process.pid}-*")

    def ask(
        self, path: str, method: str = "GET", body: object = None, **headers: str
    ) -> http.client.HTTPResponse:
        """Send one request as a client that may lie in any header; ``_`` in a name is ``-``."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named = {name: value for name, value in named.items() if value is not None}
        connection.putrequest(method, path, skip_host="Host" in named)
        for name, value in named.items():
            connection.putheader(name, value)
        connection.endheaders()
        for part in (body,) if isinstance(body, bytes) else body or ():
            connection.send(part)
        answer = connection.getresponse()
        answer.text = answer.read() if answer.status != 101 else b""
        connection.close()
        return answer

    def upload(self, name: str, body: bytes, **headers: str) -> http.client.HTTPResponse:
        """Send a file as the page does."""
        sent = {"Origin": f"http://{self.host}", "Content_Length": str(len(body))}
        return self.ask("/upload/page", "POST", body, X_File_Name=name, **{**sent, **headers})

    def stop(self, how: int = signal.SIGTERM) -> None:
        """End the server."""
        self.process.send_signal(how)
        self.process.wait(20)
        self.process.stdout.close()


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Start servers that end with the module."""
    started: list[Server] = []

    def start(*words: str, db: Path | None = None, first: str = "") -> Server:
        """``first`` runs in the server's process before it starts."""
        db = db or tmp_path_factory.mktemp("served") / "company.duckdb"
        server = Server(db, *words, first=first)
        started.append(server)
        return server

    yield start
    for server in started:
        if server.process.poll() is None:
            server.stop()


FILES = [
    SAMPLES / "canonical" / "content_2026-10.csv.gz",
    SAMPLES / "openai_chat" / "scratch_2026-10.jsonl.gz",
    SAMPLES / "openai_billing" / "cost_2026-10-01_2026-10-31.csv",
]
"""Three formats: requests as CSV, requests as JSON lines, and a bill."""


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose database holds the three files, for tests that change nothing in it."""
    db = tmp_path_factory.mktemp("loaded") / "company.duckdb"
    rebill("ingest", *FILES, "--db", db)
    server = Server(db)
    yield server
    server.stop()


@pytest.fixture
def tab(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open tabs; ``page.complaints`` holds what the browser objected to, and foreign requests."""
    contexts = []

    def open_tab(
        server: Server,
        path: str = "/",
        *,
        width: int = 1280,
        address: str = "",
        **options: object,
    ) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.complaints = _complaints(page, server)
        page.goto(address or server.url + path)
        return page

    yield open_tab
    for context in contexts:
        context.close()


def _complaints(page: Page, server: Server) -> list[str]:
    heard: list[str] = []
    own = (server.url, f"ws://{server.host}", "data:", "blob:")
    page.on("console", lambda m: heard.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("request", lambda r: None if r.url.startswith(own) else heard.append(r.url))
    return heard


FIGURES = "[data-figures]"


def until(holds: Callable[[], bool]) -> None:
    """Wait until a condition of the file system holds."""
    for _ in range(PATIENCE_MS // 50):
        if holds():
            return
        time.sleep(0.05)
    pytest.fail("it never came to hold")


def upload(page: Page, files: list[Path]) -> None:
    """Choose files, and wait until each is ready to load."""
    page.locator("input[type=file]").set_input_files([str(file) for file in files])
    page.get_by_role("heading", name="Uploaded, not loaded yet").wait_for()
    page.get_by_role("button", name=f"Load {files[-1].name}").wait_for()


def switch(page: Page, lever: str) -> Locator:
    """Return a lever's switch."""
    return page.locator(f"[data-lever={lever}] .q-toggle")


def settled(page: Page) -> None:
    """Wait until the figures are those of the scenario as it stands."""
    page.wait_for_function("document.querySelector('[data-settled=yes]')")


def fetched(page: Page, name: str) -> bytes:
    """Download a file of the scenario and return its bytes."""
    with page.expect_download() as waiting:
        page.get_by_role("link", name=name, exact=True).click()
    assert waiting.value.suggested_filename == name
    return waiting.value.path().read_bytes()
