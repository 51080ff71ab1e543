"""OpenRouter's activity export, openrouter_activity_*.csv: one row per generation.

Documentation: https://openrouter.ai/docs/api-reference/analytics/get-activity and
https://openrouter.ai/docs/use-cases/usage-accounting. ``tokens_prompt`` and ``tokens_completion``
are the provider's own counts; the prompt holds cached and written tokens, the completion holds
reasoning. Times are UTC, blanks are zero, and ``cost_total`` holds the signed ``cost_cache``.

Written tokens have no column. They could be solved from ``cost_cache`` and a price, but six
decimals leave them some ten tokens short or over, a price that is a tenth off leaves them far off,
and a count that was solved from a price proves nothing about that price. So they stay zero, the
logged cost keeps the premium, and a reconciliation shows it.

With a provider's own key the tokens are on that provider's bill: the row is its provider's, and its
cost is OpenRouter's fee and the provider's charge together.
"""

from analyzer.adapter import Column, Format

_OWN_KEY = "coalesce(usd_pico({byok_usage_inference}), 0) > 0"

FORMAT = Format(
    name="openrouter_activity_csv",
    title="OpenRouter activity export (CSV)",
    kinds=("csv",),
    table="requests",
    signature=(("generation_id", "created_at", "cost_total", "tokens_prompt", "model_permaslug"),),
    columns={
        "request_id": Column("{generation_id}", "text"),
        "ts_us": Column("{created_at}", "utc_time"),
        "latency_us": Column("{generation_time_ms}", "ms"),
        "provider": Column(
            f"CASE WHEN {_OWN_KEY} THEN coalesce({{provider_name}}, 'openrouter') "
            "ELSE 'openrouter' END",
            "text",
        ),
        # A free variant, or one that is priced apart, is written behind a colon, as in requests.
        "model": Column(
            "CASE WHEN {variant} <> 'standard' AND NOT contains({model_permaslug}, ':') "
            "THEN {model_permaslug} || ':' || {variant} ELSE {model_permaslug} END",
            "text",
        ),
        "feature": Column("coalesce({app_name}, {api_key_name})", "text"),
        "user_key": Column("{user}", "digest"),
        "status": Column(
            "CASE WHEN flag({cancelled}) THEN 'cancelled' "
            "WHEN {finish_reason_normalized} = 'error' THEN 'error' END",
            "text",
        ),
        "input_tokens": Column("coalesce({tokens_prompt}, '0')", "tokens"),
        "cached_input_tokens": Column("{tokens_cached}", "tokens"),
        "output_tokens": Column("coalesce({tokens_completion}, '0')", "tokens"),
        "reasoning_tokens": Column("{tokens_reasoning}", "tokens"),
        "logged_cost_pico": Column(
            f"CASE WHEN usd_pico(coalesce({{cost_total}}, '0')) >= 0 AND {_OWN_KEY} THEN "
            "(TRY_CAST(coalesce({cost_total}, '0') AS DECIMAL(38, 12)) + "
            "TRY_CAST({byok_usage_inference} AS DECIMAL(38, 12)))::VARCHAR "
            "ELSE coalesce({cost_total}, '0') END",
            "usd",
            reads="cost_total, and byok_usage_inference beside it",
        ),
    },
)
