"""Anthropic's exports: exclusive counts, cents, header generations, batches and streams."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest

from analyzer.errors import FormatError
from analyzer.ingest.load import Wish, ingest_file
from analyzer.policy import read_policy
from analyzer.pricing.book import open_book
from analyzer.pricing.price import TokenSums
from analyzer.reconcile.compare import reconcile
from analyzer.savings.attributed import spend_by_feature
from analyzer.session import Session
from tests.golden_bills import GOLDEN

TOKENS = (
    "usage_date_utc,model_version,api_key,workspace,usage_type,context_window,"
    "usage_input_tokens_no_cache,usage_input_tokens_cache_write_5m,"
    "usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,usage_output_tokens,"
    "web_search_count"
)
COST = "usage_date_utc,model,workspace,api_key,usage_type,context_window,token_type,cost_usd"


@pytest.fixture
def write(tmp_path):
    """Write a file of lines."""

    def to(name, *lines):
        path = tmp_path / name
        path.write_text(
            "".join(f"{x if isinstance(x, str) else json.dumps(x)}\n" for x in lines),
            encoding="utf-8",
        )
        return path

    return to


def counts(account):
    assert account.rows_in == (
        account.rows_loaded + account.duplicates + account.rejects + account.set_aside
    )
    return account.rows_loaded, account.duplicates, account.rejects, account.set_aside


def test_usage_times_price_is_the_cost_export_to_the_cent(store):
    """Only exclusive counts, two prices of writing and the batch discount give these cents."""
    ingest_file(store, GOLDEN / "anthropic_tokens_csv" / "claude_api_tokens_2026_04_07.csv")
    ingest_file(store, GOLDEN / "anthropic_cost_csv" / "claude_api_cost_2026_04_07.csv")
    book = open_book()
    priced = {}
    for model, feature, tier, *tokens in store.rows(
        "SELECT model, feature, service_tier, input_tokens - cached_input_tokens - "
        "cache_write_tokens - cache_write_1h_tokens, cached_input_tokens, cache_write_tokens, "
        "cache_write_1h_tokens, output_tokens FROM usage_buckets"
    ):
        listing = book.lookup("anthropic", model)
        price = listing.at(date(2026, 4, 7))
        units = price.units(above=False, discount_ppm=price.batch_ppm if tier == "batch" else 0)
        names = ("input_no_cache", "input_cache_read", "input_cache_write_5m",
                 "input_cache_write_1h", "output")  # fmt: skip
        for place, name in enumerate(names):
            one = [count if n == place else 0 for n, count in enumerate(tokens)]
            priced[listing.model_id, feature, name] = units.cost(TokenSums(*one))
    billed = store.rows(
        "SELECT model, feature, line_item, cost_pico FROM charges WHERE line_item <> 'web_search'"
    )
    assert len(billed) == 8
    for model, feature, line_item, pico in billed:
        exact = priced[book.lookup("anthropic", model).model_id, feature, line_item]
        cents = (Decimal(exact) / 10**10).quantize(Decimal(1), ROUND_HALF_UP)
        assert cents == Decimal(int(pico)) / 10**10, line_item


def test_rows_of_one_bucket_are_summed_and_never_last_wins(store, write):
    """Another key, workspace, tier or context window is another row of the same day and model."""
    row = "2026-04-07,claude-opus-4-8,{},{},{},{},1,0,0,0,1,0"
    dims = [("a", "w", "standard", "≤ 200k"), ("b", "w", "standard", "≤ 200k"),
            ("a", "v", "standard", "≤ 200k"), ("a", "w", "batch", "≤ 200k"),
            ("a", "w", "standard", "> 200k")]  # fmt: skip
    path = write("t.csv", TOKENS, *(row.format(*dim) for dim in dims))
    account = ingest_file(store, path)
    assert counts(account) == (5, 0, 0, 0)
    assert "1 row of calls with a long context" in account.notes[0]


@pytest.mark.parametrize(
    ("window", "cents"), [("≤ 200k", 450), ("0-200k", 450), ("> 200k", 825), ("200k-1M", 825)]
)
def test_a_total_of_long_calls_costs_what_its_bill_says(store, write, window, cents):
    """Sonnet 4.5 asks $3 and $15 a million up to 200,000 tokens of context, else $6 and $22.50."""
    row = f"2026-09-01,claude-sonnet-4-5-20250929,k,w,standard,{window},1000000,0,0,0,100000,0"
    ingest_file(store, write("t.csv", TOKENS, row))
    (spend,) = spend_by_feature(store, open_book())
    assert spend.pico_usd == cents * 10**10
    assert spend.unpriced_tokens == 0


@pytest.mark.parametrize("source", ["claude-sonnet-4-5-20250929", "claude-sonnet-4-5*", "*"])
def test_long_calls_stay_long_at_another_model(store, write, tmp_path, source):
    """Gemini 2.5 Pro asks $1.25 and $10 a million up to 200,000 tokens of context, else $2.50, $15.

    The gateway that sends them elsewhere sees the model's own name.
    """
    rows = (
        f"2026-09-01,claude-sonnet-4-5-20250929,k,w,standard,{window},1000000,0,0,0,1000,0"
        for window in ("≤ 200k", "> 200k")
    )
    ingest_file(store, write("t.csv", TOKENS, *rows))
    file = tmp_path / "policy.toml"
    rule = f'[[model_selection]]\nfeature = "*"\nfrom = "{source}"\nto = "gemini-2.5-pro"\n'
    file.write_text(f'name = "elsewhere"\n{rule}')
    policy, _ = read_policy(file)
    billed = Session(store, open_book()).bill(policy, steps="whole")
    cents = Decimal(billed.ledger[frozenset(policy.levers)].total) / 10**10
    assert cents == 125 + 1 + 250 + Decimal("1.5")


def test_a_model_without_a_step_costs_the_same_at_any_length(store, write):
    row = "2026-09-01,claude-opus-4-8,k,w,standard,> 200k,1000000,0,0,0,100000,0"
    ingest_file(store, write("t.csv", TOKENS, row))
    (long,) = spend_by_feature(store, open_book())
    price = open_book().lookup("anthropic", "claude-opus-4-8").at(date(2026, 9, 1))
    assert long.pico_usd == 10**6 * price.base.input + 10**5 * price.base.output


def test_long_calls_and_their_bill_meet_under_the_model_they_are_of(store, write):
    row = "2026-09-01,claude-sonnet-4-5-20250929,k,w,standard,> 200k,1000000,0,0,0,100000,0"
    ingest_file(store, write("t.csv", TOKENS, row))
    charges = (
        f"2026-09-01,Claude Sonnet 4.5,w,k,message,> 200k,{kind},{usd}"
        for kind, usd in (("input_no_cache", "6.00"), ("output", "2.25"))
    )
    ingest_file(store, write("c.csv", COST, *charges))
    later = "2026-09-09,Claude Sonnet 4.5,w,k,message,> 200k,output,0.01"
    ingest_file(store, write("later.csv", COST, later))  # two days after the last call, at least
    (bill,) = reconcile(store, open_book()).comparisons
    assert (bill.said_pico_usd, bill.priced_pico_usd) == (825 * 10**10, 825 * 10**10)


def test_the_same_day_from_two_header_generations_is_one_day(store, write):
    old = "2026-02-03,claude-opus-4-5-20251101,k,Default,standard,≤ 200k,5,0,0,0,6,0"
    ingest_file(store, write("old.csv", TOKENS, old))
    new = write("new.csv", f"{TOKENS},inference_geo,speed", f"{old},not_available,")
    assert counts(ingest_file(store, new)) == (0, 1, 0, 0)
    charge = "2026-02-03,Claude Opus 4.5,Default,k,message,≤ 200k,output,0.15"
    ingest_file(store, write("cost_old.csv", COST, charge))
    header = f"{COST},list_price_usd,cost_type,inference_geo,speed,api_key_id,api_key_status"
    later = write("cost_new.csv", header, f"{charge},0.15,token,not_available,,apikey_1,active")
    assert counts(ingest_file(store, later)) == (0, 1, 0, 0)


def test_an_overlapping_download_in_another_order_adds_only_what_is_new(store, write):
    row = "2026-04-{},claude-opus-4-8,k,Default,standard,≤ 200k,5,0,0,0,6,0"
    first = [row.format(day) for day in ("01", "02", "03")]
    ingest_file(store, write("a.csv", TOKENS, *first))
    more = write("a-2.csv", TOKENS, row.format("04"), *reversed(first))
    assert counts(ingest_file(store, more)) == (1, 3, 0, 0)


def test_two_keys_of_one_name_are_two_rows_even_where_their_cents_agree(store, write):
    header = f"{COST},api_key_id"
    charge = "2026-09-02,Claude Opus 4.8,Default,k,message,≤ 200k,output,0.85"
    account = ingest_file(store, write("c.csv", header, f"{charge},id_1", f"{charge},id_2"))
    assert counts(account) == (2, 0, 0, 0)


@pytest.mark.parametrize(
    ("written", "start", "hours"),
    [
        ("2026-07-03", 1783036800, 24),
        ("2026-07-03 00:00", 1783036800, 1),
        ("2026-07-03 23:00", 1783119600, 1),
        ("2026-07-03T23:00:00Z", 1783119600, 1),
    ],
)
def test_a_date_is_a_day_and_a_clock_an_hour(store, write, written, start, hours):
    row = f"{written},claude-opus-4-8,k,Default,standard,≤ 200k,5,0,0,0,6,0"
    ingest_file(store, write("t.csv", TOKENS, row))
    found = store.rows("SELECT start_us, end_us FROM usage_buckets")
    assert found == [(start * 10**6, (start + hours * 3600) * 10**6)]


@pytest.mark.parametrize(
    "written", ["", "7/3/2026", "0001-01-01", "294247-01-10 04:00:54", "infinity", "2026-02-30"]
)
def test_another_time_is_rejected_by_its_column(store, write, written):
    row = f"{written},claude-opus-4-8,k,Default,standard,≤ 200k,5,0,0,0,6,0"
    account = ingest_file(store, write("t.csv", TOKENS, row))
    assert counts(account) == (0, 0, 1, 0)
    assert account.reasons[0].reason.startswith("usage_date_utc ")


@pytest.mark.parametrize("table", ["anthropic_tokens_csv", "anthropic_usage_json"])
def test_totals_have_no_count_of_requests(store, table):
    for path in (GOLDEN / table).glob("*[!n]"):
        if path.suffix != ".golden":
            ingest_file(store, path)
    assert store.rows("SELECT DISTINCT requests FROM usage_buckets") == [(None,)]


def test_a_persons_name_in_a_claude_code_key_is_not_stored(store, write):
    row = "2026-04-07,claude-opus-4-8,claude_code_key_jo.doe_x7qa,CC,standard,≤ 200k,1,0,0,0,1,0"
    ingest_file(store, write("t.csv", TOKENS, row))
    charge = "2026-04-07,Claude Opus 4.8,CC,claude_code_key_jo.doe_x7qa,message,≤ 200k,output,0.15"
    ingest_file(store, write("c.csv", COST, charge))
    held = "SELECT feature FROM usage_buckets UNION ALL SELECT feature FROM charges"
    assert store.rows(held) == [("claude_code",)] * 2


def test_the_cost_report_is_in_cents(store):
    ingest_file(store, GOLDEN / "anthropic_cost_json" / "page.json")
    found = dict(store.rows("SELECT line_item, cost_pico::VARCHAR FROM charges"))
    assert found["output_tokens"] == "4112500000000"  # "411.25" cents
    assert found["Credit"] == "-250000000000"


@pytest.mark.parametrize("amount", ["12,50", "NaN", "", None, "1e30", "$5", [5]])
def test_an_amount_that_is_no_number_never_goes_on_as_dollars(store, write, amount):
    results = [{"amount": amount, "currency": "USD"}, {"amount": "100", "currency": "USD"}]
    bucket = {"starting_at": "2026-09-02T00:00:00Z", "ending_at": "2026-09-03T00:00:00Z"}
    account = ingest_file(store, write("c.jsonl", {"data": [{**bucket, "results": results}]}))
    assert counts(account) == (1, 0, 1, 0)
    assert store.rows("SELECT sum(cost_pico)::VARCHAR FROM charges") == [(str(10**12),)]


def test_a_report_without_usage_says_so_and_loads_nothing(store):
    account = ingest_file(store, GOLDEN / "anthropic_empty_json" / "page.json")
    assert counts(account) == (0, 0, 0, 0)
    assert account.notes[0].startswith("2 rows empty")


def batch(*results):
    return [{"custom_id": f"c{n}", "result": result} for n, result in enumerate(results)]


def succeeded(**usage):
    told = {"input_tokens": 5, "output_tokens": 7, "service_tier": "standard", **usage}
    message = {"id": "msg_1", "type": "message", "model": "claude-opus-4-8", "usage": told}
    return {"type": "succeeded", "message": {**message, "content": []}}


def test_batch_results_need_a_time_and_take_it_from_the_user(store, write):
    path = write("r.jsonl", *batch(succeeded(), {"type": "expired"}))
    with pytest.raises(FormatError, match=r"r\.jsonl: the results of a batch carry no time.*-time"):
        ingest_file(store, path)
    account = ingest_file(store, path, Wish(batch_time="2026-10-01T06:00:00Z"))
    assert counts(account) == (1, 0, 0, 1)
    assert "1 row at the time that --batch-time says, not the file" in account.notes
    found = store.rows("SELECT ts_us, service_tier, input_tokens FROM requests")
    assert found == [(1790834400 * 10**6, "batch", 5)]


def test_the_time_of_one_batch_is_not_kept_for_the_next(store, write):
    first = write("a.jsonl", *batch(succeeded()))
    ingest_file(store, first, Wish(batch_time="2026-10-01T06:00:00Z"))
    with pytest.raises(FormatError, match="carry no time"):
        ingest_file(store, write("b.jsonl", *batch(succeeded(), succeeded())))


def test_a_batch_time_must_be_a_time_and_belongs_to_batches(store, write):
    path = write("r.jsonl", *batch(succeeded()))
    with pytest.raises(FormatError, match="--batch-time soon: is not a time"):
        ingest_file(store, path, Wish(batch_time="soon"))
    other = GOLDEN / "anthropic_tokens_csv" / "oldest_header.csv"
    with pytest.raises(FormatError, match="leave --batch-time out"):
        ingest_file(store, other, Wish(batch_time="2026-10-01T06:00:00Z"))


def test_a_batch_without_any_success_needs_no_time(store, write):
    account = ingest_file(store, write("r.jsonl", *batch({"type": "errored"}, {"type": "expired"})))
    assert counts(account) == (0, 0, 0, 2)
    assert "2 rows set aside: requests of the batch that errored" in account.notes[0]


def test_batch_results_are_joined_with_what_was_asked(store, write):
    asked = {"messages": [{"role": "user", "content": "velvet octopus"}], "max_tokens": 9}
    params = {"custom_id": "c0", "params": {**asked, "metadata": {"user_id": "u"}}}
    path = write("r.jsonl", *batch(succeeded()))
    wish = Wish(batch_time="2026-10-01T06:00:00Z", batch_input=write("in.jsonl", params))
    ingest_file(store, path, wish)
    found = store.rows("SELECT prompt_chars, prompt_key IS NULL, user_key IS NULL FROM requests")
    assert found == [(14, False, False)]


def stream(*counted, cut=False):
    usage = {"input_tokens": 25, "cache_read_input_tokens": 1300, "output_tokens": 1}
    start = {"id": "msg_s", "type": "message", "model": "claude-opus-4-8", "usage": usage}
    text = {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "Rain."}}
    deltas = [{"type": "message_delta", "usage": {"output_tokens": count}} for count in counted]
    return [{"type": "message_start", "message": start}, text, *deltas]


@pytest.mark.parametrize("as_text", [False, True])
def test_a_streams_counts_are_merged_and_not_summed(store, write, as_text):
    response = events = stream(9, 17)
    if as_text:
        response = "".join(f"event: x\r\ndata: {json.dumps(event)}\r\n\r\n" for event in events)
    line = {"timestamp": "2026-09-03T11:00:00Z", "request": {}, "response": response}
    ingest_file(store, write("s.jsonl", line), Wish("anthropic_raw"))
    found = store.rows("SELECT input_tokens, output_tokens, response_chars FROM requests")
    assert found == [(1325, 17, 5)]


def test_a_stream_that_was_cut_is_rejected_and_not_billed_by_its_first_count(store, write):
    line = {"timestamp": "2026-09-03T11:00:00Z", "request": {}, "response": stream()}
    account = ingest_file(store, write("s.jsonl", line))
    assert counts(account) == (0, 0, 1, 0)
    assert "a stream carries it in message_delta" in account.reasons[0].reason


def test_writes_without_a_split_are_for_five_minutes(store, write):
    usage = {"input_tokens": 5, "cache_creation_input_tokens": 70, "output_tokens": 1}
    message = {"type": "message", "model": "claude-opus-4-8", "usage": usage}
    ingest_file(store, write("m.jsonl", {"timestamp": 1788249600, "response": message}))
    found = store.rows("SELECT cache_write_tokens, cache_write_1h_tokens FROM requests")
    assert found == [(70, 0)]


def test_every_header_generation_is_told(store):
    """The columns of all fixtures, shuffled, and with one nobody knows."""
    for fmt in ("anthropic_tokens_csv", "anthropic_cost_csv"):
        for path in (GOLDEN / fmt).glob("*.csv"):
            rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
            text = io.StringIO()
            csv.writer(text).writerows([*reversed(row), "zebra"] for row in rows)
            other = store.path.parent / f"{fmt}-{path.name}"
            other.write_text("\ufeff" + text.getvalue(), encoding="utf-8")
            assert ingest_file(store, other).format == fmt
