"""OpenAI's usage as the Admin API pages it: totals per bucket, in each group that was asked for.

Documentation: https://platform.openai.com/docs/api-reference/usage/completions. A page holds
buckets and a bucket holds results; buckets by themselves are read too. A result names its model,
project and the rest only where ``group_by`` asked for it. ``input_tokens`` holds cached and written
tokens. Audio and made images have prices of their own, so a result that holds such tokens is loaded
under ``<model> + audio`` or ``<model> + image``, which nothing prices; images, speech, tools and
storage are set aside.
"""

from analyzer.adapter import Column, Format, model_apart
from analyzer.openai_call import tier_remark

_WITH_TOKENS = ("completions", "embeddings", "moderations")
_WITHOUT = (
    "images",
    "audio_speeches",
    "audio_transcriptions",
    "vector_stores",
    "code_interpreter_sessions",
    "file_search_calls",
    "web_search_calls",
)

FORMAT = Format(
    name="openai_usage_json",
    title="OpenAI usage of the Admin API (JSON)",
    kinds=("json",),
    table="usage_buckets",
    signature=tuple(
        (f"{results}.object=organization.usage.{kind}.result",)
        for kind in (*_WITH_TOKENS, *_WITHOUT)
        for results in ("data[*].results[*]", "results[*]")
    ),
    rows={"bucket": "coalesce({data}, '[' || {@} || ']')", "result": "{results}"},
    where=f"{{input_tokens}} IS NOT NULL OR split_part({{object}}, '.', 3) IN {_WITH_TOKENS}",
    aside="images, characters, seconds, bytes, sessions or tool calls, which no token price pays "
    "for; the costs of the same days hold their money",
    natural_key=("project_id", "user_id", "api_key_id", "model", "batch", "service_tier", "object"),
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
            "ask for the usage again with group_by=model",
            reads="model, and + audio or + image where it holds tokens of that kind",
        ),
        "feature": Column("{project_id}", "text"),
        "start_us": Column("{bucket.start_time}", "utc_time"),
        "end_us": Column("{bucket.end_time}", "utc_time"),
        "requests": Column("{num_model_requests}", "total"),
        "service_tier": Column(
            "CASE WHEN flag({batch}) THEN 'batch' ELSE {service_tier} END", "text"
        ),
        "input_tokens": Column("{input_tokens}", "total"),
        "cached_input_tokens": Column("{input_cached_tokens}", "total"),
        "cache_write_tokens": Column("{input_cache_write_tokens}", "total"),
        # Embeddings and moderations answer no tokens.
        "output_tokens": Column(
            "CASE WHEN {object} = 'organization.usage.completions.result' THEN {output_tokens} "
            "ELSE coalesce({output_tokens}, '0') END",
            "total",
            reads="output_tokens",
        ),
    },
)
