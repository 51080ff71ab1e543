"""Helicone's rows: three generations of counts, two units of cost, its own cache and statuses."""

from __future__ import annotations

import json

import pytest

from analyzer.ingest.load import ingest_file

NO_CACHE = "00000000-0000-0000-0000-000000000000"
ROW = {
    "request_id": "h-1", "request_created_at": "2026-09-01T08:00:00.000Z", "response_status": 200,
    "model": "gpt-4o-mini", "provider": "OPENAI", "prompt_tokens": 2000, "completion_tokens": 100,
    "cache_reference_id": NO_CACHE, "delay_ms": 900,
}  # fmt: skip
COUNTS = "input_tokens, cached_input_tokens, cache_write_tokens, output_tokens"


def read(store, tmp_path, columns, **change):
    row = {name: value for name, value in {**ROW, **change}.items() if value != "gone"}
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(row) + "\n")
    account = ingest_file(store, path)
    assert account.rows_loaded == 1, account
    return store.rows(f"SELECT {columns} FROM requests")[0]


@pytest.mark.parametrize(
    ("change", "counts"),
    [
        # As OpenAI counts: the prompt holds what was cached.
        ({"prompt_cache_read_tokens": 1536, "total_tokens": 2100}, (2000, 1536, 0, 100)),
        # More cached than prompt tokens: they cannot be inside.
        ({"prompt_tokens": 464, "prompt_cache_read_tokens": 1536}, (2000, 1536, 0, 100)),
        # The stored answer says what the whole prompt was.
        ({"prompt_tokens": 1500, "prompt_cache_read_tokens": 500,
          "response_body": {"usage": {"prompt_tokens": 2000}}}, (2000, 500, 0, 100)),
        ({"prompt_cache_read_tokens": 500, "response_body": {"usage": {"prompt_tokens": 2000}}},
         (2000, 500, 0, 100)),
        # A total that only fits with the cached tokens beside the prompt.
        ({"prompt_tokens": 1500, "prompt_cache_read_tokens": 500, "total_tokens": 2100},
         (2000, 500, 0, 100)),
        # Reasoning is counted apart, so this is a new row, and both are.
        ({"prompt_tokens": 1500, "prompt_cache_read_tokens": 500, "reasoning_tokens": 400,
          "total_tokens": 2000}, (2000, 500, 0, 500)),
        # Anthropic never counts cached tokens as input.
        ({"provider": "ANTHROPIC", "prompt_cache_read_tokens": 900,
          "prompt_cache_write_tokens": 50}, (2950, 900, 50, 100)),
    ],
)  # fmt: skip
def test_cached_tokens_stand_inside_the_prompt_unless_something_proves_otherwise(
    store, tmp_path, change, counts
):
    assert read(store, tmp_path, COUNTS, **change) == counts


@pytest.mark.parametrize(
    ("change", "pico"),
    [
        ({"cost": 0.00036, "costUSD": 0.00036}, 360_000_000),
        ({"cost": 360000, "costUSD": 0.00036}, 360_000_000),
        ({"cost": 0.00036}, 360_000_000),
        # A dump of the table: billionths of a dollar.
        ({"cost": 360000, "response_status": "gone", "status": 200, "latency": 900,
          "organization_id": "o-1"}, 360_000_000),
        # No price was known, which is not a price of nothing.
        ({"cost": 0, "costUSD": 0}, None),
        ({}, None),
    ],
)  # fmt: skip
def test_the_cost_is_dollars_whatever_its_unit(store, tmp_path, change, pico):
    assert read(store, tmp_path, "logged_cost_pico", **change) == (pico,)


def test_an_answer_from_helicones_cache_is_demand_that_cost_nothing(store, tmp_path):
    hit = {
        "cache_reference_id": "4a7f2f0e-0000-4000-8000-000000000001", "prompt_tokens": 0,
        "completion_tokens": 0, "cost": 0,
        "request_body": {"messages": [{"role": "user", "content": "Hi"}]},
    }  # fmt: skip
    found = read(
        store, tmp_path, "served_from_cache, ok, logged_cost_pico, prompt_key IS NOT NULL", **hit
    )
    assert found == (True, True, 0, True)


@pytest.mark.parametrize(
    ("status", "stored"), [(200, "ok"), (201, "ok"), (429, "429"), (500, "500"), (-2, "-2")]
)
def test_what_is_no_answer_failed_and_needs_no_counts(store, tmp_path, status, stored):
    counts = {} if stored == "ok" else {"prompt_tokens": None, "completion_tokens": None}
    found = read(store, tmp_path, "status, ok", response_status=status, **counts)
    assert found == (stored, stored == "ok")


@pytest.mark.parametrize(
    ("change", "feature"),
    [
        ({"request_properties": {"Feature": "a"}, "properties": {"Feature": "b"}}, "a"),
        ({"properties": '{"feature": "b"}', "prompt_id": "p"}, "b"),
        ({"Feature": "promoted"}, "promoted"),
        ({"properties": {"Helicone-Session-Name": "s", "Helicone-Session-Path": "/p"}}, "s"),
        ({"properties": {}, "prompt_id": "p"}, "p"),
        ({}, "(untagged)"),
    ],
)
def test_the_feature_is_a_custom_property(store, tmp_path, change, feature):
    assert read(store, tmp_path, "feature", **change) == (feature,)


def test_a_body_that_stands_elsewhere_gives_no_key(store, tmp_path):
    elsewhere = {"request_body": {"helicone_message": "too large"}, "signed_body_url": "https://x"}
    found = read(store, tmp_path, "prompt_key, prompt_chars, response_chars", **elsewhere)
    assert found == (None, None, None)
