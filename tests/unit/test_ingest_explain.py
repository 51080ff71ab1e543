"""``ingest --explain`` and ``sources`` say how a mapped file is read, and what was set aside."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from analyzer.commands.ingest import command as ingest_command
from analyzer.commands.sources import command as sources_command
from analyzer.errors import FormatError
from tests.mapped_log import BASE, ROW, write_jsonl, write_mapping


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return lambda command, *words: CliRunner().invoke(command, list(words))


def test_explain_shows_how_a_file_is_read_and_loads_nothing(run, tmp_path):
    text = '[where]\nkind = "call"\n' + BASE + 'prompt_key = "p"\nlogged_cost = "cost"'
    write_mapping(tmp_path, text)
    call = {**ROW, "kind": "call", "p": "my secret prompt", "cost": 0.25}
    write_jsonl(tmp_path, {"kind": "exit"}, call, {**call, "o": -5})
    done = run(ingest_command, "log.jsonl", "--mapping", "mine.toml", "--explain")
    assert (done.exit_code, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("log.jsonl: mapping:mine (read by mine.toml), JSON lines with the k")
    assert lines[1] == "  because mine.toml names its columns: t, m, i, o, p, cost, kind"
    assert lines[2].startswith("  rows in 3 = readable 1 + rejects 1 + set aside 1; nothing was ")
    assert lines[3] == "  line 3: o is not a whole number from 0 to 1,000,000,000"
    assert "    prompt_key                1  p, kept as a digest" in lines
    assert "  input_tokens holds cached and written tokens (inclusive)" in lines
    (row,) = (line for line in lines if line.startswith("    line 2: ts 2026-09-01T08:00:00Z"))
    assert "input_tokens 100, output_tokens 5, prompt_key " in row
    assert row.endswith("logged_cost_usd 0.250000000000")
    assert "my secret prompt" not in done.stdout
    assert "    no latency: a cached answer counts as there when its request began" in lines
    assert "no prompt_key" not in done.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log.jsonl", "mine.toml"]


def test_explain_names_the_signature_of_a_built_in_format(run, tmp_path):
    row = {"ts": 1788249600, "model": "m", "input_tokens": 1, "output_tokens": 2}
    write_jsonl(tmp_path, row)
    done = run(ingest_command, "log.jsonl", "--explain", "--json")
    (found,) = json.loads(done.stdout)["files"]
    assert found["format"] == "canonical"
    assert found["why"] == "the first records have ts, model, input_tokens, output_tokens"
    assert found["rows_in"] == found["readable"] + found["rejects"] + found["set_aside"] == 1
    assert {"column": "user_key", "source": "user", "unit": "kept as a digest", "rows": 0} in (
        found["columns"]
    )
    assert "no prompt_key: caching is not assessable" in found["cannot"]
    named = run(ingest_command, "log.jsonl", "--explain", "--format", "canonical")
    assert "you named the format; the first records have its keys: ts, model" in named.stdout


def test_explain_says_what_totals_cannot_tell(run):
    folder = Path(__file__).parents[1] / "golden"
    usage = folder / "openai_usage_csv" / "completions_usage.csv"
    cost = folder / "openai_cost_csv" / "cost.csv"
    done = run(ingest_command, str(usage), str(cost), "none.csv", "--explain")
    assert done.exit_code == 2
    assert "none.csv: no such file" in done.stderr
    assert "totals, not requests" in done.stdout
    assert "money only: reconciled with logs, never replayed" in done.stdout


def test_a_mapping_and_a_format_are_too_much(tmp_path):
    write_mapping(tmp_path, BASE)
    words = ["x", "--mapping", str(tmp_path / "mine.toml"), "--format", "canonical"]
    done = CliRunner().invoke(ingest_command, words)
    assert isinstance(done.exception, FormatError)
    assert "leave --format out" in str(done.exception)


def test_sources_shows_what_was_set_aside(run, tmp_path):
    write_mapping(tmp_path, '[where]\nm = "gpt-4o"\n' + BASE)
    write_jsonl(tmp_path, ROW, {**ROW, "m": "other"})
    loaded = run(ingest_command, "log.jsonl", "--mapping", "mine.toml", "--json")
    assert json.loads(loaded.stdout)["set_aside"] == 1
    header, row = run(sources_command).stdout.splitlines()
    assert "set aside" in header
    assert row.split()[:7] == ["log.jsonl", "mapping:mine", "2", "1", "0", "0", "1"]
    (source,) = json.loads(run(sources_command, "--json").stdout)["sources"]
    assert source["set_aside"] == 1
