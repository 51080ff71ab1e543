"""OpenAI's costs as the Admin API pages them: dollars per day, in each group that was asked for.

Documentation: https://platform.openai.com/docs/api-reference/usage/costs. ``amount.value`` is
dollars, a number or a long decimal text. A line item reads ``model, what``; a tool's (``web search
tool calls | gpt-4o``) is money that no token explains, so it names no model.
"""

from analyzer.adapter import Column, Format

FORMAT = Format(
    name="openai_cost_json",
    title="OpenAI costs of the Admin API (JSON)",
    kinds=("json",),
    table="charges",
    signature=(
        ("data[*].results[*].object=organization.costs.result",),
        ("results[*].object=organization.costs.result",),
    ),
    rows={"bucket": "coalesce({data}, '[' || {@} || ']')", "result": "{results}"},
    natural_key=("amount.currency", "line_item", "project_id", "api_key_id", "quantity_unit"),
    columns={
        "provider": Column("'openai'", "text"),
        "model": Column(
            "CASE WHEN contains({line_item}, ', ') AND NOT contains({line_item}, ' | ') "
            "THEN split_part({line_item}, ', ', 1) END",
            "text",
        ),
        "feature": Column("coalesce({project_name}, {project_id})", "text"),
        "line_item": Column("{line_item}", "text"),
        "start_us": Column("{bucket.start_time}", "utc_time"),
        "end_us": Column("{bucket.end_time}", "utc_time"),
        "cost_pico": Column("{amount.value}", "signed_usd"),
        "currency": Column("upper({amount.currency})", "text"),
    },
)
