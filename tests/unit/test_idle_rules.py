"""A rule that no request falls under is named, so that a misspelt glob is not a saving of $0."""

import json

import pytest
from click.testing import CliRunner

from analyzer.cli import cli

ROWS = [
    {"ts": f"2026-10-{day:02d}T08:00:00Z", "model": "gpt-4o", "feature": feature,
     "input_tokens": 1000, "output_tokens": 10}
    for day in range(1, 20) for feature in ("chat_a", "chat_b")
]  # fmt: skip


def rule(feature, **more):
    keys = "".join(f'{key} = "{value}"\n' for key, value in more.items())
    return f'[[model_selection]]\nfeature = "{feature}"\nto = "gpt-4o-mini"\n{keys}'


def warnings(tmp_path, policy):
    (tmp_path / "log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    (tmp_path / "policy.toml").write_text(policy)
    db = ["--db", str(tmp_path / "log.duckdb")]
    for words in (
        ["ingest", str(tmp_path / "log.jsonl"), *db],
        ["simulate", "--policy", str(tmp_path / "policy.toml"), "--json", *db],
    ):
        done = CliRunner().invoke(cli, words, catch_exceptions=False)
        assert done.exit_code == 0, done.output
    return json.loads(done.stdout)["projection"]["warnings"]


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        (
            rule("chatt_*"),
            "number 1 of the policy changes nothing: no feature of the log is chatt_*",
        ),
        (rule("*", **{"from": "claude-*"}), "no logged model is claude-*; the log has gpt-4o"),
        (
            '[[caching]]\nfeature = "*"\nttl_seconds = 1\n[[caching]]\nfeature = "chat_a"\n'
            "ttl_seconds = 9\n",
            "[[caching]] number 2 of the policy changes nothing: rules before it",
        ),
    ],
)
def test_a_rule_that_takes_nothing_is_named(tmp_path, policy, said):
    (warning,) = warnings(tmp_path, policy)
    assert said in warning


def test_rules_that_take_something_are_not(tmp_path):
    assert warnings(tmp_path, rule("chat_a") + rule("chat_*")) == []
