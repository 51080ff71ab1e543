"""The sample company reconciles to the pico, and what is planted into its bill is named."""

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest

from analyzer.commands.asking import find
from analyzer.ingest.load import ingest_file
from analyzer.pricing.book import open_book
from analyzer.reconcile.compare import reconcile
from analyzer.store import Store
from tests.billing_files import causes

SAMPLES = Path(__file__).parents[2] / "sample_logs"
COST = SAMPLES / "openai_billing" / "cost_2026-10-01_2026-10-31.csv"
SCRATCH = "scratch_2026-10.jsonl.gz"


def load(database, files):
    with Store.open(database) as store:
        store.unlock_digests()
        for file in files:
            ingest_file(store, file)
    return database


@pytest.fixture(scope="module")
def files():
    return sorted(SAMPLES.glob("*/*2026-10*"))


@pytest.fixture(scope="module")
def sample(tmp_path_factory, files):
    return load(tmp_path_factory.mktemp("sample") / "s.duckdb", files)


@pytest.fixture(scope="module")
def planted(tmp_path_factory, files):
    """A month whose bill has a $9,990 row and tool calls, and whose scratch log is missing."""
    folder = tmp_path_factory.mktemp("planted")
    with COST.open(newline="") as file:
        rows = list(csv.DictReader(file))
    day = rows[0] | {"start_time": "1791676800", "end_time": "1791763200"}  # 11 October
    rows.append(day | {"amount_value": "9990", "line_item": "gpt-4o-mini-2024-07-18, cached input"})
    rows.append(day | {"amount_value": "3.2", "line_item": "web search tool calls | gpt-4o"})
    bill = folder / COST.name
    with bill.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    rest = [file for file in files if file.name not in (SCRATCH, COST.name)]
    return load(folder / "p.duckdb", [*rest, bill])


def scratch_pico(database):
    with Store.open(database, read_only=True) as store:
        found = store.rows(
            "SELECT sum((input_tokens - cached_input_tokens) * 2500000::HUGEINT "
            "+ cached_input_tokens * 1250000 + output_tokens * 10000000) FROM requests "
            f"JOIN sources USING (source_id) WHERE file = '{SCRATCH}'"
        )
    return int(found[0][0])


def test_the_month_reconciles_to_the_pico_three_ways(sample):
    with Store.open(sample, read_only=True) as store:
        found = reconcile(store, open_book(), lag_hours=0)
    assert [c.against for c in found.comparisons] == ["bill", "usage export", "logged cost"]
    assert [c.residual_pico_usd for c in found.comparisons] == [0, 0, 0]
    assert found.within is True


def test_what_is_planted_is_named_with_its_dollars(sample, planted):
    with Store.open(planted, read_only=True) as store:
        found = reconcile(store, open_book(), lag_hours=0)
    missing = Decimal(scratch_pico(sample)).scaleb(-12)
    assert causes(found.verdict) == {
        "outlier_row": Decimal(9990),
        "tool_line_items": Decimal("3.2"),
        "missing_logs": missing,
    }
    (outlier,) = found.verdict.outliers
    assert outlier.day == "2026-10-11"
    assert outlier.row == "gpt-4o-mini-2024-07-18, cached input"
    assert found.within is False


def test_the_report_carries_the_verdict_and_its_billed_baseline_is_the_priced_side(sample):
    found = find(sample, SAMPLES / "policy.toml", ())
    assert found.reconciliation is not None
    assert found.reconciliation.within is True
    assert found.billed_pico_usd == sum(
        row.priced_pico_usd or 0 for row in found.reconciliation.rows
    )


def run(monkeypatch, capsys, *words):
    from analyzer.cli import main

    monkeypatch.setattr("sys.argv", ["rebill", "reconcile", *words])
    with pytest.raises(SystemExit) as left:
        main()
    said = capsys.readouterr()
    return left.value.code, said.out, said.err


def test_the_exit_code_is_0_unless_a_gate_is_asked_for(planted, sample, monkeypatch, capsys):
    code, out, _ = run(monkeypatch, capsys, "--db", str(planted))
    assert code == 0
    assert "NOT within ±5%" in out
    assert "Outlier: gpt-4o-mini-2024-07-18, cached input" in out
    code, _, err = run(monkeypatch, capsys, "--db", str(planted), "--fail-outside", "5")
    assert (code, err) == (1, "rebill: --fail-outside 5: the gap is larger\n")
    code, _, _ = run(monkeypatch, capsys, "--db", str(sample), "--fail-outside", "0")
    assert code == 0
    code, _, err = run(monkeypatch, capsys, "--db", str(sample), "--fail-outside", "lots")
    assert code == 2
    assert "write 5" in err


def test_json_is_one_object_whose_causes_sum_exactly(planted, monkeypatch, capsys):
    _, out, _ = run(monkeypatch, capsys, "--db", str(planted), "--json")
    found = json.loads(out)
    assert found["verdict"]["within"] is False
    for compared in found["comparisons"]:
        parts = sum(int(cause["pico_usd"]) for cause in compared["causes"])
        assert parts == int(compared["residual_pico_usd"])
    (row,) = [r for r in found["rows"] if r["first_day"] == "2026-10-05" and "mini" in r["model"]]
    assert row["billed_pico_usd"] == row["priced_pico_usd"] == row["usage_pico_usd"]
    assert [left["why"] for left in found["comparisons"][0]["left_out"]] == ["lag"]
