"""Opening, refusing and asking a database, and the secret beside it."""

from __future__ import annotations

import hashlib
import json
import stat
import subprocess
import sys
from decimal import Decimal

import duckdb
import polars as pl
import pytest

from analyzer.digest import load_secret, secret_path
from analyzer.errors import StoreError
from analyzer.ingest.load import ingest_file
from analyzer.ingest.scores import load_evals
from analyzer.store import Store

ROW = {"ts": 1788249600, "model": "gpt-4o", "input_tokens": 100, "output_tokens": 5}


def _log(tmp_path, name="a.jsonl", **more):
    path = tmp_path / name
    path.write_text(json.dumps({**ROW, **more}) + "\n")
    return path


def _refused(path, match, **how):
    with pytest.raises(StoreError, match=match) as caught, Store.open(path, **how):
        pass
    assert "\n" not in str(caught.value)


def test_what_is_no_database_is_refused(tmp_path):
    text = tmp_path / "notes.txt"
    text.write_text("not a database " * 900)
    _refused(text, r"notes\.txt: this is not a database")
    _refused(tmp_path, "this is a folder")
    _refused(tmp_path / "none.duckdb", "no database there; load a log first", read_only=True)
    _refused(tmp_path / "no" / "x.duckdb", "there is no such folder; make it first")
    assert not (tmp_path / "none.duckdb").exists()


def test_somebody_elses_database_is_left_alone(tmp_path):
    path = tmp_path / "theirs.duckdb"
    with duckdb.connect(str(path)) as theirs:
        theirs.execute("CREATE TABLE accounts (name VARCHAR)").fetchall()
    _refused(path, "this is a DuckDB file, but no database of rebill")
    _refused(path, "this is a DuckDB file, but no database of rebill", read_only=True)
    with duckdb.connect(str(path)) as theirs:
        assert theirs.execute("SHOW TABLES").fetchall() == [("accounts",)]


def test_a_newer_schema_is_refused(tmp_path):
    path = tmp_path / "x.duckdb"
    with Store.open(path) as store:
        store.rows("UPDATE meta SET value = '2' WHERE key = 'schema_version'")
    _refused(path, r"written by a newer rebill \(schema 2, this one knows 1\): update rebill")


def test_a_database_in_use_is_refused(tmp_path):
    path = tmp_path / "x.duckdb"
    code = f"from analyzer.store import Store\nwith Store.open({str(path)!r}): pass"
    with Store.open(path):
        other = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False
        )
    assert "another process is using this database" in other.stderr
    with Store.open(path, read_only=True) as store:
        assert store.query("sources").is_empty()


def test_wide_integers_come_back_exactly(store, tmp_path):
    ingest_file(store, _log(tmp_path, logged_cost="999999999999.123456789012"))
    store.register("answers", pl.DataFrame({"n": [1]}))
    assert store.rows("SELECT logged_cost_pico FROM requests") == [(999999999999123456789012,)]
    total = store.rows("SELECT sum(logged_cost_pico)::VARCHAR FROM requests, answers")
    assert total == [("999999999999123456789012",)]
    with store.registered({"many": pl.DataFrame({"id": range(3)})}):
        assert store.rows("SELECT count(*) FROM many") == [(3,)]


def test_a_query_answers_with_a_frame(store, tmp_path):
    ingest_file(store, _log(tmp_path))
    sources = store.query("sources")
    assert isinstance(sources, pl.DataFrame)
    assert sources["rows_loaded"].to_list() == [1]
    assert store.query("source_by_digest", sha256="none").is_empty()


def test_every_statement_says_what_it_answers():
    from analyzer.store import _SQL

    for path in _SQL.glob("*.sql"):
        assert path.read_text().startswith("-- "), path.name
        assert path.read_text().splitlines()[0].endswith(("?", ".", ").")), path.name


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path):
    path = tmp_path / "x.duckdb"
    secret = load_secret(path, has_rows=False)
    assert len(secret) == 64
    assert stat.S_IMODE(secret_path(path).stat().st_mode) == 0o600
    assert load_secret(path, has_rows=True) == secret
    assert [found.name for found in tmp_path.iterdir()] == ["x.duckdb.secret"]


def test_a_digest_is_the_first_64_bits_of_sha256_of_secret_and_text(store):
    secret = secret_path(store.path).read_text().strip()
    expected = int.from_bytes(hashlib.sha256(f"{secret}Grüße".encode()).digest()[:8], "big")
    assert store.rows("SELECT keyed('Grüße'), keyed(NULL)") == [(expected, None)]


def test_two_databases_share_no_digest(store, tmp_path):
    with Store.open(tmp_path / "other.duckdb") as other:
        other.unlock_digests()
        assert other.rows("SELECT keyed('a')") != store.rows("SELECT keyed('a')")


def test_ingest_refuses_a_database_whose_secret_is_gone_or_anothers(tmp_path):
    path = tmp_path / "x.duckdb"
    with Store.open(path) as store:
        store.unlock_digests()
        ingest_file(store, _log(tmp_path))
    kept = secret_path(path).read_text()
    secret_path(path).write_text("0" * 64)
    _unlock_refused(path, "belongs to another database")
    secret_path(path).write_text("short")
    _unlock_refused(path, "this is not a secret of rebill")
    secret_path(path).unlink()
    _unlock_refused(path, "the secret of this database is gone")
    assert not secret_path(path).exists()
    secret_path(path).write_text(kept)
    with Store.open(path) as store:
        store.unlock_digests()
        assert ingest_file(store, _log(tmp_path, "b.jsonl", ts=5)).rows_loaded == 1


def test_a_database_without_rows_may_have_a_new_secret(tmp_path):
    path = tmp_path / "x.duckdb"
    for _ in range(2):
        with Store.open(path) as store:
            store.unlock_digests()
            first = store.rows("SELECT keyed('a')")
        secret_path(path).unlink()
    with Store.open(path) as store:
        store.unlock_digests()
        assert store.rows("SELECT keyed('a')") != first


def _unlock_refused(path, match):
    with pytest.raises(StoreError, match=match), Store.open(path) as store:
        store.unlock_digests()


def _scores(tmp_path, rows, name="s.csv"):
    path = tmp_path / name
    path.write_text("request_id,model,score,judge\n" + "".join(f"{row}\n" for row in rows))
    return path


def test_scores_load_replace_and_reject_by_line(store, tmp_path):
    rows = ["r1,gpt-4o,0.5,", "r1,gpt-4o,1,strict", "r2,*,0.25,", "r2,*,0.75,", "r3,m,1.01,",
            "r3,m,NaN,", "r3,m,-0.1,", "r3,m,,", ",m,0.5,"]  # fmt: skip
    account = load_evals(store, _scores(tmp_path, rows))
    assert (account.rows_in, account.loaded, account.superseded, account.rejects) == (9, 3, 1, 5)
    assert [(reject.line, reject.reason) for reject in account.reasons] == [
        (6, "score is not a number from 0 to 1"),
        (7, "score is not a number from 0 to 1"),
        (8, "score is not a number from 0 to 1"),
    ]
    again = load_evals(store, _scores(tmp_path, ["r1,gpt-4o,0.75,", "r9,m,0,"], "t.csv"))
    assert (again.loaded, again.replaced) == (2, 1)
    found = store.rows("SELECT request_id, model, judge, score FROM evals ORDER BY ALL")
    assert found == [
        ("r1", "gpt-4o", "", 0.75),
        ("r1", "gpt-4o", "strict", 1.0),
        ("r2", "*", "", 0.75),
        ("r9", "m", "", 0.0),
    ]


def test_scores_come_as_json_lines_and_parquet_too(store, tmp_path):
    lines = tmp_path / "s.jsonl"
    lines.write_text('{"request_id": 1, "model": "m", "score": 0.5}\n{"request_id": 2}\n')
    assert load_evals(store, lines).loaded == 1
    parquet = tmp_path / "s.parquet"
    pl.DataFrame(
        {"request_id": ["a", "b"], "model": ["m", "m"], "score": [Decimal("0.1"), Decimal("0.2")]}
    ).write_parquet(parquet)
    assert load_evals(store, parquet).loaded == 2
    assert store.rows("SELECT sum(score) FROM evals WHERE request_id IN ('a', 'b')")[0][0] == (
        pytest.approx(0.3)
    )


def test_a_reader_holds_less_of_a_database_than_duckdb_would(tmp_path):
    path = tmp_path / "x.duckdb"
    limits = []
    for read_only in (False, True):
        with Store.open(path, read_only=read_only) as store:
            (limit,) = store.rows(
                "SELECT value FROM duckdb_settings() WHERE name = 'memory_limit'"
            )[0]
            limits.append(limit)
    assert limits[1] != limits[0]
