"""Claude Code sessions: one answer once, with its whole output, whichever files repeat it."""

from __future__ import annotations

import json
import random

import pytest

from analyzer.errors import FormatError
from analyzer.ingest.load import Wish, ingest_file
from analyzer.store import Store

BASE = {"sessionId": "s-1", "cwd": "/home/jo/invoice-bot", "isSidechain": False}


def answer(message, request, output, **more):
    usage = {"input_tokens": 10, "cache_read_input_tokens": 90, "output_tokens": output}
    told = {"role": "assistant", "id": message, "model": "claude-opus-4-8", "usage": usage}
    line = {**BASE, "type": "assistant", "timestamp": "2026-09-04T08:00:00Z", "message": told}
    return {**line, **({"requestId": request} if request else {}), **more}


@pytest.fixture
def session(tmp_path):
    """Write lines to a session file."""

    def write(name, *lines):
        path = tmp_path / name
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        return path

    return write


def counts(account):
    assert account.rows_in == (
        account.rows_loaded + account.duplicates + account.rejects + account.set_aside
    )
    return account.rows_loaded, account.duplicates, account.rejects, account.set_aside


def held(store):
    return store.rows("SELECT request_id, output_tokens FROM requests ORDER BY ALL")


def test_an_answer_on_several_lines_counts_once_with_its_largest_output(store, session):
    lines = [answer("m1", "r1", output) for output in (3, 640, 640, 12)]
    assert counts(ingest_file(store, session("a.jsonl", *lines))) == (1, 3, 0, 0)
    assert held(store) == [("m1:r1", 640)]


def test_one_message_of_two_requests_is_two_answers(store, session):
    lines = [answer("m1", "r1", 5), answer("m1", "r2", 7)]
    assert counts(ingest_file(store, session("a.jsonl", *lines))) == (2, 0, 0, 0)


def test_a_resumed_session_adds_only_what_is_new(store, session):
    old = [answer("m1", "r1", 5), answer("m2", "r2", 6)]
    ingest_file(store, session("a.jsonl", *old))
    resumed = [{**line, "sessionId": "s-2"} for line in old]
    new = answer("m3", "r3", 7, sessionId="s-2")
    assert counts(ingest_file(store, session("b.jsonl", *resumed, new))) == (1, 2, 0, 0)


def test_a_later_file_that_tells_more_of_an_answer_mends_the_loaded_one(store, session):
    ingest_file(store, session("cut.jsonl", answer("m1", "r1", 2)))
    account = ingest_file(store, session("whole.jsonl", answer("m1", "r1", 90)))
    assert counts(account) == (0, 1, 0, 0)
    assert held(store) == [("m1:r1", 90)]
    assert "1 row already loaded with a smaller output: the larger one was kept" in account.notes
    # The other way round nothing shrinks.
    account = ingest_file(store, session("third.jsonl", answer("m1", "r1", 4)))
    assert held(store) == [("m1:r1", 90)]
    assert not any("smaller" in note for note in account.notes)


def test_a_sub_agents_own_answers_are_billed_and_its_copies_are_not(store, session):
    parent = answer("m1", "r1", 5)
    copy = answer("m1", "r-copy", 5, isSidechain=True)
    own = answer("m2", "r2", 8, isSidechain=True)
    assert counts(ingest_file(store, session("a.jsonl", parent, copy, own))) == (2, 1, 0, 0)


@pytest.mark.parametrize("agent_first", [False, True])
def test_copies_between_the_files_of_parent_and_agent_count_once(store, session, agent_first):
    parent = session("session.jsonl", answer("m1", "r1", 5), answer("m2", "r2", 6))
    agent = session(
        "agent.jsonl",
        answer("m1", "r9", 5, isSidechain=True),
        answer("m3", "r3", 7, isSidechain=True),
    )
    for path in [agent, parent] if agent_first else [parent, agent]:
        counts(ingest_file(store, path))
    assert store.rows("SELECT count(*), sum(output_tokens)::INT FROM requests") == [(3, 18)]


def test_the_order_of_lines_and_files_changes_no_total(session, tmp_path):
    chance = random.Random(7)
    lines = [
        answer(f"m{number % 9}", f"r{number % 9}", number, isSidechain=number % 4 == 0)
        for number in range(60)
    ]
    totals = set()
    for turn in range(4):
        chance.shuffle(lines)
        with Store.open(tmp_path / f"{turn}.duckdb") as store:
            store.unlock_digests()
            for part in range(3):
                counts(ingest_file(store, session(f"{turn}{part}.jsonl", *lines[part::3])))
            totals |= set(store.rows("SELECT count(*), sum(output_tokens)::INT FROM requests"))
    assert totals == {(9, sum(range(51, 60)))}


def test_without_a_request_id_a_message_belongs_to_its_session(store, session):
    lines = [answer("c-1", None, 5), answer("c-1", None, 6), answer("c-1", None, 7, sessionId="z")]
    assert counts(ingest_file(store, session("a.jsonl", *lines))) == (2, 1, 0, 0)


def test_an_answer_without_any_id_is_told_by_its_line(store, session):
    line = answer(None, None, 5)
    assert counts(ingest_file(store, session("a.jsonl", line, line))) == (2, 0, 0, 0)


def test_lines_that_are_no_answers_are_set_aside_and_counted(store, session):
    lines = [
        {"type": "summary", "summary": "secret words", "leafUuid": "u"},
        {**BASE, "type": "user", "message": {"role": "user", "content": "secret words"}},
        answer("x", None, 0, isApiErrorMessage=True),
        answer("m1", "r1", 5),
    ]
    lines.append(answer("y", None, 0))
    lines[-1]["message"]["model"] = "<synthetic>"
    account = ingest_file(store, session("a.jsonl", *lines))
    assert counts(account) == (1, 0, 0, 4)
    assert account.notes[0].startswith("4 rows set aside: lines of users and tools")


def test_a_file_without_any_answer_is_a_session_too(store, session):
    path = session("a.jsonl", {"type": "summary", "summary": "Totals", "leafUuid": "u"})
    account = ingest_file(store, path)
    assert (account.format, counts(account)) == ("claude_code", (0, 0, 0, 1))


def test_an_answer_whose_counts_are_missing_is_rejected_and_not_set_aside(store, session):
    line = answer("m1", "r1", 5)
    del line["message"]["usage"]
    account = ingest_file(store, session("a.jsonl", line, answer("m2", "r2", 5)))
    assert counts(account) == (1, 0, 1, 0)
    assert account.reasons[0].reason.startswith("message.usage.input_tokens is missing")


@pytest.mark.parametrize(
    ("cwd", "feature"),
    [
        ("/home/jo/work/invoice-bot", "invoice-bot"),
        ("/Users/jo/invoice-bot/", "invoice-bot"),
        (r"C:\Users\jo\invoice-bot", "invoice-bot"),
        ("/mnt/c/Users/jo", "(home folder)"),
        ("/home/jo", "(home folder)"),
        (r"C:\Users\jo\\", "(home folder)"),
        ("/root", "(home folder)"),
        ("/srv/root", "root"),
    ],
)
def test_the_feature_is_the_projects_folder_and_never_a_persons(store, session, cwd, feature):
    path = session("a.jsonl", answer("m1", "r1", 5, cwd=cwd))
    ingest_file(store, path, Wish(feature="cwd"))
    assert store.rows("SELECT feature FROM requests") == [(feature,)]


def test_iterations_repeat_the_totals_and_are_not_added(store, session):
    line = answer("m1", "r1", 5)
    line["message"]["usage"]["iterations"] = [{"type": "message", "output_tokens": 5}] * 3
    ingest_file(store, session("a.jsonl", line))
    assert store.rows("SELECT input_tokens, output_tokens FROM requests") == [(100, 5)]


def test_the_account_says_that_a_subscriptions_dollars_are_no_spend(store, session):
    account = ingest_file(store, session("a.jsonl", answer("m1", "r1", 5)))
    assert "under a subscription (Pro, Max)" in account.notes[-1]


def test_neither_words_nor_folders_nor_sessions_are_stored(tmp_path, session):
    lines = [
        {**BASE, "type": "user", "message": {"role": "user", "content": "velvet octopus"}},
        answer("m1", "r1", 5, sessionId="5f0c1d9e-secret", gitBranch="velvet"),
    ]
    with Store.open(tmp_path / "p.duckdb") as store:
        store.unlock_digests()
        ingest_file(store, session("a.jsonl", *lines))
    held_bytes = (tmp_path / "p.duckdb").read_bytes()
    for word in (b"velvet", b"5f0c1d9e", b"/home", b"jo/"):
        assert word not in held_bytes


def test_spans_of_a_tracing_tool_are_no_session(store, session):
    span = {"id": "1", "traceId": "t", "sessionId": "s", "type": "GENERATION"}
    with pytest.raises(FormatError, match="fits no known format"):
        ingest_file(store, session("a.jsonl", span))
