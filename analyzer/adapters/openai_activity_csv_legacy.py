"""OpenAI's activity export of 2024 and 2025: totals per day, model, key and project.

Documentation: https://help.openai.com/en/articles/10478918-api-usage-dashboard (the export's later
form). ``n_context_tokens_total`` holds cached tokens; each row is one day (UTC). Rows of images
and speech count no tokens and are set aside; rows with audio tokens go by ``<model> + audio``,
which nothing prices, since audio has a price of its own.
"""

from analyzer.adapter import Column, Format, model_apart

FORMAT = Format(
    name="openai_activity_csv_legacy",
    title="OpenAI activity export of 2024 and 2025 (CSV)",
    kinds=("csv",),
    table="usage_buckets",
    signature=(("n_context_tokens_total", "n_generated_tokens_total", "timestamp"),),
    blank="coalesce({model}, {num_requests}, {n_context_tokens_total}, "
    "{n_generated_tokens_total}) IS NULL",
    where="coalesce({n_context_tokens_total}, {n_generated_tokens_total}) IS NOT NULL",
    aside="images or speech, which no token price pays for; the cost export of the same days "
    "holds their money",
    natural_key=(
        "operation",
        "api_key_id",
        "project_id",
        "request_type",
        "usage_type",
        "model",
        "user",
    ),
    columns={
        "provider": Column("'openai'", "text"),
        "model": Column(
            model_apart(
                "{model}",
                audio=("{n_context_audio_tokens_total}", "{n_generated_audio_tokens_total}"),
                image=(),
            ),
            "text",
            reads="model, and + audio where it holds audio tokens",
        ),
        "feature": Column("coalesce({project_name}, {project_id}, {api_key_name})", "text"),
        "start_us": Column("{timestamp}", "utc_time"),
        "end_us": Column(
            "(TRY_CAST({timestamp} AS DECIMAL(20, 6)) + 86400)::VARCHAR",
            "utc_time",
            reads="a day after timestamp",
        ),
        "requests": Column("{num_requests}", "total"),
        "service_tier": Column(
            "CASE WHEN lower({request_type}) = 'batch' THEN 'batch' END", "text"
        ),
        "input_tokens": Column("{n_context_tokens_total}", "total"),
        "cached_input_tokens": Column("{n_cached_context_tokens_total}", "total"),
        # An embedding has context and generates nothing.
        "output_tokens": Column("coalesce({n_generated_tokens_total}, '0')", "total"),
    },
)
