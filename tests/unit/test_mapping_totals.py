"""A mapping file reads any table of totals, and any bill: periods, ends, cents."""

import re
from dataclasses import replace
from datetime import datetime

import polars as pl
import pytest

from analyzer.errors import FormatError
from analyzer.ingest.load import ingest_file
from analyzer.ingest.mapping_file import mapping_from, read_mapping
from analyzer.ingest.mapping_targets import KINDS
from tests.mapped_log import write_jsonl, write_mapping
from tests.unit.test_ingest_mapping import MAPPINGS

TOTALS = """
rows = "totals"
{period}
[columns]
start = {start}
{end}
provider = {{ constant = "openai" }}
model = "m"
input_tokens = "i"
output_tokens = "o"
"""
CHARGES = """
rows = "charges"
period = "day"
[columns]
start = "day"
provider = { constant = "openai" }
line_item = "what"
cost = { path = "cents", unit = "cents" }
currency = "currency"
"""
ROW = {"s": "2026-09-01", "m": "gpt-4o", "i": 2_000_000_000_000, "o": 5}
DAY_US = 86_400_000_000
SEPTEMBER_US = 1788220800000000


def _totals(period='period = "day"', start='"s"', end=""):
    return TOTALS.format(period=period, start=start, end=end)


def _load(store, tmp_path, text, *rows, name="log.jsonl"):
    return ingest_file(
        store, write_jsonl(tmp_path, *rows, name=name), write_mapping(tmp_path, text)
    )


def _periods(store, table="usage_buckets"):
    found = store.rows(f"SELECT start_us, end_us FROM {table} ORDER BY start_us")
    return [(start - SEPTEMBER_US, end - SEPTEMBER_US) for start, end in found]


def test_totals_are_loaded_as_totals(store, tmp_path):
    account = _load(store, tmp_path, _totals(), ROW)
    assert (account.table, account.rows_loaded, account.rejects) == ("usage_buckets", 1, 0)
    found = store.rows("SELECT provider, model, feature, requests, input_tokens, output_tokens "
                       "FROM usage_buckets")  # fmt: skip
    assert found == [("openai", "gpt-4o", "(untagged)", None, 2_000_000_000_000, 5)]


@pytest.mark.parametrize(
    ("text", "s", "span"),
    [
        (_totals('period = "hour"'), "2026-09-01T08:00:00", (8 * DAY_US // 24, 9 * DAY_US // 24)),
        (_totals('period = "day"'), "2026-09-02", (DAY_US, 2 * DAY_US)),
        (_totals('period = "month"'), "2026-09", (0, 30 * DAY_US)),
        (_totals('period = "month"'), "2026-02-01", (-212 * DAY_US, -184 * DAY_US)),
        (_totals(start='{ path = "s", unit = "s" }'), 1788220800, (0, DAY_US)),
        (_totals(start='{ path = "s", offset = "+02:00" }'), "2026-09-01",
         (-2 * DAY_US // 24, 22 * DAY_US // 24)),
        (_totals(start="{ constant = 2026-09-01 }"), "", (0, DAY_US)),
    ],
)  # fmt: skip
def test_periods_that_the_mapping_tells(store, tmp_path, text, s, span):
    assert _load(store, tmp_path, text, {**ROW, "s": s}).rejects == 0
    assert _periods(store) == [span]


@pytest.mark.parametrize(
    ("end", "e", "days"),
    [
        ('"e"', "2026-09-04", 3),
        ('{ path = "e", through = true }', "2026-09-04", 4),
        ('{ path = "e", through = true }', "2026-09", 30),
        ('{ path = "e", through = true }', "2026-09-04T00:00:00Z", 4),
        ('{ path = "e", through = true }', "2026-09-04 00:00:00", 4),
        ('{ path = "e", through = true }', "2026-09-04T06:00:00Z", 3.25),
    ],
)
def test_ends_that_the_file_tells(store, tmp_path, end, e, days):
    text = _totals(period="", end=f"end = {end}")
    assert _load(store, tmp_path, text, {**ROW, "e": e}).rejects == 0
    assert _periods(store) == [(0, days * DAY_US)]


def test_an_end_before_its_start_is_rejected(store, tmp_path):
    text = _totals(period="", end='end = "e"')
    account = _load(store, tmp_path, text, {**ROW, "e": "2026-08-31"})
    assert [reject.reason for reject in account.reasons] == ["the row ends before it starts"]


def test_a_day_that_is_none_is_rejected_by_its_name(store, tmp_path):
    account = _load(store, tmp_path, _totals(), ROW, {**ROW, "s": "01/09/2026"})
    assert (account.rows_loaded, account.rejects) == (1, 1)
    assert account.reasons[0].reason.startswith("s is not a time")


def test_a_bill_in_cents_with_a_credit(store, tmp_path):
    day = {"day": "2026-09-01", "currency": "USD"}
    rows = [{**day, "what": "tokens", "cents": "12.5"}, {**day, "what": "credit", "cents": -2}]
    account = _load(store, tmp_path, CHARGES, *rows, {**day, "what": "x", "cents": "free"})
    assert (account.table, account.rows_loaded) == ("charges", 2)
    assert account.reasons[0].reason == "cents is not a number of cents"
    found = store.rows("SELECT line_item, cost_pico, currency FROM charges ORDER BY cost_pico")
    assert found == [("credit", -20_000_000_000, "USD"), ("tokens", 125_000_000_000, "USD")]
    again = _load(store, tmp_path, CHARGES, *rows, {**day, "what": "x", "cents": "free"})
    assert (again.already_loaded, again.table, again.duplicates) == (True, "charges", 3)


def test_a_later_download_of_the_same_totals_adds_only_what_is_new(store, tmp_path):
    _load(store, tmp_path, _totals(), ROW)
    later = _load(store, tmp_path, _totals(), ROW, {**ROW, "s": "2026-09-02"}, name="later.jsonl")
    assert (later.rows_loaded, later.duplicates) == (1, 1)


def test_constants_are_part_of_what_a_total_is(store, tmp_path):
    """Two files of two teams hold the same columns: the mapping says whose each is."""
    for team in ("search", "chat"):
        text = _totals() + f'feature = {{ constant = "{team}" }}\n'
        account = _load(store, tmp_path, text, {**ROW, "o": len(team)}, name=f"{team}.jsonl")
        assert account.rows_loaded == 1
    assert len(_periods(store)) == 2


def test_days_beside_their_month_are_refused(store, tmp_path):
    text = _totals(period="", end='end = "e"')
    rows = [{**ROW, "e": "2026-10-01"}, {**ROW, "s": "2026-09-05", "e": "2026-09-06"}]
    with pytest.raises(FormatError, match=r"overlap in time \(2026-09-05\) and would count twice"):
        _load(store, tmp_path, text, *rows)
    assert _load(store, tmp_path, text, rows[0], {**rows[1], "m": "gpt-4o-mini"}).rows_loaded == 2


def test_a_row_that_adds_up_the_others_is_told_of(store, tmp_path):
    row = {"day": "2026-09-01", "currency": "USD"}
    rows = [{**row, "what": what, "cents": n} for what, n in (("a", 11), ("b", 22), ("Total", 33))]
    account = _load(store, tmp_path, CHARGES, *rows)
    (said,) = [note for note in account.notes if "add up to" in note]
    assert said.startswith("1 row says what all other rows of its period, or of the file, add up")
    other = _load(
        store, tmp_path, CHARGES, *({**r, "day": "2026-09-02"} for r in rows[:2]), name="b"
    )
    assert not any("add up to" in note for note in other.notes)


@pytest.mark.parametrize("gateway", ["LiteLLM Proxy", "unknown"])
def test_totals_of_a_gateway_may_be_any_providers(store, tmp_path, gateway):
    _load(store, tmp_path, _totals(), ROW)
    text = _totals().replace("openai", gateway) + 'feature = "team"\n'
    with pytest.raises(FormatError, match="holds openai's money"):
        _load(store, tmp_path, text, {**ROW, "team": "search"}, name="gateway.jsonl")


def test_a_local_month_has_the_length_of_its_month(store, tmp_path):
    text = _totals('period = "month"', start='{ path = "s", offset = "+02:00" }')
    _load(store, tmp_path, text, {**ROW, "s": "2026-03"}, {**ROW, "s": "2026-09"})
    hours = [(end - start) // 3_600_000_000 for start, end in _periods(store)]
    assert hours == [31 * 24, 30 * 24]


def test_ids_are_compared_as_they_stand(store, tmp_path):
    ids = ["12345678901234567", "12345678901234568", "012345678901234567"]
    text = _totals() + '[where]\nid = "12345678901234567"\n'
    rows = [{**ROW, "id": one, "o": n} for n, one in enumerate(ids)]
    account = _load(store, tmp_path, text, *rows)
    assert (account.rows_loaded, account.set_aside) == (1, 2)
    assert store.rows("SELECT output_tokens FROM usage_buckets") == [(0,)]


def test_an_address_in_a_mapping_is_not_stored(store, tmp_path):
    text = _totals() + 'feature = { constant = "jo@example.com" }\n'
    account = _load(store, tmp_path, text, ROW)
    assert "jo@example.com" not in str(account.notes)
    assert store.rows("SELECT count(*) FROM source_notes WHERE contains(note, '@')") == [(0,)]


def test_one_provider_is_known_by_its_spellings(store, tmp_path):
    _load(store, tmp_path, _totals(), ROW)
    text = _totals().replace('"openai"', '"Open AI"')
    later = _load(store, tmp_path, text, {**ROW, "z": 1}, name="later.jsonl")
    assert (later.rows_loaded, later.duplicates) == (0, 1)
    shown = text.replace('{ constant = "Open AI" }', '"vendor"')
    other = {**ROW, "s": "2026-09-05", "vendor": "Vertex_AI"}
    _load(store, tmp_path, shown, other, name="other.jsonl")
    assert store.rows("SELECT DISTINCT provider FROM usage_buckets ORDER BY 1") == [
        ("google",), ("openai",),
    ]  # fmt: skip


@pytest.mark.parametrize("start", [20260901, 202609, 46266, 2026, "46266.5", 2026090112])
def test_a_date_that_is_a_bare_number_is_no_moment_of_1970(store, tmp_path, start):
    account = _load(store, tmp_path, _totals(), ROW, {**ROW, "s": start})
    assert (account.rows_loaded, account.rejects) == (1, 1)
    assert account.reasons[0].reason == (
        "s is not a time from 1970 to 2100: write 2026-10-01T09:00:00Z; for a number, the mapping "
        'needs unit = "s", "ms" or "us", and for 31.12.2026 date = "%d.%m.%Y"'
    )


def test_a_period_without_a_length_is_rejected_with_its_mend(store, tmp_path):
    text = _totals(period="", end='end = "e"')
    account = _load(store, tmp_path, text, ROW | {"e": "2026-09-01"}, ROW | {"e": "2026-09-02"})
    assert (account.rows_loaded, account.rejects) == (1, 1)
    assert "write through = true" in account.reasons[0].reason


@pytest.mark.parametrize(("currency", "stored"), [(" eur ", "EUR"), ("$", None), ("Euro", None)])
def test_a_currency_is_a_code_of_three_letters(store, tmp_path, currency, stored):
    row = {"day": "2026-09-01", "what": "tokens", "cents": 12, "currency": currency}
    account = _load(store, tmp_path, CHARGES, row, {**row, "currency": "USD"})
    assert account.rows_loaded == (2 if stored else 1)
    assert stored is None or (stored,) in store.rows("SELECT currency FROM charges")
    for reject in account.reasons:
        assert reject.reason == "currency is not a currency's code of three letters, such as USD"


@pytest.mark.parametrize("value", ["nan", "inf", "1_0", "1e999"])
def test_words_that_a_computer_reads_as_numbers_are_texts(store, tmp_path, value):
    text = _totals() + f'[where]\nkind = "{value}"\n'
    account = _load(store, tmp_path, text, {**ROW, "kind": value}, {**ROW, "kind": 10})
    assert (account.rows_loaded, account.set_aside) == (1, 1)


@pytest.mark.parametrize("column", ["model", "feature", "service_tier"])
@pytest.mark.parametrize("rule", ['"prompt"', '{ path = "prompt", values = { a = "b" } }'])
def test_no_name_is_taken_from_a_prompt(tmp_path, column, rule):
    text = "\n".join(line for line in _totals().splitlines() if not line.startswith(f"{column} ="))
    with pytest.raises(FormatError, match="prompts or answers stand under"):
        write_mapping(tmp_path, f"{text}\n{column} = {rule}\n")


def test_no_feature_is_taken_from_a_prompt_beside_a_mapping(store, tmp_path):
    path, wish = write_jsonl(tmp_path, ROW), write_mapping(tmp_path, _totals())
    with pytest.raises(FormatError, match="prompts or answers stand under"):
        ingest_file(store, path, replace(wish, feature="prompt"))


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({"rows": "sums"}, "rows: 'sums' is none of requests, totals, charges"),
        ({"rows": "totals", "columns": {"ts": "t"}}, "unknown key 'ts'"),
        ({"rows": "charges", "columns": {"start": "s", "provider": "p", "cost": "c"}},
         'currency is missing: name its path, or give a constant: { constant = "USD" }'),
        ({"rows": "charges", "columns": {"start": "s", "provider": "p", "cost": "c",
                                         "currency": "u"}}, 'write period = "day"'),
        ({"rows": "charges", "period": "week", "columns": {"start": "s", "provider": "p",
                                                           "cost": "c", "currency": "u"}},
         "period: 'week' is none of hour, day, month"),
        ({"period": "day", "columns": {"ts": "t", "model": "m", "input_tokens": "i",
                                       "output_tokens": "o"}}, "period: it is for totals"),
        ({"rows": "charges", "period": "day",
          "columns": {"start": {"path": "s", "through": True}, "provider": "p", "cost": "c",
                      "currency": "u"}}, "through is for an end"),
    ],
)  # fmt: skip
def test_mistakes_are_named(tables, said):
    columns = {"ts": "t", "model": "m", "input_tokens": "i", "output_tokens": "o"}
    with pytest.raises(FormatError, match="mine") as told:
        mapping_from({"columns": columns, **tables}, "mine.toml")
    assert said in str(told.value)


BILL = """Invoice,5412345678,
Currency,EUR,
Total,103.55,

Project,Service,Description,From,To,Amount
search,AI models,"Flash, input tokens",2026-09-01,2026-09-30,6000
search,AI models,Reservation,2026-09-01,2026-09-30,"4,350"
search,Disks,Standard,2026-09-01,2026-09-30,5
,,Total,,,10355
"""


def test_a_bill_below_lines_about_the_invoice(store, tmp_path):
    path = tmp_path / "bill.csv"
    path.write_text(BILL)
    wish = write_mapping(tmp_path, (MAPPINGS / "bill_by_month.toml").read_text())
    account = ingest_file(store, path, wish)
    assert (account.rows_in, account.rows_loaded, account.set_aside) == (4, 1, 2)
    assert [(reject.line, reject.reason) for reject in account.reasons] == [
        (7, "Amount is not a number of cents")
    ]
    assert _periods(store, "charges") == [(0, 30 * DAY_US)]
    found = store.rows("SELECT model, feature, cost_pico, currency FROM charges")
    assert found == [("gemini-2.5-flash", "search", 60_000_000_000_000, "EUR")]


EUROPEAN = """Konto;0815
Stand;30.09.2026

Monat;Anbieter;Kosten (USD)
{rows}
"""
EUROPEAN_MAPPING = """
rows = "charges"
period = "{period}"
[columns]
start = {{ path = "Monat", date = "{date}" }}
provider = "Anbieter"
cost = {{ path = '"Kosten (USD)"', decimal = "," }}
currency = {{ constant = "USD" }}
"""


def _european(store, tmp_path, *rows, date="%d.%m.%Y", period="day"):
    path, mapping = tmp_path / "kosten.csv", EUROPEAN_MAPPING.format(date=date, period=period)
    path.write_text(EUROPEAN.format(rows="\n".join(rows)))
    return ingest_file(store, path, write_mapping(tmp_path, mapping))


def test_a_table_as_europe_writes_it(store, tmp_path):
    """A header that is no wider than what stands above it, quoted names, 01.09.2026, 1.234,56."""
    rows = ("01.09.2026;OpenAI;1.234,56", "02.09.2026;OpenAI;-0,5", "03.09.2026;OpenAI;12345,678")
    assert _european(store, tmp_path, *rows).rows_loaded == 3
    assert _periods(store, "charges")[0] == (0, DAY_US)
    found = store.rows("SELECT cost_pico FROM charges ORDER BY start_us")
    assert found == [(1_234_560_000_000_000,), (-500_000_000_000,), (12_345_678_000_000_000,)]


@pytest.mark.parametrize(
    ("text", "date", "start"),
    [("09/2026", "%m/%Y", 0), ("Sep 2026", "%b %Y", 0), ("09/02/2026", "%m/%d/%Y", DAY_US)],
)
def test_dates_are_read_as_the_mapping_says(store, tmp_path, text, date, start):
    period = "day" if "%d" in date else "month"
    _european(store, tmp_path, f"{text};OpenAI;1", date=date, period=period)
    assert _periods(store, "charges")[0][0] == start


@pytest.mark.parametrize(
    "amount", ["1234.56", "1.23,4", "12.34.567", "1,2,3", "frei", "0.125", "01.234", "1.234 567,8"]
)
def test_an_amount_that_is_written_otherwise_is_rejected(store, tmp_path, amount):
    account = _european(store, tmp_path, f"01.09.2026;OpenAI;{amount}")
    assert (account.rows_loaded, account.rejects) == (0, 1)


def test_a_comma_without_a_word_on_it_is_rejected_with_the_mend(store, tmp_path):
    row = {"day": "2026-09-01", "what": "x", "cents": 1, "currency": "USD", "usd": "1,50"}
    text = CHARGES.replace('{ path = "cents", unit = "cents" }', '"usd"')
    account = _load(store, tmp_path, text, row)
    assert 'for 1.234,56 the mapping needs decimal = ","' in account.reasons[0].reason


def test_counts_may_part_their_thousands(store, tmp_path):
    text = _totals().replace(
        'input_tokens = "i"', 'input_tokens = { path = ["i", "c"], decimal = "." }'
    )
    path = tmp_path / "usage.csv"
    path.write_text('s,m,i,c,o\n2026-09-01,gpt-4o,"1,234,567","1,000",5\n')
    ingest_file(store, path, write_mapping(tmp_path, text))
    assert store.rows("SELECT input_tokens FROM usage_buckets") == [(1_235_567,)]


def test_numbers_that_are_typed_part_no_thousands(store, tmp_path):
    text = CHARGES.replace('unit = "cents"', 'decimal = ","').replace("cents", "usd")
    rows = [{"day": "2026-09-01", "what": n, "usd": usd, "currency": "USD"}
            for n, usd in enumerate((0.125, 12.345, 123.456))]  # fmt: skip
    _load(store, tmp_path, text, *rows)
    path = tmp_path / "bill.parquet"
    pl.DataFrame(rows).with_columns(pl.lit("parquet").alias("what")).write_parquet(path)
    ingest_file(store, path, write_mapping(tmp_path, text))
    found = store.rows("SELECT sum(cost_pico)::BIGINT FROM charges GROUP BY source_id")
    assert found == [(135_926_000_000_000,)] * 2


def test_a_month_has_its_length_where_its_own_offset_says(store, tmp_path):
    rows = [{**ROW, "s": f"2026-{n:02}-01T00:00:00+02:00"} for n in (3, 9)]
    _load(store, tmp_path, _totals('period = "month"'), *rows)
    hours = [(end - start) // 3_600_000_000 for start, end in _periods(store)]
    assert hours == [31 * 24, 30 * 24]


def test_times_of_parquet_with_and_without_a_zone(store, tmp_path):
    end = datetime(2026, 9, 30)
    text = _totals(period="", end='end = { path = "e", through = true }')
    for name, zone, unit in (("a", None, "us"), ("b", "UTC", "us"), ("c", "UTC", "ns")):
        path = tmp_path / f"{name}.parquet"
        frame = pl.DataFrame({**{key: [one] for key, one in ROW.items()}, "e": [end], "f": [name]})
        frame = frame.with_columns(pl.col("e").dt.replace_time_zone(zone).dt.cast_time_unit(unit))
        frame.write_parquet(path)
        account = ingest_file(store, path, write_mapping(tmp_path, text + 'feature = "f"\n'))
        assert account.rejects == 0, account.reasons
    assert _periods(store) == [(0, 30 * DAY_US)] * 3


def test_rows_of_parquet_that_differ_where_nothing_is_read_are_rows_of_their_own(store, tmp_path):
    path = tmp_path / "bill.parquet"
    row = {"day": "2026-09-01", "what": "tokens", "cents": 5, "currency": "USD"}
    pl.DataFrame([{**row, "project": n} for n in "abc"]).write_parquet(path)
    assert ingest_file(store, path, write_mapping(tmp_path, CHARGES)).rows_loaded == 3


ABOVE = """Amount,999.00
Currency,{first}
{more}
Day,Provider,{amount}
2026-09-01,openai,5
"""


def _above(store, tmp_path, more="", amount="Amount", first="EUR"):
    path = tmp_path / "bill.csv"
    path.write_text(ABOVE.format(more=more, amount=amount, first=first))
    text = (
        'rows = "charges"\nperiod = "day"\n[columns]\nstart = "Day"\nprovider = "Provider"\n'
        'cost = "Amount"\ncurrency = "Currency"\n'
    )
    return ingest_file(store, path, write_mapping(tmp_path, text))


def test_what_stands_above_the_header_is_told_and_is_never_money(store, tmp_path):
    account = _above(store, tmp_path)
    assert "said above the header, of every row: Currency" in account.notes
    assert store.rows("SELECT cost_pico, currency FROM charges") == [(5 * 10**12, "EUR")]
    with pytest.raises(FormatError, match="no column 'Amount'"):
        _above(store, tmp_path, amount="Amount (net)")


def test_a_line_break_in_quotes_above_the_header_costs_no_row(store, tmp_path):
    account = _above(store, tmp_path, more='Address,"First street\nTown"')
    assert (account.rows_in, account.rows_loaded) == (1, 1)


def test_a_name_above_the_header_that_has_two_values_says_nothing(store, tmp_path):
    with pytest.raises(FormatError, match="no column 'Currency'"):
        _above(store, tmp_path, more="Currency,USD")


@pytest.mark.parametrize(
    ("column", "rule", "said"),
    [
        ("start", {"path": "s", "date": "%d.%m."}, "write how a time is written"),
        ("start", {"path": "s", "date": "%d.%m.%Y%Q"}, "write how a time is written"),
        ("start", {"path": "s", "date": "%Y-%m", "unit": "s"}, "write how a time is written"),
        ("cost", {"path": "c", "date": "%Y-%m"}, "only a time has"),
        ("cost", {"path": "c", "decimal": ";"}, "decimal: ';' is none of ., ,"),
        ("currency", {"path": "u", "decimal": ","}, "decimal is for numbers"),
    ],
)
def test_mistakes_in_dates_and_numbers_are_named(column, rule, said):
    columns = {"start": "s", "provider": "p", "cost": "c", "currency": "u", column: rule}
    with pytest.raises(FormatError, match="mine") as told:
        mapping_from({"rows": "charges", "period": "day", "columns": columns}, "mine.toml")
    assert said in str(told.value)


def test_a_column_that_no_header_has_is_named_with_the_widest_line(store, tmp_path):
    path = tmp_path / "bill.csv"
    path.write_text(BILL.replace("Amount", "Sum"))
    wish = write_mapping(tmp_path, (MAPPINGS / "bill_by_month.toml").read_text())
    with pytest.raises(FormatError, match=r"no column 'Amount'.*'Project', 'Service'"):
        ingest_file(store, path, wish)


def test_the_table_of_a_team_is_read_with_or_without_what_is_optional(store, tmp_path):
    head, row = "month,vendor,model,team,calls,input,output", "2026-09,openai,gpt-4o,search,9,100,5"
    wish = write_mapping(tmp_path, (MAPPINGS / "usage_by_month.toml").read_text())
    plain, full = tmp_path / "plain.csv", tmp_path / "full.csv"
    plain.write_text(f"{head}\n{row}\n")
    full.write_text(f"{head},cached,cost_usd\n{row.replace('09', '10', 1)},40,0.5\n")
    for path in (plain, full):
        assert ingest_file(store, path, wish).rows_loaded == 1
    found = store.rows("SELECT cached_input_tokens, logged_cost_pico FROM usage_buckets "
                       "ORDER BY start_us")  # fmt: skip
    assert found == [(0, None), (40, 500_000_000_000)]


def test_every_sample_mapping_is_read():
    assert {read_mapping(path).name for path in MAPPINGS.glob("*.toml")} >= {
        "bill_by_month",
        "usage_by_month",
    }


@pytest.mark.parametrize("rows", KINDS)
def test_the_reference_names_every_column_that_may_be_filled(rows):
    text = (MAPPINGS / "README.md").read_text()
    (line,) = [line for line in text.splitlines() if line.startswith(f"| {rows} |")]
    named = set(re.findall(r"`(\w+)`", line)) - {"period"}
    assert named == set(KINDS[rows].columns)
    needed = set(re.findall(r"`(\w+)`", line.split("|")[2])) - {"period", "end"}
    assert needed == set(KINDS[rows].required)
