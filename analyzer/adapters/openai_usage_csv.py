"""OpenAI's usage export, completions_usage_*.csv: totals per bucket, model and project.

Documentation: https://help.openai.com/en/articles/10478918-api-usage-dashboard and, for the
columns, https://platform.openai.com/docs/api-reference/usage/completions_object. Counts are written
as floats (``10.0``); ``input_tokens`` holds cached and written tokens. Most rows of a real export
are empty buckets, which hold times and nothing else.
"""

from analyzer.adapter import Column, Format

FORMAT = Format(
    name="openai_usage_csv",
    title="OpenAI usage export (CSV)",
    kinds=("csv",),
    table="usage_buckets",
    signature=(
        (
            "start_time",
            "end_time",
            "start_time_iso",
            "num_model_requests",
            "input_tokens",
            "output_tokens",
        ),
    ),
    blank="coalesce({model}, {num_model_requests}, {input_tokens}, {output_tokens}) IS NULL",
    natural_key=("project_id", "user_id", "api_key_id", "model", "batch", "service_tier"),
    columns={
        "provider": Column("'openai'", "text"),
        "model": Column("{model}", "text", "export the usage again, grouped by model"),
        "feature": Column("{project_id}", "text"),
        # The ISO columns mix times with and without offset; the epoch columns do not.
        "start_us": Column("{start_time}", "utc_time"),
        "end_us": Column("{end_time}", "utc_time"),
        "requests": Column("{num_model_requests}", "total"),
        "service_tier": Column(
            "CASE WHEN flag({batch}) THEN 'batch' ELSE {service_tier} END", "text"
        ),
        "input_tokens": Column("{input_tokens}", "total"),
        "cached_input_tokens": Column("{input_cached_tokens}", "total"),
        "cache_write_tokens": Column("{input_cache_write_tokens}", "total"),
        "output_tokens": Column("{output_tokens}", "total"),
    },
)
