"""Portkey's cents and where its cached tokens stand; LangSmith's runs that repeat each other."""

from __future__ import annotations

import json

import pytest

from analyzer.ingest.load import ingest_file

COUNTS = "input_tokens, cached_input_tokens, cache_write_tokens, output_tokens"
PORTKEY = {
    "id": "p-1", "created_at": "2026-09-01T08:00:00Z", "ai_org": "openai", "ai_model": "gpt-4o",
    "req_units": 2000, "res_units": 100, "total_units": 2100, "cost": 0.25, "cost_currency": "USD",
    "response_status_code": 200, "is_success": True,
}  # fmt: skip
RUN = {
    "id": "r-1", "trace_id": "t-1", "dotted_order": "1", "run_type": "llm", "status": "success",
    "start_time": "2026-09-01T08:00:00.5", "end_time": "2026-09-01T08:00:01", "error": None,
    "extra": {"metadata": {"ls_model_name": "gpt-4o"}}, "prompt_tokens": 2000,
    "completion_tokens": 100, "total_cost": "0.0025",
}  # fmt: skip


def read(store, tmp_path, columns, row):
    path = tmp_path / "log.jsonl"
    path.write_text(json.dumps(row) + "\n")
    account = ingest_file(store, path)
    assert account.rows_loaded == 1, account
    return store.rows(f"SELECT {columns} FROM requests")[0]


def test_portkeys_cost_is_cents(store, tmp_path):
    assert read(store, tmp_path, "logged_cost_pico", PORTKEY) == (2_500_000_000,)


def test_a_cost_in_another_currency_is_rejected_and_not_taken_for_dollars(store, tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_text(json.dumps({**PORTKEY, "cost_currency": "EUR"}) + "\n")
    account = ingest_file(store, path)
    assert (account.rows_loaded, account.rejects) == (0, 1)
    assert account.reasons[0].reason == "cost is not a number of US cents from 0 up"


@pytest.mark.parametrize(
    ("usage", "counts"),
    [
        ({"total_tokens": 2100, "prompt_tokens_details": {"cached_tokens": 900}},
         (2000, 900, 0, 100)),
        ({"total_tokens": 3050, "cache_read_input_tokens": 900,
          "cache_creation_input_tokens": 50}, (2950, 900, 50, 100)),
        ({"cache_read_input_tokens": 900, "cache_creation_input_tokens": 50},
         (2950, 900, 50, 100)),
        # Anthropic's names beside an inclusive total: the gateway added them already.
        ({"total_tokens": 2100, "cache_read_input_tokens": 900}, (2000, 900, 0, 100)),
        ({}, (2000, 0, 0, 100)),
    ],
)  # fmt: skip
def test_portkeys_cached_tokens_stand_in_the_answer(store, tmp_path, usage, counts):
    assert read(store, tmp_path, COUNTS, {**PORTKEY, "response": {"usage": usage}}) == counts


@pytest.mark.parametrize("kind", ["chain", "tool", "retriever", "prompt", "parser"])
def test_langsmiths_runs_around_a_call_repeat_it_and_are_set_aside(store, tmp_path, kind):
    path = tmp_path / "runs.jsonl"
    rows = [{**RUN, "id": "r-0", "run_type": kind}, RUN]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    account = ingest_file(store, path)
    assert (account.rows_in, account.rows_loaded, account.set_aside) == (2, 1, 1)
    assert store.rows("SELECT sum(logged_cost_pico) FROM requests") == [(2_500_000_000,)]


@pytest.mark.parametrize(
    ("details", "counts"),
    [
        ({"cache_read": 900}, (2000, 900, 0, 0)),
        ({"cache_read": 900, "cache_creation": 50}, (2000, 900, 50, 0)),
        ({"cache_creation": 50, "ephemeral_5m_input_tokens": 30, "ephemeral_1h_input_tokens": 20},
         (2000, 0, 30, 20)),
        ({"cache_creation": 50, "ephemeral_1h_input_tokens": 20}, (2000, 0, 30, 20)),
        (None, (2000, 0, 0, 0)),
    ],
)  # fmt: skip
def test_langsmiths_prompt_holds_what_was_read_and_written(store, tmp_path, details, counts):
    columns = "input_tokens, cached_input_tokens, cache_write_tokens, cache_write_1h_tokens"
    assert read(store, tmp_path, columns, {**RUN, "prompt_token_details": details}) == counts
