"""Google Cloud's cost table: amounts as English writes them, and no others."""

import csv
from pathlib import Path

import pytest

from analyzer.ingest.load import ingest_file

TABLE = Path(__file__).parents[1] / "golden" / "gcp_cost_table_csv" / "cost_table.csv"


def _with_amount(tmp_path, amount):
    """The table with one more row, the first one's, of another amount."""
    lines = TABLE.read_text().splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("Billing account name,"))
    names, row = (next(csv.reader([line])) for line in lines[at : at + 2])
    place = next(n for n, name in enumerate(names) if name.startswith("Unrounded"))
    path = tmp_path / "table.csv"
    row[place] = amount
    quoted = ",".join(f'"{field}"' for field in row)
    path.write_text("\n".join([*lines[: at + 1], quoted]) + "\n")
    return path


@pytest.mark.parametrize(
    ("amount", "pico"),
    [
        ("1000.5", 1_000_500_000_000_000),
        ("1,000.50", 1_000_500_000_000_000),
        ("-1,234,567", -1_234_567 * 10**12),
    ],
)
def test_thousands_may_stand_apart(store, tmp_path, amount, pico):
    assert ingest_file(store, _with_amount(tmp_path, amount)).rows_loaded == 1
    assert store.rows("SELECT cost_pico FROM charges") == [(pico,)]


@pytest.mark.parametrize("amount", ["1.000,50", "1,5", "0,1234", "1,00,000"])
def test_a_comma_that_parts_no_thousands_is_rejected(store, tmp_path, amount):
    account = ingest_file(store, _with_amount(tmp_path, amount))
    assert account.rejects == 1
    assert account.reasons[0].reason.endswith("export the table in English")
