"""What each table demands of a format: its columns, which are required, and what stands in."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.adapter import Table

UNTAGGED = "(untagged)"


@dataclass(frozen=True, slots=True)
class Target:
    """One column of a table that formats fill."""

    name: str
    type: str
    required: bool = False
    default: str = "NULL"
    """SQL for the value where the format has none."""


_COUNTS = (
    Target("input_tokens", "BIGINT", required=True),
    Target("cached_input_tokens", "BIGINT", default="0"),
    Target("cache_write_tokens", "BIGINT", default="0"),
    Target("cache_write_1h_tokens", "BIGINT", default="0"),
    Target("output_tokens", "BIGINT", required=True),
    Target("reasoning_tokens", "BIGINT", default="0"),
)
_FEATURE = Target("feature", "VARCHAR", default=f"'{UNTAGGED}'")

TARGETS: dict[Table, tuple[Target, ...]] = {
    "requests": (
        Target("request_id", "VARCHAR"),  # the file's digest and the line stand in
        Target("ts_us", "BIGINT", required=True),
        Target("latency_us", "BIGINT"),
        Target("provider", "VARCHAR"),
        Target("model", "VARCHAR", required=True),
        _FEATURE,
        Target("user_key", "UBIGINT"),
        Target("session_key", "UBIGINT"),
        Target("status", "VARCHAR", default="'ok'"),
        Target("service_tier", "VARCHAR"),
        *_COUNTS,
        Target("prompt_chars", "BIGINT"),
        Target("response_chars", "BIGINT"),
        Target("prompt_key", "UBIGINT"),
        Target("prefix_key", "UBIGINT"),
        Target("prefix_tokens", "BIGINT", default="0"),
        Target("logged_cost_pico", "HUGEINT"),
        Target("served_from_cache", "BOOLEAN", default="false"),
    ),
    "usage_buckets": (
        Target("provider", "VARCHAR", required=True),
        Target("model", "VARCHAR", required=True),
        _FEATURE,
        Target("start_us", "BIGINT", required=True),
        Target("end_us", "BIGINT", required=True),
        Target("requests", "BIGINT"),
        Target("service_tier", "VARCHAR"),
        *_COUNTS,
        Target("logged_cost_pico", "HUGEINT"),
    ),
    "charges": (
        Target("provider", "VARCHAR", required=True),
        Target("model", "VARCHAR"),
        _FEATURE,
        Target("line_item", "VARCHAR"),
        Target("start_us", "BIGINT", required=True),
        Target("end_us", "BIGINT", required=True),
        Target("cost_pico", "HUGEINT", required=True),
        Target("currency", "VARCHAR", required=True),
    ),
    "evals": (
        Target("request_id", "VARCHAR", required=True),
        Target("model", "VARCHAR", required=True),
        Target("judge", "VARCHAR", default="''"),
        Target("score", "DOUBLE", required=True),
    ),
}
