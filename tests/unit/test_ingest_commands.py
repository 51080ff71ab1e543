"""What a user types and what comes back: ingest, sources, evals load."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys

import pytest

ROW = {"ts": 1788249600, "model": "gpt-4o", "input_tokens": 100, "output_tokens": 5}


@pytest.fixture
def rebill(tmp_path):
    """Run the command in a folder of its own."""

    def run(*words):
        code = "from analyzer.cli import main; main()"
        paths = os.pathsep.join(path for path in sys.path if path)
        return subprocess.run(
            [sys.executable, "-c", code, *map(str, words)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PYTHONPATH": paths},
        )

    return run


def _log(tmp_path, name="log.jsonl"):
    rows = [{**ROW, "request_id": f"r{n}", "feature": "chat" if n else None} for n in range(4)]
    bad = [{**ROW, "output_tokens": -n} for n in range(1, 6)]
    lines = [json.dumps(row) for row in (*rows, rows[0], *bad)]
    path = tmp_path / name
    path.write_text("\n".join(lines))
    return path


def test_ingest_prints_the_account_of_each_file(rebill, tmp_path):
    _log(tmp_path)
    done = rebill("ingest", "log.jsonl")
    assert done.returncode == 0
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "log.jsonl: canonical, requests",
        "  rows in 10 = loaded 4 + duplicates 1 + rejects 5",
        "  from 2026-09-01T08:00:00Z to 2026-09-01T08:00:00Z",
        "  60.0% of the rows name a feature",
        "  line 6: output_tokens is not a whole number from 0 to 1,000,000,000",
        "  line 7: output_tokens is not a whole number from 0 to 1,000,000,000",
        "  line 8: output_tokens is not a whole number from 0 to 1,000,000,000",
        "  and 2 more like these; rebill sources rejects lists all",
        "attribution: 75.0% of the requests' $0.0012 names a feature",
    ]
    again = rebill("ingest", "log.jsonl")
    assert again.returncode == 0
    assert "  rows in 10 = loaded 0 + duplicates 10 + rejects 0" in again.stdout
    assert "these bytes were loaded before" in again.stdout


def test_a_file_that_cannot_be_read_costs_no_other(rebill, tmp_path):
    _log(tmp_path)
    (tmp_path / "odd.csv").write_text("colour,size\nred,3\n")
    done = rebill("ingest", "none.jsonl", ".", "odd.csv", "log.jsonl", "--json")
    assert done.returncode == 2
    answer = json.loads(done.stdout)
    assert [file["file"] for file in answer["files"]] == ["log.jsonl"]
    assert answer["rows_in"] == answer["rows_loaded"] + answer["duplicates"] + answer["rejects"]
    assert [error.split(": ")[1][:12] for error in answer["errors"]] == [
        "no such file", "this is a fo", "fits no know",
    ]  # fmt: skip
    assert [line for line in done.stderr.splitlines() if not line.startswith("rebill: ")] == []
    money = answer["attribution"]["requests"]
    assert 0 < money["tagged_usd"] < money["usd"]
    assert answer["files"][0]["first_ts"] == "2026-09-01T08:00:00Z"
    assert answer["files"][0]["reasons"][0]["line"] == 6


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["ingest", "log.jsonl", "--format", "nope"], "--format nope: no such format"),
        (["ingest", "log.jsonl", "--feature", "a..b"], "'a..b' is not a path"),
        (["ingest", "log.jsonl", "--db", "log.jsonl"], "log.jsonl: this is not a database"),
        (["ingest", "log.jsonl", "--db", "no/x.duckdb"], "there is no such folder; make it first"),
        (["sources"], "no database there; load a log first: rebill ingest FILE"),
        (["evals", "load", "log.jsonl"], "fits no known format"),
    ],
)
def test_bad_usage_is_one_clear_line(rebill, tmp_path, words, said):
    _log(tmp_path)
    done = rebill(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_sources_lists_what_was_loaded(rebill, tmp_path):
    _log(tmp_path)
    rebill("ingest", "log.jsonl", "--db", "x.duckdb")
    shown = rebill("sources", "--db", "x.duckdb")
    header, row = shown.stdout.splitlines()
    assert header.split()[:2] == ["file", "format"]
    assert row.split() == [
        "log.jsonl", "canonical", "10", "4", "1", "5", "2026-09-01", "2026-09-01",
        "75%", "0%", "0%",
    ]  # fmt: skip
    listed = json.loads(rebill("sources", "--db", "x.duckdb", "--json").stdout)["sources"]
    assert listed[0]["rows_in"] == 10
    assert listed[0]["coverage"] == {
        "requests": 4, "tagged": 3, "keyed": 0, "prefixed": 0, "measured": 0, "timed": 0,
    }  # fmt: skip


def test_rows_that_could_not_be_read_are_listed_with_their_reasons(rebill, tmp_path):
    _log(tmp_path)
    rebill("ingest", "log.jsonl", "--db", "x.duckdb")
    for words in (["log.jsonl"], []):
        listed = rebill("sources", "rejects", *words, "--db", "x.duckdb").stdout.splitlines()
        assert len(listed) == 5
        assert listed[0].startswith("log.jsonl: line 6: output_tokens is not a whole number")
    rows = json.loads(rebill("sources", "rejects", "--db", "x.duckdb", "--json").stdout)["rejects"]
    assert [row["line"] for row in rows] == [6, 7, 8, 9, 10]
    assert rebill("sources", "rejects", "no.csv", "--db", "x.duckdb").returncode == 2


def test_evals_load_says_what_it_replaced(rebill, tmp_path):
    (tmp_path / "s.csv").write_text("request_id,model,score\nr1,m,0.5\nr1,m,0.7\nr2,m,2\n")
    done = rebill("evals", "load", "s.csv")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "s.csv: quality scores",
        "  rows in 3 = loaded 1 + superseded 1 + rejects 1",
        "  1 of the 1 match no loaded request: they count as evidence once its log is loaded; "
        "check request_id if it is",
        "  line 4: score is not a number from 0 to 1",
    ]
    assert "1 took the place of an older score" in rebill("evals", "load", "s.csv").stdout


def test_evals_load_counts_the_scores_that_speak_of_no_request(rebill, tmp_path):
    call = {"ts": 1_790_035_200, "model": "m", "input_tokens": 1, "output_tokens": 1}
    log = [call | {"request_id": f"r{n}", "prompt": f"p{n}"} for n in range(3)]
    (tmp_path / "log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in log))
    rebill("ingest", "log.jsonl")
    for name, ids in (("request_id", ("r1", "r9")), ("prompt", ("p0", "p1", "other"))):
        rows = [json.dumps({name: one, "model": "m", "score": 1}) for one in ids]
        (tmp_path / "s.jsonl").write_text("\n".join(rows))
        said = rebill("evals", "load", "s.jsonl").stdout
        assert f"  1 of the {len(ids)} match no loaded request" in said
    (tmp_path / "s.csv").write_text("id,model,score\nr1,m,1\n")
    wrong = rebill("evals", "load", "s.csv")
    assert wrong.returncode == 2
    assert "Name its columns as in quality scores: request_id or prompt_key" in wrong.stderr
    assert "--mapping" not in wrong.stderr


def test_progress_shows_on_a_terminal_and_leaves_stdout_alone(tmp_path):
    _log(tmp_path)
    ours, theirs = pty.openpty()
    code = "from analyzer.cli import main; main()"
    paths = os.pathsep.join(path for path in sys.path if path)
    done = subprocess.run(
        [sys.executable, "-c", code, "ingest", "log.jsonl", "--json"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=theirs,
        check=True,
        env={**os.environ, "PYTHONPATH": paths, "TERM": "xterm"},
    )
    os.close(theirs)
    shown = os.read(ours, 65536)
    os.close(ours)
    assert json.loads(done.stdout)["rows_in"] == 10
    assert b"bytes" in shown or b"kB" in shown


def test_features_of_requests_and_of_totals_stand_in_tables_of_their_own(rebill, tmp_path):
    header = "date,entity_id,model,spend,flat_cost,api_requests,cache_read_input_tokens"
    usage = tmp_path / "usage.csv"
    usage.write_text(
        f"{header},prompt_tokens,completion_tokens\n2026-09-01,search,gpt-4o,1,0,9,0,1000,10\n"
    )
    rebill("ingest", _log(tmp_path), usage)
    lines = rebill("features").stdout.splitlines()
    totals = lines.index("Usage totals, which may be the same money as requests:")
    requests = lines.index("Requests:")
    assert [line.split()[0] for line in lines[totals + 2 : totals + 3]] == ["search"]
    assert [line.split()[0] for line in lines[requests + 2 : requests + 4]] == [
        "chat",
        "(untagged)",
    ]
