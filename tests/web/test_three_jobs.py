"""The three jobs in a real Chromium: upload, tune, download, on files of three formats."""

from __future__ import annotations

import json
import re

import pytest

from tests.web.conftest import FIGURES, FILES, fetched, rebill, settled, switch, upload

FEATURE = "translation"


@pytest.fixture(scope="module")
def server(serve):
    return serve()


def test_upload_tune_and_download(serve, tab, tmp_path):
    server = serve()
    page = tab(server)
    upload(page, FILES)
    for sentence in ("rebill's own log", "Rows in 7,485", "Cannot tell: no feature"):
        page.get_by_text(re.compile(re.escape(sentence), re.IGNORECASE)).first.wait_for()
    page.get_by_role("button", name="Load all 3 files").click()
    page.get_by_role("heading", name="Loaded", exact=True).wait_for()
    listed = page.get_by_role("region", name="Files").inner_text()
    assert all(file.name in listed for file in FILES)
    assert list(server.uploads.iterdir()) == []

    page.goto(f"{server.url}/explore")
    page.get_by_role("heading", name="Reconciled with the bill").wait_for()
    assert FEATURE in page.get_by_role("region", name="Spend by feature").inner_text()

    page.goto(f"{server.url}/tune")
    switch(page, "caching").click()
    slider = page.get_by_label("Keeps an answer for")
    slider.focus()
    slider.press("End")
    page.get_by_text("30 days", exact=True).wait_for()
    switch(page, "model_selection").click()
    page.get_by_label("Call this model instead").fill("gpt-4o-mini")
    page.get_by_label("Call this model instead").press("Enter")
    page.locator("[data-lever=model_selection] .saves").wait_for()
    settled(page)
    shown = page.locator(FIGURES).inner_text()

    policy = tmp_path / "policy.toml"
    policy.write_bytes(fetched(page, "policy.toml"))
    assert "ttl_seconds = 2592000" in policy.read_text()
    found = json.loads(rebill("simulate", "--policy", policy, "--db", server.db, "--json"))
    for sum_of in ("monthly_before_usd", "monthly_after_usd"):
        assert f"${found['projection'][sum_of]:,.2f}" in shown
    for name, command in WRITTEN.items():
        file = tmp_path / name
        told = rebill(*command, "--policy", policy, "--db", server.db, *to_file(command, file))
        assert fetched(page, name) == (file.read_bytes() if file.exists() else told), name
    assert page.complaints == []


WRITTEN = {
    "report.html": ("report",),
    "report.md": ("report", "--format", "md"),
    "report.csv": ("report", "--format", "csv"),
    "report.json": ("report", "--format", "json"),
    "simulate.json": ("simulate", "--json"),
    "focus.csv": ("export", "--to", "focus"),
    "litellm.yaml": ("export", "--to", "litellm"),
    "llm_policy.py": ("export", "--to", "python"),
}


def to_file(command, file):
    return () if command[0] == "simulate" else ("-o", file)


def test_the_same_file_twice_counts_once_and_can_be_taken_out(server, tab):
    rebill("ingest", FILES[1], "--db", server.db)
    page = tab(server)
    upload(page, FILES[1:2])
    page.get_by_role("button", name=f"Load {FILES[1].name}").click()
    page.get_by_text("these bytes were loaded before").wait_for()
    page.get_by_role("button", name=f"Take out {FILES[1].name}").click()
    page.get_by_role("button", name="Take it out").click()
    page.get_by_text("taken out, with its 348 rows").wait_for()
    listed = json.loads(rebill("sources", "--db", server.db, "--json"))
    assert FILES[1].name not in {source["file"] for source in listed["sources"]}


def test_rejects_can_be_downloaded_with_their_reasons(server, tab, tmp_path):
    file = tmp_path / "=cmd.jsonl"
    line = {"ts": "2026-10-01T00:00:00Z", "model": "gpt-4o", "input_tokens": 1, "output_tokens": 1}
    file.write_text(json.dumps(line) + "\n" + json.dumps({**line, "ts": "never"}) + "\n")
    page = tab(server)
    upload(page, [file])
    page.get_by_role("button", name="Load =cmd.jsonl").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="reasons (CSV)").click()
    rows = waiting.value.path().read_text().splitlines()
    assert rows[0] == "file,line,reason"
    assert rows[1].startswith("'=cmd.jsonl,2,")


def test_another_log_is_read_through_a_mapping(server, tab, tmp_path):
    file = tmp_path / "odd.csv"
    file.write_text("when,answered by,in,out\n2026-10-01T00:00:00Z,gpt-4o,10,20\n")
    page = tab(server)
    upload(page, [file])
    page.get_by_text("odd.csv: fits no known format").wait_for()
    page.get_by_role("button", name="Say which column holds what").click()
    page.get_by_text("model is missing").wait_for()  # the others are told from their names
    page.get_by_label("Model (needed)").click()
    page.get_by_role("option", name="answered by").click()
    page.get_by_text("Rows in 1 = readable 1 + rejects 0.").wait_for()
    page.get_by_text("How each column is read").click()
    assert "gpt-4o" in page.get_by_role("region", name="The first rows").inner_text()
    page.get_by_role("button", name="Discard odd.csv").click()
    page.get_by_role("heading", name="Uploaded, not loaded yet").wait_for(state="detached")


SLOW = """
import time, analyzer.web.loading as loading
quick = loading.sources
loading.sources = lambda desk: (time.sleep(1.5), quick(desk))[1]
"""


def test_a_press_is_not_lost_while_a_slow_database_is_read(serve, tab, tmp_path):
    """Nothing above a button may go away between its being pressed and being let go."""
    file = tmp_path / "odd.csv"
    file.write_text("when,answered by,in,out\n2026-10-01T00:00:00Z,gpt-4o,10,20\n")
    page = tab(serve(first=SLOW))
    page.get_by_role("button", name="Try it with the sample company").wait_for()
    page.locator("input[type=file]").set_input_files(str(file))
    button = page.get_by_role("button", name="Say which column holds what")
    button.hover()
    page.mouse.down()
    page.wait_for_timeout(1_500)
    page.mouse.up()
    page.get_by_label("Model (needed)").wait_for(timeout=10_000)


def test_what_a_log_names_is_shown_as_text(serve, tab, tmp_path):
    evil = "<img src=x onerror=alert(1)>"
    file = tmp_path / f"{evil.replace('/', '')}.csv"
    head = "ts,model,feature,input_tokens,output_tokens\n"
    file.write_text(
        head + f"2026-10-01T00:00:00Z,gpt-4o,{evil},900,9\n2026-10-02T00:00:00Z,{evil},x,900,9\n"
    )
    server = serve()
    page = tab(server)
    upload(page, [file])
    page.get_by_text("How each column is read").click()
    page.get_by_role("button", name=f"Load {file.name}").click()
    page.get_by_role("button", name=f"Take out {file.name}").wait_for()
    seen = page.content()
    for path, heading in (("/explore", "Without a known price"), ("/tune", "Quality and limits")):
        page.goto(server.url + path)
        page.get_by_role("heading", name=heading).wait_for()
        assert evil in page.locator(".page").inner_text()
        seen += page.content()
    assert "<img" not in seen
    assert page.complaints == []


def test_a_bill_is_read_through_a_mapping(server, tab, tmp_path):
    file = tmp_path / "bill.csv"
    file.write_text(
        "account;4711\n\nstart date;end date;description;amount (USD)\n"
        "2026-10-01;2026-10-31;tokens;1.250,75\n"
    )
    page = tab(server)
    upload(page, [file])
    page.get_by_text("bill.csv: fits no known format").wait_for()
    page.get_by_role("button", name="Say which column holds what").click()
    page.get_by_label("A row is", exact=True).click()
    page.get_by_role("option", name="billed money").click()
    page.get_by_label("Provider of every row").fill("google")
    page.get_by_label("Currency of every row").fill("USD")
    page.get_by_label("Amount: written").click()
    page.get_by_role("option", name="in dollars: 1.234,56").click()
    page.get_by_label("End: written").click()
    page.get_by_role("option", name="as its last day or month").click()
    page.get_by_text("2026-11-01T00:00:00Z").wait_for(state="attached")  # the last preview
    page.get_by_text("How each column is read").click()
    assert "1250.75" in page.get_by_role("region", name="The first rows").inner_text()
    page.get_by_role("button", name="Discard bill.csv").click()
    page.get_by_role("heading", name="Uploaded, not loaded yet").wait_for(state="detached")


USAGE = (
    "start_time,end_time,start_time_iso,num_model_requests,project_id,api_key_id,model,batch,"
    "input_tokens,output_tokens\n1788220800,1788307200,x,10,{project},,gpt-4o,False,1000,50\n"
)


def test_money_that_is_loaded_already_is_refused_until_the_user_says_what_it_is(
    serve, tab, tmp_path
):
    page = tab(serve())
    for name, project in (("models.csv", ""), ("projects.csv", "proj_a")):
        file = tmp_path / name
        file.write_text(USAGE.format(project=project))
        upload(page, [file])
        page.get_by_role("button", name=f"Load {name}").click()
    said = page.get_by_text("it would count twice. Say under Read it another way what it is")
    said.wait_for()
    page.get_by_text("Read it another way", exact=True).click()
    page.get_by_label("Money of the same days that is loaded already").click()
    page.get_by_role("option", name="gives way: this file takes its place").click()
    page.get_by_role("button", name="Load projects.csv").click()
    page.get_by_text("took the place of models.csv").wait_for()
    page.get_by_role("button", name="Take out projects.csv").wait_for()
    assert page.get_by_role("button", name="Take out models.csv").count() == 0
