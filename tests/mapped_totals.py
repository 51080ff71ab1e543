"""Mapped totals and charges as files: what the tests of mapping files write and look for."""

from analyzer.ingest.load import ingest_file
from tests.mapped_log import write_jsonl, write_mapping

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


def totals(period='period = "day"', start='"s"', end=""):
    return TOTALS.format(period=period, start=start, end=end)


def load(store, tmp_path, text, *rows, name="log.jsonl"):
    return ingest_file(
        store, write_jsonl(tmp_path, *rows, name=name), write_mapping(tmp_path, text)
    )


def periods(store, table="usage_buckets"):
    found = store.rows(f"SELECT start_us, end_us FROM {table} ORDER BY start_us")
    return [(start - SEPTEMBER_US, end - SEPTEMBER_US) for start, end in found]
