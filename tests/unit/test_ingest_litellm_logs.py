"""LiteLLM's logs of requests: cache hits, failures, costs that are unknown, audio."""

from __future__ import annotations

import json

import pytest

from analyzer.ingest.load import ingest_file

SPEND = {
    "request_id": "1", "call_type": "acompletion", "spend": 0.5, "prompt_tokens": 100,
    "completion_tokens": 5, "startTime": "2026-09-01 08:00:00.25", "model": "gpt-4o",
    "status": "success", "cache_hit": "False", "metadata": "{}", "request_tags": "[]",
}  # fmt: skip
PAYLOAD = {
    "id": "1", "call_type": "acompletion", "response_cost": 0.5, "prompt_tokens": 100,
    "completion_tokens": 5, "startTime": 1788249600.25, "endTime": 1788249601.5, "model": "gpt-4o",
    "status": "success", "cache_hit": False, "hidden_params": {}, "model_parameters": {},
    "metadata": {}, "request_tags": [],
}  # fmt: skip


def read(store, tmp_path, row, columns):
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps(row) + "\n")
    account = ingest_file(store, path)
    assert account.rows_loaded == 1, account.reasons
    return store.rows(f"SELECT {columns} FROM requests")[0]


@pytest.mark.parametrize(
    ("change", "cached"),
    [
        ({"cache_hit": "True"}, True),
        ({"cache_hit": "true"}, True),
        ({"cache_hit": "False"}, False),
        ({"cache_hit": "None"}, False),
        ({"cache_hit": ""}, False),
        ({"cache_hit": None}, False),
        ({"cache_hit": "False", "request_id": "chatcmpl-1_cache_hit1788249600.1"}, True),
    ],
)
def test_a_hit_of_the_gateways_cache_is_told_by_its_string_or_its_id(
    store, tmp_path, change, cached
):
    row = {**SPEND, "spend": 0, **change}
    found = read(store, tmp_path, row, "served_from_cache, input_tokens, logged_cost_pico")
    assert found == (cached, 100, 0 if cached else None)


@pytest.mark.parametrize("row", [SPEND, PAYLOAD], ids=["spendlogs", "payload"])
def test_a_cost_of_nothing_is_unknown_unless_the_price_that_was_used_stands_there(
    store, tmp_path, row
):
    name = "spend" if "spend" in row else "response_cost"
    free = {**row, name: 0.0}
    assert read(store, tmp_path, free, "logged_cost_pico") == (None,)


@pytest.mark.parametrize("row", [SPEND, PAYLOAD], ids=["spendlogs", "payload"])
def test_a_cost_of_nothing_counts_where_its_price_is_told(store, tmp_path, row):
    name = "spend" if "spend" in row else "response_cost"
    price = {"model_map_information": {"model_map_value": {"input_cost_per_token": 0.0}}}
    told = {"metadata": json.dumps(price)} if name == "spend" else price
    assert read(store, tmp_path, {**row, name: 0.0, **told}, "logged_cost_pico") == (0,)


@pytest.mark.parametrize("row", [SPEND, PAYLOAD], ids=["spendlogs", "payload"])
def test_a_failed_call_without_counts_is_a_request_that_failed(store, tmp_path, row):
    name = "spend" if "spend" in row else "response_cost"
    failed = {**row, name: 0, "status": "failure", "prompt_tokens": None, "completion_tokens": None}
    found = read(store, tmp_path, failed, "status, ok, input_tokens, logged_cost_pico")
    assert found == ("failure", False, 0, 0)


@pytest.mark.parametrize("row", [SPEND, PAYLOAD], ids=["spendlogs", "payload"])
def test_audio_is_never_priced_as_text(store, tmp_path, row):
    usage = {"usage_object": {"prompt_tokens_details": {"audio_tokens": 40}}}
    assert read(store, tmp_path, {**row, "metadata": usage}, "model") == ("gpt-4o + audio",)


def test_a_retry_and_a_fallback_are_rows_of_their_own(store, tmp_path):
    rows = [
        {**SPEND, "request_id": "a", "litellm_call_id": "c", "status": "failure", "spend": 0},
        {**SPEND, "request_id": "b", "litellm_call_id": "c", "model": "claude-sonnet-4-5"},
    ]
    path = tmp_path / "x.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert ingest_file(store, path).rows_loaded == 2
    assert store.rows("SELECT ok, model FROM requests ORDER BY request_id") == [
        (False, "gpt-4o"),
        (True, "claude-sonnet-4-5"),
    ]
