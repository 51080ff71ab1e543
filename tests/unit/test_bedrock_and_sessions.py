"""Bedrock's log, Codex' sessions and Phoenix' spans: what each hides from a simple reader."""

from __future__ import annotations

import json

import pytest

from analyzer.ingest.load import ingest_file
from tests.golden_bills import GOLDEN


def loaded(store, tmp_path, *lines, name="log.jsonl"):
    path = tmp_path / name
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return ingest_file(store, path)


def invocation(**changes):
    return {
        "schemaType": "ModelInvocationLog",
        "timestamp": "2026-10-01T08:00:00Z",
        "requestId": "r1",
        "modelId": "anthropic.claude-sonnet-4-5-20250929-v1:0",
        "identity": {"arn": "arn:aws:sts::1:assumed-role/svc-a/i-1"},
        "input": {"inputTokenCount": 10, "cacheReadInputTokenCount": 200,
                  "cacheWriteInputTokenCount": 50},
        "output": {"outputTokenCount": 4},
        **changes,
    }  # fmt: skip


def test_bedrock_counts_leave_out_the_cache(store, tmp_path):
    loaded(store, tmp_path, invocation())
    found = store.rows("SELECT input_tokens, cached_input_tokens, cache_write_tokens FROM requests")
    assert found == [(260, 200, 50)]


@pytest.mark.parametrize(
    ("model", "answer", "expected"),
    [
        ("us.anthropic.claude-x", {}, "us.anthropic.claude-x"),
        ("arn:aws:bedrock:us-east-1:1:application-inference-profile/p9", {"model": "claude-x"},
         "anthropic.claude-x"),
        ("arn:aws:bedrock:us-east-1:1:application-inference-profile/p9", {},
         "arn:aws:bedrock:us-east-1:1:application-inference-profile/p9"),
    ],
)  # fmt: skip
def test_a_profile_hides_the_model_unless_the_answer_names_it(
    store, tmp_path, model, answer, expected
):
    row = invocation(modelId=model, output={"outputTokenCount": 4, "outputBodyJson": answer})
    loaded(store, tmp_path, row)
    assert store.rows("SELECT model FROM requests") == [(expected,)]


def test_only_a_failed_request_may_lack_its_counts(store, tmp_path):
    failed = invocation(requestId="r2", input={}, errorCode="ThrottlingException")
    account = loaded(store, tmp_path, failed, invocation(requestId="r3", input={}))
    assert (account.rows_loaded, account.rejects) == (1, 1)
    assert store.rows("SELECT ok, status, input_tokens FROM requests") == [
        (False, "ThrottlingException", 0)
    ]


@pytest.mark.parametrize("body", [5, [], "no json {", {"messages": 7}, None, "[" * 2000])
def test_bodies_of_any_shape_do_not_stop_the_load(store, tmp_path, body):
    held = {"outputTokenCount": 4, "outputBodyJson": body}
    row = invocation(output=held, input={"inputTokenCount": 1, "inputBodyJson": body})
    assert loaded(store, tmp_path, row).rows_loaded == 1


def usage(*counts):
    names = ("input_tokens", "cached_input_tokens", "output_tokens", "reasoning_output_tokens")
    return dict(zip(names, counts, strict=False))


def event(at, last, total, **info):
    held = {"last_token_usage": last, "total_token_usage": total, **info}
    payload = {"type": "token_count", "info": held}
    return {"timestamp": f"2026-10-01T08:00:{at:02d}Z", "type": "event_msg", "payload": payload}


def meta(name):
    payload = {"id": name, "cwd": "/home/ana/billing"}
    return {"timestamp": "2026-10-01T08:00:00Z", "type": "session_meta", "payload": payload}


def turn(model):
    payload = {"model": model}
    return {"timestamp": "2026-10-01T08:00:00Z", "type": "turn_context", "payload": payload}


def test_a_turn_is_the_model_of_what_follows_it(store, tmp_path):
    loaded(store, tmp_path, meta("a"), turn("gpt-5"), event(1, usage(5, 0, 1), usage(5, 0, 1)),
           turn("gpt-5-mini"), event(2, usage(6, 0, 1), usage(11, 0, 2)))  # fmt: skip
    assert store.rows("SELECT model, input_tokens, feature FROM requests ORDER BY ts_us") == [
        ("gpt-5", 5, "billing"), ("gpt-5-mini", 6, "billing"),
    ]  # fmt: skip


def test_a_session_that_goes_on_in_another_file_is_billed_once(store, tmp_path):
    """The continued file repeats the first one's lines, with times of its own."""
    told = [meta("a"), turn("gpt-5"), event(1, usage(5, 0, 1), usage(5, 0, 1))]
    loaded(store, tmp_path, *told)
    copied = event(30, usage(5, 0, 1), usage(5, 0, 1))
    more = loaded(store, tmp_path, meta("b"), meta("a"), turn("gpt-5"), copied,
                  event(31, usage(7, 5, 2), usage(12, 5, 3)), name="fork.jsonl")  # fmt: skip
    assert (more.rows_loaded, more.duplicates) == (1, 1)
    assert store.rows("SELECT sum(input_tokens)::BIGINT FROM requests") == [(12,)]


def test_a_call_before_any_turn_has_no_model_and_says_so(store, tmp_path):
    account = loaded(store, tmp_path, meta("a"), event(1, usage(5, 0, 1), usage(5, 0, 1)))
    assert account.rejects == 1
    assert "turn_context" in account.reasons[0].reason


def test_the_home_folder_names_no_person(store, tmp_path):
    home = meta("a")
    home["payload"]["cwd"] = "/home/ana"
    loaded(store, tmp_path, home, turn("gpt-5"), event(1, usage(5, 0, 1), usage(5, 0, 1)))
    assert store.rows("SELECT feature FROM requests") == [("(home folder)",)]


@pytest.mark.parametrize(
    "time",
    [1790841600500, 1790841600500000, 1790841600500000000, "2026-10-01T08:00:00.5",
     "2026-10-01 08:00:00.500000+00:00", "2026-10-01T10:00:00.500+02:00"],
)  # fmt: skip
def test_phoenix_times_come_in_any_unit_of_pandas(store, tmp_path, time):
    row = {"context.span_id": "s", "span_kind": "LLM", "start_time": time, "end_time": time,
           "attributes.llm.model_name": "gpt-4o", "attributes.llm.token_count.prompt": 3,
           "attributes.llm.token_count.completion": 1}  # fmt: skip
    loaded(store, tmp_path, row)
    assert store.rows("SELECT ts_us, latency_us FROM requests") == [(1790841600500000, 0)]


def test_phoenix_says_the_same_in_every_kind_of_file(store, tmp_path):
    folder = GOLDEN / "phoenix_spans"
    ingest_file(store, folder / "spans.jsonl")
    assert ingest_file(store, folder / "spans.csv").rows_loaded == 0
    store.rows(f"COPY (FROM read_json('{folder}/spans.jsonl')) TO '{tmp_path}/s.parquet'")
    assert ingest_file(store, tmp_path / "s.parquet").duplicates == 4
