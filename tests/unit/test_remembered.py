"""Kept sums answer again where nothing they depend on has changed, and never elsewhere."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from analyzer.analyze import replay_log
from analyzer.commands.asking import find, question_of
from analyzer.ingest.load import ingest_file
from analyzer.store import Store

POLICY = """
name = "two levers"
[[model_selection]]
feature = "*"
to = "small"
[[caching]]
feature = "*"
ttl_seconds = {ttl}
[[batch_api]]
feature = "*"
discount = {discount}
"""
PRICES = """
currency = "USD"
[[price]]
model = "big"
input = "10"
output = "{big}"
[[price]]
model = "small"
input = "1"
output = "2"
tokenizer_ratio = "{ratio}"
"""
ASKED = {"ttl": 60, "discount": "0.5", "big": "30", "ratio": "1"}


class Desk:
    """A database of one log, and a policy and prices to ask it about."""

    def __init__(self, folder):
        self.folder, self.db = folder, folder / "rebill.duckdb"
        start = datetime(2026, 10, 1, tzinfo=UTC)
        rows = [
            {
                "request_id": f"r{n}",
                "ts": (start + timedelta(seconds=40 * n)).isoformat(),
                "model": "big",
                "feature": "chat",
                "input_tokens": 100 + n,
                "output_tokens": 7,
                "prompt_key": "same",
            }
            for n in range(6)
        ]
        (folder / "log.jsonl").write_text("\n".join(map(json.dumps, rows)))
        with Store.open(self.db) as store:
            store.unlock_digests()
            ingest_file(store, folder / "log.jsonl")

    def files(self, asked):
        (self.folder / "policy.toml").write_text(POLICY.format(**asked))
        (self.folder / "prices.toml").write_text(PRICES.format(**asked))
        return self.db, self.folder / "policy.toml", (str(self.folder / "prices.toml"),)

    def steps(self, **changed):
        """Ask, and keep the sums."""
        return find(*self.files(ASKED | changed)).steps

    def is_known(self, **changed):
        """Whether the answer stands on kept sums."""
        db, policy, prices = self.files(ASKED | changed)
        with Store.open(db, read_only=True) as store:
            replay_log(store, question_of(store, policy, prices, "requests"))
            return not store.kept.new

    def run(self, sql):
        with Store.open(self.db) as store:
            store.rows(sql)

    def findings(self):
        return find(*self.files(ASKED))


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def test_the_second_answer_stands_on_kept_sums_and_is_the_same(desk):
    assert not desk.is_known()
    first = desk.steps()
    assert desk.is_known()
    assert desk.steps() == first


def test_another_price_or_discount_is_answered_from_the_same_sums(desk, tmp_path_factory):
    desk.steps()
    for changed in ({"big": "44"}, {"discount": "0.25"}):
        assert desk.is_known(**changed)
        elsewhere = Desk(tmp_path_factory.mktemp("fresh"))
        assert desk.steps(**changed) == elsewhere.steps(**changed)


@pytest.mark.parametrize("changed", [{"ttl": 30}, {"ratio": "1.5"}])
def test_what_changes_a_decision_or_a_count_is_replayed_anew(desk, changed):
    before = desk.steps()
    assert not desk.is_known(**changed)
    assert desk.steps(**changed) != before


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE requests SET output_tokens = 8 WHERE request_id = 'r3'",
        "UPDATE requests SET prompt_key = 1 WHERE request_id = 'r1'",
        "DELETE FROM requests WHERE request_id = 'r0'",
        "INSERT INTO feature_names VALUES ('chat', 'support')",
    ],
)
def test_sums_of_other_data_are_never_used(desk, change):
    before = desk.steps()
    desk.run(change)
    assert not desk.is_known()
    assert desk.steps() != before


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE requests SET logged_cost_pico = 5 WHERE request_id = 'r2'", "reconciliation"),
        ("UPDATE requests SET user_key = 1", "board"),
    ],
)
def test_no_table_of_the_report_is_told_from_other_data(desk, change, told):
    before = desk.findings()
    assert desk.findings() == before
    desk.run(change)
    after = desk.findings()
    assert getattr(after, told) != getattr(before, told)
    desk.run("DELETE FROM kept_answers")
    assert desk.findings() == after


def test_stale_sums_are_dropped(desk):
    desk.steps()
    desk.steps(ttl=30)
    desk.run("UPDATE requests SET output_tokens = 8 WHERE request_id = 'r3'")
    desk.steps()
    with Store.open(desk.db, read_only=True) as store:
        assert store.rows("SELECT count(DISTINCT data) FROM kept_answers") == [(1,)]


def test_a_database_that_cannot_be_written_is_still_answered(desk):
    expected = desk.steps()
    with Store.open(desk.db) as store:
        store.rows("DELETE FROM kept_answers")
    desk.db.chmod(0o444)
    assert desk.steps() == expected
