"""Pages of Anthropic's Admin API, cost_report: money per day, in cents.

Documentation: https://docs.anthropic.com/en/api/admin-api/usage-cost/get-cost-report. ``amount`` is
a decimal text in the lowest unit of its currency: "123.78912" USD are $1.2378912. What the report
is not grouped by is null; Priority Tier is not in it. A page, lines of pages, and a list of buckets
are read alike.
"""

from analyzer.adapter import Column, Format

# What is no number must not go on as dollars.
_FROM_CENTS = (
    "coalesce((TRY_CAST({amount} AS DECIMAL(30, 12)) * 0.01)::VARCHAR, {amount} || ' cents')"
)

FORMAT = Format(
    name="anthropic_cost_json",
    title="Anthropic cost report (Admin API)",
    kinds=("json",),
    table="charges",
    signature=(
        ("data[*].starting_at", "data[*].results[*].amount", "data[*].results[*].currency"),
        ("starting_at", "results[*].amount", "results[*].currency"),
    ),
    rows={"bucket": "coalesce({data}, '[' || {@} || ']')", "result": "{results}"},
    roots={
        "place": "nullif(lower({inference_geo}), 'not_available')",
        "pace": "nullif(lower({speed}), 'standard')",
    },
    natural_key=(
        "currency",
        "workspace_id",
        "description",
        "model",
        "token_type",
        "cost_type",
        "service_tier",
        "context_window",
        "place",
        "pace",
    ),
    remarks={
        "on a page that is not the last: load its other pages too": "flag({record.has_more})",
    },
    columns={
        "provider": Column("'anthropic'", "text", reads="anthropic"),
        "model": Column("{model}", "text"),
        "feature": Column("{workspace_id}", "text"),
        "line_item": Column("coalesce({token_type}, {description}, {cost_type})", "text"),
        "start_us": Column("{bucket.starting_at}", "utc_time"),
        "end_us": Column("{bucket.ending_at}", "utc_time"),
        "cost_pico": Column(
            _FROM_CENTS,
            "signed_usd",
            bad="is not a number of cents",
            reads="amount, in cents: a hundredth of it in dollars",
        ),
        "currency": Column("upper({currency})", "text"),
    },
)
