"""The tool's own log: one row per request, columns named as in the replay rules.

Documentation: CONTRACT, "Canonical log". Counts are inclusive and are held to it: a row whose
cached and written tokens exceed its input is rejected. ``prompt`` may stand in for ``prompt_key``.
"""

from analyzer.adapter import Column, Format
from analyzer.openai_call import tier_remark

FORMAT = Format(
    name="canonical",
    title="rebill's own log, one row per request",
    kinds=("json", "csv", "parquet"),
    table="requests",
    signature=(("ts", "model", "input_tokens", "output_tokens"),),
    strict_counts=True,
    remarks=tier_remark("{service_tier}"),
    columns={
        "request_id": Column("{request_id}", "text"),
        "ts_us": Column("{ts}", "time"),
        "latency_us": Column("{latency_ms}", "ms"),
        "provider": Column("{provider}", "text"),
        "model": Column("{model}", "text"),
        "feature": Column("{feature}", "text"),
        "user_key": Column("{user}", "digest"),
        "session_key": Column("{session}", "digest"),
        "status": Column("{status}", "http_status"),
        "service_tier": Column("{service_tier}", "text"),
        "input_tokens": Column("{input_tokens}", "tokens"),
        "cached_input_tokens": Column("{cached_input_tokens}", "tokens"),
        "cache_write_tokens": Column("{cache_write_tokens}", "tokens"),
        "cache_write_1h_tokens": Column("{cache_write_1h_tokens}", "tokens"),
        "output_tokens": Column("{output_tokens}", "tokens"),
        "reasoning_tokens": Column("{reasoning_tokens}", "tokens"),
        "prompt_chars": Column("{prompt_chars}", "count"),
        "response_chars": Column("{response_chars}", "count"),
        "prompt_key": Column("coalesce({prompt_key}, {prompt})", "digest"),
        "prefix_key": Column("{prefix_key}", "digest"),
        "prefix_tokens": Column("{prefix_tokens}", "tokens"),
        "logged_cost_pico": Column("{logged_cost}", "usd"),
        "served_from_cache": Column("{served_from_cache}", "flag"),
    },
)
