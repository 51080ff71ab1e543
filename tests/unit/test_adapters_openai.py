"""OpenAI's exports: the traps that real ones hold, each with the figure it would falsify."""

from __future__ import annotations

import json

import pytest

from analyzer.errors import FormatError
from analyzer.ingest.load import ingest_file
from analyzer.pricing.book import open_book
from analyzer.store import Store
from tests.golden_bills import GOLDEN

USAGE = (
    "start_time,end_time,start_time_iso,end_time_iso,project_id,num_model_requests,user_id,"
    "api_key_id,model,batch,service_tier,input_tokens,output_tokens,input_cached_tokens"
)
COST = (
    "start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,line_item,"
    "project_id,api_key_id,user_email"
)
DAY = 1788220800


def _csv(tmp_path, name, header, *rows):
    path = tmp_path / name
    path.write_text("\n".join((header, *rows)) + "\n")
    return path


def _usage(day=0, *, key="key_1", model="gpt-4o", requests="10.0", tokens="100.0", tier="default"):
    start = DAY + day * 86400
    return (
        f"{start},{start + 86400},x,x,proj_a,{requests},,{key},{model},FALSE,{tier},{tokens},5.0,0"
    )


def _cost(day=0, *, usd="1.25", line='"gpt-4o, input"', iso="2026-09-01T00:00:00"):
    start = DAY + day * 86400
    return f"{start},{start + 86400},{iso},{iso},{usd},usd,{line},proj_a,key_1,jo.doe@example.org"


def _sum(store, what, table="usage_buckets"):
    return int(store.rows(f"SELECT coalesce(sum({what}), 0) FROM {table}")[0][0])


def test_counts_written_as_floats_are_whole_numbers_and_fractions_are_none(store, tmp_path):
    rows = (_usage(tokens="59200.0"), _usage(1, tokens="1e3"), _usage(2, tokens="10.5"))
    account = ingest_file(store, _csv(tmp_path, "u.csv", USAGE, *rows))
    assert (account.rows_loaded, account.rejects) == (2, 1)
    assert _sum(store, "input_tokens") == 60_200


def test_several_rows_of_a_bucket_are_summed_never_last_wins(store, tmp_path):
    rows = (_usage(), _usage(key="key_2"), _usage(tier="flex"), _usage(model="o3"))
    assert ingest_file(store, _csv(tmp_path, "u.csv", USAGE, *rows)).rows_loaded == 4
    assert (_sum(store, "requests"), _sum(store, "input_tokens")) == (40, 400)


def test_overlapping_downloads_in_another_order_count_once(store, tmp_path):
    ingest_file(store, _csv(tmp_path, "a.csv", USAGE, _usage(0), _usage(1), _usage(2)))
    later = _csv(tmp_path, "a-2.csv", USAGE, _usage(3), _usage(2), _usage(1))
    account = ingest_file(store, later)
    assert (account.rows_in, account.rows_loaded, account.duplicates) == (3, 1, 2)
    assert _sum(store, "requests") == 40


def test_a_day_that_was_still_open_keeps_its_first_figures_and_says_so(store, tmp_path):
    ingest_file(store, _csv(tmp_path, "a.csv", COST, _cost(usd="0.0034")))
    account = ingest_file(store, _csv(tmp_path, "b.csv", COST, _cost(usd="0.00473")))
    assert (account.rows_loaded, account.duplicates) == (0, 1)
    assert "1 row already loaded with other figures" in account.notes[0]


def test_naive_and_offset_times_in_one_column_are_the_same_day(store, tmp_path):
    offset = _cost(line='"gpt-4o, output"', iso="2026-09-01T00:00:00+00:00")
    ingest_file(store, _csv(tmp_path, "c.csv", COST, _cost(), offset))
    assert store.rows("SELECT DISTINCT start_us, end_us FROM charges") == [
        (DAY * 1_000_000, (DAY + 86400) * 1_000_000)
    ]


@pytest.mark.parametrize("table", ["openai_empty_csv/usage.csv", "openai_empty_json/page.json"])
def test_an_export_of_a_time_without_usage_loads_nothing_and_loses_nothing(store, table):
    account = ingest_file(store, GOLDEN / table)
    assert (account.rows_in, account.rejects) == (0, 0)
    assert account.notes == (
        "2 rows empty: blank lines or buckets without usage, not counted as rows",
    )


@pytest.mark.parametrize(
    ("line", "model"),
    [
        ('"gpt-4o-mini-2024-07-18, cached input"', "gpt-4o-mini-2024-07-18"),
        ('"gpt-5-nano, input_tokens"', "gpt-5-nano"),
        ("web search tool calls | gpt-4o", None),
        ('"web search tool calls | gpt-4o, medium"', None),
        ("file storage", None),
        ("", None),
    ],
)
def test_a_line_item_names_its_model_and_a_tools_money_names_none(store, tmp_path, line, model):
    ingest_file(store, _csv(tmp_path, "c.csv", COST, _cost(line=line)))
    assert store.rows("SELECT model, cost_pico FROM charges") == [(model, 1_250_000_000_000)]


def test_the_cents_of_2024_are_not_read_as_dollars(store, tmp_path):
    header = "timestamp,currency,name,cost,project_id,project_name,cost_in_major,date"
    rows = (
        "1722902400.0,usd,GPT-4 Turbo,314.654,p,Docs,3.14654,2024-08-06",
        "1722902400.0,usd,GPT-4o,250.5,p,Docs,,2024-08-06",
    )
    ingest_file(store, _csv(tmp_path, "cost-2024.csv", header, *rows))
    assert _sum(store, "cost_pico", "charges") == 5_651_540_000_000


def test_a_legacy_download_and_its_copy_in_another_header_order_count_once(store, tmp_path):
    first = "timestamp,currency,name,cost,project_id,cost_in_major"
    other = "cost_in_major,name,timestamp,cost,currency,project_id,project_name"
    ingest_file(store, _csv(tmp_path, "a.csv", first, "1722902400.0,usd,GPT-4o,200,p,2"))
    again = _csv(tmp_path, "b.csv", other, "2,GPT-4o,1722902400.0,200,usd,p,Docs")
    assert ingest_file(store, again).duplicates == 1


@pytest.mark.parametrize("kind", ["audio", "image"])
def test_tokens_with_a_price_of_their_own_are_priced_by_no_table_as_text(kind):
    book = open_book()
    every_20th = [group[0] for group in book.groups()][::20]
    assert len(every_20th) > 30
    for price in every_20th:
        name = f"{price.model} + {kind}"
        assert book.lookup(price.provider, name) is None, name
        assert book.lookup(None, name) is None, name
    assert f"{kind} tokens" in book.explain("openai", f"gpt-4o + {kind}")


def test_a_page_and_a_download_of_the_same_days_are_the_same_money(store, tmp_path):
    ingest_file(store, _csv(tmp_path, "u.csv", USAGE, _usage(1, model="gpt-5-mini-2025-08-07")))
    with pytest.raises(FormatError, match="count twice"):
        ingest_file(store, GOLDEN / "openai_usage_json" / "pages.jsonl")
    assert _sum(store, "requests") == 10


def test_embeddings_and_completions_of_the_same_day_are_other_money(store, tmp_path):
    ingest_file(store, _csv(tmp_path, "u.csv", USAGE, _usage()))
    ingest_file(store, GOLDEN / "openai_inputs_usage_csv" / "embeddings_usage.csv")
    assert _sum(store, "input_tokens") == 100 + 1_259_000


def test_buckets_saved_without_their_page_read_alike(store, tmp_path):
    pages = (GOLDEN / "openai_usage_json" / "pages.jsonl").read_text().splitlines()
    buckets = [bucket for page in pages for bucket in json.loads(page)["data"]]
    path = tmp_path / "buckets.json"
    path.write_text(json.dumps(buckets))
    account = ingest_file(store, path)
    assert account.format == "openai_usage_json"
    assert (account.rows_in, account.rows_loaded, account.set_aside) == (6, 4, 1)


def test_a_page_without_usage_among_others_is_empty_and_not_another_format(store, tmp_path):
    empty = (GOLDEN / "openai_empty_json" / "page.json").read_text()
    path = tmp_path / "pages.jsonl"
    path.write_text(empty + (GOLDEN / "openai_usage_json" / "pages.jsonl").read_text())
    assert ingest_file(store, path).format == "openai_usage_json"


def test_a_legacy_page_without_lists_of_images_loads_its_data(store, tmp_path):
    page = json.loads((GOLDEN / "openai_usage_json_legacy" / "day.json").read_text())
    path = tmp_path / "day.json"
    path.write_text(json.dumps({"object": "list", "data": page["data"]}))
    account = ingest_file(store, path)
    assert (account.rows_in, account.rows_loaded) == (2, 2)


def test_tiers_with_prices_of_their_own_are_counted_aloud(store, tmp_path):
    rows = (_usage(), _usage(1, tier="flex"), _usage(2, tier="priority"))
    notes = ingest_file(store, _csv(tmp_path, "u.csv", USAGE, *rows)).notes
    assert notes[0].startswith("2 rows of the tiers flex, priority or scale")


def test_the_addresses_and_keys_of_an_export_are_not_stored(tmp_path):
    path = tmp_path / "x.duckdb"
    with Store.open(path) as store:
        store.unlock_digests()
        ingest_file(store, _csv(tmp_path, "c.csv", COST, _cost(), "jo.doe@example.org"))
        ingest_file(store, GOLDEN / "openai_activity_csv_legacy" / "activity.csv")
    held = b"".join(file.read_bytes() for file in tmp_path.glob("x.duckdb*"))
    assert b"jo.doe" not in held
    assert b"sk-a" not in held


def test_a_call_that_failed_without_an_answer_is_set_aside_and_counted(store, tmp_path):
    """It names an error, so that no stream is to blame; without either, the row is a reject."""
    call = {"timestamp": DAY, "request": {"model": "gpt-4o", "messages": []}}
    answer = {"id": "c1", "object": "chat.completion", "model": "gpt-4o"}
    usage = {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}
    rows = [
        {**call, "response": {**answer, "usage": usage}},
        {**call, "response": None, "error": {"message": "rate limit"}},
        {**call, "response": {"error": {"message": "overloaded"}}},
        {**call, "response": answer},
    ]
    path = tmp_path / "calls.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    account = ingest_file(store, path)
    assert (account.rows_loaded, account.set_aside, account.rejects) == (1, 2, 1)
    assert "calls that failed" in account.notes[0]
