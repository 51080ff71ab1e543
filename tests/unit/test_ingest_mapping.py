"""A mapping file reads any log: units, clocks, constants, filters, keys, and errors in one line."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import polars as pl
import pytest

from analyzer.commands.accounts import spell_account
from analyzer.errors import FormatError, StoreError
from analyzer.ingest.account import check_even
from analyzer.ingest.load import Wish, ingest_file
from analyzer.ingest.mapping_file import mapping_from, read_mapping
from tests.mapped_log import BASE, ROW, write_jsonl, write_mapping

MAPPINGS = Path(__file__).parents[2] / "sample_logs" / "mappings"


def _load(store, tmp_path, text, *rows):
    """Load rows with a mapping; JSON lines."""
    return ingest_file(store, write_jsonl(tmp_path, *rows), write_mapping(tmp_path, text))


def _held(store, column):
    return [row[0] for row in store.rows(f"SELECT {column} FROM requests ORDER BY request_id")]


def test_the_three_kinds_of_file_read_alike(store, tmp_path):
    wish = write_mapping(tmp_path, BASE)
    pl.DataFrame([ROW]).write_parquet(tmp_path / "a.parquet")
    (tmp_path / "a.csv").write_bytes(b"o;i;m;t\r\n5;100;gpt-4o;2026-09-01T08:00:00Z")
    files = [write_jsonl(tmp_path, ROW), tmp_path / "a.parquet", tmp_path / "a.csv"]
    for path in files:
        assert ingest_file(store, path, wish).rows_loaded == 1
    rows = store.rows("SELECT ts_us, model, input_tokens, output_tokens FROM requests")
    assert rows == [(1788249600000000, "gpt-4o", 100, 5)] * 3
    assert set(_formats(store)) == {"mapping:mine"}


def _formats(store):
    return store.query("sources")["format"].to_list()


@pytest.mark.parametrize(
    ("rule", "t", "ts_us"),
    [
        ('{ path = "t" }', "1788249600.5", 1788249600500000),
        ('{ path = "t", unit = "s" }', 1788249600.000001, 1788249600000001),
        ('{ path = "t", unit = "ms" }', 1788249600001, 1788249600001000),
        ('{ path = "t", unit = "us" }', 1788249600000001, 1788249600000001),
        ('{ path = "t", unit = "ms", origin = 2023-11-16T00:00:00Z }', 1.5, 1700092800001500),
        ('{ path = "t", unit = "s", origin = 2023-11-16T01:00:00+01:00 }', 0, 1700092800000000),
        ('{ path = "t", unit = "us", origin = 2023-11-16T00:00:00.5Z }', 7, 1700092800500007),
        ('{ path = "t", offset = "Z" }', "2023-11-16 00:00:00.1234560", 1700092800123456),
        ('{ path = "t", offset = "+02:00" }', "2023-11-16 02:00:00", 1700092800000000),
        ('{ path = "t", offset = "+02:00" }', "2023-11-16T00:00:00Z", 1700092800000000),
    ],
)
def test_clocks(store, tmp_path, rule, t, ts_us):
    account = _load(store, tmp_path, BASE.replace('"t"', rule), {**ROW, "t": t})
    assert account.reasons == ()
    assert _held(store, "ts_us") == [ts_us]


@pytest.mark.parametrize(
    ("rule", "t"),
    [
        ('{ path = "t", unit = "ms" }', "soon"),
        ('{ path = "t", unit = "ms" }', -1),
        ('{ path = "t", unit = "us" }', 1e25),
        ('{ path = "t", unit = "s", origin = 2023-11-16T00:00:00Z }', 9e9),
    ],
)
def test_a_time_that_is_none_is_rejected_in_the_files_own_words(store, tmp_path, rule, t):
    account = _load(store, tmp_path, BASE.replace('"t"', rule), {**ROW, "t": t})
    assert (account.rows_loaded, account.rejects) == (0, 1)
    assert account.reasons[0].reason.startswith("t is not a number of ")


@pytest.mark.parametrize(
    ("line", "value", "column", "stored"),
    [
        ('latency_ms = "x"', 1.5, "latency_us", 1500),
        ('latency_ms = { path = "x", unit = "s" }', 0.0000014, "latency_us", 1),
        ('latency_ms = { path = "x", unit = "s" }', "43", "latency_us", 43000000),
        ('latency_ms = { path = "x", unit = "us" }', 43, "latency_us", 43),
        ('logged_cost = { path = "x", unit = "usd" }', "0.000000000001", "logged_cost_pico", 1),
        ('logged_cost = { path = "x", unit = "cents" }', "0.0000000001", "logged_cost_pico", 1),
        ('logged_cost = { path = "x", unit = "cents" }', 250, "logged_cost_pico", 25 * 10**11),
        ('response_chars = { path = "x", unit = "chars" }', 12, "response_chars", 12),
        ('response_chars = { path = "x", unit = "text" }', "twelve", "response_chars", 6),
        ('response_chars = { path = "x.y", unit = "text" }', {"y": "[1]"}, "response_chars", 3),
        ('prompt_chars = { path = "x", unit = "text" }', [{"content": "ab"}], "prompt_chars", 2),
        ('feature = { constant = "a{b}\'c" }', None, "feature", "a{b}'c"),
        ('feature = { path = ["x", "m"], join = "/" }', "team", "feature", "team/gpt-4o"),
        ('feature = { path = "x", values = { "1" = "one" } }', 1.0, "feature", "one"),
        ('feature = { path = "x", values = { "1" = "one" } }', "two", "feature", "two"),
        ('feature = { path = "x", values = { a = "b" }, else = "c" }', "z", "feature", "c"),
        ('status = { path = "o", values = { "5" = "error" }, else = "ok" }', 0, "status", "error"),
        ('service_tier = { path = "x", optional = true }', None, "service_tier", None),
    ],
)
def test_units_constants_and_values(store, tmp_path, line, value, column, stored):
    account = _load(store, tmp_path, BASE + line, {**ROW, "x": value})
    assert account.reasons == ()
    assert _held(store, column) == [stored]


def test_a_wrong_number_in_another_unit_is_rejected_not_read_as_the_usual_one(store, tmp_path):
    text = BASE + 'latency_ms = { path = "x", unit = "s" }\n'
    text += 'logged_cost = { path = "y", unit = "cents" }'
    rows = [{**ROW, "x": "soon", "y": 1}, {**ROW, "x": 1, "y": "1e30"}]
    account = _load(store, tmp_path, text, *rows)
    assert [reject.reason for reject in account.reasons] == [
        "x is not a number of seconds, or too large a one",
        "y is not a number of cents from 0 up",
    ]


def test_exclusive_counts_are_added_and_inclusive_ones_are_held_to_it(store, tmp_path):
    text = BASE + 'cached_input_tokens = "c"'
    account = _load(store, tmp_path, text, {**ROW, "c": 40}, {**ROW, "c": 101})
    assert "exceed input_tokens" in account.reasons[0].reason
    assert _held(store, "input_tokens") == [100]
    store.rows("DELETE FROM requests")
    other = write_jsonl(tmp_path, {**ROW, "c": 101}, name="b.jsonl")
    ingest_file(store, other, write_mapping(tmp_path, 'counts = "exclusive"\n' + text))
    assert _held(store, "input_tokens") == [201]
    assert _held(store, "cached_input_tokens") == [101]


def test_rows_that_where_leaves_out_are_set_aside_and_counted(store, tmp_path):
    rows = [
        {**ROW, "event": {"kind": "send"}},
        {**ROW, "event": {"kind": "exit"}},
        {"event": {"kind": "exit"}},
        {**ROW, "event": {"kind": "send"}, "i": -1},
        {**ROW, "event": {"kind": "retry"}},
    ]
    text = '[where]\nevent.kind = ["send", "retry"]\n' + BASE
    account = _load(store, tmp_path, text, *rows)
    counts = (account.rows_in, account.rows_loaded, account.duplicates, account.rejects)
    assert (*counts, account.set_aside) == (5, 2, 0, 1, 2)
    assert "rows in 5 = loaded 2 + duplicates 0 + rejects 1 + set aside 2" in spell_account(account)
    kept = store.query("sources").row(0, named=True)
    names = ("rows_loaded", "duplicates", "rejects", "set_aside")
    assert kept["rows_in"] == sum(kept[name] for name in names)
    for name in ("rows_in", *names):
        odd = dataclasses.replace(account, **{name: getattr(account, name) + 1})
        with pytest.raises(StoreError, match="set aside are"):
            check_even(odd)


@pytest.mark.parametrize(
    ("where", "kept"),
    [("w = 1", 2), ("w = true", 1), ('w = ""', 2), ('w = "1"', 2), ('w = ["no", "x"]', 1)],
)
def test_where_compares_numbers_flags_and_nothing(store, tmp_path, where, kept):
    values = [1, 1.0, True, None, "", "no"]
    rows = [{**ROW, "w": value} for value in values]
    account = _load(store, tmp_path, f"[where]\n{where}\n{BASE}", *rows)
    assert (account.rows_loaded, account.set_aside) == (kept, len(values) - kept)


def test_a_where_that_keeps_nothing_is_said(store, tmp_path):
    account = _load(store, tmp_path, f'[where]\nm = "gpt-5"\n{BASE}', ROW)
    assert (account.rows_in, account.set_aside) == (1, 1)
    assert "keeps no row" in account.notes[0]


def test_keys_of_block_lists(store, tmp_path):
    text = BASE + (
        'request_id = "id"\nprompt_key = { path = "h", whole = true }\n'
        'prefix_key = { path = "h", first = 2 }\nprefix_tokens = { constant = 64 }'
    )
    lists = [[1, 2, 3], [1, 2, 3], [1, 2, 4], [1], [12, 3], [9, 9, 9]]
    rows = [{**ROW, "id": str(n), "h": h} for n, h in enumerate(lists)]
    rows[5]["i"] = 50
    _load(store, tmp_path, text, *rows)
    prompts, prefixes = _held(store, "prompt_key"), _held(store, "prefix_key")
    assert prompts[0] == prompts[1]
    assert len(set(prompts)) == 5
    assert prefixes[0] == prefixes[1] == prefixes[2] not in (None, prefixes[4])
    assert prefixes[3] is None
    # No key, no prefix; and no prefix is longer than its request.
    assert _held(store, "prefix_tokens") == [64, 64, 64, 0, 64, 50]


def test_spacing_of_json_in_a_cell_makes_no_other_key(store, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        't,m,i,o,h\n1788249600,m,1,1,"[1,2]"\n1788249600,m,1,1,"[1,  2]"\n1788249600,m,1,1,x\n'
    )
    ingest_file(
        store, path, write_mapping(tmp_path, BASE + 'prompt_key = { path = "h", whole = true }')
    )
    keys = _held(store, "prompt_key")
    assert keys[0] == keys[1] != keys[2]


def test_several_paths_make_one_key(store, tmp_path):
    text = BASE + 'request_id = "id"\nprompt_key = { path = ["a", "b"] }'
    pairs = [("x", "y"), ("x", "y"), ("xy", None), (None, "xy"), (None, None)]
    rows = [{**ROW, "id": str(n), "a": a, "b": b} for n, (a, b) in enumerate(pairs)]
    _load(store, tmp_path, text, *rows)
    keys = _held(store, "prompt_key")
    assert keys[0] == keys[1]
    assert len(set(keys)) == 4
    assert keys[4] is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("column = 1", "unknown key 'column'; did you mean 'columns'?"),
        (BASE + 'latency = "x"', "unknown key 'latency'; did you mean 'latency_ms'?"),
        (BASE + 'user = { pth = "x" }', "[columns] user: unknown key 'pth'; did you mean 'path'?"),
        (BASE.replace('model = "m"\n', ""), "[columns] model is missing"),
        (BASE + 'user = { path = "x", constant = "y" }', "either a path or a constant"),
        (BASE + "user = 3", "[columns] user: write a path"),
        (BASE + 'user = { path = "x", unit = "s" }', "user has no unit to choose"),
        (BASE + 'latency_ms = { path = "x", unit = "h" }', "'h' is none of ms, s, us"),
        (BASE + 'feature = { path = "x", whole = true }', "for keys"),
        (BASE + 'feature = { path = ["a", "b"] }', "several paths need join"),
        (BASE + 'user = { path = "x", first = -1 }', "first is a number of list items"),
        (BASE + 'user = { path = "x", optional = 1 }', "optional: write true or false"),
        (BASE + 'feature = { path = "x", else = "y" }', "else needs values"),
        (BASE + 'cached_input_tokens = { constant = "x" }', "constant is not a whole number"),
        (BASE + 'user = "a{b}"', "is not a path"),
        (
            BASE + 'latency_ms = { path = "x", offset = "Z" }',
            "only a time has an origin, an offset or a date",
        ),
        (BASE.replace('"t"', '{ path = "t", unit = "s", origin = 2023-11-16T00:00:00 }'), "offset"),
        (BASE.replace('"t"', '{ path = "t", origin = 2023-11-16T00:00:00Z }'), "needs the unit"),
        (BASE.replace('"t"', "{ constant = 5 }"), "every request needs a time of its own"),
        ('format = "xml"\n' + BASE, "format: 'xml' is none of csv, jsonl, parquet"),
        ('counts = "both"\n' + BASE, "counts: 'both' is none of inclusive, exclusive"),
        ('name = "a b"\n' + BASE, "name: write up to 60 letters"),
        ("[where]\nx = []\n" + BASE, "[where] x: write the value to keep"),
        ("[columns", "not valid TOML"),
    ],
)
def test_a_mapping_that_cannot_be_used_is_one_clear_line(tmp_path, text, said):
    with pytest.raises(FormatError) as caught:
        write_mapping(tmp_path, text)
    assert "mine.toml: " in str(caught.value)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value).split("not valid TOML")[0]


def test_a_missing_mapping_is_named():
    with pytest.raises(FormatError, match=r"none\.toml: cannot be read .*check --mapping"):
        read_mapping(Path("none.toml"))


def test_a_path_that_stands_in_no_row_is_refused_with_those_that_do(store, tmp_path):
    rows = [{**ROW, "p": {"tokens": 1, "cost": 2}}] * 2
    with pytest.raises(FormatError) as caught:
        _load(store, tmp_path, BASE + 'user = "p.tokns"', *rows)
    said = str(caught.value)
    assert "no row holds 'p.tokns'" in said
    assert "did you mean 'p.tokens'?" in said
    assert "'t', 'm', 'i', 'o', 'p', 'p.cost', 'p.tokens'" in said
    assert store.query("sources").is_empty()
    (tmp_path / "a.csv").write_text("t,m,i,o,Request tokens\n")
    with pytest.raises(FormatError, match="did you mean 'Request tokens'"):
        ingest_file(
            store, tmp_path / "a.csv", write_mapping(tmp_path, BASE + 'user = "Request token"')
        )


def test_a_path_may_stand_far_down_or_hold_null_only(store, tmp_path):
    rows = [ROW] * 300 + [{**ROW, "x": 7, "y": None}]
    account = _load(store, tmp_path, BASE + 'latency_ms = "x"', *rows)
    assert account.rows_loaded == 301
    nulls = write_jsonl(tmp_path, {**ROW, "y": None}, name="b.jsonl")
    assert ingest_file(store, nulls, write_mapping(tmp_path, BASE + 'user = "y"')).rows_loaded == 1


def test_the_wrong_kind_of_file_is_said(store, tmp_path):
    with pytest.raises(FormatError, match="says format = 'csv', but the file is JSON lines"):
        _load(store, tmp_path, 'format = "csv"\n' + BASE, ROW)


def test_the_same_bytes_by_another_mapping_need_another_database(store, tmp_path):
    path = write_jsonl(tmp_path, ROW)
    ingest_file(store, path, write_mapping(tmp_path, BASE))
    again = ingest_file(store, path, write_mapping(tmp_path, 'name = "other"\n' + BASE))
    assert (again.already_loaded, again.duplicates, again.set_aside) == (True, 1, 0)
    assert "by mapping:mine: to read them another way" in again.notes[0]


def test_what_the_log_does_not_tell_is_said(store, tmp_path):
    text = BASE.replace('"m"', '{ constant = "gpt-4o" }')
    account = _load(store, tmp_path, text, ROW)
    assert account.notes == ("model 'gpt-4o' comes from the mapping, not from the log",)


@pytest.mark.parametrize(
    "path",
    [path for path in sorted(MAPPINGS.glob("*.toml")) if not read_mapping(path).kind.named_by],
    ids=lambda path: path.stem,
)
def test_a_published_mapping_reads_a_row_of_its_trace(store, tmp_path, path):
    """Invented rows in the shape of each public trace."""
    traces = {
        "aider": '{"event": "exit", "properties": {}, "user_id": "u", "time": 1788249600}\n'
        '{"event": "message_send", "properties": {"main_model": "m", "edit_format": "diff", '
        '"prompt_tokens": 7, "completion_tokens": 3, "cost": 0.5}, "user_id": "u", '
        '"time": 1788249601}\n',
        "azure_llm_2023": "TIMESTAMP,ContextTokens,GeneratedTokens\r\n"
        "2026-09-01 08:00:01.0000000,7,3",
        "burstgpt_v1": "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n"
        "1,ChatGPT,7,3,10,API log\n",
        "burstgpt_v3": "Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,"
        "Total tokens,Log Type\n1.0,s,4,GPT-4,7,3,10,API log\n",
        "mooncake": '{"timestamp": 1000, "input_length": 7, "output_length": 3, "hash_ids": [1]}\n',
    }
    log = tmp_path / "trace"
    log.write_text(traces[path.stem], newline="")
    account = ingest_file(store, log, Wish(mapping=read_mapping(path)))
    assert account.rows_loaded == 1
    assert account.format == f"mapping:{path.stem}"
    found = store.rows("SELECT input_tokens, output_tokens, ts_us % 60000000, ok FROM requests")
    assert found == [(7, 3, 1000000, True)]


def test_a_failure_of_burstgpt_is_an_error(store, tmp_path):
    log = tmp_path / "b.csv"
    log.write_text(
        "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n"
        "5,ChatGPT,9,0,9,API log\n6,GPT-4,9,10,19,API log\n"
    )
    ingest_file(store, log, Wish(mapping=read_mapping(MAPPINGS / "burstgpt_v1.toml")))
    rows = store.rows("SELECT model, status, ok FROM requests ORDER BY ts_us")
    assert rows == [("gpt-3.5-turbo", "error", False), ("gpt-4", "ok", True)]


def test_every_canonical_column_can_be_mapped(store, tmp_path):
    row = {
        "request_id": "r", "ts": 1788249600, "latency_ms": 2, "provider": "p", "model": "m",
        "feature": "f", "user": "u", "session": "s", "status": 429, "service_tier": "batch",
        "input_tokens": 90, "cached_input_tokens": 10, "cache_write_tokens": 5,
        "cache_write_1h_tokens": 4, "output_tokens": 8, "reasoning_tokens": 3, "prompt_chars": 300,
        "response_chars": 30, "prompt_key": "k", "prefix_key": "x", "prefix_tokens": 9,
        "logged_cost": "0.1", "served_from_cache": True,
    }  # fmt: skip
    columns = {name: f"in.{name}" for name in row}
    wish = Wish(mapping=mapping_from({"columns": columns}, "all.toml"))
    assert ingest_file(store, write_jsonl(tmp_path, {"in": row}), wish).reasons == ()
    mapped = store.rows("SELECT * EXCLUDE (source_id) FROM requests")
    store.rows("DELETE FROM requests")
    ingest_file(store, write_jsonl(tmp_path, row, name="b.jsonl"))
    assert store.rows("SELECT * EXCLUDE (source_id) FROM requests") == mapped
    assert len(mapped) == 1
