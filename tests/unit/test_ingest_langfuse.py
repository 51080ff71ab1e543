"""Langfuse's observations: every spelling of counts, one reading in every kind of file."""

from __future__ import annotations

import csv
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analyzer.ingest.load import ingest_file

CALL = {
    "id": "g-1", "traceId": "t-1", "type": "GENERATION", "level": "DEFAULT",
    "startTime": "2026-09-01T08:00:00.000Z", "endTime": "2026-09-01T08:00:02.500Z",
    "model": "gpt-4o", "usageDetails": {"input": 10, "output": 2, "total": 12},
}  # fmt: skip


def read(store, tmp_path, columns, **change):
    path = tmp_path / "observations.jsonl"
    path.write_text(json.dumps({**CALL, **change}) + "\n")
    account = ingest_file(store, path)
    assert account.rows_loaded == 1, account
    return store.rows(f"SELECT {columns} FROM requests")[0]


@pytest.mark.parametrize(
    ("usage", "counts"),
    [
        # Langfuse's own: no part holds another.
        ({"input": 200, "input_cached_tokens": 1800, "output": 50, "output_reasoning_tokens": 30,
          "total": 2080}, (2000, 1800, 0, 0, 80, 30)),
        ({"input": 200, "input_cached_tokens": 1800, "output": 50, "output_reasoning": 30},
         (2000, 1800, 0, 0, 80, 30)),
        # Sent by hand as the provider counts: the total says that the parts are inside.
        ({"input": 2000, "input_cached_tokens": 1800, "output": 80, "output_reasoning_tokens": 30,
          "total": 2080}, (2000, 1800, 0, 0, 80, 30)),
        # Reads were taken out of the input, writes were not.
        ({"input": 300, "cache_read_input_tokens": 700, "cache_creation_input_tokens": 100,
          "output": 20, "total": 1020}, (1000, 700, 100, 0, 20, 0)),
        # Anthropic's: writes split by life, with and without their own sum beside them.
        ({"input": 10, "input_cache_read": 500, "input_cache_creation_5m": 60,
          "input_cache_creation_1h": 40, "output": 20}, (610, 500, 60, 40, 20, 0)),
        ({"input": 10, "input_cache_creation": 100, "input_cache_creation_5m": 60,
          "input_cache_creation_1h": 40, "output": 20, "total": 130}, (110, 0, 60, 40, 20, 0)),
        # Nothing but cached tokens, and no total: zero is not a total.
        ({"input": 0, "input_cached_tokens": 500, "output": 0}, (500, 500, 0, 0, 0, 0)),
        # Keys of other kinds count by their beginning.
        ({"input": 100, "input_image_tokens": 50, "output": 10, "output_accepted_prediction": 5},
         (150, 0, 0, 0, 15, 0)),
        ({"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}, (7, 0, 0, 0, 3, 0)),
        ({"input": 90, "total": 90}, (90, 0, 0, 0, 0, 0)),
    ],
)  # fmt: skip
def test_counts_are_read_as_their_total_tells(store, tmp_path, usage, counts):
    columns = (
        "input_tokens, cached_input_tokens, cache_write_tokens, cache_write_1h_tokens, "
        "output_tokens, reasoning_tokens"
    )
    assert read(store, tmp_path, columns, usageDetails=usage) == counts


@pytest.mark.parametrize(
    ("usage", "reason"),
    [
        ({"input": -5, "input_cached_tokens": 10, "output": 1}, "not a whole number"),
        ({"input": 1.5, "output": 1}, "not a whole number"),
        ({"input": "many", "output": 1}, "not a whole number"),
        ({"input": 5, "output": -1}, "not a whole number"),
        ({"output": 1}, "is missing"),
        ({}, "is missing"),
        ("no json", "is missing"),
    ],
)
def test_counts_that_are_none_are_rejected_and_never_read_as_zero(store, tmp_path, usage, reason):
    path = tmp_path / "observations.jsonl"
    path.write_text(json.dumps({**CALL, "usageDetails": usage}) + "\n")
    account = ingest_file(store, path)
    assert (account.rows_loaded, account.rejects) == (0, 1)
    assert "usageDetails" in account.reasons[0].reason
    assert reason in account.reasons[0].reason


def test_older_exports_hold_counts_in_columns_of_their_own(store, tmp_path):
    older = {"usageDetails": None, "inputUsage": 30, "outputUsage": 4}
    assert read(store, tmp_path, "input_tokens, output_tokens", **older) == (30, 4)


@pytest.mark.parametrize("kind", ["SPAN", "EVENT", "AGENT", "TOOL", "CHAIN", "RETRIEVER"])
def test_what_is_no_model_call_is_set_aside_and_counted(store, tmp_path, kind):
    path = tmp_path / "observations.jsonl"
    # An agent's span repeats the counts of the call inside it.
    rows = [CALL, {**CALL, "id": "s-1", "type": kind}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    account = ingest_file(store, path)
    assert (account.rows_in, account.rows_loaded, account.set_aside) == (2, 1, 1)
    assert "set aside: spans" in account.notes[0]


@pytest.mark.parametrize(
    ("cost", "pico"),
    [
        ({"totalCost": 0.25, "costDetails": {"total": 0.25}}, 250_000_000_000),
        ({"totalCost": None, "costDetails": {"input": 0.1, "total": 0.2}}, 200_000_000_000),
        ({"totalCost": 0, "costDetails": {"total": 0}}, 0),
        ({"totalCost": 0, "costDetails": {}}, None),
        ({"totalCost": None, "costDetails": {}}, None),
    ],
)
def test_a_cost_that_langfuse_could_not_work_out_is_not_nothing(store, tmp_path, cost, pico):
    assert read(store, tmp_path, "logged_cost_pico", **cost) == (pico,)


@pytest.mark.parametrize(
    ("change", "feature"),
    [
        ({"metadata": {"feature": "a"}, "traceTags": ["feature:b"], "traceName": "c"}, "a"),
        ({"metadata": {}, "traceTags": ["x", "feature:b"], "traceName": "c"}, "b"),
        ({"traceTags": ["x"], "traceName": "c", "promptName": "d"}, "c"),
        ({"traceTags": '["User-Agent: curl", "x"]', "promptName": "d"}, "d"),
        ({"tags": ["cache_hit:False", "User-Agent: curl", "x"]}, "x"),
        ({}, "(untagged)"),
    ],
)
def test_the_feature_comes_from_metadata_tags_trace_or_prompt(store, tmp_path, change, feature):
    assert read(store, tmp_path, "feature", **change) == (feature,)


def test_the_latency_is_the_difference_of_the_times_whatever_its_column_says(store, tmp_path):
    for unit in (2.5, 2500):
        assert read(store, tmp_path, "latency_us", latency=unit) == (2_500_000,)
        store.rows("DELETE FROM requests")
        store.rows("DELETE FROM sources")


def test_a_failed_call_needs_no_counts(store, tmp_path):
    failed = {"level": "ERROR", "usageDetails": {}}
    assert read(store, tmp_path, "status, ok, input_tokens", **failed) == ("error", False, 0)


def test_a_hit_of_a_cache_is_one_only_where_it_cost_nothing(store, tmp_path):
    hit = {"metadata": {"cache_hit": True}, "totalCost": 0.1, "costDetails": {"total": 0.1}}
    assert read(store, tmp_path, "served_from_cache", **hit) == (False,)


SNAKE = {
    "id": "g-1", "trace_id": "t-1", "type": "GENERATION", "level": "DEFAULT",
    "start_time": "2026-09-01 08:00:00.250000", "end_time": "2026-09-01 08:00:01.000000",
    "provided_model_name": "gpt-4o", "input": '[{"role":"user","content":"Hi"}]',
    "usage_details": {"input": 10, "input_cached_tokens": 30, "output": 2, "total": 42},
    "cost_details": {"total": 0.5}, "total_cost": 0.5, "metadata": {"feature": "chat"},
}  # fmt: skip


def _as_lines(path):
    path.write_text(json.dumps(SNAKE) + "\n")


def _as_array(path):
    path.write_text(json.dumps([SNAKE], indent=1))


def _as_csv(path):
    texts = {n: v if isinstance(v, str) else json.dumps(v) for n, v in SNAKE.items()}
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(texts), quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerow(texts)


def _as_parquet(path):
    counts = pa.map_(pa.string(), pa.uint64())
    columns = {name: pa.array([value]) for name, value in SNAKE.items()}
    columns["usage_details"] = pa.array([list(SNAKE["usage_details"].items())], counts)
    columns["cost_details"] = pa.array([[("total", 0.5)]], pa.map_(pa.string(), pa.float64()))
    columns["metadata"] = pa.array([[("feature", "chat")]], pa.map_(pa.string(), pa.string()))
    pq.write_table(pa.table(columns), path)


@pytest.mark.parametrize("write", [_as_lines, _as_array, _as_csv, _as_parquet])
def test_every_kind_of_file_reads_the_same(store, tmp_path, write):
    path = tmp_path / "export"
    write(path)
    account = ingest_file(store, path)
    assert (account.format, account.rows_loaded) == ("langfuse_observations", 1)
    assert store.rows(
        "SELECT ts_us, latency_us, model, feature, input_tokens, cached_input_tokens, "
        "output_tokens, prompt_chars, prompt_key IS NOT NULL, logged_cost_pico FROM requests"
    ) == [
        (1788249600250000, 750_000, "gpt-4o", "chat", 40, 30, 2, 2, True, 500_000_000_000)
    ]  # fmt: skip
