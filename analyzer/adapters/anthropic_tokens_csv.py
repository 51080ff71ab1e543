"""Anthropic's console export of tokens, claude_api_tokens_*.csv: totals per day or hour.

Documentation: https://docs.anthropic.com/en/api/usage-cost-api (the same counts; the console's
download has no page of its own). ``usage_input_tokens_no_cache`` leaves out cache reads and writes;
there are no counts of requests. A day is written as a date, an hour as a date with a clock, both
UTC. Later headers add a context window, then ``inference_geo`` and ``speed``; web searches are
counted, but billed apart. ``api_key`` is the key's name, and Claude Code's names hold a person's.
"""

from analyzer.adapter import Column, Format, day_or_hour
from analyzer.anthropic_call import LONG_CALLS, dearer, long_context_apart

_STARTS, _ENDS = day_or_hour("usage_date_utc")

FORMAT = Format(
    name="anthropic_tokens_csv",
    title="Anthropic tokens export (CSV)",
    kinds=("csv",),
    table="usage_buckets",
    signature=(("usage_date_utc", "model_version", "usage_input_tokens_no_cache"),),
    # Older headers lack both, so what says nothing must not tell two downloads apart.
    roots={
        "place": "nullif(lower({inference_geo}), 'not_available')",
        "pace": "nullif(lower({speed}), 'standard')",
    },
    natural_key=(
        "model_version",
        "api_key",
        "workspace",
        "usage_type",
        "context_window",
        "place",
        "pace",
    ),
    remarks={
        **dearer(searches="{web_search_count}", speed="{speed}", place="{inference_geo}"),
        **LONG_CALLS,
    },
    counts="exclusive",
    columns={
        "provider": Column("'anthropic'", "text", reads="anthropic"),
        "model": Column(
            long_context_apart("{model_version}"),
            "text",
            reads="model_version, and + long context where context_window says so",
        ),
        "feature": Column(
            "CASE WHEN starts_with({api_key}, 'claude_code_key_') THEN 'claude_code' "
            "ELSE coalesce({api_key}, {workspace}) END",
            "text",
        ),
        "start_us": Column(_STARTS, "utc_time", reads="usage_date_utc"),
        "end_us": Column(_ENDS, "utc_time", reads="a day or an hour after it"),
        "service_tier": Column(
            "CASE WHEN lower({speed}) = 'fast' AND coalesce(lower({usage_type}), 'standard') = "
            "'standard' THEN 'fast' ELSE {usage_type} END",
            "text",
            reads="usage_type; fast where speed says so",
        ),
        "input_tokens": Column("{usage_input_tokens_no_cache}", "total"),
        "cached_input_tokens": Column("{usage_input_tokens_cache_read}", "total"),
        "cache_write_tokens": Column("{usage_input_tokens_cache_write_5m}", "total"),
        "cache_write_1h_tokens": Column("{usage_input_tokens_cache_write_1h}", "total"),
        "output_tokens": Column("{usage_output_tokens}", "total"),
    },
)
