"""OpenRouter's aggregated activity export: totals per day and model.

Documentation: https://openrouter.ai/docs/api-reference/analytics/get-activity (the same figures as
JSON). ``Usage`` is the credits spent, in dollars; ``BYOK Usage`` is what providers charged to the
user's own keys and stands on their bills, so the logged cost is both. Prompt tokens hold cached
tokens, which have no column: totals are priced as if nothing was cached, and so above the cost.
"""

from analyzer.adapter import Column, Format, day_or_hour

_STARTS, _ENDS = day_or_hour("Date")

FORMAT = Format(
    name="openrouter_aggregated_csv",
    title="OpenRouter aggregated activity export (CSV)",
    kinds=("csv",),
    table="usage_buckets",
    signature=(("Date", "Slug", "Usage", "Requests", "Prompt Tokens"),),
    natural_key=("Slug",),
    columns={
        "provider": Column("'openrouter'", "text"),
        "model": Column("{Slug}", "text"),
        "start_us": Column(_STARTS, "utc_time"),
        "end_us": Column(_ENDS, "utc_time"),
        "requests": Column("{Requests}", "total"),
        "input_tokens": Column("{Prompt Tokens}", "total"),
        "output_tokens": Column("{Completion Tokens}", "total"),
        "reasoning_tokens": Column("{Reasoning Tokens}", "total"),
        "logged_cost_pico": Column(
            "CASE WHEN usd_pico({Usage}) >= 0 AND usd_pico({BYOK Usage}) > 0 THEN "
            "(TRY_CAST({Usage} AS DECIMAL(38, 12)) + "
            "TRY_CAST({BYOK Usage} AS DECIMAL(38, 12)))::VARCHAR ELSE {Usage} END",
            "usd",
            reads="Usage, and BYOK Usage beside it",
        ),
    },
)
