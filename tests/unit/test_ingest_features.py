"""What a request was for: the log's field, the user's own name, or the call site."""

from __future__ import annotations

import json

import pytest

from analyzer.errors import FormatError
from analyzer.ingest.features import infer_call_sites, load_names, refuse_content, stop_inferring
from analyzer.ingest.load import Wish, ingest_file
from analyzer.pricing.book import open_book
from analyzer.savings.attributed import attributed, spend_by_feature
from analyzer.store import Store


def call(number, system="You are a bot.", tools=None, feature=None, **usage):
    request = {
        "model": "gpt-4o",
        "messages": [
            {"role": "system", "content": system},
            {"role": "user", "content": f"question {number}"},
        ],
    }
    if tools:
        request["tools"] = tools
    if feature:
        request["metadata"] = {"feature": feature}
    counts = {"prompt_tokens": 1000, "completion_tokens": 100, **usage}
    response = {"id": f"c{number}", "object": "chat.completion", "model": "gpt-4o"}
    response |= {"choices": [{"message": {"content": "yes"}}], "usage": counts}
    return {"timestamp": "2026-09-01T08:00:00Z", "request": request, "response": response}


@pytest.fixture
def log(store, tmp_path):
    """Two call sites, one with another set of tools, and one call that names its feature."""
    rows = [call(n) for n in range(4)]
    rows += [call(4, tools=[{"type": "function", "function": {"name": "find"}}])]
    rows += [call(5, feature="proj_x"), call(6, feature="proj_x", prompt_tokens=3000)]
    path = tmp_path / "log.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    ingest_file(store, path)
    return path


def features(store):
    found = store.rows("SELECT feature, count(*) FROM featured_requests GROUP BY 1 ORDER BY 2, 1")
    return dict(found)


def names(tmp_path, *rows, header="id,feature"):
    path = tmp_path / "names.csv"
    path.write_text("\n".join((header, *rows)) + "\n")
    return path


def test_untagged_requests_are_told_apart_by_call_site_only_where_asked(store, log):
    assert features(store) == {"proj_x": 2, "(untagged)": 5}
    infer_call_sites(store)
    sites = [name for name in features(store) if name.startswith("call-site-")]
    assert features(store) == {sites[0]: 1, "proj_x": 2, sites[1]: 4}
    stop_inferring(store)
    assert features(store) == {"proj_x": 2, "(untagged)": 5}


def test_names_stand_for_ids_and_change_without_loading_anything_again(store, log, tmp_path):
    infer_call_sites(store)
    site = next(name for name in features(store) if name.startswith("call-site-"))
    loaded = load_names(store, names(tmp_path, "proj_x,Search", f'{site},"Find, and show"', "p,Q"))
    assert (loaded.names, loaded.unused) == (3, 1)
    assert set(features(store)) >= {"Search", "Find, and show"}
    load_names(store, names(tmp_path, "proj_x,Chat"))
    assert "Chat" in features(store)
    assert store.query("logged_features")["feature"].to_list() == sorted(features(store))


def test_two_ids_of_one_name_are_one_feature(store, log, tmp_path):
    load_names(store, names(tmp_path, "proj_x,All", "(untagged),All"))
    assert features(store) == {"All": 7}
    assert Store  # the names are read by every later command, as the next test shows


def test_names_are_there_when_the_database_is_opened_again(tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps(call(1, feature="proj_x")) + "\n")
    with Store.open(tmp_path / "x.duckdb") as store:
        store.unlock_digests()
        ingest_file(store, path)
        load_names(store, names(tmp_path, "proj_x,Search"))
    with Store.open(tmp_path / "x.duckdb", read_only=True) as store:
        assert features(store) == {"Search": 1}


def test_an_id_that_is_kept_as_a_digest_is_named_by_what_the_log_says(store, tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps(call(1, feature="jane.roe@example.org")) + "\n")
    ingest_file(store, path)
    assert load_names(store, names(tmp_path, "jane.roe@example.org,Search")).unused == 0
    assert features(store) == {"Search": 1}
    assert "jane" not in str(store.rows("SELECT * FROM feature_names"))


@pytest.mark.parametrize(
    ("rows", "header", "said"),
    [
        (("a,b",), "key,name", "line 1: the columns must be id,feature"),
        (("a,b,c",), "id,feature", "line 2: 3 fields, and the header has 2"),
        (("a,b", "a,c"), "id,feature", "line 3: this id has another feature above"),
        (("a,",), "id,feature", "line 2: id and feature must both be filled in"),
        (('a,"b" c',), "id,feature", "line 2: not CSV"),
    ],
)
def test_a_file_of_names_that_cannot_be_read_is_said(store, tmp_path, rows, header, said):
    with pytest.raises(FormatError, match=said):
        load_names(store, names(tmp_path, *rows, header=header))
    assert store.rows("SELECT count(*) FROM feature_names") == [(0,)]


@pytest.mark.parametrize("data", [b"\xff\xfe", b"id,feature\na,b\x00\n", None])
def test_a_file_of_names_that_is_no_text_is_said(store, tmp_path, data):
    path = tmp_path / "names.csv"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(FormatError, match=r"names\.csv: (not UTF-8|holds NUL|no such file)"):
        load_names(store, path)


def test_money_is_attributed_to_the_pico(store, log):
    """gpt-4o costs $2.50 and $10 a million: 3,500 and 8,500 micro-dollars here."""
    spends = spend_by_feature(store, open_book())
    assert [(one.feature, one.requests, one.tokens) for one in spends] == [
        ("(untagged)", 5, 5500), ("proj_x", 2, 4200),
    ]  # fmt: skip
    found = attributed(spends)
    assert found.untagged_pico_usd == 5 * 3_500_000_000
    assert found.tagged_pico_usd == 3_500_000_000 + 8_500_000_000
    infer_call_sites(store)
    inferred = attributed(spend_by_feature(store, open_book()))
    assert inferred.inferred_pico_usd == found.untagged_pico_usd
    assert inferred.total_pico_usd == found.total_pico_usd


def test_what_no_table_prices_is_counted_and_costs_nothing(store, tmp_path):
    row = {"ts": 1788249600, "model": "who-knows", "input_tokens": 5, "output_tokens": 5}
    (tmp_path / "x.jsonl").write_text(json.dumps(row) + "\n")
    ingest_file(store, tmp_path / "x.jsonl")
    (one,) = spend_by_feature(store, open_book())
    assert (one.requests, one.unpriced_requests, one.tokens, one.pico_usd) == (1, 1, 10, 0)
    assert (one.unpriced_tokens, one.known_pico_usd) == (10, None)


TOTALS = "usage_date_utc,model_version,api_key,usage_input_tokens_no_cache,usage_output_tokens\n"


def test_a_total_of_many_calls_is_no_long_context(store, tmp_path):
    """A million tokens of claude-sonnet-4-5 are $3; only a call of over 200,000 costs double."""
    path = tmp_path / "tokens.csv"
    path.write_text(TOTALS + "2026-09-01,claude-sonnet-4-5-20250929,bot,1000000,0\n")
    ingest_file(store, path)
    (one,) = spend_by_feature(store, open_book())
    assert one.pico_usd == 3 * 10**12


def test_a_total_that_nothing_prices_and_nobody_counted_is_no_zero(store, tmp_path):
    """The export counts no requests, so only the tokens tell that a price is missing."""
    path = tmp_path / "tokens.csv"
    path.write_text(TOTALS + "2026-09-01,claude-who-knows,bot,1000,0\n")
    ingest_file(store, path)
    (one,) = spend_by_feature(store, open_book())
    assert (one.unpriced_requests, one.unpriced_tokens, one.known_pico_usd) == (0, 1000, None)


@pytest.mark.parametrize(
    "path",
    [
        "request.messages", "messages[0].content", "prompt", "request.input", "response.output",
        "choices[0].message.content", "system", "instructions", "inputText", "user_prompt",
        "response.choices[0]", "request", "metadata.userMessage", "llm.input_messages", "text",
        'attributes."gen_ai.prompt"',
    ],
)  # fmt: skip
def test_a_path_to_a_prompt_is_refused(path):
    with pytest.raises(FormatError, match="a feature is stored as it stands"):
        refuse_content(path, "--feature")


@pytest.mark.parametrize(
    "path",
    [
        "request.metadata.team", "metadata.feature", "request_tags[0]", "prompt_name", "cwd",
        "metadata.prompt_slug", "promptName", "response.metadata.feature", "project_id",
        "user_api_key_alias", "properties.App", 'attributes."service.name"', "context", "inputs_of",
    ],
)  # fmt: skip
def test_a_path_to_a_name_is_not(path):
    refuse_content(path, "--feature")


def test_what_a_format_keeps_as_a_digest_is_no_feature(store, tmp_path):
    path = tmp_path / "x.jsonl"
    row = {"ts": 1788249600, "model": "m", "input_tokens": 5, "output_tokens": 5, "user": "Jane"}
    path.write_text(json.dumps(row) + "\n")
    with pytest.raises(FormatError, match="--feature user: canonical reads it as user_key"):
        ingest_file(store, path, Wish(feature="user"))


@pytest.mark.parametrize(
    "text", ["what is the capital of the largest country", "x" * 81, "a@b.example.org"]
)
def test_a_feature_that_reads_like_a_prompt_is_kept_as_a_digest(store, tmp_path, text):
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps(call(1, feature=text)) + "\n")
    ingest_file(store, path)
    assert next(iter(features(store))).startswith("redacted-")
