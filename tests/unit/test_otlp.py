"""Traces and logs of OpenTelemetry: each call of a model once, whatever tells of it."""

from __future__ import annotations

import json

import pytest

from analyzer.ingest.load import Wish, ingest_file
from analyzer.store import Store
from tests.golden_bills import GOLDEN

START = 1_790_841_600_000_000_000


def attributes(values):
    kinds = {bool: "boolValue", int: "intValue", float: "doubleValue", str: "stringValue"}
    return [{"key": key, "value": {kinds[type(value)]: str(value) if type(value) is int else value}}
            for key, value in values.items()]  # fmt: skip


def span(number, parent=None, **values):
    around = {} if parent is None else {"parentSpanId": f"{parent:016x}"}
    values = {name.replace("__", "."): value for name, value in values.items()}
    return {
        "traceId": "ab" * 16,
        "spanId": f"{number:016x}",
        **around,
        "name": "call",
        "startTimeUnixNano": str(START + number),
        "endTimeUnixNano": str(START + number + 5_000_000),
        "attributes": attributes(values),
    }


def chat(number, parent=None, tokens=10, **values):
    return span(
        number,
        parent,
        gen_ai__operation__name="chat",
        gen_ai__request__model="gpt-4o",
        gen_ai__usage__input_tokens=tokens,
        gen_ai__usage__output_tokens=1,
        **values,
    )


def export(*spans, **resource):
    held = {"attributes": attributes(resource or {"service.name": "svc"})}
    return {"resourceSpans": [{"resource": held, "scopeSpans": [{"spans": list(spans)}]}]}


def loaded(store, tmp_path, *lines, feature=None, name="otlp.jsonl"):
    path = tmp_path / name
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return ingest_file(store, path, Wish(feature=feature))


def calls(store, columns="request_id, input_tokens"):
    return store.rows(f"SELECT {columns} FROM requests ORDER BY ts_us")


def number_of(row):
    return int(row[0].split(":")[1], 16)


def test_a_call_that_holds_calls_at_any_depth_is_set_aside(store, tmp_path):
    """Agents roll up their children, and two instrumentations tell of one call."""
    tool = span(2, 1, gen_ai__operation__name="execute_tool")
    account = loaded(store, tmp_path, export(chat(3, 2, 7), tool), export(chat(1, None, 99)))
    assert (account.rows_in, account.rows_loaded, account.set_aside) == (3, 1, 2)
    assert [(number_of(row), row[1]) for row in calls(store)] == [(3, 7)]


@pytest.mark.parametrize(
    "inner",
    [
        span(2, 1, gen_ai__operation__name="chat", gen_ai__request__model="gpt-4o"),
        span(2, 1, gen_ai__operation__name="chat", gen_ai__request__model="m", error__type="500"),
        span(2, 1, gen_ai__operation__name="chat", gen_ai__request__model="m",
             gen_ai__usage__input_tokens="many"),
    ],
)  # fmt: skip
def test_a_call_is_kept_where_those_inside_it_have_no_tokens(store, tmp_path, inner):
    loaded(store, tmp_path, export(chat(1, None, 99), inner))
    assert calls(store)[0][1] == 99


def test_spans_that_name_each_other_their_parent_end(store, tmp_path):
    account = loaded(store, tmp_path, export(chat(1, 1), chat(2, 3), chat(3, 2)))
    assert account.rows_in == 3
    assert account.rows_loaded + account.set_aside == 3


def test_a_deep_chain_of_spans_ends(store, tmp_path):
    chain = [span(n, n - 1, gen_ai__operation__name="execute_tool") for n in range(2, 5000)]
    account = loaded(store, tmp_path, export(*chain, chat(5000, 4999)))
    assert (account.rows_in, account.rows_loaded) == (4999, 1)


def test_what_was_sent_twice_is_loaded_once_in_any_file_and_any_case(store, tmp_path):
    twice = chat(1)
    other = {**twice, "traceId": "AB" * 16}
    first = loaded(store, tmp_path, export(twice), export(other))
    assert (first.rows_loaded, first.duplicates) == (1, 1)
    again = loaded(store, tmp_path, export(twice, chat(2)), name="rotated.jsonl")
    assert (again.rows_loaded, again.duplicates) == (1, 1)


@pytest.mark.parametrize(
    ("values", "is_call"),
    [
        ({"gen_ai.operation.name": "text_completion"}, True),
        ({"gen_ai.operation.name": "invoke_agent"}, False),
        ({"gen_ai.operation.name": "something new"}, True),
        ({"openinference.span.kind": "CHAIN"}, False),
        ({"openinference.span.kind": "LLM"}, True),
        ({"traceloop.span.kind": "workflow"}, False),
        ({"ai.operationId": "ai.streamText"}, False),
        ({"ai.operationId": "ai.streamText.doStream"}, True),
        ({}, True),
    ],
)
def test_each_producer_says_which_spans_are_calls(store, tmp_path, values, is_call):
    one = span(1, None, **values, **{"gen_ai.request.model": "gpt-4o",
               "gen_ai.usage.input_tokens": 3, "gen_ai.usage.output_tokens": 1})  # fmt: skip
    account = loaded(store, tmp_path, export(one))
    assert (account.rows_loaded, account.set_aside) == ((1, 0) if is_call else (0, 1))


@pytest.mark.parametrize(
    ("feature", "expected"),
    [
        ('resource."deployment.name"', "blue"),
        ('attributes."gen_ai.agent.name"', "clerk"),
        (None, "shop"),
    ],
)
def test_the_feature_is_the_service_or_what_the_user_names(store, tmp_path, feature, expected):
    one = chat(1, **{"gen_ai.agent.name": "clerk"})
    line = export(one, **{"service.name": "shop", "deployment.name": "blue"})
    loaded(store, tmp_path, line, feature=feature)
    assert calls(store, "feature") == [(expected,)]


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({}, True),
        ({"gen_ai.request.model": "gpt-4o-mini"}, True),
        ({"gen_ai.request.temperature": 0.5}, False),
        ({"gen_ai.system_instructions": "[]"}, False),
        ({"gen_ai.input.messages": '[{"role": "user", "content": "no"}]'}, False),
    ],
)
def test_the_prompt_key_is_what_the_answer_depends_on(store, tmp_path, change, same):
    asked = {"gen_ai.input.messages": '[{"role": "user", "content": "yes"}]'}
    first, second = chat(1, **asked), chat(2)
    second["attributes"] += attributes({**asked, **change})
    if "gen_ai.request.model" in change:
        second["attributes"] = attributes({**change, **asked, "gen_ai.operation.name": "chat",
            "gen_ai.usage.input_tokens": 1, "gen_ai.usage.output_tokens": 1})  # fmt: skip
    loaded(store, tmp_path, export(first, second))
    keys = [key for (key,) in calls(store, "prompt_key")]
    assert None not in keys
    assert (keys[0] == keys[1]) is same


def test_nanoseconds_are_not_lost_on_the_way_to_microseconds(store, tmp_path):
    one = chat(1)
    one |= {"startTimeUnixNano": "1790841600123456789", "endTimeUnixNano": 1790841600123459789}
    loaded(store, tmp_path, export(one))
    assert calls(store, "ts_us, latency_us") == [(1790841600123457, 3)]


@pytest.mark.parametrize("change", [{"startTimeUnixNano": "0"}, {"startTimeUnixNano": "soon"}])
def test_a_call_without_a_time_is_rejected(store, tmp_path, change):
    account = loaded(store, tmp_path, export({**chat(1), **change}))
    assert account.reasons[0].reason.startswith("startTimeUnixNano is missing")


def test_a_call_of_claude_code_in_traces_and_in_logs_is_one_call(store):
    ingest_file(store, GOLDEN / "otlp_traces" / "spans.jsonl")
    logs = ingest_file(store, GOLDEN / "otlp_logs" / "events.jsonl")
    assert logs.duplicates == 2  # sent twice in the logs, and once in the traces
    ids = [request_id for (request_id,) in calls(store, "request_id")]
    assert ids.count("req_cc_1") == 1


def test_codex_tells_of_its_counts_once(store, tmp_path):
    """The same event stands there without counts, and stands there again where it was resent."""
    account = ingest_file(store, GOLDEN / "otlp_logs" / "events.jsonl")
    found = store.rows("SELECT input_tokens, cached_input_tokens, output_tokens FROM requests "
                       "WHERE model = 'gpt-5-codex'")  # fmt: skip
    assert found == [(9000, 7680, 410)]
    assert account.rows_in == 10


def test_contents_people_and_keys_are_not_stored(tmp_path):
    planted = ("jane.roe@example.org", "sk-proj-Ab12Cd34Ef56Gh78Ij90Kl12", "Umbrella merger")
    email, key, prompt = planted
    secret = {"gen_ai.input.messages": json.dumps([{"role": "user", "content": prompt}]),
              "gen_ai.output.messages": json.dumps([{"role": "assistant", "content": prompt}]),
              "gen_ai.prompt.0.content": prompt, "user.id": email, "session.id": email,
              "gen_ai.agent.name": email, "gen_ai.provider.name": key, "error.type": email,
              "http.headers": key}  # fmt: skip
    bad = {**chat(2, **secret), "startTimeUnixNano": prompt}
    told = {"event.name": "api_request", "user.email": email, "session.id": email, "model": key}
    told |= {"input_tokens": "1", "output_tokens": "1"}
    event = {"timeUnixNano": str(START), "attributes": attributes(told)}
    logs = {"resourceLogs": [{"resource": {"attributes": attributes({"service.name": email})},
                              "scopeLogs": [{"logRecords": [event]}]}]}  # fmt: skip
    path = tmp_path / "x.duckdb"
    with Store.open(path) as store:
        store.unlock_digests()
        traces = loaded(store, tmp_path, export(chat(1, **secret), bad, **{"service.name": email}))
        events = loaded(store, tmp_path, logs, name="events.jsonl")
        assert (traces.rows_loaded, traces.rejects, events.rows_loaded) == (1, 1, 1)
        store.rows("CHECKPOINT")
    held = path.read_bytes() + str((traces, events)).encode()
    assert not [text for text in planted if text.encode() in held]
