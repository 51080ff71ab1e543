"""The gate: what a change of policy costs, and the four ways it can end."""

import json

import pytest
from click.testing import CliRunner

from analyzer.cli import cli
from analyzer.errors import GateError, UnevaluatedError
from analyzer.ingest.load import ingest_file
from analyzer.store import Store

FEATURE = "a|b<img>"
NONE = 'name = "as today"\n'
CHEAP = '[[model_selection]]\nfeature = "*"\nto = "gpt-4o-mini"\n'


@pytest.fixture
def world(tmp_path):
    rows = [
        {"ts": 1_790_000_000 + n * 3600, "model": model, "feature": feature,
         "input_tokens": 1_000_000, "output_tokens": 0}
        for n, (model, feature) in enumerate([("gpt-4o", FEATURE), ("gpt-4o-mini", "other"),
                                              ("no-such-model", "other")])
    ]  # fmt: skip
    (tmp_path / "log.jsonl").write_text("\n".join(map(json.dumps, rows)))
    with Store.open(tmp_path / "x.duckdb") as store:
        store.unlock_digests()
        ingest_file(store, tmp_path / "log.jsonl")
    (tmp_path / "none.toml").write_text(NONE)
    (tmp_path / "cheap.toml").write_text(CHEAP)
    return tmp_path


def check(world, policy, *words, db="x.duckdb"):
    asked = ["check", "--policy", str(world / policy), "--db", str(world / db), *words]
    return CliRunner().invoke(cli, asked)


def against(world, name):
    return "--against", str(world / name)


def test_a_cheaper_policy_passes_and_the_difference_is_exact(world):
    result = check(world, "cheap.toml", *against(world, "none.toml"), "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    # $2.50 and $0.15 per million tokens; the mini's own request stays as it is.
    assert (told["before_usd"], told["after_usd"]) == ("2.65", "0.3")
    assert told["features"][FEATURE] == {"before_usd": "2.5", "after_usd": "0.15"}
    assert told["unpriced_requests"] == 1
    assert "1 requests without a price are in neither" in result.stderr


@pytest.mark.parametrize(("most", "fails"), [("783.3%", True), ("783.4%", False), ("8", False)])
def test_the_gate_closes_just_above_what_is_allowed(world, most, fails):
    """From $0.30 to $2.65 is 783.33% more."""
    result = check(world, "none.toml", *against(world, "cheap.toml"), "--max-increase", most)
    assert isinstance(result.exception, GateError) == fails, result.output
    assert fails or result.exit_code == 0


def test_without_another_policy_todays_calls_are_compared(world):
    assert json.loads(check(world, "cheap.toml", "--json").stdout)["before_usd"] == "2.65"


@pytest.mark.parametrize("db", ["x.duckdb", "none.duckdb"])
def test_what_could_not_be_evaluated_is_neither_a_pass_nor_a_failure(world, db):
    (world / "bad.toml").write_text(CHEAP.replace("gpt-4o-mini", "no-such-model"))
    result = check(world, "bad.toml", db=db)
    assert isinstance(result.exception, UnevaluatedError)
    assert result.exception.exit_code == 3


def test_a_features_name_is_no_markup_in_a_comment(world):
    table = check(world, "cheap.toml", "--markdown").stdout
    assert "a&#124;b&#60;img&#62;" in table
    assert all(line.count("|") == 6 for line in table.splitlines()[:4])
