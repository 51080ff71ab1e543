"""OpenAI's usage export, completions_usage_*.csv: totals per bucket, model and project.

Documentation: https://help.openai.com/en/articles/10478918-api-usage-dashboard and, for the
columns, https://platform.openai.com/docs/api-reference/usage/completions_object. Counts are written
as floats (``10.0``); ``input_tokens`` holds cached and written tokens. Most rows of a real export
are empty buckets, which hold times and nothing else.

Audio and made images have prices of their own, so a row that holds such tokens is loaded under
``<model> + audio`` or ``<model> + image``, which nothing prices. Images that a chat model is shown
cost what its text costs (https://platform.openai.com/docs/guides/images-vision), and stay.
"""

from analyzer.adapter import Column, Format, model_apart
from analyzer.openai_call import tier_remark

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
    # The Admin API's pages have the same key, so that one bucket told twice is one bucket.
    natural_key=("project_id", "user_id", "api_key_id", "model", "batch", "service_tier"),
    remarks=tier_remark("{service_tier}"),
    columns={
        "provider": Column("'openai'", "text"),
        "model": Column(
            model_apart(
                "{model}",
                audio=(
                    "{input_audio_tokens}",
                    "{input_cached_audio_tokens}",
                    "{output_audio_tokens}",
                ),
                image=("{output_image_tokens}",),
            ),
            "text",
            "export the usage again, grouped by model",
            reads="model, and + audio or + image where it holds tokens of that kind",
        ),
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
