"""What a mapping file may fill: the columns of each kind of rows, as a mapping names them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analyzer.adapter import Table, Unit
from analyzer.adapters import canonical
from analyzer.ingest.paths import places


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of rows: where they are loaded, and what a mapping says of them."""

    table: Table
    columns: Mapping[str, tuple[str, Unit]]
    """By the name that a mapping uses: the table's name of it, and its unit."""
    required: tuple[str, ...]
    named_by: tuple[str, ...] = ()
    """The columns that make two rows of aggregates the same row, besides their period."""


_PERIOD: Mapping[str, tuple[str, Unit]] = {
    "start": ("start_us", "utc_time"),
    "end": ("end_us", "utc_time"),
    "provider": ("provider", "text"),
    "model": ("model", "text"),
    "feature": ("feature", "text"),
}
_TOTALS: Mapping[str, tuple[str, Unit]] = {
    **_PERIOD,
    "service_tier": ("service_tier", "text"),
    "requests": ("requests", "total"),
    "input_tokens": ("input_tokens", "total"),
    "cached_input_tokens": ("cached_input_tokens", "total"),
    "cache_write_tokens": ("cache_write_tokens", "total"),
    "cache_write_1h_tokens": ("cache_write_1h_tokens", "total"),
    "output_tokens": ("output_tokens", "total"),
    "reasoning_tokens": ("reasoning_tokens", "total"),
    "logged_cost": ("logged_cost_pico", "usd"),
}
_CHARGES: Mapping[str, tuple[str, Unit]] = {
    **_PERIOD,
    "line_item": ("line_item", "text"),
    "cost": ("cost_pico", "signed_usd"),
    "currency": ("currency", "text"),
}

KINDS: Mapping[str, Kind] = {
    "requests": Kind(
        "requests",
        {
            places(column.sql)[0]: (target, column.unit)
            for target, column in canonical.FORMAT.columns.items()
        },
        ("ts", "model", "input_tokens", "output_tokens"),
    ),
    "totals": Kind(
        "usage_buckets",
        _TOTALS,
        ("start", "provider", "model", "input_tokens", "output_tokens"),
        ("provider", "model", "feature", "service_tier"),
    ),
    "charges": Kind(
        "charges",
        _CHARGES,
        ("start", "provider", "cost", "currency"),
        ("provider", "model", "feature", "line_item", "currency"),
    ),
}
"""By what a mapping's ``rows`` says: requests, usage totals, or money that was billed."""
