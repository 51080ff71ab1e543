"""OpenAI's cost export, cost_*.csv: dollars per day, and per line item and project where grouped.

Documentation: https://help.openai.com/en/articles/10478918-api-usage-dashboard and, for the
columns, https://platform.openai.com/docs/api-reference/usage/costs_object. ``amount_value`` is
dollars with up to 36 decimals. A line item reads ``model, what``; a tool's (``web search tool calls
| gpt-4o``) is money that no token explains, so it names no model.
"""

from analyzer.adapter import Column, Format

FORMAT = Format(
    name="openai_cost_csv",
    title="OpenAI cost export (CSV)",
    kinds=("csv",),
    table="charges",
    signature=(("start_time", "end_time", "amount_value", "amount_currency", "line_item"),),
    blank="{amount_value} IS NULL",
    # The Admin API's pages have the same key, as far as they can tell.
    natural_key=(
        "amount_currency",
        "line_item",
        "project_id",
        "organization_id",
        "user_id",
        "api_key_id",
        "api_source",
        "quantity_unit",
    ),
    columns={
        "provider": Column("'openai'", "text"),
        "model": Column(
            "CASE WHEN contains({line_item}, ', ') AND NOT contains({line_item}, ' | ') "
            "THEN split_part({line_item}, ', ', 1) END",
            "text",
        ),
        "feature": Column("coalesce({project_name}, {project_id})", "text"),
        "line_item": Column("{line_item}", "text"),
        # The ISO columns mix times with and without offset; the epoch columns do not.
        "start_us": Column("{start_time}", "utc_time"),
        "end_us": Column("{end_time}", "utc_time"),
        "cost_pico": Column("{amount_value}", "signed_usd"),
        "currency": Column("upper({amount_currency})", "text"),
    },
)
