"""LiteLLM cuts stored answers; the mark in them says how long they were."""

from __future__ import annotations

import json

import pytest

from analyzer.ingest.load import ingest_file

NOTE = "Truncation is a DB storage safeguard. Whole data goes to callbacks (OTEL, etc.)."


@pytest.mark.parametrize(
    ("stored", "chars"),
    [
        ("a" * 716 + "... (litellm_truncated skipped 952 chars) ..." + "b" * 1332, 3000),
        ("a" * 716 + f"... (litellm_truncated skipped 952 chars. {NOTE}) ..." + "b" * 1332, 3000),
        ("a" * 2048 + "... (truncated 52 chars)", 2100),
        ("a" * 2048 + "... (litellm_truncated 52 chars)", 2100),
        ("a" * 2048, 2048),
        ("a" * 9000, 9000),
        ("the log was truncated 3 times", 29),
        ([{"type": "text", "text": "ab... (litellm_truncated skipped 5 chars) ...c"}], 8),
    ],
)
def test_a_cut_answer_counts_as_long_as_it_was(store, tmp_path, stored, chars):
    row = {
        "request_id": "1", "call_type": "c", "spend": 1, "prompt_tokens": 1, "model": "m",
        "completion_tokens": 1, "startTime": 1788249600, "cache_key": "Cache OFF",
        "messages": [{"role": "user", "content": stored}],
        "response": json.dumps({"choices": [{"message": {"content": stored}}]}),
    }  # fmt: skip
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps(row) + "\n")
    ingest_file(store, path)
    found = store.rows("SELECT response_chars, prompt_chars, prompt_key FROM requests")
    assert found == [(chars, None, None)]
