"""OpenRouter's activity endpoint, /api/v1/activity: totals per day, model and endpoint.

Documentation: https://openrouter.ai/docs/api-reference/analytics/get-activity. ``usage`` is the
credits spent, in dollars; ``byok_usage_inference`` is what providers charged to the user's own keys
and stands on their bills, so the logged cost is both. Cached tokens are not told apart: totals are
priced as if nothing was cached, and so above the cost.
"""

from analyzer.adapter import Column, Format, day_or_hour

_STARTS, _ENDS = day_or_hour("date")

FORMAT = Format(
    name="openrouter_activity_json",
    title="OpenRouter activity (JSON)",
    kinds=("json",),
    table="usage_buckets",
    signature=(("data[*].model_permaslug", "data[*].byok_usage_inference", "data[*].requests"),),
    rows={"row": "{data}"},
    natural_key=("model_permaslug", "endpoint_id", "provider_name"),
    columns={
        "provider": Column("'openrouter'", "text"),
        "model": Column("coalesce({model_permaslug}, {model})", "text"),
        "start_us": Column(_STARTS, "utc_time"),
        "end_us": Column(_ENDS, "utc_time"),
        "requests": Column("{requests}", "total"),
        "input_tokens": Column("{prompt_tokens}", "total"),
        "output_tokens": Column("{completion_tokens}", "total"),
        "reasoning_tokens": Column("{reasoning_tokens}", "total"),
        "logged_cost_pico": Column(
            "CASE WHEN usd_pico({usage}) >= 0 AND usd_pico({byok_usage_inference}) > 0 THEN "
            "(TRY_CAST({usage} AS DECIMAL(38, 12)) + "
            "TRY_CAST({byok_usage_inference} AS DECIMAL(38, 12)))::VARCHAR ELSE {usage} END",
            "usd",
            reads="usage, and byok_usage_inference beside it",
        ),
    },
)
