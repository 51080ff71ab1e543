"""Baseline pricing: every request at its own day's price, against genai-prices row by row.

Both sides use the same prices: rebill's book is genai-prices' own table. Rebill reads its rows from
the database; the library gets ready-made Usage objects, of a smaller log of the same kind, because
it prices one call at a time. That log's dollars are compared first, to the pico-dollar.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from genai_prices import Usage, calc_price

from analyzer.pricing.book import open_book
from analyzer.savings.attributed import spend_by_feature
from analyzer.store import Store
from bench.clock import in_turns
from bench.databases import database
from bench.table import Options, Row, at_least

ROWS_BY_LIBRARY = 10_000
_PICO = 10**12
_CALLS = """
SELECT provider, model, ts_us, input_tokens, cached_input_tokens, output_tokens
FROM requests WHERE NOT served_from_cache
"""
LibraryCall = tuple[Usage, str, str, datetime]


def measure(options: Options) -> Iterator[Row]:
    """Yield both rates and their ratio."""
    size = options.size
    large = database(options.folder, size)
    small = database(options.folder, min(size, ROWS_BY_LIBRARY))
    calls = _library_calls(small)
    _agree(small, calls)
    sides = {"rebill": lambda: _by_rebill(large), "library": lambda: _by_library(calls)}
    taken = in_turns(sides, options.repeat)
    ours, theirs = size / taken["rebill"].seconds, len(calls) / taken["library"].seconds
    by_cpu = size / taken["rebill"].cpu_seconds * taken["library"].cpu_seconds / len(calls)
    yield Row(f"rebill, {size:,} rows from its database", f"{ours:,.0f} rows/s")
    yield Row(f"genai-prices `calc_price`, {len(calls):,} rows in memory", f"{theirs:,.0f} rows/s")
    yield Row(f"dollars of {len(calls):,} rows, both ways", "equal to the pico-dollar")
    what = "baseline pricing, rebill over genai-prices"
    yield at_least(what, ours / theirs, 1000, f"{by_cpu:,.3g}x")


def _by_rebill(path: Path) -> int:
    """The pico-dollars of all requests in a database."""
    with Store.open(path, read_only=True) as store:
        return sum(one.pico_usd for one in spend_by_feature(store, open_book(())))


def _library_calls(path: Path) -> list[LibraryCall]:
    with Store.open(path, read_only=True) as store:
        rows = store.rows(_CALLS)
    return [
        (
            Usage(input_tokens=read, cache_read_tokens=cached, output_tokens=written),
            model,
            provider,
            datetime.fromtimestamp(ts_us / 1e6, UTC),
        )
        for provider, model, ts_us, read, cached, written in rows
    ]


def _by_library(calls: list[LibraryCall]) -> Decimal:
    """The dollars of some calls, one by one."""
    dollars = Decimal(0)
    for usage, model, provider, moment in calls:
        dollars += calc_price(
            usage, model_ref=model, provider_id=provider, genai_request_timestamp=moment
        ).total_price
    return dollars


def _agree(path: Path, calls: list[LibraryCall]) -> None:
    ours, theirs = _by_rebill(path), _by_library(calls) * _PICO
    if ours != theirs:
        raise SystemExit(f"the dollars differ: {ours} and {theirs} pico-dollars")
