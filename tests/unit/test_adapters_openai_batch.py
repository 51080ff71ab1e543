"""A batch's output joined with its input: what was asked is known, digested, and never stored."""

from __future__ import annotations

import json

import pytest

from analyzer.errors import FormatError
from analyzer.ingest.explain import explain
from analyzer.ingest.load import Wish, ingest_file
from analyzer.store import Store
from tests.golden_bills import GOLDEN
from tests.unit.test_cli import rebill

OUTPUT = GOLDEN / "openai_batch_output" / "output.jsonl"
PROMPT = "the parcel from Zanzibar never came"
MESSAGES = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": PROMPT}]


def _asked(custom_id, **body):
    found = {"model": "gpt-4o-mini", "messages": MESSAGES, **body}
    return {"custom_id": custom_id, "method": "POST", "url": "/v1/chat/completions", "body": found}


def _answered(custom_id, answer_id="chatcmpl-1", **usage):
    counts = {"prompt_tokens": 1000, "completion_tokens": 100, **usage}
    body = {"id": answer_id, "object": "chat.completion", "created": 1788343200}
    body |= {"model": "gpt-4o-mini-2024-07-18", "choices": [], "usage": counts}
    response = {"status_code": 200, "request_id": "r", "body": body}
    return {"id": f"b-{answer_id}", "custom_id": custom_id, "response": response, "error": None}


def _write(tmp_path, name, *rows):
    path = tmp_path / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_an_answer_knows_what_was_asked_as_if_both_were_logged_together(store, tmp_path):
    asked = _asked("a", metadata={"feature": "complaints"}, user="u-1")
    output = _write(tmp_path, "out.jsonl", _answered("a"))
    wish = Wish(batch_input=_write(tmp_path, "in.jsonl", _asked("z"), asked))
    account = ingest_file(store, output, wish)
    assert account.notes == ()
    answer = {**_answered("a", "chatcmpl-2")["response"]["body"], "service_tier": "batch"}
    wrapped = {"request": asked["body"], "response": answer, "timestamp": "2026-09-02T10:00:00Z"}
    ingest_file(store, _write(tmp_path, "raw.jsonl", wrapped))
    columns = "ts_us, feature, user_key, prompt_key, prefix_key, prompt_chars, service_tier, model"
    first, second = store.rows(f"SELECT {columns} FROM requests")
    assert first == second
    assert first[1] == "complaints"
    assert first[5] == len(PROMPT) + len("Be kind.")
    assert first[6] == "batch"


def test_an_answer_of_the_responses_endpoint_is_joined_too(store, tmp_path):
    body = {"model": "gpt-5-mini", "input": PROMPT, "metadata": {"feature": "mail"}}
    wish = Wish(batch_input=_write(tmp_path, "in.jsonl", {"custom_id": "row-1", "body": body}))
    ingest_file(store, OUTPUT, wish)
    rows = "SELECT feature, prompt_chars, reasoning_tokens FROM requests WHERE request_id = $id"
    assert store.rows(rows, {"id": "resp_bt1"}) == [("mail", len(PROMPT), 64)]


def test_every_line_of_an_output_is_accounted_for(store, tmp_path):
    wish = Wish(batch_input=_write(tmp_path, "in.jsonl", _asked("row-2")))
    account = ingest_file(store, OUTPUT, wish)
    assert (account.rows_in, account.rows_loaded) == (7, 4)
    assert (account.rejects, account.set_aside) == (1, 2)
    assert account.notes == (
        "2 rows set aside: requests that failed in the batch, which cost nothing",
        "1 row without a custom_id: read without what was asked",
        "2 rows with a custom_id of another row: read, each as an answer of its own",
        "1 row with a custom_id that the batch input does not hold, or holds twice",
    )


def test_a_custom_id_that_was_sent_twice_names_no_prompt(store, tmp_path):
    twice = (_asked("a"), _asked("a", messages=[{"role": "user", "content": "another"}]))
    wish = Wish(batch_input=_write(tmp_path, "in.jsonl", *twice))
    account = ingest_file(store, _write(tmp_path, "out.jsonl", _answered("a")), wish)
    assert store.rows("SELECT prompt_key, input_tokens FROM requests") == [(None, 1000)]
    assert "holds twice" in account.notes[0]


def test_without_the_input_an_output_loads_with_what_is_known(store, tmp_path):
    account = ingest_file(store, _write(tmp_path, "out.jsonl", _answered("a")))
    assert store.rows("SELECT prompt_key, service_tier, output_tokens FROM requests") == [
        (None, "batch", 100)
    ]
    assert "--batch-input" in account.notes[0]


def test_embeddings_are_placed_by_the_time_that_the_user_names(store, tmp_path):
    body = {"object": "list", "data": [], "model": "text-embedding-3-small"}
    body |= {"usage": {"prompt_tokens": 8, "total_tokens": 8}}
    response = {"status_code": 200, "request_id": "r", "body": body}
    line = {"id": "b-1", "custom_id": "e", "response": response, "error": None}
    output = _write(tmp_path, "out.jsonl", line, _answered("a"))
    asked = _write(tmp_path, "in.jsonl", {"custom_id": "e", "body": {"input": PROMPT}})
    ingest_file(store, output, Wish(batch_input=asked, batch_time="2026-09-05T00:00:00Z"))
    columns = "ts_us, request_id, input_tokens, output_tokens, prompt_chars"
    assert store.rows(f"SELECT {columns} FROM requests ORDER BY ts_us") == [
        (1788343200000000, "chatcmpl-1", 1000, 100, None),
        (1788566400000000, "b-1", 8, 0, len(PROMPT)),
    ]


def test_an_explanation_shows_the_join(tmp_path):
    output = _write(tmp_path, "out.jsonl", _answered("a"))
    found = explain(output, Wish(batch_input=_write(tmp_path, "in.jsonl", _asked("a"))))
    assert {read.column: read.rows for read in found.columns}["prompt_key"] == 1
    assert found.notes == ()


def test_a_wrong_input_file_is_one_clear_line(store, tmp_path):
    output = _write(tmp_path, "out.jsonl", _answered("a"))
    other = _write(tmp_path, "in.jsonl", {"messages": MESSAGES})
    with pytest.raises(FormatError, match="holds no line with a custom_id") as caught:
        ingest_file(store, output, Wish(batch_input=other))
    assert PROMPT not in str(caught.value)
    with pytest.raises(FormatError, match="name this file with --batch-input"):
        ingest_file(store, _write(tmp_path, "sent.jsonl", _asked("a")))
    with pytest.raises(FormatError, match="no such file"):
        ingest_file(store, output, Wish(batch_input=tmp_path / "gone.jsonl"))
    with pytest.raises(FormatError, match="no output of a batch: leave --batch-input out"):
        ingest_file(store, GOLDEN / "canonical" / "chat.jsonl", Wish(batch_input=other))
    assert store.rows("SELECT count(*) FROM sources") == [(0,)]


def test_hostile_lines_of_an_input_file_join_nothing_and_stop_nothing(store, tmp_path):
    path = _write(tmp_path, "in.jsonl", _asked("a"))
    path.write_bytes(b'not json\n[1]\n\xff\xfe\n{"custom_id": 7}\n' + path.read_bytes())
    ingest_file(store, _write(tmp_path, "out.jsonl", _answered("a")), Wish(batch_input=path))
    assert store.rows("SELECT count(prompt_key) FROM requests") == [(1,)]


def test_what_was_asked_is_not_stored(tmp_path):
    path = tmp_path / "x.duckdb"
    output = _write(tmp_path, "out.jsonl", _answered("a"))
    with Store.open(path) as store:
        store.unlock_digests()
        ingest_file(store, output, Wish(batch_input=_write(tmp_path, "in.jsonl", _asked("a"))))
    held = b"".join(file.read_bytes() for file in tmp_path.glob("x.duckdb*"))
    assert b"Zanzibar" not in held


def test_a_batch_is_billed_at_half(tmp_path):
    _write(tmp_path, "out.jsonl", _answered("a"))
    _write(tmp_path, "in.jsonl", _asked("a"))
    (tmp_path / "policy.toml").write_text('name = "none"\n')
    prices = '[[price]]\nmodel = "gpt-4o-mini*"\ninput = "0.15"\noutput = "0.6"\n'
    (tmp_path / "prices.toml").write_text('currency = "USD"\n' + prices)
    done = rebill("ingest", "out.jsonl", "--batch-input", "in.jsonl", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    asked = ("--policy", "policy.toml", "--prices", "prices.toml", "--json")
    found = json.loads(rebill("simulate", *asked, cwd=tmp_path).stdout)
    assert found["steps"][0]["pico_usd"] == str((1000 * 150_000 + 100 * 600_000) // 2)
