"""Prompts, answers, addresses and keys in gateways' exports are not in the database."""

from __future__ import annotations

import json

import pytest

from analyzer.ingest.load import ingest_file
from analyzer.store import Store

EMAIL, KEY = "jane.roe@example.org", "sk-proj-Ab12Cd34Ef56Gh78Ij90Kl12"
PROMPT, ANSWER = "the merger with Umbrella closes on Friday", "Umbrella must not hear of this"
MESSAGES = [{"role": "user", "content": PROMPT}]
RESPONSE = {"choices": [{"message": {"content": ANSWER}}]}
ROWS = {
    "langfuse_observations": {
        "id": EMAIL, "traceId": "t", "type": "GENERATION", "startTime": "2026-09-01T08:00:00Z",
        "model": f"gpt-4o {KEY}", "usageDetails": {"input": 1, "output": 1}, "input": MESSAGES,
        "output": ANSWER, "metadata": {"feature": EMAIL, "ls_provider": KEY}, "userId": EMAIL,
        "modelParameters": {"service_tier": KEY}, "statusMessage": ANSWER, "sessionId": EMAIL,
    },
    "helicone": {
        "request_id": KEY, "request_created_at": "2026-09-01T08:00:00Z", "response_status": 200,
        "model": "gpt-4o", "prompt_tokens": 1, "completion_tokens": 1, "request_user_id": EMAIL,
        "request_body": {"messages": MESSAGES}, "response_body": RESPONSE,
        "properties": {"Feature": PROMPT * 6},
    },
    "openrouter_generation": {
        "data": {
            "id": KEY, "created_at": "2026-09-01T08:00:00Z", "model": "m", "total_cost": 0.1,
            "native_tokens_prompt": 1, "native_tokens_completion": 1, "external_user": EMAIL,
            "origin": f"https://x.example/?key={KEY}",
        }
    },
    "portkey": {
        "id": KEY, "created_at": "2026-09-01T08:00:00Z", "ai_org": EMAIL, "ai_model": "m",
        "req_units": 1, "res_units": 1, "request": {"messages": MESSAGES}, "response": RESPONSE,
        "metadata": {"_user": EMAIL, "feature": EMAIL}, "prompt_slug": EMAIL,
    },
    "langsmith_runs": {
        "id": KEY, "trace_id": EMAIL, "dotted_order": "1", "run_type": "llm", "error": ANSWER,
        "start_time": "2026-09-01T08:00:00Z", "inputs": {"messages": MESSAGES}, "outputs": RESPONSE,
        "extra": {"metadata": {"ls_model_name": "m", "user_id": EMAIL, "feature": EMAIL}},
        "prompt_tokens": 1, "completion_tokens": 1, "session_name": EMAIL,
    },
    "litellm_usage_export": {
        "date": "2026-09-01", "entity_id": EMAIL, "spend": 1, "flat_cost": 0, "api_requests": 1,
        "cache_read_input_tokens": 0, "prompt_tokens": 1, "completion_tokens": 1, "model": "m",
        "user_email": EMAIL, "api_key": KEY,
    },
}  # fmt: skip


@pytest.mark.parametrize("format_name", ROWS)
def test_nothing_private_of_an_export_is_in_the_database(tmp_path, format_name):
    path, database = tmp_path / "log.jsonl", tmp_path / "x.duckdb"
    path.write_text(json.dumps(ROWS[format_name]) + "\n")
    with Store.open(database) as store:
        store.unlock_digests()
        account = ingest_file(store, path)
        assert (account.format, account.rows_loaded) == (format_name, 1)
        store.rows("CHECKPOINT")
        tables = [row[0] for row in store.rows("SELECT table_name FROM duckdb_tables()")]
        stored = [str(store.rows(f"SELECT * FROM {table}")) for table in tables]
    for planted in (EMAIL, KEY, PROMPT, ANSWER, "Umbrella"):
        assert planted not in f"{account}{stored}"
        assert planted.encode() not in database.read_bytes()
