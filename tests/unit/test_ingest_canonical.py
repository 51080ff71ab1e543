"""The canonical log, value by value: what is read, to the last digit, and what is refused."""

from __future__ import annotations

import csv
import gzip
import json
from datetime import UTC, datetime
from decimal import Decimal

import polars as pl
import pyarrow as pa
import pytest

from analyzer.ingest.load import ingest_file

GOOD = {"ts": "2026-09-01T08:00:00Z", "model": "gpt-4o", "input_tokens": 100, "output_tokens": 5}
AT_US = 1_788_249_600_000_000


def write(tmp_path, *rows, name="log.jsonl"):
    path = tmp_path / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def held(store):
    """Return every request in replay order, by column."""
    names = [name for name, _ in store.describe("SELECT * FROM requests")]
    rows = store.rows("SELECT * FROM requests ORDER BY ts_us, request_id")
    return [dict(zip(names, row, strict=True)) for row in rows]


def loaded(store, tmp_path, row):
    """Load one row and return it."""
    account = ingest_file(store, write(tmp_path, {**GOOD, **row}))
    assert account.reasons == ()
    return held(store)[0]


@pytest.mark.parametrize(
    ("ts", "ts_us"),
    [
        ("2026-09-01T08:00:00Z", AT_US),
        ("2026-09-01t08:00:00z", AT_US),
        ("2026-09-01T10:00:00.000001+02:00", AT_US + 1),
        ("2026-08-31T23:59:59.999999-08:00", AT_US - 1),
        (1761955200.123457, 1_761_955_200_123_457),
        ("1761955200.123457", 1_761_955_200_123_457),
        (1761955200, 1_761_955_200_000_000),
        ("1761955200.1234565", 1_761_955_200_123_457),
        (0, 0),
        (4102444799.999999, 4_102_444_799_999_999),
        ("2099-12-31T23:59:59Z", 4_102_444_799_000_000),
    ],
)
def test_times_are_read_to_the_microsecond(store, tmp_path, ts, ts_us):
    assert loaded(store, tmp_path, {"ts": ts})["ts_us"] == ts_us


@pytest.mark.parametrize(
    "ts",
    [
        "2026-09-01T08:00:00",
        "2026-09-01",
        "2026-02-30T08:00:00Z",
        "2026-09-01T24:00:00Z",
        "2026-09-01T08:00:00+25:00",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "1969-12-31T23:59:59Z",
        -1,
        1761955200123,
        "infinity",
        "NaN",
        "yesterday",
        True,
        {"a": 1},
    ],
)
def test_what_is_no_time_is_rejected(store, tmp_path, ts):
    account = ingest_file(store, write(tmp_path, {**GOOD, "ts": ts}))
    assert account.rejects == 1
    assert account.reasons[0].reason.startswith("ts is not a time from 1970 to 2100")


@pytest.mark.parametrize(
    ("field", "value", "column", "read"),
    [
        ("input_tokens", 10.0, "input_tokens", 10),
        ("input_tokens", "10.0", "input_tokens", 10),
        ("input_tokens", 1_000_000_000, "input_tokens", 1_000_000_000),
        ("latency_ms", 0.0005, "latency_us", 1),
        ("latency_ms", 0.0004999999999, "latency_us", 0),
        ("latency_ms", 1234.5675, "latency_us", 1_234_568),
        ("latency_ms", None, "latency_us", None),
        ("logged_cost", "0.000000000001", "logged_cost_pico", 1),
        ("logged_cost", 0.004855, "logged_cost_pico", 4_855_000_000),
        ("logged_cost", 6.255e-05, "logged_cost_pico", 62_550_000),
        ("logged_cost", "123456789.123456789012", "logged_cost_pico", 123456789123456789012),
        ("status", "OK", "status", "ok"),
        ("status", 204, "status", "ok"),
        ("status", "200.0", "status", "ok"),
        ("status", "503", "status", "503"),
        ("status", "error", "status", "error"),
        ("status", None, "status", "ok"),
        ("feature", None, "feature", "(untagged)"),
        ("feature", "", "feature", "(untagged)"),
        ("feature", "Zürich \u2264 200k", "feature", "Zürich \u2264 200k"),
        ("served_from_cache", "True", "served_from_cache", True),
        ("served_from_cache", 0, "served_from_cache", False),
        ("service_tier", "Batch", "service_tier", "batch"),
        ("service_tier", "flex", "service_tier", "flex"),
        ("cached_input_tokens", None, "cached_input_tokens", 0),
        ("prompt_chars", None, "prompt_chars", None),
        ("prompt", "", "prompt_key", None),
    ],
)
def test_values_are_read_exactly(store, tmp_path, field, value, column, read):
    assert loaded(store, tmp_path, {field: value})[column] == read


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("model", "", "model is missing"),
        ("model", None, "model is missing"),
        ("input_tokens", None, "input_tokens is missing"),
        ("output_tokens", -1, "output_tokens is not a whole number"),
        ("output_tokens", 0.5, "output_tokens is not a whole number"),
        ("output_tokens", "NaN", "output_tokens is not a whole number"),
        ("output_tokens", 1_000_000_001, "output_tokens is not a whole number"),
        ("output_tokens", 1e300, "output_tokens is not a whole number"),
        ("output_tokens", True, "output_tokens is not a whole number"),
        ("output_tokens", [5], "output_tokens is not a whole number"),
        ("prompt_chars", -4, "prompt_chars is not a whole number"),
        ("cached_input_tokens", 101, "cached_input_tokens, cache_write_tokens and"),
        ("cache_write_1h_tokens", 101, "cached_input_tokens, cache_write_tokens and"),
        ("latency_ms", -1, "latency_ms is not a number of milliseconds"),
        ("latency_ms", "fast", "latency_ms is not a number of milliseconds"),
        ("logged_cost", "-0.01", "logged_cost is not a number of dollars"),
        ("logged_cost", "$0.01", "logged_cost is not a number of dollars"),
        ("logged_cost", "1e40", "logged_cost is not a number of dollars"),
        ("status", "teapot", "status is neither ok"),
        ("status", 99, "status is neither ok"),
        ("served_from_cache", "perhaps", "served_from_cache is neither true nor false"),
    ],
)
def test_what_cannot_be_read_is_rejected_with_field_and_mend(store, tmp_path, field, value, reason):
    account = ingest_file(store, write(tmp_path, {**GOOD, field: value}))
    assert (account.rows_loaded, account.rejects) == (0, 1)
    assert account.reasons[0].line == 1
    assert account.reasons[0].reason.startswith(reason)


def test_equal_keys_have_equal_digests_and_prompt_stands_in(store, tmp_path):
    rows = [
        {**GOOD, "request_id": "1", "prompt_key": "k", "user": "u"},
        {**GOOD, "request_id": "2", "prompt": "k", "user": "v"},
        {**GOOD, "request_id": "3", "prompt_key": "other", "prompt": "k", "session": "u"},
    ]
    ingest_file(store, write(tmp_path, *rows))
    one, two, three = held(store)
    assert one["prompt_key"] == two["prompt_key"] != three["prompt_key"]
    assert one["user_key"] != two["user_key"]
    assert one["user_key"] == three["session_key"]


def test_a_missing_request_id_is_the_files_digest_and_the_line(store, tmp_path):
    path = write(tmp_path, GOOD, {**GOOD, "request_id": ""}, {**GOOD, "request_id": 7})
    account = ingest_file(store, path)
    found = [row["request_id"] for row in held(store)]
    assert sorted(found) == sorted([f"{account.sha256[:16]}:1", f"{account.sha256[:16]}:2", "7"])


def test_requests_are_stored_in_replay_order_with_binary_ids(store, tmp_path):
    ids = ["b", "a", "B", "é", "Z", "10", "9"]
    ingest_file(store, write(tmp_path, *({**GOOD, "request_id": name} for name in ids)))
    stored = [row[0] for row in store.rows("SELECT request_id FROM requests")]
    assert stored == sorted(ids, key=str.encode)


def _csv(path, rows, **dialect):
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), **dialect)
        writer.writeheader()
        writer.writerows(rows)


ROWS = [
    {**GOOD, "request_id": f"r{n}", "feature": f'f "{n}", x', "latency_ms": n * 1.5}
    for n in range(5)
]


@pytest.mark.parametrize(
    "name",
    [
        "a.jsonl", "a.jsonl.gz", "a.jsonl.zst", "a.json", "a.csv", "a.csv.gz", "a.csv.zst",
        "semicolon.csv", "tab.csv", "crlf.csv", "bom.csv", "bom.jsonl", "a.parquet",
        "a.parquet.gz", "wrong-name.txt",
    ],
)  # fmt: skip
def test_each_way_of_writing_the_log_loads_the_same_rows(store, tmp_path, name):
    path = tmp_path / name
    lines = "".join(json.dumps(row) + "\n" for row in ROWS).encode()
    if "csv" in name:
        delimiter = {"semicolon.csv": ";", "tab.csv": "\t"}.get(name, ",")
        ending = "\r\n" if name == "crlf.csv" else "\n"
        _csv(path, ROWS, delimiter=delimiter, lineterminator=ending)
        lines = path.read_bytes()
    if "parquet" in name:
        pl.DataFrame(ROWS).write_parquet(path)
        lines = path.read_bytes()
    if name == "a.json":
        lines = json.dumps(ROWS, indent=1).encode()
    if name.startswith("bom"):
        lines = b"\xef\xbb\xbf" + lines
    if name.endswith(".gz"):
        lines = gzip.compress(lines)
    if name.endswith(".zst"):
        lines = pa.Codec("zstd").compress(lines, asbytes=True)
    path.write_bytes(lines)
    account = ingest_file(store, path)
    assert (account.rows_in, account.rows_loaded) == (5, 5)
    columns = ("request_id", "feature", "latency_us", "ts_us")
    found = [tuple(row[name] for name in columns) for row in held(store)]
    assert found == [(f"r{n}", f'f "{n}", x', n * 1500, AT_US) for n in range(5)]


def test_parquet_types_are_read_as_what_they_mean(store, tmp_path):
    at = datetime(2026, 9, 1, 8, 0, 0, 123457, tzinfo=UTC)
    frame = pl.DataFrame(
        {
            "request_id": [1, 2],
            "ts": [at, at],
            "model": ["gpt-4o", None],
            "input_tokens": pl.Series([10.0, 10.0], dtype=pl.Float64),
            "output_tokens": pl.Series([3, 3], dtype=pl.UInt16),
            "logged_cost": pl.Series([Decimal("0.000000000001")] * 2, dtype=pl.Decimal(38, 12)),
            "served_from_cache": [True, False],
        }
    )
    for number, column in enumerate([pl.col("ts"), pl.col("ts").dt.replace_time_zone(None)]):
        path = tmp_path / f"{number}.parquet"
        frame.with_columns(column, request_id=pl.col("request_id") + 10 * number).write_parquet(
            path
        )
        account = ingest_file(store, path)
        assert (account.rows_loaded, account.rejects) == (1, 1)
        assert account.reasons[0].line == 2
    for row in held(store):
        assert row["ts_us"] == AT_US + 123457
        assert (row["input_tokens"], row["output_tokens"]) == (10, 3)
        assert row["logged_cost_pico"] == 1
        assert row["served_from_cache"]
