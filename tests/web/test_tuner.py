"""The tuner in a real Chromium: how far it is, stopped, used, and the file that it leaves."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from analyzer.errors import StoreError
from analyzer.web.desk import Desk
from analyzer.web.scenario import to_link
from tests.web.conftest import PATIENCE_MS, fetched, rebill, settled

POLICY = """
name = "caches"

[[caching]]
feature = "translation"
ttl_seconds = 600

[[batching]]
feature = "*"
max_size = 20
window_seconds = 60
"""
LONG = """
name = "long to search"

[[routing]]
feature = "*"
score = "length"
tiers = [
    { model = "gpt-4o-mini", accept = 0.5 },
    { model = "gpt-4.1", accept = 0.9 },
    { model = "gpt-4o" },
]

[[caching]]
feature = "*"
ttl_seconds = 2592000

[[compression]]
feature = "*"
compressor = "gpt-4o-mini"
ratio = 0.1

[[batching]]
feature = "*"
max_size = 100
window_seconds = 3600
"""


def opened(server, tab, policy=POLICY):
    page = tab(server, f"/tune?s={to_link(policy)}")
    page.get_by_role("button", name="Find better values").click()
    page.get_by_role("button", name="Start the search").click()
    return page


def test_a_search_is_stopped_and_changes_nothing(loaded, tab):
    page = opened(loaded, tab, LONG)
    page.get_by_role("progressbar", name="How far the search is").wait_for()
    page.get_by_role("button", name="Stop the search").click()
    page.get_by_text("Stopped. The policy is as it was.").wait_for()
    assert page.get_by_role("button", name="Start the search").is_enabled()
    assert page.get_by_role("button", name="Use the tuned policy").count() == 0


def test_a_tuned_policy_is_the_command_lines_and_can_be_undone(loaded, tab, tmp_path):
    page = opened(loaded, tab)
    page.get_by_role("button", name="Use the tuned policy").wait_for()
    policy, tuned = tmp_path / "policy.toml", tmp_path / "tuned.toml"
    settled(page)
    policy.write_bytes(fetched(page, "policy.toml"))
    rebill("tune", "--policy", policy, "--db", loaded.db, "-o", tuned)
    assert fetched(page, "tuned.toml") == tuned.read_bytes()
    found = page.get_by_role("region", name="Tuned policy in and out of sample").inner_text()
    assert "Held out" in found
    page.get_by_role("button", name="Use the tuned policy").click()
    name = page.get_by_label("Name of the scenario")
    expect(name).to_have_value("caches, tuned", timeout=PATIENCE_MS)
    page.get_by_role("button", name="Undo").click()
    expect(name).to_have_value("caches", timeout=PATIENCE_MS)
    settled(page)
    assert fetched(page, "policy.toml") == policy.read_bytes()
    assert page.complaints == []


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_policy_is_handed_out_as_the_command_line_wrote_it(loaded, tmp_path, end):
    """``rebill tune -o`` is the command that writes policies; a link may hold any file."""
    policy, tuned = tmp_path / "policy.toml", tmp_path / "tuned.toml"
    policy.write_text(POLICY)
    rebill("tune", "--policy", policy, "--db", loaded.db, "-o", tuned)
    text = tuned.read_text().replace("\n", end)
    answer = loaded.ask(f"/download/policy.toml?s={to_link(text)}")
    assert answer.text == text.encode()
    assert answer.headers["Content-Disposition"] == 'attachment; filename="policy.toml"'


def test_what_the_tuner_cannot_use_is_said(loaded, tab):
    page = tab(loaded, "/tune")
    page.get_by_role("button", name="Find better values").click()
    page.get_by_role("button", name="Start the search").click()
    page.get_by_role("alert").get_by_text("nothing to tune").wait_for()


def test_nothing_is_loaded_while_the_tuner_reads(tmp_path):
    desk = Desk(tmp_path / "company.duckdb", ())
    desk.read_elsewhere = "the tuner"
    with pytest.raises(StoreError, match="the tuner reads the database"), desk.writing():
        pytest.fail("it changed what the tuner reads")
