"""Prompts, answers, addresses and keys are not in the database, its WAL, or the messages."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from contextlib import suppress

import pytest

from analyzer.digest import secret_path
from analyzer.errors import FormatError
from analyzer.ingest.load import Wish, ingest_file
from analyzer.store import Store
from tests.golden_bills import fixtures

EMAIL = "jane.roe@example.org"
KEYS = (
    "gsk_4kQ9vB2mX7nL1pR8sT3wY6zA5cD0eF",
    "xai-4kQ9vB2mX7nL1pR8sT3wY6zA5cD0eF",
    "sk-proj-Ab12Cd34Ef56Gh78Ij90Kl12",
    "AKIAIOSFODNN7EXAMPLE",
    "ghp_16C7e42F292c6912E7710c838",
)
PROMPT = "the merger with Umbrella closes on Friday"
ANSWER = "Umbrella must not hear of this"
PLANTED = (EMAIL, *KEYS, PROMPT, ANSWER, "Umbrella")


def _raw(tmp_path):
    row = {
        "timestamp": "2026-09-01T08:00:00Z",
        "request": {
            "model": "gpt-4o",
            "messages": [
                {"role": "system", "content": f"System: {PROMPT}"},
                {"role": "user", "content": PROMPT},
            ],
            "metadata": {"feature": EMAIL, "team": PROMPT, "long": PROMPT * 9},
            "user": EMAIL,
        },
        "response": {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "model": "gpt-4o",
            "service_tier": KEYS[0],
            "choices": [{"message": {"content": ANSWER}}],
            "usage": {"prompt_tokens": 10, "completion_tokens": 5},
        },
    }
    bad = {**row, "timestamp": PROMPT}
    path = tmp_path / "raw.jsonl"
    path.write_text(f"{json.dumps(row)}\n{json.dumps(bad)}\n{PROMPT} {KEYS[0]}\n")
    return path


def _gateway(tmp_path):
    row = {
        "request_id": EMAIL,
        "call_type": "acompletion",
        "api_key": KEYS[0],
        "spend": 0.1,
        "prompt_tokens": 10,
        "completion_tokens": 2,
        "startTime": "2026-09-01 08:00:00",
        "model": f"gpt-4o {KEYS[2]}",
        "custom_llm_provider": KEYS[1],
        "user": EMAIL,
        "end_user": EMAIL,
        "session_id": EMAIL,
        "metadata": json.dumps({"user_api_key_alias": f"key {KEYS[2]}", "user_email": EMAIL}),
        "messages": PROMPT,
        "response": json.dumps({"choices": [{"message": {"content": ANSWER}}]}),
        "status": "failure",
        "cache_key": PROMPT,
    }
    path = tmp_path / "spend.jsonl"
    path.write_text(json.dumps(row) + "\n" + json.dumps({**row, "spend": PROMPT}) + "\n")
    return path


def _charges(tmp_path):
    path = tmp_path / "cost.csv"
    path.write_text(
        "start_time,end_time,amount_value,amount_currency,line_item,project_name,user_email\n"
        f'1788220800,1788307200,1,usd,"gpt-4o {KEYS[0]}, input",{EMAIL},{EMAIL}\n'
        f'1788220800,1788307200,{PROMPT},usd,"gpt-4o, input",{EMAIL},{EMAIL}\n'
    )
    return path


_KEEP_OPEN = """
import os, sys
from pathlib import Path
from analyzer.ingest.load import ingest_file
from analyzer.store import Store
with Store.open(sys.argv[1]) as store:
    store.unlock_digests()
    for path in sys.argv[2:]:
        print(ingest_file(store, Path(path)))
    os._exit(0)  # without closing: what was written is still in the WAL
"""


def test_nothing_private_is_in_the_database_its_wal_or_the_account(tmp_path):
    files = [_raw(tmp_path), _gateway(tmp_path), _charges(tmp_path)]
    database = tmp_path / "x.duckdb"
    command = [sys.executable, "-c", _KEEP_OPEN, str(database), *map(str, files)]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    wal = tmp_path / "x.duckdb.wal"
    assert b"chatcmpl-1" in wal.read_bytes()
    _holds_nothing_private(wal.read_bytes(), said.stdout.encode(), said.stderr.encode())
    with Store.open(database) as store:
        assert store.rows("SELECT count(*) FROM requests") == [(2,)]
        assert store.rows("SELECT count(*) FROM rejects") == [(4,)]
        store.rows("CHECKPOINT")
    assert b"chatcmpl-1" in database.read_bytes()
    _holds_nothing_private(database.read_bytes())
    secret = secret_path(database).read_text().strip().encode()
    assert secret not in database.read_bytes()
    leftovers = {path.name for path in tmp_path.iterdir()}
    assert leftovers == {"x.duckdb", "x.duckdb.secret", *(path.name for path in files)}


def _holds_nothing_private(*everything):
    for data in everything:
        for planted in PLANTED:
            assert planted.encode() not in data


@pytest.mark.parametrize("feature", ["request.metadata.long", "request.metadata.team"])
def test_a_feature_that_is_a_prompt_is_digested(store, tmp_path, feature):
    ingest_file(store, _raw(tmp_path), Wish(feature=feature))
    found = store.rows("SELECT feature FROM requests")[0][0]
    assert found.startswith("redacted-")


@pytest.mark.parametrize("feature", ["request.messages", "request", "response.choices[0].message"])
def test_a_feature_is_never_read_from_where_prompts_stand(store, tmp_path, feature):
    with pytest.raises(FormatError, match="a feature is stored as it stands"):
        ingest_file(store, _raw(tmp_path), Wish(feature=feature))
    assert store.one("held")["rows"] == 0


def _poisoned(value):
    """Put an address, a key and a prompt into every text of a record that has no digit."""
    if isinstance(value, dict):
        return {name: _poisoned(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_poisoned(inner) for inner in value]
    if isinstance(value, str) and not re.search(r"\d", value):
        return f"{value} {EMAIL} {KEYS[0]} {PROMPT}"
    return value


@pytest.mark.parametrize("path", fixtures(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_fixture_brings_its_secrets_into_the_database(tmp_path, path):
    """Of each format, the fixture itself and, of JSON lines, one whose texts all hold secrets."""
    planted = set(re.findall(rb"[\w.+-]+@[\w-]+\.[a-z]{2,}", path.read_bytes()))
    files = [path]
    if path.suffix == ".jsonl":
        lines = [line for line in path.read_text().splitlines() if line.strip().endswith("}")]
        files.append(tmp_path / path.name)
        files[1].write_text("".join(json.dumps(_poisoned(_read(line))) + "\n" for line in lines))
    database = tmp_path / "x.duckdb"
    with Store.open(database) as store:
        store.unlock_digests()
        for file in files:
            with suppress(FormatError):
                ingest_file(store, file, Wish(format=path.parent.name))
        store.rows("CHECKPOINT")
    written = database.read_bytes()
    for secret in (*planted, *(text.encode() for text in PLANTED)):
        assert secret not in written


def _read(line):
    try:
        return json.loads(line)
    except ValueError:
        return {}


def test_redacted_names_still_tell_each_other_apart(store):
    names = store.rows(
        "SELECT stored_text(unnest($names))",
        {"names": [EMAIL, EMAIL, "john.roe@example.org", KEYS[0], "x" * 201]},
    )
    assert names[0] == names[1]
    assert len({name for (name,) in names}) == 4


@pytest.mark.parametrize(
    "name",
    [
        "task-routing",
        "xai-grok-4-fast-non-reasoning-latest",
        "risk-sk-check",
        "claude-3@20240229",
        "gpt-4o",
        "Zürich",
        "a" * 200,
        "skill",
    ],
)
def test_ordinary_names_are_stored_as_they_stand(store, name):
    assert store.rows("SELECT stored_text($name)", {"name": name}) == [(name,)]


def test_control_characters_do_not_reach_a_terminal(store):
    assert store.rows("SELECT stored_text($name)", {"name": "a\x1b[31mb\nc"}) == [("a [31mb c",)]
