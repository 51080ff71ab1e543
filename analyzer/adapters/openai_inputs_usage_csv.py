"""OpenAI's usage exports of embeddings and moderations: totals of calls that answer no tokens.

Documentation: https://platform.openai.com/docs/api-reference/usage/embeddings_object and
https://platform.openai.com/docs/api-reference/usage/moderations_object. The files look like
completions_usage_*.csv without ``output_tokens``.
"""

from analyzer.adapter import Column, Format

FORMAT = Format(
    name="openai_inputs_usage_csv",
    title="OpenAI usage export of embeddings or moderations (CSV)",
    kinds=("csv",),
    table="usage_buckets",
    signature=(
        (
            "start_time",
            "end_time",
            "start_time_iso",
            "num_model_requests",
            "input_tokens",
            "!output_tokens",
        ),
    ),
    blank="coalesce({model}, {num_model_requests}, {input_tokens}) IS NULL",
    natural_key=("project_id", "user_id", "api_key_id", "model", "batch", "service_tier"),
    columns={
        "provider": Column("'openai'", "text"),
        "model": Column("{model}", "text", "export the usage again, grouped by model"),
        "feature": Column("{project_id}", "text"),
        "start_us": Column("{start_time}", "utc_time"),
        "end_us": Column("{end_time}", "utc_time"),
        "requests": Column("{num_model_requests}", "total"),
        "service_tier": Column(
            "CASE WHEN flag({batch}) THEN 'batch' ELSE {service_tier} END", "text"
        ),
        "input_tokens": Column("{input_tokens}", "total"),
        "output_tokens": Column("'0'", "total", reads="none: such calls answer no tokens"),
    },
)
