"""What loaded evals say of answers and of their length, and which evals to ask for next."""

import csv
import json
from decimal import Decimal

import pytest
from click.testing import CliRunner

from analyzer.cli import cli
from analyzer.ingest.load import ingest_file
from analyzer.ingest.scores import load_evals
from analyzer.savings.length_check import check_length
from analyzer.savings.needed import samples_for
from analyzer.savings.quality import wilson
from analyzer.store import Store

CHEAP, DEAR = "gpt-4o-mini", "gpt-4o"
POLICY = f"""
[[routing]]
feature = "chat"
score = "length"
tiers = [ {{ model = "{CHEAP}", accept = 0.8 }}, {{ model = "{DEAR}" }} ]
[[compression]]
feature = "summary"
compressor = "{CHEAP}"
ratio = 0.5
"""


def request(number, feature="chat", chars=200, **more):
    return {
        "request_id": f"r{number}", "ts": 1_790_000_000 + number * 600, "provider": "openai",
        "model": DEAR, "feature": feature, "input_tokens": 2000, "output_tokens": 50,
        "prompt_chars": 8000, "response_chars": chars, **more,
    }  # fmt: skip


@pytest.fixture
def db(tmp_path):
    path = tmp_path / "log.jsonl"
    rows = [request(n, chars=(3, 100, 160, 200)[n % 4]) for n in range(200)]
    rows += [request(n, "summary") for n in range(200, 240)]
    rows.append(request(240, request_id="=cmd()"))
    path.write_text("\n".join(json.dumps(row) for row in rows))
    database = tmp_path / "x.duckdb"
    with Store.open(database) as store:
        store.unlock_digests()
        ingest_file(store, path)
    return database


def load(db, rows):
    path = db.with_name("scores.csv")
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("request_id", "model", "score"), *rows])
    with Store.open(db) as store:
        store.unlock_digests()
        load_evals(store, path)


def run(*words):
    result = CliRunner().invoke(cli, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_length_is_checked_against_evals_by_hand(db):
    # Of lengths 3, 100, 160, 200: the last two reach 0.8. Good: 3 (short and right), 160 and 200.
    load(db, [(f"r{n}", CHEAP, (1, 0, 1, 1)[n]) for n in range(4)] + [("r7", CHEAP, 0)])
    with Store.open(db, read_only=True) as store:
        (check,) = check_length(store, [Decimal("0.8")], Decimal("0.5"))
    assert (check.evals, check.good, check.accepted, check.accepted_good) == (5, 3, 3, 2)
    assert (check.precision, check.recall) == (2 / 3, 2 / 3)


def test_show_prints_the_wilson_interval_of_each_feature_and_model(db):
    load(db, [(f"r{n}", CHEAP, int(n % 10 != 0)) for n in range(100)])
    shown = json.loads(run("evals", "show", "--db", db, "--json"))
    (row,) = shown["evals"]
    assert (row["feature"], row["n"], row["mean"]) == ("chat", 100, 0.9)
    assert row["interval"] == pytest.approx([0.8256, 0.9448], abs=1e-4)


@pytest.mark.parametrize("half_width", [0.02, 0.1, 0.3])
@pytest.mark.parametrize("share", [0.0, 0.5, 0.93])
def test_samples_for_is_the_fewest(half_width, share):
    n = samples_for(half_width, share)
    widths = [high - low for low, high in (wilson(share, n), wilson(share, max(1, n - 1)))]
    assert widths[0] <= 2 * half_width
    assert n == 1 or widths[1] > 2 * half_width


def test_a_filled_sheet_turns_what_was_assumed_into_evidence(db, tmp_path):
    policy, sheet = tmp_path / "p.toml", tmp_path / "sheet.csv"
    policy.write_text(POLICY)
    asked = ("evals", "needed", "--policy", policy, "--db", db)
    found = json.loads(run(*asked, "-o", sheet, "--json"))
    assert {(p["model"], p["missing"], p["to_score"]) for p in found["pairs"]} == {
        (CHEAP, 30, 30), (DEAR, 30, 30)
    }  # fmt: skip
    assert [row["lever"] for row in found["assumed_whatever_is_scored"]] == ["compression"]
    with sheet.open() as file:
        drawn = list(csv.DictReader(file))
    by_model = {m: [d["request_id"] for d in drawn if d["model"] == m] for m in (CHEAP, DEAR)}
    assert by_model[CHEAP] == by_model[DEAR], "both models are scored on the same requests"
    with sheet.open("w", newline="") as file:
        writer = csv.DictWriter(file, drawn[0])
        writer.writeheader()
        writer.writerows(row | {"score": 1, "judge": "blind"} for row in drawn)
    run("evals", "load", sheet, "--db", db)
    assert json.loads(run(*asked, "--json"))["pairs"] == []
    steps = json.loads(run("simulate", "--policy", policy, "--db", db, "--json"))
    assert steps["attribution"]["routing"]["evidence"]["assumed"] == 0


def test_a_request_id_that_a_spreadsheet_would_run_is_never_drawn(db, tmp_path):
    policy, sheet = tmp_path / "p.toml", tmp_path / "sheet.csv"
    policy.write_text(POLICY)
    run("evals", "needed", "--policy", policy, "--db", db, "-o", sheet, "--half-width", 0.01)
    assert len(sheet.read_text().splitlines()) == 1 + 2 * 200
    assert "cmd" not in sheet.read_text()
