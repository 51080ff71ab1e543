"""Every format in the folder is registered, complete, detected, and reads its fixtures."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pytest

from analyzer.adapters import FORMATS
from analyzer.errors import FormatError
from analyzer.ingest.detect import named_format
from analyzer.ingest.load import Wish, ingest_file
from analyzer.ingest.tables import TARGETS
from analyzer.ingest.units import READINGS
from tests.golden_bills import GOLDEN, bill, fixtures

ADAPTERS = Path(importlib.import_module("analyzer.adapters").__file__ or "").parent


def test_every_file_in_the_folder_is_a_registered_format():
    files = {path.stem for path in ADAPTERS.glob("*.py")} - {"__init__"}
    assert files == {fmt.name for fmt in FORMATS}
    assert len(FORMATS) == len(files)


@pytest.mark.parametrize("fmt", FORMATS, ids=lambda fmt: fmt.name)
def test_a_format_declares_what_its_table_demands(fmt):
    targets = {target.name: target for target in TARGETS[fmt.table]}
    assert set(fmt.columns) <= set(targets)
    assert {name for name, target in targets.items() if target.required} <= set(fmt.columns)
    assert {column.unit for column in fmt.columns.values()} <= set(READINGS)


@pytest.mark.parametrize("fmt", FORMATS[1:], ids=lambda fmt: fmt.name)
def test_a_format_links_its_vendors_documentation(fmt):
    module = importlib.import_module(f"analyzer.adapters.{fmt.name}")
    assert "https://" in (module.__doc__ or "")


def test_every_format_has_a_fixture():
    assert {path.parent.name for path in fixtures()} == {fmt.name for fmt in FORMATS}
    goldens = {path.name.removesuffix(".golden") for path in GOLDEN.glob("*/*.golden")}
    assert goldens == {path.name for path in fixtures()}


@pytest.mark.parametrize("path", fixtures(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_fixture_reads_as_its_golden(path):
    assert bill(path) == path.with_name(f"{path.name}.golden").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", fixtures(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_fixture_is_told_by_itself_and_accounts_for_every_row(path, store):
    account = ingest_file(store, path)
    assert account.format == path.parent.name
    loaded = account.rows_loaded + account.duplicates
    assert account.rows_in == loaded + account.rejects + account.set_aside
    assert ingest_file(store, path, Wish(account.format)).already_loaded


def test_a_file_that_fits_two_formats_is_refused_by_both_names(store, tmp_path):
    line = {"ts": 1, "model": "m", "input_tokens": 1, "output_tokens": 1, "usage": {}}
    path = tmp_path / "both.jsonl"
    path.write_text(json.dumps({**line, "object": "chat.completion"}) + "\n")
    with pytest.raises(FormatError, match=r"canonical, openai_raw.*--format"):
        ingest_file(store, path)
    assert ingest_file(store, path, Wish("canonical")).rows_loaded == 1


def test_a_file_that_fits_no_format_is_refused_with_what_it_looks_like(store, tmp_path):
    path = tmp_path / "odd.jsonl"
    path.write_text('{"colour": "secret words", "size": 3}\n')
    with pytest.raises(FormatError, match="JSON lines with the keys 'colour', 'size'") as caught:
        ingest_file(store, path)
    assert "secret words" not in str(caught.value)
    assert "write a mapping file of a few lines (--mapping)" in str(caught.value)


def test_column_order_and_unknown_columns_are_free(store, tmp_path):
    path = tmp_path / "shuffled.csv"
    path.write_text("output_tokens,zebra,model,ts,input_tokens\n5,x,gpt-4o,1788249600,7\n")
    ingest_file(store, path)
    assert store.rows("SELECT model, input_tokens, output_tokens FROM requests") == [
        ("gpt-4o", 7, 5)
    ]


def test_a_payload_whose_response_is_a_completion_is_the_gateways_own_log(store):
    path = GOLDEN / "litellm_payload" / "array.json"
    assert '"object": "chat.completion"' in path.read_text()
    assert ingest_file(store, path).format == "litellm_payload"


def test_an_unknown_format_is_named(store, tmp_path):
    with pytest.raises(FormatError, match=r"--format nope.*canonical"):
        named_format("nope")
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(FormatError, match="openai_raw is never CSV"):
        ingest_file(store, path, Wish("openai_raw"))


def test_the_same_bucket_from_two_header_generations_is_one_bucket(store):
    folder = GOLDEN / "openai_usage_csv"
    ingest_file(store, folder / "completions_usage.csv")
    again = ingest_file(store, folder / "completions_usage_older_header.csv")
    assert (again.rows_in, again.rows_loaded, again.duplicates) == (1, 0, 1)


def test_rows_of_one_bucket_that_differ_only_in_figures_are_all_kept(store, tmp_path):
    header = "start_time,end_time,amount_value,amount_currency,line_item\n"
    row = "1788220800,1788307200,{},usd,\n"
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text(header + row.format("1.5") + row.format("2.5") + row.format("1.5"))
    account = ingest_file(store, first)
    assert (account.rows_in, account.rows_loaded, account.duplicates) == (3, 2, 1)
    # The next download of the same day knows more: the first one stays, and that is said.
    second.write_text(header + row.format("1.5") + row.format("2.75"))
    later = ingest_file(store, second)
    assert (later.rows_in, later.rows_loaded, later.duplicates) == (2, 0, 2)
    assert "1 row already loaded with other figures" in later.notes[0]


@pytest.mark.parametrize(
    ("wish", "feature"),
    [
        ("metadata.team", "docs"),
        ("request_tags[1]", "b"),
        ("metadata.deep.list[0].name", "n"),
        ("team_id", "t-9"),
        ("metadata.my-key", "dash"),
        ("nowhere.at.all", "(untagged)"),
        ("request_tags", '["a", "b"]'),
    ],
)
def test_the_feature_comes_from_the_path_that_the_user_names(store, tmp_path, wish, feature):
    row = {
        "request_id": "1",
        "call_type": "c",
        "spend": 1,
        "prompt_tokens": 1,
        "completion_tokens": 1,
        "startTime": 1788249600,
        "model": "m",
        "team_id": "t-9",
        "request_tags": json.dumps(["a", "b"]),
        "metadata": json.dumps(
            {"team": "docs", "deep": {"list": [{"name": "n"}]}, "my-key": "dash"},
            separators=(",", ":"),
        ),
    }
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps(row) + "\n")
    account = ingest_file(store, path, Wish(feature=wish))
    assert store.rows("SELECT feature FROM requests") == [(feature,)]
    assert account.tagged == (feature != "(untagged)")


@pytest.mark.parametrize("wish", ["", "a..b", "a[x]", "[0]", "a'b", 'a"b', "a["])
def test_what_is_no_path_is_refused(store, wish):
    with pytest.raises(FormatError, match="is not a path"):
        ingest_file(store, GOLDEN / "canonical" / "chat.jsonl", Wish(feature=wish))
