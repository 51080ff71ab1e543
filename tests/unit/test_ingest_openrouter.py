"""OpenRouter's exports: what a cost holds, whose key paid, and which count is billed."""

from __future__ import annotations

import json

import pytest

from analyzer.ingest.load import ingest_file

ROW = {
    "generation_id": "gen-1", "created_at": "2026-09-01 08:00:00.125", "cost_total": "0.00189",
    "cost_cache": "-0.00135", "byok_usage_inference": "", "tokens_prompt": "20000",
    "tokens_completion": "400", "tokens_reasoning": "", "tokens_cached": "18000",
    "model_permaslug": "openai/gpt-4o-mini", "provider_name": "Azure", "variant": "standard",
    "cancelled": "false", "finish_reason_normalized": "stop", "generation_time_ms": "900",
    "app_name": "Docs bot", "api_key_name": "team key",
}  # fmt: skip


def read(store, tmp_path, columns, *, order=1, **change):
    row = {**ROW, **change}
    names = list(row)[::order]
    path = tmp_path / "openrouter_activity_2026-09-01.csv"
    path.write_text(f"{','.join(names)}\n{','.join(row[name] for name in names)}\n")
    account = ingest_file(store, path)
    assert account.rows_loaded == 1, account
    return store.rows(f"SELECT {columns} FROM requests")[0]


@pytest.mark.parametrize("cost_cache", ["-0.00135", "0.00073", ""])
def test_the_total_holds_the_signed_cost_of_the_cache_already(store, tmp_path, cost_cache):
    columns = "logged_cost_pico, cached_input_tokens, cache_write_tokens"
    # Written tokens are not reported, and none are made up from the premium that was paid.
    assert read(store, tmp_path, columns, cost_cache=cost_cache) == (1_890_000_000, 18_000, 0)


def test_with_the_users_own_key_the_tokens_are_on_the_providers_bill(store, tmp_path):
    own = {"cost_total": "0.0001", "byok_usage_inference": "0.002"}
    assert read(store, tmp_path, "provider, logged_cost_pico", **own) == ("Azure", 2_100_000_000)


def test_any_other_call_is_on_openrouters_bill(store, tmp_path):
    found = read(store, tmp_path, "provider, model, feature, ts_us, latency_us")
    assert found == ("openrouter", "openai/gpt-4o-mini", "Docs bot", 1788249600125000, 900_000)


@pytest.mark.parametrize("order", [1, -1])
def test_columns_are_read_by_name(store, tmp_path, order):
    assert read(store, tmp_path, "input_tokens, output_tokens", order=order) == (20_000, 400)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, "ok"),
        ({"cancelled": "true", "finish_reason_normalized": ""}, "cancelled"),
        ({"finish_reason_normalized": "error"}, "error"),
        ({"finish_reason_normalized": "length"}, "ok"),
    ],
)
def test_a_call_that_was_cut_off_is_no_answer_and_keeps_its_cost(store, tmp_path, change, status):
    found = read(store, tmp_path, "status, ok, logged_cost_pico", **change)
    assert found == (status, status == "ok", 1_890_000_000)


def test_a_free_variant_is_another_model(store, tmp_path):
    found = read(store, tmp_path, "model, logged_cost_pico", variant="free", cost_total="")
    assert found == ("openai/gpt-4o-mini:free", 0)


def test_the_models_own_count_is_billed_and_the_normalised_one_is_never_read(store, tmp_path):
    native = {"native_tokens_prompt": 2000, "native_tokens_completion": 80}
    call = {
        "id": "gen-1", "created_at": "2026-09-01T08:00:00+00:00", "total_cost": 0.1,
        "model": "openai/gpt-4o-mini", "tokens_prompt": 1900, "tokens_completion": 70,
        "generation_time": 10, **native,
    }  # fmt: skip
    path = tmp_path / "generations.jsonl"
    rows = [{"data": call}, {"data": {**call, "id": "gen-2", "native_tokens_prompt": None}}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    account = ingest_file(store, path)
    assert (account.rows_loaded, account.rejects) == (1, 1)
    assert "normalised count" in account.reasons[0].reason
    assert store.rows("SELECT input_tokens, output_tokens FROM requests") == [(2000, 80)]


def test_totals_hold_what_both_bills_say(store, tmp_path):
    path = tmp_path / "aggregated.csv"
    path.write_text(
        "Date,Slug,Usage,BYOK Usage,Requests,Prompt Tokens,Completion Tokens,Reasoning Tokens\n"
        "2026-09-01,openai/gpt-4o-mini,0.25,1.5,4,1000,50,20\n"
    )
    ingest_file(store, path)
    assert store.rows(
        "SELECT provider, requests, input_tokens, output_tokens, reasoning_tokens, "
        "end_us - start_us, logged_cost_pico FROM usage_buckets"
    ) == [("openrouter", 4, 1000, 50, 20, 86_400_000_000, 1_750_000_000_000)]
