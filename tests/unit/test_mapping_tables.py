"""A mapping reads tables as people keep them: below other lines, in local spellings, in Parquet."""

from datetime import datetime

import polars as pl
import pytest

from analyzer.errors import FormatError
from analyzer.ingest.load import ingest_file
from analyzer.ingest.mapping_file import mapping_from
from tests.mapped_log import write_mapping
from tests.mapped_totals import CHARGES, DAY_US, ROW, load, periods, totals
from tests.unit.test_ingest_mapping import MAPPINGS

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
    assert periods(store, "charges") == [(0, 30 * DAY_US)]
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
    assert periods(store, "charges")[0] == (0, DAY_US)
    found = store.rows("SELECT cost_pico FROM charges ORDER BY start_us")
    assert found == [(1_234_560_000_000_000,), (-500_000_000_000,), (12_345_678_000_000_000,)]


@pytest.mark.parametrize(
    ("text", "date", "start"),
    [("09/2026", "%m/%Y", 0), ("Sep 2026", "%b %Y", 0), ("09/02/2026", "%m/%d/%Y", DAY_US)],
)
def test_dates_are_read_as_the_mapping_says(store, tmp_path, text, date, start):
    period = "day" if "%d" in date else "month"
    _european(store, tmp_path, f"{text};OpenAI;1", date=date, period=period)
    assert periods(store, "charges")[0][0] == start


@pytest.mark.parametrize(
    "amount", ["1234.56", "1.23,4", "12.34.567", "1,2,3", "frei", "0.125", "01.234", "1.234 567,8"]
)
def test_an_amount_that_is_written_otherwise_is_rejected(store, tmp_path, amount):
    account = _european(store, tmp_path, f"01.09.2026;OpenAI;{amount}")
    assert (account.rows_loaded, account.rejects) == (0, 1)


def test_a_comma_without_a_word_on_it_is_rejected_with_the_mend(store, tmp_path):
    row = {"day": "2026-09-01", "what": "x", "cents": 1, "currency": "USD", "usd": "1,50"}
    text = CHARGES.replace('{ path = "cents", unit = "cents" }', '"usd"')
    account = load(store, tmp_path, text, row)
    assert 'for 1.234,56 the mapping needs decimal = ","' in account.reasons[0].reason


def test_counts_may_part_their_thousands(store, tmp_path):
    text = totals().replace(
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
    load(store, tmp_path, text, *rows)
    path = tmp_path / "bill.parquet"
    pl.DataFrame(rows).with_columns(pl.lit("parquet").alias("what")).write_parquet(path)
    ingest_file(store, path, write_mapping(tmp_path, text))
    found = store.rows("SELECT sum(cost_pico)::BIGINT FROM charges GROUP BY source_id")
    assert found == [(135_926_000_000_000,)] * 2


def test_a_month_has_its_length_where_its_own_offset_says(store, tmp_path):
    rows = [{**ROW, "s": f"2026-{n:02}-01T00:00:00+02:00"} for n in (3, 9)]
    load(store, tmp_path, totals('period = "month"'), *rows)
    hours = [(end - start) // 3_600_000_000 for start, end in periods(store)]
    assert hours == [31 * 24, 30 * 24]


def test_times_of_parquet_with_and_without_a_zone(store, tmp_path):
    end = datetime(2026, 9, 30)
    text = totals(period="", end='end = { path = "e", through = true }')
    for name, zone, unit in (("a", None, "us"), ("b", "UTC", "us"), ("c", "UTC", "ns")):
        path = tmp_path / f"{name}.parquet"
        frame = pl.DataFrame({**{key: [one] for key, one in ROW.items()}, "e": [end], "f": [name]})
        frame = frame.with_columns(pl.col("e").dt.replace_time_zone(zone).dt.cast_time_unit(unit))
        frame.write_parquet(path)
        account = ingest_file(store, path, write_mapping(tmp_path, text + 'feature = "f"\n'))
        assert account.rejects == 0, account.reasons
    assert periods(store) == [(0, 30 * DAY_US)] * 3


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
