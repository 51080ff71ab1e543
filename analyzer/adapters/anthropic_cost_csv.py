"""Anthropic's console export of cost, claude_api_cost_*.csv: dollars per day and kind of token.

Documentation: https://docs.anthropic.com/en/api/usage-cost-api (the same figures; the console's
download has no page of its own). ``cost_usd`` is dollars rounded to the cent, so many rows say
0.00; ``list_price_usd``, where there, is before discounts. Models are display names. Headers grew
from 2024 on: context window and kind of cost, place and speed, list price, and the key's id. Tools
such as web search are rows without a kind of token.
"""

from analyzer.adapter import Column, Format, day_or_hour

_STARTS, _ENDS = day_or_hour("usage_date_utc")

FORMAT = Format(
    name="anthropic_cost_csv",
    title="Anthropic cost export (CSV)",
    kinds=("csv",),
    table="charges",
    signature=(("usage_date_utc", "model", "token_type", "cost_usd"),),
    # Older headers lack these, so what says nothing must not tell two downloads apart.
    roots={
        "place": "nullif(lower({inference_geo}), 'not_available')",
        "pace": "nullif(lower({speed}), 'standard')",
        "kind": "nullif(lower({cost_type}), 'token')",
    },
    natural_key=(
        "model",
        "workspace",
        "api_key",
        "usage_type",
        "context_window",
        "token_type",
        "kind",
        "place",
        "pace",
    ),
    columns={
        "provider": Column("'anthropic'", "text", reads="anthropic"),
        "model": Column("{model}", "text"),
        "feature": Column(
            "CASE WHEN starts_with({api_key}, 'claude_code_key_') THEN 'claude_code' "
            "ELSE coalesce({api_key}, {workspace}) END",
            "text",
        ),
        "line_item": Column("coalesce({token_type}, {cost_type})", "text"),
        "start_us": Column(_STARTS, "utc_time", reads="usage_date_utc"),
        "end_us": Column(_ENDS, "utc_time", reads="a day or an hour after it"),
        "cost_pico": Column("{cost_usd}", "signed_usd"),
        "currency": Column("'USD'", "text", reads="USD"),
    },
)
