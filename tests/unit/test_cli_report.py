"""``rebill report`` and ``rebill export`` as a user types them: formats, files, - and mistakes."""

import csv
import json
from io import StringIO

import click
import pytest

from analyzer.cli import cli
from analyzer.errors import PolicyError, RebillError
from tests.strategies.written import canonical_jsonl
from tests.unit.test_cli import POLICY, PRICES, ROWS


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "log.jsonl").write_text(canonical_jsonl(ROWS))
    (tmp_path / "prices.toml").write_text(PRICES)
    (tmp_path / "a.toml").write_text(POLICY)
    (tmp_path / "b.toml").write_text('name = "nothing"\n')
    cli.main(["ingest", "log.jsonl"], standalone_mode=False)
    capsys.readouterr()

    def command(*words):
        cli.main([*words, "--prices", "prices.toml"], standalone_mode=False)
        return capsys.readouterr().out

    return command


@pytest.mark.parametrize(
    ("form", "starts"),
    [
        ("html", "<!DOCTYPE html>"),
        ("md", "# What “p” would have cost"),
        ("json", "{"),
        ("csv", "table,row,column,value"),
    ],
)
def test_each_format_goes_to_its_own_file_or_to_stdout(run, tmp_path, form, starts):
    printed = run("report", "--policy", "a.toml", "--format", form, "-o", "-")
    assert printed.startswith(starts)
    said = run("report", "--policy", "a.toml", "--format", form)
    assert said == f"rebill-report.{form}\n"
    written = (tmp_path / f"rebill-report.{form}").read_bytes().decode()
    assert written.splitlines() == printed.splitlines()


def test_two_policies_are_compared_in_every_format(run):
    for form in ("html", "md", "json", "csv"):
        out = run("report", "--compare", "a.toml", "b.toml", "--format", form, "-o", "-")
        assert "nothing" in out
    policies = json.loads(
        run("report", "--compare", "a.toml", "b.toml", "--format", "json", "-o", "-")
    )
    assert [found["policy"] for found in policies["policies"]] == ["p", "nothing"]


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--policy", "a.toml", "--compare", "a.toml", "b.toml"),
        ("--compare", "a.toml"),
        ("--compare", "old.json", "older.json", "oldest.json"),
        ("a.toml",),
    ],
)
def test_a_report_needs_one_policy_or_two_to_compare(run, words):
    with pytest.raises(click.UsageError, match=r"one policy with --policy; or --compare two"):
        run("report", *words)


def test_a_missing_policy_to_compare_is_named(run):
    with pytest.raises(PolicyError, match=r"none\.toml: cannot be read"):
        run("report", "--compare", "a.toml", "none.toml")


def test_the_export_holds_both_sides_or_the_one_that_is_asked_for(run, tmp_path):
    rows = list(csv.DictReader(StringIO(run("export", "--policy", "a.toml", "--to", "focus"))))
    assert {row["x_RebillScenario"] for row in rows} == {"before", "after"}
    words = ("--side", "after", "-o", "after.csv")
    assert run("export", "--policy", "a.toml", "--to", "focus", *words) == "after.csv\n"
    with (tmp_path / "after.csv").open(newline="") as file:
        assert {row["x_RebillScenario"] for row in csv.DictReader(file)} == {"after"}


def test_an_earlier_report_is_set_beside_this_log_under_its_own_policy(run, tmp_path):
    run("report", "--policy", "a.toml", "--format", "json", "-o", "old.json")
    for form in ("html", "md", "json", "csv"):
        out = run("report", "--compare", "old.json", "--format", form, "-o", "-")
        assert out.strip()
    changed = json.loads(run("report", "--compare", "old.json", "--format", "json", "-o", "-"))
    assert changed["earlier"]["before_pico_usd"] == changed["now"]["before_pico_usd"]
    assert changed["earlier"]["after_pico_usd"] == changed["now"]["after_pico_usd"]
    assert {part["pico_usd"] for part in changed["parts"]} == {"0"}
    other = run("report", "--policy", "b.toml", "--compare", "old.json", "-o", "-")
    assert "The two policies are not the same text." in other


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not JSON"),
        ("[]", "the whole"),
        ('{"policy": "p"}', "price_date: field required"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_an_earlier_report_that_is_none_is_refused_in_one_line(run, tmp_path, text, said):
    (tmp_path / "old.json").write_text(text)
    with pytest.raises(RebillError, match=said) as refused:
        run("report", "--compare", "old.json")
    assert "\n" not in str(refused.value)
    assert str(refused.value).startswith("old.json: ")


def test_what_simulate_printed_is_compared_too_if_a_policy_is_named(run, tmp_path):
    (tmp_path / "old.json").write_text(run("simulate", "--policy", "a.toml", "--json"))
    assert "Then and now" in run("report", "--policy", "a.toml", "--compare", "old.json", "-o", "-")
    with pytest.raises(RebillError, match="add --policy FILE"):
        run("report", "--compare", "old.json")
