"""Two tabs, a killed server, a locked database, a full disk: clear words, and nothing lost."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

from tests.web.conftest import SAMPLES, rebill

FILE = SAMPLES / "openai_chat" / "scratch_2026-10.jsonl.gz"
HOLD = (
    "import sys, duckdb; held = duckdb.connect(sys.argv[1]); print('held', flush=True); "
    "sys.stdin.read()"
)


def test_the_sample_is_two_clicks_from_its_report(serve, tab):
    server = serve()
    page = tab(server)
    page.get_by_role("button", name="Try it with the sample company").click()
    page.get_by_role("link", name="See its report").click()
    page.get_by_role("heading", name="What “field notes” would have cost").wait_for()
    page.wait_for_selector("html[data-charts=drawn]", state="attached")
    assert page.complaints == []


def test_two_tabs_load_a_file_once(serve, tab):
    server = serve()
    first, second = tab(server), tab(server)
    first.locator("input[type=file]").set_input_files(str(FILE))
    first.get_by_role("button", name=f"Load {FILE.name}").wait_for()
    second.reload()
    second.get_by_role("button", name=f"Load {FILE.name}").wait_for()
    first.get_by_role("button", name=f"Load {FILE.name}").click()
    second.get_by_role("button", name=f"Load {FILE.name}").click()
    for page in (first, second):
        page.get_by_role("button", name=f"Take out {FILE.name}").wait_for()
    listed = json.loads(rebill("sources", "--db", server.db, "--json"))["sources"]
    assert [source["rows_loaded"] for source in listed] == [348]


def test_what_a_killed_server_had_received_waits_in_the_next_one(serve, tab):
    server = serve()
    assert server.upload(FILE.name, FILE.read_bytes()).status == 200
    (server.uploads / ("0" * 32)).write_bytes(b"half")
    server.stop(signal.SIGKILL)
    again = serve(db=server.db)
    assert not server.uploads.exists()
    assert {path.suffix for path in again.uploads.iterdir()} == {"", ".name"}
    page = tab(again)
    page.get_by_role("button", name=f"Load {FILE.name}").click()
    page.get_by_role("button", name=f"Take out {FILE.name}").wait_for()
    assert list(again.uploads.iterdir()) == []


def test_a_server_that_is_stopped_takes_its_uploads_along(serve):
    server = serve()
    assert server.upload(FILE.name, FILE.read_bytes()).status == 200
    server.stop()
    assert server.process.returncode == 0
    assert not server.uploads.parent.exists()


def test_a_database_that_a_command_holds_is_said_and_waited_for(serve, tab):
    server = serve()
    rebill("ingest", FILE, "--db", server.db)
    command = [sys.executable, "-c", HOLD, str(server.db)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        holder.stdout.readline()
        page = tab(server, "/explore")
        page.get_by_text("another process is using this database").wait_for()
        assert b"another process" in server.ask("/download/report.html").text
        holder.stdin.close()
        holder.wait(20)
    page.reload()
    page.get_by_role("heading", name="By feature").wait_for()


def test_an_empty_database_says_what_to_do(serve, tab):
    page = tab(serve(), "/explore")
    page.get_by_text("load a log first").wait_for()
    page.get_by_role("link", name="Load files").wait_for()


def test_a_missing_extra_is_said_with_its_mend(tmp_path):
    code = "import sys; sys.modules['nicegui'] = None\nfrom analyzer.cli import main\nmain()"
    done = subprocess.run(
        [sys.executable, "-c", code, "serve"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "pip install 'rebill[web]'" in done.stderr
