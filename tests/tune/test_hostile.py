"""Bounds that are no numbers, too few days, rules that fit nothing: one clear line each."""

import json

import pytest
from click.testing import CliRunner

from analyzer.cli import cli
from analyzer.errors import PolicyError
from analyzer.ingest.load import ingest_file
from tests.tune.world import CACHED, CHEAP, ROUTED, START, load


def run(db, tmp_path, *words, text=ROUTED):
    policy = tmp_path / "p.toml"
    policy.write_text(text)
    return CliRunner().invoke(cli, [words[0], "--policy", str(policy), "--db", str(db), *words[1:]])


@pytest.mark.parametrize(
    "bound",
    [
        ("--max-added-latency", "nan"),
        ("--max-wait", "inf"),
        ("--max-staleness", "1e300"),
        ("--max-staleness", "-5"),
        ("--min-quality", "nan"),
        ("--min-quality", "1.01"),
        ("--holdout", "nan"),
        ("--holdout", "1"),
        ("--max-provider-share", "nan"),
        ("--folds", "-1"),
    ],
)
def test_a_bound_that_is_no_sensible_number_is_refused(db, tmp_path, bound):
    result = run(db, tmp_path, "tune", *bound)
    assert result.exit_code == 2, result.output
    (said,) = (line for line in result.stderr.splitlines() if line.startswith("Error"))
    assert bound[0] in said


@pytest.mark.parametrize(
    ("bound", "said"),
    [
        (("--holdout", "0.001"), "--holdout 0.001 of 20 days is 0 days: tuning and its test need"),
        (("--folds", "20"), "--folds 20: the log spans 20 days, and is cut into one part more"),
    ],
)
def test_days_that_are_too_few_are_named(db, tmp_path, bound, said):
    result = run(db, tmp_path, "tune", *bound)
    assert isinstance(result.exception, PolicyError)
    assert said in str(result.exception)


def test_a_single_request_is_tuned_without_a_test_and_no_column_pretends_one(tmp_path):
    row = {"request_id": "a", "ts": START, "model": "gpt-4o", "feature": "chat",
           "input_tokens": 10, "output_tokens": 10, "response_chars": 50}  # fmt: skip
    load(tmp_path / "one.duckdb", "one.jsonl", [row], ingest_file)
    text = ROUTED.replace('"difficulty"', '"length"')
    few = run(tmp_path / "one.duckdb", tmp_path, "tune", text=text)
    assert "of 1 day is 0 days" in str(few.exception)
    result = run(tmp_path / "one.duckdb", tmp_path, "tune", "--holdout", "0", text=text)
    assert result.exit_code == 0, result.output
    assert "Tuned on 1 day." in result.stdout
    assert "$0 out" not in result.stdout
    assert "held out:" not in result.stdout


def test_a_rule_that_fits_nothing_is_named_when_tuning_and_when_checking(db, tmp_path):
    text = ROUTED + CACHED.replace('"*"', '"chatt"')
    said = "[[caching]] number 1 of the policy changes nothing: no feature of the log is chatt"
    tuned = run(db, tmp_path, "tune", text=text)
    assert f"note: {said}" in tuned.stderr
    json.loads(run(db, tmp_path, "tune", "--json", text=text).stdout)
    assert f"note: {said}" in run(db, tmp_path, "check", text=text).stderr
    policy = ["--policy", str(tmp_path / "p.toml"), "--db", str(db)]
    needed = CliRunner().invoke(cli, ["evals", "needed", *policy])
    assert f"note: {said}" in needed.stderr
    assert CHEAP in tuned.stdout
