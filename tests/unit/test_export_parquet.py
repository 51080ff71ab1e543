"""An export of requests: canonical Parquet that says the same when it is read again."""

import polars as pl
import pytest
from click.testing import CliRunner
from hypothesis import given

from analyzer.cli import cli
from analyzer.commands.asking import find
from analyzer.ingest.load import ingest_file
from analyzer.store import Store
from tests.conformance.case import expected, of_samples, of_world
from tests.laws.test_laws import examples
from tests.laws.test_partitions import with_requests


def read_again(case, folder):
    """Ingest a case's lake into a database of its own, file by file."""
    with Store.open(folder / "again.duckdb") as store:
        store.unlock_digests()
        for path in sorted((case.folder / "lake").rglob("*.parquet")):
            account = ingest_file(store, path)
            assert account.format == "canonical"
            assert account.rows_loaded == account.rows_in, account
    return folder / "again.duckdb"


@examples(6)
@given(world=with_requests)
def test_a_lake_read_again_costs_the_same(world, tmp_path_factory):
    with of_world(world) as case:
        wanted = expected(case).findings
        found = find(read_again(case, tmp_path_factory.mktemp("again")), case.policy, case.prices)
    assert found.billed_pico_usd == wanted.billed_pico_usd
    assert found.window == wanted.window
    if not world.evals:
        assert found.steps == wanted.steps


def test_a_lake_holds_no_text_and_every_request(tmp_path):
    case = of_samples(tmp_path)
    files = sorted((tmp_path / "lake").rglob("*.parquet"))
    assert all(path.parts[-3].startswith("day=2026-10-") for path in files)
    rows = pl.concat(pl.read_parquet(path, hive_partitioning=False) for path in files)
    with Store.open(case.database, read_only=True) as store:
        held = store.query("logged_models")
        keys = store.rows("SELECT count(DISTINCT prompt_key) FROM requests")[0][0]
    assert len(rows) == held["requests"].sum()
    assert rows["prompt_key"].n_unique() - rows["prompt_key"].has_nulls() == keys
    texts = {name for name, kind in rows.schema.items() if kind == pl.String}
    assert texts == {
        "request_id", "provider", "model", "feature", "status", "service_tier", "day"
    }  # fmt: skip


def test_an_export_never_overwrites(tmp_path):
    case = of_samples(tmp_path)
    done = CliRunner().invoke(
        cli, ["export", "--to", "parquet", "--db", str(case.database), "-o", str(tmp_path / "lake")]
    )
    assert "there is something already" in str(done.exception)
    assert not list(tmp_path.glob(".lake-*"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--to", "parquet"], "name a folder with -o"),
        (["--to", "python"], "name it with --policy"),
    ],
)
def test_an_export_says_what_it_needs(words, said):
    done = CliRunner().invoke(cli, ["export", *words])
    assert done.exit_code == 2
    assert said in done.output
