"""Files that mean harm or are just broken: a clear line each, and nothing else is lost."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from analyzer.errors import FormatError
from analyzer.ingest.load import ingest_file
from analyzer.ingest.records import MAX_LINE_BYTES
from analyzer.store import Store

GOOD = {"ts": 1788249600, "model": "gpt-4o", "input_tokens": 100, "output_tokens": 5}
GOOD_LINE = json.dumps(GOOD).encode()
HEADER = b"ts,model,input_tokens,output_tokens,feature\n"
GOOD_ROW = b"1788249600,gpt-4o,100,5,chat\n"


def load(store, tmp_path, data, name="log.jsonl"):
    path = tmp_path / name
    path.write_bytes(data)
    return ingest_file(store, path)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"ts": "\xff\xfe"}', "the line is not UTF-8"),
        (b'{"ts": 1, "model": "a\x00b"}', "the line is not JSON"),
        (b"\x00\x00\x00", "the line is not JSON"),
        (b"[" * 10_000 + b"]" * 10_000, "the line is JSON, but no object"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "ts is missing"),
        (b'{"ts": 1, "ts": 2, "model": "m"}', "a key stands twice"),
        (b'{"ts": 1788249600, "model": "m", "input_tokens": NaN}', "input_tokens is not"),
        (b'{"ts": 1, "mod', "the line is not JSON"),
        (GOOD_LINE + GOOD_LINE, "the line is not JSON"),
        (GOOD_LINE[:-1] + b",}", "a comma stands before the end"),
        (GOOD_LINE[:-1] + b', "x": [1, ]}', "a comma stands before the end"),
        (GOOD_LINE[:-1] + b', "input_tokens": 7}', "a key stands twice"),
        (GOOD_LINE.replace(b"100", b"-100"), "input_tokens is not"),
        (GOOD_LINE.replace(b"100", b"1e400"), "input_tokens is not"),
        (GOOD_LINE.replace(b"100", b"1.5"), "input_tokens is not"),
        (GOOD_LINE.replace(b"1788249600", b'"0001-01-01T00:00:00Z"'), "ts is not a time"),
        (GOOD_LINE.replace(b"1788249600", b'"9999-12-31T23:59:59Z"'), "ts is not a time"),
        (GOOD_LINE.replace(b"1788249600", b'"2026-02-30T00:00:00Z"'), "ts is not a time"),
        (GOOD_LINE.replace(b"1788249600", b'"2026-09-01T08:00:00"'), "ts is not a time"),
    ],
)
def test_one_bad_line_costs_no_good_one(store, tmp_path, line, reason):
    account = load(store, tmp_path, GOOD_LINE + b"\n" + line + b"\r\n" + GOOD_LINE)
    assert (account.rows_in, account.rows_loaded, account.rejects) == (3, 2, 1)
    assert account.reasons[0].line == 2
    assert account.reasons[0].reason.startswith(reason)


def test_commas_inside_texts_and_lists_10000_deep_cost_nothing(store, tmp_path):
    texts = [{**GOOD, "note": "[1, 2,] {,}", "x": '"\\",}'}, {**GOOD, "note": "ends in \\\\"}]
    lines = [json.dumps(row).encode() for row in texts]
    lines.append(GOOD_LINE[:-1] + b', "x": ' + b"[" * 10_000 + b"]" * 10_000 + b"}")
    assert load(store, tmp_path, b"\n".join(lines)).rows_loaded == 3


def test_mixed_offsets_are_one_time(store, tmp_path):
    times = ["2026-09-01T08:00:00Z", "2026-09-01T10:00:00+02:00", "2026-09-01T02:30:00-05:30"]
    rows = [{**GOOD, "ts": time, "user": time} for time in times]
    load(store, tmp_path, "\n".join(map(json.dumps, rows)).encode())
    assert store.rows("SELECT DISTINCT ts_us // 1000000 FROM requests") == [(1788249600,)]


@pytest.mark.parametrize("where", ["usage", "response", "details"])
def test_a_key_that_stands_twice_deep_inside_is_noticed(store, tmp_path, where):
    """It would be money read one way or the other."""
    call = {
        "timestamp": 1788249600,
        "request": {"messages": [{"role": "user", "content": '"usage":'}]},
        "response": {
            "id": "c1", "object": "chat.completion", "model": "gpt-4o",
            "usage": {"prompt_tokens": 9, "completion_tokens": 5,
                      "prompt_tokens_details": {"cached_tokens": 1}},
        },
    }  # fmt: skip
    good = json.dumps(call)
    again = {
        "usage": ('"prompt_tokens": 9', '"prompt_tokens": 9, "prompt_tokens": 999'),
        "response": ('"usage": {', '"usage": {"prompt_tokens": 1}, "usage": {'),
        "details": ('"cached_tokens": 1', '"cached_tokens": 1, "cached_tokens": 8'),
    }[where]
    account = load(store, tmp_path, f"{good}\n{good.replace(*again)}\n".encode())
    assert (account.rows_loaded, account.rejects) == (1, 1)
    assert account.reasons[0].reason.startswith("a key stands twice where counts")


def test_a_delimiter_that_no_csv_has_is_named(store, tmp_path):
    with pytest.raises(FormatError, match=r"fits no known format.*'ts\^model\^input_tokens"):
        load(store, tmp_path, (HEADER + GOOD_ROW).replace(b",", b"^"), "log.csv")


_WITH_LITTLE_ROOM = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))
from analyzer.cli import cli, main
sys.argv = ["rebill", *sys.argv[1:]]
main()
"""


@pytest.mark.parametrize("packed", [False, True])
def test_a_full_disk_is_said_and_what_was_loaded_is_kept(store, tmp_path, packed):
    """No file may grow beyond 2 MB: the database's, and the one that a packed file unpacks to."""
    small, large = tmp_path / "small.jsonl", tmp_path / "large.json"
    small.write_bytes(GOOD_LINE)
    row = {**GOOD, "prompt_chars": 5, "session": "s"}
    rows = [{**row, "user": str(n * 7919), "request_id": str(n * 104_729)} for n in range(60_000)]
    text = json.dumps(rows) if packed else "\n".join(map(json.dumps, rows))
    large.write_bytes(gzip.compress(text.encode(), 1) if packed else text.encode())
    database = tmp_path / "full.duckdb"
    for path, code in ((small, 0), (large, 2)):
        words = ["ingest", "--db", str(database), str(path)]
        command = [sys.executable, "-c", _WITH_LITTLE_ROOM, *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stderr
    assert "free some" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    with Store.open(database) as kept:
        assert kept.query("sources")["file"].to_list() == ["small.jsonl"]
        assert kept.rows("SELECT count(*) FROM requests") == [(1,)]
        kept.unlock_digests()
        assert ingest_file(kept, large).rows_loaded == 60_000


@pytest.mark.parametrize("layout", ["json", "csv"])
def test_an_enormous_line_is_one_reject(store, tmp_path, layout):
    """The line is longer than a chunk, than the limit, and than both together."""
    enormous = b"x" * (MAX_LINE_BYTES + (20 << 20))
    if layout == "json":
        data = GOOD_LINE + b'\n{"a": "' + enormous + b'"}\n' + GOOD_LINE + b"\n"
    else:
        data = HEADER + GOOD_ROW + b'1,"' + enormous + b'",1,1,\n' + GOOD_ROW
    account = load(store, tmp_path, data)
    assert (account.rows_in, account.rows_loaded, account.rejects) == (3, 2, 1)
    assert account.reasons[0].line == (2 if layout == "json" else 3)
    assert "longer than 64 MiB" in account.reasons[0].reason
    assert [row[0] for row in store.rows("SELECT request_id[-2:] FROM requests")] == (
        [":1", ":3"] if layout == "json" else [":2", ":4"]
    )


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"1788249600,gpt-4o,100\n", "the row has 3 fields, the header 5"),
        (b"1788249600,gpt-4o,100,5,chat,\n", "the row has 6 fields, the header 5"),
        (b'1788249600,gpt-4o,100,5,"chat\n', "a quote stands inside a field"),
        (b'1788249600,gpt-4o,100,5,ch"at\n', "a quote stands inside a field"),
        (b'1788249600,"gpt"-4o,100,5,chat\n', "a quote stands inside a field"),
        (b"1788249600,gpt-4o,100,5,\xe9\n", "the line is not UTF-8"),
        (b"1788249600,gpt-4o,100,5,a\x00b\n", "the line holds a NUL byte"),
        (b"1788249600;gpt-4o;100;5;chat\n", "the row has 1 fields, the header 5"),
    ],
)
def test_one_bad_row_of_a_csv_costs_no_good_one(store, tmp_path, row, reason):
    account = load(store, tmp_path, HEADER + GOOD_ROW + row + GOOD_ROW)
    assert (account.rows_in, account.rows_loaded, account.rejects) == (3, 2, 1)
    assert account.reasons[0].line == 3
    assert account.reasons[0].reason.startswith(reason)


@pytest.mark.parametrize("pack", [gzip.compress, pa.Codec("zstd").compress])
def test_a_packed_file_that_is_cut_short_loads_nothing(store, tmp_path, pack):
    lines = (json.dumps({**GOOD, "request_id": str(n * 7919)}).encode() for n in range(5000))
    whole = bytes(pack(b"\n".join(lines)))
    with pytest.raises(FormatError, match=r"log\.jsonl: .*(cut short|damaged)"):
        load(store, tmp_path, whole[: len(whole) // 2])
    assert store.one("held")["rows"] == 0


def test_damaged_gzip_is_said(store, tmp_path):
    whole = bytearray(gzip.compress(b"\n".join([GOOD_LINE] * 5000)))
    whole[len(whole) // 2] ^= 0xFF
    with pytest.raises(FormatError, match=r"gzip data is (damaged|cut short)"):
        load(store, tmp_path, bytes(whole))


def test_gzip_members_one_after_the_other_are_one_file(store, tmp_path):
    two = gzip.compress(GOOD_LINE + b"\n") + gzip.compress(GOOD_LINE) + b"\0" * 64
    assert load(store, tmp_path, two).rows_loaded == 2


@pytest.mark.parametrize("pack", [gzip.compress, pa.Codec("zstd").compress])
def test_a_bomb_is_refused_before_it_unpacks(store, tmp_path, pack):
    path = tmp_path / "bomb.jsonl.gz"
    filler = bytes(pack(GOOD_LINE + b"\n" + b" " * (400 << 20)))
    path.write_bytes(filler)
    assert len(filler) < 1 << 20
    with pytest.raises(FormatError, match=r"unpacks to more than 2[0-9]{2} MiB"):
        ingest_file(store, path)


@pytest.mark.parametrize(
    ("name", "data", "what"),
    [
        ("a.zip", b"PK\x03\x04....", "a zip archive: unzip it first"),
        ("a.bz2", b"BZh91AY", "packed with bzip2"),
        ("a.db", b"SQLite format 3\0", "an SQLite database"),
        ("a.parquet", b"PAR1 is not enough PAR1", "the Parquet file is damaged"),
        ("a.json", b'[{"ts": 1}, {"ts": SECRETWORD}]', "the file is not JSON"),
        ("a.json", b"[" + GOOD_LINE + b",", "the JSON array is cut short"),
        ("a.json", b"[" + GOOD_LINE + b', {"ts"', "the file is not JSON"),
        ("a.json", b"{\n" + GOOD_LINE[1:-1], "not JSON|cannot be read|no known format"),
        ("a.bin", b"\x7fELF\x00\x01\x02\n", "holds NUL bytes|is not UTF-8"),
        ("a.txt", b"Dear diary,\n", "fits no known format. It is CSV with the columns 'Dear"),
        (
            "a.csv",
            b"request_id,ts,model,input_tokens,out\n1,2,3,4,5\n",
            "It is nearest to canonical, which has 'output_tokens' too",
        ),
        (
            "a.jsonl",
            b'{"usage_date_utc": 1, "x": 2}',
            "For a file of your own write a mapping file",
        ),
        ("a.csv", b"ts,model,model,input_tokens,output_tokens\n", "'model' stands twice"),
        ("a.jsonl", b"\n \n\n", "the file is empty"),
    ],
)
def test_what_is_no_log_is_named(store, tmp_path, name, data, what):
    with pytest.raises(FormatError, match=what) as caught:
        load(store, tmp_path, data, name)
    assert "SECRETWORD" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert store.query("sources").is_empty()


def test_no_value_of_a_row_is_quoted_as_if_it_were_a_header(store, tmp_path):
    wide = b"ada@example.com,7,8,9,10,11,12,13\n"
    with pytest.raises(FormatError, match="CSV with the columns 'a', 'b'") as told:
        load(store, tmp_path, b"a,b\n" + wide, "x.csv")
    assert "ada" not in str(told.value)


def test_a_first_line_longer_than_any_header_is_no_known_format(store, tmp_path):
    with pytest.raises(FormatError, match="fits no known format"):
        load(store, tmp_path, b"a" * 300_000 + b"\nb,c\n", "x.csv")


def test_a_cell_longer_than_any_name_is_no_trouble_below_a_header(store, tmp_path):
    row = GOOD_ROW.replace(b"chat", b"c" * 300_000)
    account = load(store, tmp_path, HEADER + row + GOOD_ROW, "x.csv")
    assert (account.rows_loaded, account.rejects) == (2, 0)


def test_folders_pipes_and_missing_files_are_named(store, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for name, what in (("", "this is a folder"), ("pipe", "no regular file"), ("no", "no such")):
        with pytest.raises(FormatError, match=what):
            ingest_file(store, tmp_path / name)


_AS_NOBODY = """
import os, sys
from pathlib import Path
from analyzer.ingest.source_file import SourceFile
if os.geteuid() == 0:
    os.setuid(65534)
try:
    SourceFile(Path(sys.argv[1]))
except Exception as error:
    print(type(error).__name__, error)
"""


def test_a_file_that_may_not_be_read_is_named():
    # Root may read everything, so somebody else tries, in a folder that anyone may enter.
    import tempfile

    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).chmod(0)
        command = [sys.executable, "-c", _AS_NOBODY, file.name]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.strip() == f"FormatError {file.name}: cannot be read (Permission denied)"
