"""Scores loaded by prompt speak of every request of that prompt, and count once."""

import json

import pytest
from click.testing import CliRunner

from analyzer.cli import cli
from analyzer.commands.asking import find
from analyzer.ingest.load import ingest_file
from analyzer.ingest.scores import load_evals
from analyzer.pricing.book import open_book
from analyzer.store import Store
from analyzer.tune.answers import Answers
from analyzer.tune.days import Days
from tests.tune.world import START, load

DAY = START // 86_400
EVERY_DAY = Days(DAY, DAY + 40)


@pytest.fixture
def db(tmp_path):
    """Ninety requests of three prompts; two are scored by prompt, one request by its id."""
    rows = [
        {"request_id": f"r{n}", "ts": START + n, "model": "gpt-4o", "feature": "chat",
         "input_tokens": 100, "output_tokens": 10, "prompt_key": f"p{n % 3}"}
        for n in range(90)
    ]  # fmt: skip
    load(tmp_path / "x.duckdb", "log.jsonl", rows, ingest_file)
    scores = [
        {"prompt_key": "p0", "model": "gpt-4o-mini", "score": 1},
        {"prompt_key": "p1", "model": "gpt-4o-mini", "score": 0},
    ]
    load(tmp_path / "x.duckdb", "by-prompt.jsonl", scores, load_evals)
    one = [{"request_id": "r2", "model": "gpt-4o-mini", "score": 1}]
    load(tmp_path / "x.duckdb", "by-id.jsonl", one, load_evals)
    return tmp_path / "x.duckdb"


def test_each_judgement_counts_once_in_what_is_shown(db):
    told = json.loads(CliRunner().invoke(cli, ["evals", "show", "--db", str(db), "--json"]).stdout)
    assert told["evals"][0]["n"] == 3
    assert told["evals"][0]["mean"] == pytest.approx(2 / 3)


def test_tuning_knows_every_requests_score_and_no_more_evidence_than_there_is(db):
    with Store.open(db, read_only=True) as store:
        quality = Answers.of(store, open_book()).of_model("chat", "gpt-4o-mini", EVERY_DAY)
    assert (quality.n, quality.mean) == (3, pytest.approx(31 / 61))
    assert quality.low < 0.2


def test_thirty_requests_of_one_judgement_are_no_evidence(db, tmp_path):
    policy = tmp_path / "policy.toml"
    policy.write_text('[[model_selection]]\nfeature = "chat"\nto = "gpt-4o-mini"\n')
    evidence = find(db, policy, ()).attribution[0].evidence
    assert evidence["evidenced"] == 0
    assert evidence["assumed"] > 0


def test_a_prompt_is_kept_as_a_digest_and_its_score_can_be_replaced(db):
    again = [{"prompt": "p0", "model": "gpt-4o-mini", "score": 0.5}]
    load(db, "again.jsonl", again, load_evals)
    with Store.open(db, read_only=True) as store:
        held = store.rows("SELECT request_id, score FROM evals ORDER BY score")
    assert [score for _, score in held] == [0, 0.5, 1]
    assert not any("p0" in name or "p1" in name for name, _ in held)
