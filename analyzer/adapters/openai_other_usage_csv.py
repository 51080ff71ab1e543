"""OpenAI's usage exports that count no tokens: images, speech, transcriptions, tools, storage.

Documentation: https://platform.openai.com/docs/api-reference/usage. Their rows count images,
characters, seconds, bytes, sessions or tool calls. Token prices say nothing about those, so every
row is set aside; the cost export holds their money.
"""

from analyzer.adapter import Column, Format

_BUCKET = ("start_time", "end_time", "start_time_iso")
_COUNTED = (
    "images",
    "characters",
    "seconds",
    "usage_bytes",
    "num_sessions",
    "sessions",
    "num_requests",
)
_ANY = f"coalesce({', '.join(f'{{{name}}}' for name in _COUNTED)}, {{num_model_requests}})"

FORMAT = Format(
    name="openai_other_usage_csv",
    title="OpenAI usage export of images, audio, tools or storage (CSV)",
    kinds=("csv",),
    table="usage_buckets",
    signature=tuple((*_BUCKET, name, "!input_tokens") for name in _COUNTED),
    blank=f"{_ANY} IS NULL",
    where="false",
    aside="images, characters, seconds, bytes, sessions or tool calls, which no token price pays "
    "for; the cost export of the same days holds their money",
    natural_key=("project_id", "user_id", "api_key_id", "model"),
    columns={
        "provider": Column("'openai'", "text"),
        "model": Column("{model}", "text"),
        "feature": Column("{project_id}", "text"),
        "start_us": Column("{start_time}", "utc_time"),
        "end_us": Column("{end_time}", "utc_time"),
        "requests": Column("coalesce({num_model_requests}, {num_requests})", "total"),
        "input_tokens": Column("NULL", "total", reads="none"),
        "output_tokens": Column("NULL", "total", reads="none"),
    },
)
