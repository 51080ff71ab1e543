"""OpenRouter's generation endpoint, /api/v1/generation, one answer per line or file.

Documentation: https://openrouter.ai/docs/api-reference/generations/get-generation. An answer holds
two counts: ``tokens_prompt`` is counted by one tokenizer for every model, to compare them, and
``native_tokens_prompt`` by the model's own, which is billed and is the one that is read. The prompt
holds cached tokens and the completion reasoning; written tokens are not told. With a provider's own
key the tokens are on that provider's bill: the row is its provider's, and its cost is OpenRouter's
fee and the provider's charge together.
"""

from analyzer.adapter import Column, Format

_OWN_KEY = "coalesce(flag({call.is_byok}), false)"
_CHARGE = "TRY_CAST({call.upstream_inference_cost} AS DECIMAL(38, 12))"
_FEE = "TRY_CAST({call.total_cost} AS DECIMAL(38, 12))"
_NOT_NATIVE = "the normalised count beside it is not what is billed"

FORMAT = Format(
    name="openrouter_generation",
    title="OpenRouter generations (JSON)",
    kinds=("json",),
    table="requests",
    signature=(
        ("data.native_tokens_prompt", "data.total_cost"),
        ("native_tokens_prompt", "total_cost", "generation_time"),
    ),
    roots={"call": "coalesce({data}, {@})"},
    columns={
        "request_id": Column("{call.id}", "text"),
        "ts_us": Column("{call.created_at}", "utc_time"),
        "latency_us": Column("coalesce({call.generation_time}, {call.latency})", "ms"),
        "provider": Column(
            f"CASE WHEN {_OWN_KEY} THEN coalesce({{call.provider_name}}, 'openrouter') "
            "ELSE 'openrouter' END",
            "text",
        ),
        "model": Column("{call.model}", "text"),
        "feature": Column("coalesce({call.origin}, {call.http_referer}, {call.app_id})", "text"),
        "user_key": Column("{call.external_user}", "digest"),
        "session_key": Column("{call.session_id}", "digest"),
        "status": Column(
            "CASE WHEN flag({call.cancelled}) THEN 'cancelled' "
            "WHEN {call.finish_reason} = 'error' THEN 'error' END",
            "text",
        ),
        "service_tier": Column("{call.service_tier}", "text"),
        "input_tokens": Column("{call.native_tokens_prompt}", "tokens", _NOT_NATIVE),
        "cached_input_tokens": Column("{call.native_tokens_cached}", "tokens"),
        "output_tokens": Column("{call.native_tokens_completion}", "tokens", _NOT_NATIVE),
        "reasoning_tokens": Column("{call.native_tokens_reasoning}", "tokens"),
        "logged_cost_pico": Column(
            f"CASE WHEN {_OWN_KEY} AND {_FEE} >= 0 AND {_CHARGE} >= 0 "
            f"THEN ({_FEE} + {_CHARGE})::VARCHAR ELSE {{call.total_cost}} END",
            "usd",
            reads="total_cost, and upstream_inference_cost beside it where the key is the user's",
        ),
    },
)
