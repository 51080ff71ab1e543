"""One record of many rows: every row is found, placed, accounted for, and none costs another."""

from __future__ import annotations

import gzip
import json

import pytest

from analyzer.adapter import Column, Format
from analyzer.ingest import detect, explain, load
from analyzer.ingest.load import Wish, ingest_file
from analyzer.ingest.nested import MAX_CARRIED_BYTES

PAGES = Format(
    name="pages",
    title="pages of groups of calls",
    kinds=("json",),
    table="requests",
    signature=(("object=page", "data[*].calls[*].model"),),
    rows={"group": "{data}", "call": "{calls}"},
    roots={"who": "{group.owner}", "attributes": "otlp_attributes({attributes})"},
    blank="{model} = 'nothing'",
    where="{kind} IS NULL OR {kind} = 'model'",
    columns={
        "request_id": Column("{id}", "text"),
        "ts_us": Column("{group.start}", "utc_time"),
        "model": Column("{model}", "text"),
        "feature": Column("coalesce({who.team}, {record.title})", "text"),
        "user_key": Column('{attributes."user.id"}', "digest"),
        "input_tokens": Column("{usage.in}", "tokens"),
        "output_tokens": Column('{attributes."tokens.out"}', "tokens"),
    },
)
FIELDS = ("rows_in", "rows_loaded", "duplicates", "rejects", "set_aside")


@pytest.fixture(autouse=True)
def _only_pages(monkeypatch):
    for module in (detect, load, explain):
        monkeypatch.setattr(module, "FORMATS", (PAGES,), raising=False)
    monkeypatch.setattr(detect.detect, "__defaults__", ((PAGES,),))


def call(number, **changes):
    out = [{"key": "tokens.out", "value": {"intValue": "7"}}]
    return {"id": f"r{number}", "model": "m", "usage": {"in": 5}, "attributes": out, **changes}


def page(*groups):
    data = [{"start": start, "owner": {"team": team}, "calls": calls}
            for start, team, calls in groups]  # fmt: skip
    return {"object": "page", "title": "all", "data": data}


PAGE = page((1788249600, "docs", [call(1), call(2)]), (1788249700, None, [call(3)]))


def loaded(store, tmp_path, data, name="log.jsonl", feature=None):
    path = tmp_path / name
    path.write_bytes(data)
    return ingest_file(store, path, Wish(feature=feature))


def counts(account):
    return tuple(getattr(account, name) for name in FIELDS)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("lines.jsonl", json.dumps(PAGE) + "\n"),
        ("pretty.json", json.dumps(PAGE, indent=1)),
        ("array.json", json.dumps([PAGE])),
        ("pretty_array.json", json.dumps([PAGE], indent=2)),
    ],
)
def test_every_row_is_read_with_what_stands_above_it(store, tmp_path, name, data):
    account = loaded(store, tmp_path, data.encode(), name)
    assert counts(account) == (3, 3, 0, 0, 0)
    assert store.rows(
        "SELECT request_id, ts_us // 1000000, feature, input_tokens, output_tokens "
        "FROM requests ORDER BY request_id"
    ) == [
        ("r1", 1788249600, "docs", 5, 7),
        ("r2", 1788249600, "docs", 5, 7),
        ("r3", 1788249700, "all", 5, 7),
    ]


def test_rows_without_an_id_are_told_apart_by_their_place(store, tmp_path):
    bare = [{**call(0), "id": None}, {**call(0), "id": None}]
    lines = [json.dumps(page((1788249600, "a", bare))), json.dumps(page((1788249600, "a", bare)))]
    account = loaded(store, tmp_path, "\n".join(lines).encode())
    assert counts(account) == (4, 4, 0, 0, 0)
    places = {row[0].split(":")[1] for row in store.rows("SELECT request_id FROM requests")}
    assert places == {"1.1.1", "1.1.2", "2.1.1", "2.1.2"}


def test_duplicates_blanks_and_set_aside_rows_are_counted(store, tmp_path):
    calls = [call(1), call(1), call(2, kind="tool"), call(3, model="nothing")]
    account = loaded(store, tmp_path, json.dumps(page((1788249600, "a", calls))).encode())
    assert counts(account) == (3, 1, 1, 0, 1)
    assert "1 row empty" in " ".join(account.notes)


@pytest.mark.parametrize("empty", [page(), page((1, "a", [])), page((1, "a", None))])
def test_a_record_without_rows_is_an_empty_line(store, tmp_path, empty):
    lines = f"{json.dumps(PAGE)}\n{json.dumps(empty)}\n\n"
    account = loaded(store, tmp_path, lines.encode())
    assert counts(account) == (3, 3, 0, 0, 0)
    assert "2 rows empty" in " ".join(account.notes)


DEEP = b'{"a":' * 10_000 + b"1" + b"}" * 10_000
DEEP_LIST = b"[" * 10_000 + b"]" * 10_000


@pytest.mark.parametrize(
    ("line", "reason", "rejects"),
    [
        (b'{"object": "page", "data": {"calls": []}}', "data is no list", 1),
        (b'{"object": "page", "data": "[broken"}', "data is no list", 1),
        (b'{"object": "page"}', "data is missing", 1),
        (b'{"object": "page", "da', "the line is not JSON", 1),
        (b'{"data": [1, [], null, "x", {"calls": 1}]}', "the row is JSON, but no object", 5),
        (b'{"data": [{"start": 1, "calls": [1, [{}], null]}]}', "the row is JSON, but no", 3),
        (b'{"data": [{"calls": [{"model": "m", "model": "n"}]}]}', "a key stands twice", 1),
        (b'{"data": [{"calls": []}], "data": []}', "a key stands twice in the line", 1),
        (b'{"data": ' + DEEP_LIST + b"}", "the row is JSON, but no", 1),
        (b'{"data": [{"calls": [' + DEEP + b"]}]}", "group.start is missing", 1),
        (b'{"data": [{"start": 1, "calls": [{"attributes": [' + DEEP + b"]}]}]}", "model is", 1),
        (b'{"data": [{"calls": [{"attributes": ' + DEEP_LIST + b"}]}]}", "group.start is", 1),
    ],
)  # fmt: skip
def test_a_bad_record_costs_no_good_row(store, tmp_path, line, reason, rejects):
    good = json.dumps(PAGE).encode()
    account = loaded(store, tmp_path, good + b"\n" + line + b"\n")
    assert counts(account) == (3 + rejects, 3, 0, rejects, 0)
    assert {reject.line for reject in account.reasons} == {2}
    assert account.reasons[0].reason.startswith(reason)


def test_a_bad_row_costs_no_other_row_and_keeps_its_own_digest(store, tmp_path):
    bad = [call(4, usage={"in": -1}), call(5, usage={"in": "x"})]
    calls = [call(1), *bad, call(2)]
    account = loaded(store, tmp_path, json.dumps(page((1788249600, "a", calls))).encode())
    assert counts(account) == (4, 2, 0, 2, 0)
    assert account.reasons[0].reason.startswith("usage.in is not a whole number")
    texts = [json.dumps(row, separators=(",", ":")) for row in bad]
    expected = store.rows("SELECT keyed_hex(unnest($texts))", {"texts": texts})
    assert store.rows("SELECT line_digest FROM rejects") == expected


def test_what_rows_share_is_short_or_the_record_is_one_reject(store, tmp_path):
    """A record of megabytes must not become terabytes."""
    long = page((1788249600, "x" * (MAX_CARRIED_BYTES + 1), [call(n) for n in range(2000)]))
    data = f"{json.dumps(PAGE)}\n{json.dumps(long)}\n"
    account = loaded(store, tmp_path, data.encode())
    assert counts(account) == (4, 3, 0, 1, 0)
    assert "who.team is longer than 4,096 bytes" in account.reasons[0].reason


@pytest.mark.parametrize("values", [b"[" * 5_000_000 + b"]" * 5_000_000, b"[" + b"1," * 5_000_000])
def test_a_line_of_millions_of_values_is_one_reject(store, tmp_path, values):
    end = b"1]" if values.endswith(b",") else b""
    line = b'{"data": [{"calls": [{"note": ' + values + end + b"}]}]}"
    account = loaded(store, tmp_path, json.dumps(PAGE).encode() + b"\n" + line)
    assert counts(account) == (4, 3, 0, 1, 0)
    assert "more than 4,000,000 values" in account.reasons[0].reason


def test_a_line_longer_than_a_sample_is_told_and_read(store, tmp_path):
    many = page((1788249600, "a", [call(n, note="y" * 2000) for n in range(3000)]))
    data = json.dumps(many).encode()
    assert len(data) > detect.SAMPLE_BYTES
    account = loaded(store, tmp_path, gzip.compress(data), "one.json.gz")
    assert counts(account) == (3000, 3000, 0, 0, 0)


def test_the_feature_may_be_named_in_the_row_or_above_it(store, tmp_path):
    data = json.dumps(PAGE).encode()
    loaded(store, tmp_path, data, feature='attributes."tokens.out"')
    assert store.rows("SELECT DISTINCT feature FROM requests") == [("7",)]


def test_a_feature_above_the_rows_is_carried_down(store, tmp_path):
    data = json.dumps(PAGE).encode()
    loaded(store, tmp_path, data, feature="record.title")
    assert store.rows("SELECT DISTINCT feature FROM requests") == [("all",)]


def test_explain_shows_the_rows_in_order(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_text(json.dumps(PAGE))
    told = explain.explain(path, Wish())
    assert [line for line, _ in told.rows] == [1, 1, 1]
    assert [row["request_id"] for _, row in told.rows] == ["r1", "r2", "r3"]
    assert (told.rows_in, told.readable) == (3, 3)
    assert {read.column: read.source for read in told.columns}["ts_us"] == "group.start"


def test_attributes_of_every_kind_become_one_object(store):
    values = [
        {"key": "s", "value": {"stringValue": 'a"b'}},
        {"key": "i", "value": {"intValue": "12"}},
        {"key": "n", "value": {"intValue": 13}},
        {"key": "d", "value": {"doubleValue": 0.5}},
        {"key": "b", "value": {"boolValue": False}},
        {
            "key": "l",
            "value": {"arrayValue": {"values": [{"stringValue": "x"}, {"intValue": "2"}]}},
        },
        {"key": "empty", "value": {}},
        {"key": "no"},
        {"value": {"stringValue": "nameless"}},
        7,
        None,
        {"key": "s", "value": {"stringValue": "again"}},
    ]
    found = store.rows("SELECT otlp_attributes($t)", {"t": json.dumps(values)})[0][0]
    first = json.loads(found, object_pairs_hook=lambda pairs: dict(reversed(pairs)))
    assert first == {"s": 'a"b', "i": "12", "n": 13, "d": 0.5, "b": False, "l": ["x", "2"],
                     "empty": None, "no": None}  # fmt: skip
    assert store.rows("SELECT otlp_text($t, 's'), otlp_text($t, 'b'), otlp_text($t, 'zzz')",
                      {"t": json.dumps(values)}) == [('a"b', "false", None)]  # fmt: skip


@pytest.mark.parametrize("broken", ["", "{}", "[", "null", "5", '[{"key": {"a": 1}}]', "[[[]]]"])
def test_attributes_that_are_none_hold_nothing(store, broken):
    found = store.rows("SELECT json_keys(otlp_attributes($t))", {"t": broken})[0][0]
    assert not found or found == ['{"a":1}']
