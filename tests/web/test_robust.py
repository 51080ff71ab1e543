"""Two tabs, a killed server, a locked database, a full disk: clear words, and nothing lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

from analyzer.web.scenario import to_link
from tests.web.conftest import ROOT, SAMPLES, rebill, until, upload

OTHER = SAMPLES / "openai_billing" / "cost_2026-10-01_2026-10-31.csv"
FILE = SAMPLES / "openai_chat" / "scratch_2026-10.jsonl.gz"
MOST_PICTURE_BYTES = 200_000
HOLD = (
    "import sys, duckdb; held = duckdb.connect(sys.argv[1]); print('held', flush=True); "
    "sys.stdin.read()"
)


def test_the_sample_is_two_clicks_from_its_report(serve, tab, tmp_path):
    server = serve()
    page = tab(server)
    page.get_by_role("button", name="Try it with the sample company").click()
    page.get_by_role("link", name="See its report").click()
    page.get_by_role("heading", name="What “field notes” would have cost").wait_for()
    page.wait_for_selector("html[data-charts=drawn]", state="attached")
    assert page.complaints == []
    picture = tmp_path / "app.png"
    page.goto(f"{server.url}/tune?s={to_link((SAMPLES / 'policy.toml').read_text())}")
    page.wait_for_function("document.querySelectorAll('.marks.known').length > 4")
    page.screenshot(path=picture)
    assert picture.stat().st_size <= MOST_PICTURE_BYTES
    assert size(picture) == size(SAMPLES / "app.png")
    if os.environ.get("KEEP_SCREENSHOT"):
        (SAMPLES / "app.png").write_bytes(picture.read_bytes())


def size(picture):
    """Width and height, as a PNG's header has them."""
    return picture.read_bytes()[16:24]


def test_a_browser_that_is_closed_in_the_middle_of_an_upload_leaves_nothing(serve, tab, tmp_path):
    server = serve()
    large = tmp_path / "large.jsonl"
    with large.open("wb") as file:
        file.truncate(64 << 20)
    page = tab(server)
    slow = page.context.new_cdp_session(page)
    slow.send("Network.enable")
    slow.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 1 << 20},
    )
    page.locator("input[type=file]").set_input_files(str(large))
    until(lambda: any(path.stat().st_size for path in server.uploads.iterdir()))
    page.context.close()
    until(lambda: not list(server.uploads.iterdir()))
    again = tab(server)
    again.get_by_role("button", name="Try it with the sample company").wait_for()


def test_a_server_killed_while_it_loads_loses_nothing(serve, tab, tmp_path):
    rows = 150_000
    file = tmp_path / "large.csv"
    with file.open("w") as out:
        out.write("request_id,ts,model,input_tokens,output_tokens\n")
        out.writelines(f"r{n},{1_790_812_800 + n},gpt-4o,{n % 900},7\n" for n in range(rows))
    server = serve()
    page = tab(server)
    upload(page, [file])
    page.get_by_role("button", name="Load large.csv").click()
    page.get_by_role("progressbar", name="Loading large.csv").wait_for()
    server.stop(signal.SIGKILL)
    again = serve(db=server.db)
    page = tab(again)
    page.get_by_role("button", name="Load large.csv").click()
    page.get_by_role("button", name="Take out large.csv").wait_for()
    listed = json.loads(rebill("sources", "--db", server.db, "--json"))["sources"]
    assert [source["rows_loaded"] for source in listed] == [rows]


def test_a_file_of_ten_gigabytes_is_refused_before_a_byte_is_sent(serve, tab, tmp_path):
    server = serve()
    huge = tmp_path / "huge.jsonl"
    with huge.open("wb") as file:
        file.truncate(10 << 30)  # a hole: it takes no disk
    page = tab(server)
    sent = []
    page.on("request", lambda request: sent.append(request.url))
    page.locator("input[type=file]").set_input_files(str(huge))
    page.get_by_role("alert").get_by_text("huge.jsonl: 10.0 GB is more than the 8.0 GB").wait_for()
    assert not [url for url in sent if "/upload/" in url]
    assert list(server.uploads.iterdir()) == []


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
        files = tab(server)
        upload(files, [OTHER])
        files.get_by_role("button", name=f"Load {OTHER.name}").click()
        files.get_by_role("alert").get_by_text("another process").first.wait_for()
        holder.stdin.close()
        holder.wait(20)
    files.get_by_role("button", name=f"Load {OTHER.name}").click()
    files.get_by_role("button", name=f"Take out {OTHER.name}").wait_for()
    page.reload()
    page.get_by_role("heading", name="By feature").wait_for()


def test_a_running_server_leaves_nothing_but_its_database_behind(serve, tmp_path):
    before = {path.name for path in ROOT.iterdir()}
    server = serve(db=tmp_path / "company.duckdb")
    assert server.ask("/").status == 200
    assert {path.name for path in tmp_path.iterdir()} - {"company.stderr"} == {
        "company.duckdb.uploads"
    }
    server.stop()
    assert {path.name for path in tmp_path.iterdir()} == {"company.stderr"}
    assert {path.name for path in ROOT.iterdir()} == before
    assert server.errors.read_text() == "stop with Ctrl-C\n"


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
