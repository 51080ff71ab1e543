"""LiteLLM's usage export: totals with the gateway's own cost; never summed over tags."""

from __future__ import annotations

import json

import pytest

from analyzer.errors import FormatError
from analyzer.ingest.explain import explain
from analyzer.ingest.load import Wish, ingest_file
from analyzer.replay.same_money import read_held

HEADER = (
    "date,entity_id,entity_alias,api_key,key_alias,user_id,user_email,model,spend,flat_cost,"
    "prompt_tokens,completion_tokens,api_requests,successful_requests,failed_requests,"
    "cache_read_input_tokens,cache_creation_input_tokens"
)


def write(tmp_path, *rows, name="team-usage-2026-09-01-2026-09-02-daily_with_models.csv"):
    path = tmp_path / name
    path.write_text("\r\n".join((HEADER, *rows, "")), newline="")
    return path


def row(entity="t-1", alias="search", model="gpt-4o-mini", spend="0.5", tokens="900,80,7,7,0,,"):
    return f"2026-09-01,{entity},{alias},,,,,{model},{spend},0.0,{tokens}"


def test_a_row_carries_its_tokens_and_its_logged_cost(store, tmp_path):
    ingest_file(store, write(tmp_path, row(spend="0.1234567890125", tokens="900,80,7,6,1,300,200")))
    assert store.rows(
        "SELECT provider, model, feature, requests, input_tokens, cached_input_tokens, "
        "cache_write_tokens, output_tokens, logged_cost_pico FROM usage_buckets"
    ) == [("litellm", "gpt-4o-mini", "search", 7, 900, 300, 200, 80, 123456789013)]


def test_a_row_without_a_model_is_kept_with_its_cost_under_a_name_that_nothing_prices(
    store, tmp_path
):
    account = ingest_file(store, write(tmp_path, row(model="", spend="2.5")))
    assert account.rows_loaded == 1
    found = store.rows("SELECT model, input_tokens, logged_cost_pico FROM usage_buckets")
    assert found == [("(no model)", 900, 2_500_000_000_000)]


def test_the_quote_before_a_formula_is_no_part_of_the_name(store, tmp_path):
    ingest_file(store, write(tmp_path, row(alias="'=cmd"), row(alias="'quoted'")))
    found = store.rows("SELECT feature FROM usage_buckets ORDER BY feature")
    assert found == [("'quoted'",), ("=cmd",)]


@pytest.mark.parametrize(
    ("name", "entity"),
    [
        ("tag-usage-2026-09-01-2026-09-02-daily.csv", "blue"),
        ("export.csv", "User-Agent: python-httpx/0.28"),
    ],
)
def test_an_export_by_tag_is_refused_for_it_counts_a_request_once_per_tag(
    store, tmp_path, name, entity
):
    path = write(tmp_path, row(entity, ""), row("green", ""), name=name)
    with pytest.raises(FormatError, match=r"once under each of its tags.*by team"):
        ingest_file(store, path)
    with pytest.raises(FormatError, match="once under each of its tags"):
        explain(path, Wish())
    assert store.rows("SELECT count(*) FROM usage_buckets") == [(0,)]
    assert store.rows("SELECT count(*) FROM sources") == [(0,)]


def test_a_file_whose_name_only_ends_in_tag_is_no_export_by_tag(store, tmp_path):
    path = write(tmp_path, row(), name="hashtag-usage.csv")
    assert ingest_file(store, path).rows_loaded == 1


def test_the_table_of_daily_spend_reads_like_the_export(store, tmp_path):
    spend = {
        "id": "x", "team_id": "t-1", "date": "2026-09-01", "api_key": "ab", "model": "gpt-4o",
        "model_group": "big", "custom_llm_provider": "azure", "prompt_tokens": 900,
        "completion_tokens": 80, "cache_read_input_tokens": 300, "cache_creation_input_tokens": 0,
        "spend": 0.25, "api_requests": 7, "successful_requests": 7, "failed_requests": 0,
    }  # fmt: skip
    path = tmp_path / "team_spend.jsonl"
    path.write_text(json.dumps(spend) + "\n")
    ingest_file(store, path)
    assert store.rows("SELECT provider, feature, logged_cost_pico FROM usage_buckets") == [
        ("azure", "t-1", 250_000_000_000)
    ]
    by_tag = tmp_path / "tags.jsonl"
    by_tag.write_text(json.dumps({**spend, "tag": "blue"}) + "\n")
    with pytest.raises(FormatError, match="fits no known format"):
        ingest_file(store, by_tag)


@pytest.mark.parametrize(("preferred", "left"), [("requests", 0), ("totals", 1)])
def test_an_export_that_names_only_the_gateway_is_the_same_money_as_its_calls(
    store, tmp_path, preferred, left
):
    """Whichever provider the calls went to: adding both would double the spend."""
    call = {"request_id": "r1", "ts": "2026-09-01T10:00:00Z", "provider": "openai",
            "model": "gpt-4o-mini", "input_tokens": 900, "output_tokens": 80}  # fmt: skip
    log = tmp_path / "calls.jsonl"
    log.write_text(json.dumps(call) + "\n")
    ingest_file(store, log)
    ingest_file(store, write(tmp_path, row()))
    held = read_held(store, preferred)
    assert held.same_money is not None
    assert len(held.buckets) == left
    assert store.rows("SELECT count(*) FROM kept_requests") == [(1 - left,)]
