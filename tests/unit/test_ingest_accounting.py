"""rows in = loaded + duplicates + rejects, whatever comes in, and never twice."""

from __future__ import annotations

import dataclasses
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.errors import FormatError, StoreError
from analyzer.ingest.account import check_even
from analyzer.ingest.load import ingest_file
from analyzer.store import Store

KILLS = int(os.environ.get("KILLS", "10"))
"""How often a load is killed. More than that is for a longer look."""
GOOD = {"ts": 1788249600, "model": "gpt-4o", "input_tokens": 100, "output_tokens": 5}
FIELDS = ("rows_in", "rows_loaded", "duplicates", "rejects")


def counts(account):
    return tuple(getattr(account, name) for name in FIELDS)


LINES = st.one_of(
    st.integers(0, 5).map(lambda n: json.dumps({**GOOD, "request_id": f"r{n}"})),
    st.just(json.dumps(GOOD)),
    st.sampled_from(["", "   ", "\t", "\r"]),
    st.sampled_from(["{", "null", "[]", '"text"', "{}", '{"ts": 1}', "not json", "}{", "1"]),
    st.just(json.dumps({**GOOD, "input_tokens": -1, "request_id": "bad"})),
    st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=20),
)


def _expected(lines, known):
    """Account for lines as a person would: one after the other."""
    rows = loaded = duplicates = rejects = 0
    for number, line in enumerate(lines):
        if not line.strip(" \t\r"):
            continue
        rows += 1
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if not isinstance(row, dict) or row.get("input_tokens", -1) < 0:
            rejects += 1
        elif row.get("request_id", number) in known:
            duplicates += 1
        else:
            known.add(row.get("request_id", number))
            loaded += 1
    return rows, loaded, duplicates, rejects


@settings(max_examples=40, deadline=None)
@given(lines=st.lists(LINES, max_size=12), more=st.lists(LINES, max_size=6), end=st.booleans())
def test_every_line_is_accounted_for(tmp_path_factory, lines, more, end):
    folder = tmp_path_factory.mktemp("accounts")
    known = set()
    with Store.open(folder / "x.duckdb") as store:
        store.unlock_digests()
        for name, part in (("one", lines), ("two", more)):
            # A first line that a format can be told from.
            part = [json.dumps({**GOOD, "request_id": f"head-{name}"}), *part]
            path = folder / f"{name}.jsonl"
            path.write_text("\n".join(part) + "\n" * end, encoding="utf-8", newline="")
            assert counts(ingest_file(store, path)) == _expected(part, known)
            # Lines without an id are other lines in the next file.
            known = {name for name in known if isinstance(name, str)}
        assert store.one("held")["rows"] == sum(
            row[0] + row[1] for row in store.rows("SELECT rows_loaded, rejects FROM sources")
        )


def _write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_the_same_bytes_load_nothing_under_any_name(store, tmp_path):
    path = _write(tmp_path / "a.jsonl", [{**GOOD, "request_id": "1"}, {"ts": "bad"}])
    assert counts(ingest_file(store, path)) == (2, 1, 0, 1)
    again = ingest_file(store, Path(shutil.copy(path, tmp_path / "b.jsonl")))
    assert counts(again) == (2, 0, 2, 0)
    assert again.already_loaded
    assert "loaded before, as a.jsonl" in again.notes[0]
    assert len(store.query("sources")) == 1
    assert store.one("held")["rows"] == 2


def test_the_first_of_equal_request_ids_stays(store, tmp_path):
    first = [{**GOOD, "request_id": "1", "feature": f} for f in ("first", "second")]
    second = [{**GOOD, "request_id": "1", "feature": "third"}, {**GOOD, "request_id": "2"}]
    assert counts(ingest_file(store, _write(tmp_path / "a.jsonl", first))) == (2, 1, 1, 0)
    assert counts(ingest_file(store, _write(tmp_path / "b.jsonl", second))) == (2, 1, 1, 0)
    rows = store.rows("SELECT request_id, feature FROM requests ORDER BY request_id")
    assert rows == [("1", "first"), ("2", "(untagged)")]


def test_a_copy_of_a_rejected_line_counts_as_a_reject_again(store, tmp_path):
    bad = {**GOOD, "request_id": "1", "input_tokens": -1}
    path = _write(tmp_path / "a.jsonl", [bad, bad, {**GOOD, "request_id": "1"}])
    assert counts(ingest_file(store, path)) == (3, 1, 0, 2)
    rejects = store.rows("SELECT file, line, reason, line_digest FROM rejects ORDER BY line")
    assert [row[:2] for row in rejects] == [("a.jsonl", 1), ("a.jsonl", 2)]
    assert rejects[0][3] == rejects[1][3] != ""


def test_an_account_that_does_not_come_out_even_is_refused(store, tmp_path):
    account = ingest_file(store, _write(tmp_path / "a.jsonl", [GOOD, GOOD, {"ts": 1}]))
    check_even(account)
    for name in FIELDS:
        with pytest.raises(StoreError, match=r"rows came in but .* nothing was loaded"):
            check_even(dataclasses.replace(account, **{name: getattr(account, name) + 1}))


def test_a_failure_after_the_rows_are_in_takes_them_out_again(store, tmp_path):
    path = _write(tmp_path / "a.jsonl", [{**GOOD, "request_id": "1"}])
    store.rows("ALTER TABLE rejects RENAME TO lost")
    with pytest.raises(StoreError):
        ingest_file(store, path)
    store.rows("ALTER TABLE lost RENAME TO rejects")
    assert store.one("held")["rows"] == 0
    assert store.query("sources").is_empty()
    assert counts(ingest_file(store, path)) == (1, 1, 0, 0)


_INGEST = """
import sys
from pathlib import Path
from analyzer.ingest.load import ingest_file
from analyzer.store import Store
with Store.open(sys.argv[1]) as store:
    store.unlock_digests()
    for path in sys.argv[2:]:
        ingest_file(store, Path(path))
"""


def test_a_kill_at_any_moment_leaves_whole_files_only(tmp_path):
    """Kill a real ingest at random moments; what the database holds is whole files."""
    files = []
    for name in "ab":
        rows = ({**GOOD, "request_id": f"{name}{n}", "user": str(n)} for n in range(40_000))
        files.append(_write(tmp_path / f"{name}.jsonl", [*rows, {"ts": "bad"}]))
    database = tmp_path / "x.duckdb"
    command = [sys.executable, "-c", _INGEST, str(database), *map(str, files)]
    start = time.monotonic()
    subprocess.run(
        [*command[:3], str(tmp_path / "timed.duckdb"), *command[4:]], check=True, timeout=120
    )
    whole_s = time.monotonic() - start
    moments = random.Random(7)
    held = Counter()
    for _ in range(KILLS):
        process = subprocess.Popen(command)
        try:
            process.wait(moments.uniform(0.1, 1.0) * whole_s)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        process.wait()
        whole = _holds_whole_files_only(database) if database.exists() else 0
        held[whole] += 1
        if whole == len(files):  # nothing is left that a kill could harm
            database.unlink()
    print(f"{KILLS} kills; loads left whole with so many files: {dict(sorted(held.items()))}")
    subprocess.run(command, check=True, timeout=120)
    assert _holds_whole_files_only(database) == 2


def _holds_whole_files_only(database):
    with Store.open(database) as store:
        sources = store.query("sources")
        requests = store.rows("SELECT count(*) FROM requests")[0][0]
        rejects = store.rows("SELECT count(*) FROM rejects")[0][0]
    assert requests == 40_000 * len(sources)
    assert rejects == len(sources)
    return len(sources)


def test_a_second_ingest_at_once_fails_with_a_clear_line(store, tmp_path):
    path = _write(tmp_path / "a.jsonl", [GOOD])
    command = [sys.executable, "-c", _INGEST, str(store.path), str(path)]
    other = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "another process is using this database" in other.stderr
    assert counts(ingest_file(store, path)) == (1, 1, 0, 0)


def test_ingests_that_race_for_a_new_database_harm_none(tmp_path):
    """Each ends well or with the one line that says to wait; what is there is whole."""
    path = _write(tmp_path / "a.jsonl", [{**GOOD, "user": str(n)} for n in range(20_000)])
    words = ["ingest", "--db", str(tmp_path / "x.duckdb"), str(path)]
    command = [sys.executable, "-c", "from analyzer.cli import main; main()", *words]
    racing = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    ends = [(process.communicate()[1], process.returncode) for process in racing]
    assert 0 in [code for _, code in ends]
    for said, code in ends:
        assert code == 0 or "another process is using this database: wait for it" in said
        assert code == 0 or len(said.splitlines()) == 1
    with Store.open(tmp_path / "x.duckdb") as store:
        assert store.rows("SELECT count(*) FROM requests") == [(20_000,)]
        assert len(store.query("sources")) == 1
    left = {found.name for found in tmp_path.iterdir()}
    assert left == {"a.jsonl", "x.duckdb", "x.duckdb.secret"}


def test_what_a_killed_process_spilled_is_removed(tmp_path):
    """It may hold a log's text."""
    with Store.open(tmp_path / "x.duckdb"):
        pass
    spilled = tmp_path / "x.duckdb.tmp" / "duckdb_temp_storage_DEFAULT-0.tmp"
    spilled.parent.mkdir()
    spilled.write_text("a prompt")
    with Store.open(tmp_path / "x.duckdb", read_only=True):
        assert spilled.exists()
    with Store.open(tmp_path / "x.duckdb"):
        assert not spilled.exists()


def test_an_empty_file_is_said_and_a_header_alone_is_no_row(store, tmp_path):
    empty = tmp_path / "empty.jsonl"
    empty.write_text("")
    with pytest.raises(FormatError, match=r"empty\.jsonl: the file is empty"):
        ingest_file(store, empty)
    header = tmp_path / "header.csv"
    header.write_text("ts,model,input_tokens,output_tokens")
    assert counts(ingest_file(store, header)) == (0, 0, 0, 0)
