"""OpenAI's usage as /v1/usage told it until 2025: totals of minutes, by model, key and project.

Documentation: https://platform.openai.com/docs/api-reference/usage (its successor).
``n_context_tokens_total`` holds cached tokens. Besides ``data`` a day holds lists of images, speech
and transcriptions, which count no tokens and are set aside. A total names when it starts and not
how long it is: five minutes.
"""

from analyzer.adapter import Column, Format

_LISTS = ("data", "dalle_api_data", "whisper_api_data", "tts_api_data")
_ROWS = ", ".join(f"TRY(json_extract({{{name}}}, '$[*]'))" for name in _LISTS)

FORMAT = Format(
    name="openai_usage_json_legacy",
    title="OpenAI usage of /v1/usage, until 2025 (JSON)",
    kinds=("json",),
    table="usage_buckets",
    signature=(("data[*].n_context_tokens_total", "data[*].snapshot_id"),),
    rows={"row": f"to_json(flatten([{_ROWS}]))"},
    where="coalesce({n_context_tokens_total}, {n_generated_tokens_total}) IS NOT NULL",
    aside="images, speech or transcriptions, which no token price pays for; the cost export of the "
    "same days holds their money",
    natural_key=("operation", "api_key_id", "project_id", "request_type", "snapshot_id", "email"),
    columns={
        "provider": Column("'openai'", "text"),
        "model": Column("{snapshot_id}", "text"),
        "feature": Column("coalesce({project_name}, {project_id}, {api_key_name})", "text"),
        "start_us": Column("{aggregation_timestamp}", "utc_time"),
        "end_us": Column(
            "(TRY_CAST({aggregation_timestamp} AS DECIMAL(20, 6)) + 300)::VARCHAR",
            "utc_time",
            reads="five minutes after aggregation_timestamp",
        ),
        "requests": Column("{n_requests}", "total"),
        "service_tier": Column(
            "CASE WHEN lower({request_type}) = 'batch' THEN 'batch' END", "text"
        ),
        "input_tokens": Column("{n_context_tokens_total}", "total"),
        "cached_input_tokens": Column("{n_cached_context_tokens_total}", "total"),
        # An embedding has context and generates nothing.
        "output_tokens": Column("coalesce({n_generated_tokens_total}, '0')", "total"),
    },
)
