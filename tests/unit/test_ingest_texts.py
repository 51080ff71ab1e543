"""How texts of a call are measured and keyed: the short ways say what the long ways say."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.ingest.load import ingest_file
from analyzer.store import Store

TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(['"role":"system"', "system", "developer", '"content":[', '\\"', "\u2028é"]),
)
PARTS = st.lists(st.fixed_dictionaries({"type": st.just("text"), "text": TEXTS}), max_size=2)
ROLES = st.sampled_from(["system", "developer", "user", "assistant", "tool"])
MESSAGES = st.lists(
    st.one_of(
        st.fixed_dictionaries({"role": ROLES, "content": st.one_of(TEXTS, PARTS, st.none())}),
        st.fixed_dictionaries({"content": TEXTS, "role": ROLES}),
    ),
    max_size=4,
)


@pytest.fixture(scope="module")
def macros(tmp_path_factory):
    """A database whose macros can be called."""
    with Store.open(tmp_path_factory.mktemp("texts") / "x.duckdb") as store:
        store.unlock_digests()
        yield store


def _said(store, macro, value):
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return store.rows(f"SELECT {macro}(json_extract_string(json_object('m', $t::JSON), '$.m'))",
                      {"t": text})[0][0]  # fmt: skip


def _chars(content):
    if isinstance(content, str):
        return len(content)
    return sum(len(part["text"]) for part in content or ())


@settings(max_examples=150, deadline=None)
@given(messages=MESSAGES)
def test_messages_are_as_long_as_their_texts(macros, messages):
    chars = sum(_chars(message["content"]) for message in messages)
    assert _said(macros, "value_chars", messages) == chars


@settings(max_examples=150, deadline=None)
@given(messages=MESSAGES)
def test_instructions_are_the_messages_of_system_and_developer(macros, messages):
    told = [message for message in messages if message["role"] in ("system", "developer")]
    said = _said(macros, "instructions_in", messages)
    assert ([] if said is None else json.loads(f"[{said}]")) == told


@pytest.mark.parametrize("count", [2, 64, 65, 3000])
@pytest.mark.parametrize("twice", [False, True])
def test_a_name_that_stands_twice_is_noticed_among_few_and_many(macros, count, twice):
    names = [str(n) for n in range(count)]
    names[-1] = "0" if twice else names[-1]
    found = macros.rows("SELECT stands_twice($names::VARCHAR[])", {"names": names})
    assert bool(found[0][0]) == twice


def test_one_system_prompt_has_one_key_wherever_it_stands(store, tmp_path):
    """The short way, for a first message alone, gives the key of the long way."""
    asked = {"role": "user", "content": "hello"}
    first = {"role": "system", "content": 'Be kind to "all", é.'}
    rows = [
        {"request": {"messages": messages}, "response": {
            "id": str(n), "object": "chat.completion", "created": 1788249600, "model": "gpt-4o",
            "usage": {"prompt_tokens": 9, "completion_tokens": 1}}}
        for n, messages in enumerate(([first, asked], [asked, first], [asked]))
    ]  # fmt: skip
    path = tmp_path / "log.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    ingest_file(store, path)
    keys = [row[0] for row in store.rows("SELECT prefix_key FROM requests ORDER BY request_id")]
    assert keys[0] == keys[1] is not None
    assert keys[2] is None
