"""OpenAI's cost export of 2024: money per day and family of models, told twice.

Documentation: https://help.openai.com/en/articles/10478918-api-usage-dashboard (the export's
later form). ``cost`` is cents and ``cost_in_major`` dollars: 314.654 and 3.14654 are the same
money. ``name`` is a display name (``GPT-4 Turbo``) that stands for every snapshot of a family; each
row is one day (UTC).
"""

from analyzer.adapter import Column, Format

# Cents, as exact dollars, in case the column of dollars is empty.
_FROM_CENTS = "(TRY_CAST({cost} AS DECIMAL(30, 15)) * 0.01)::VARCHAR"

FORMAT = Format(
    name="openai_cost_csv_legacy",
    title="OpenAI cost export of 2024 (CSV)",
    kinds=("csv",),
    table="charges",
    signature=(("timestamp", "currency", "name", "cost", "cost_in_major"),),
    blank="coalesce({cost}, {cost_in_major}) IS NULL",
    natural_key=("currency", "name", "organization_id", "project_id"),
    columns={
        "provider": Column("'openai'", "text"),
        # Other lines are families without one price: "Embedding models", "Image models".
        "model": Column(
            "CASE WHEN regexp_full_match({name}, '(?i)(chat)?gpt[- ].*|o[1-9]([- ].*)?') "
            "THEN {name} END",
            "text",
        ),
        "feature": Column("coalesce({project_name}, {project_id})", "text"),
        "line_item": Column("{name}", "text"),
        "start_us": Column("{timestamp}", "utc_time"),
        "end_us": Column(
            "(TRY_CAST({timestamp} AS DECIMAL(20, 6)) + 86400)::VARCHAR",
            "utc_time",
            reads="a day after timestamp",
        ),
        "cost_pico": Column(
            f"coalesce({{cost_in_major}}, {_FROM_CENTS})",
            "signed_usd",
            reads="cost_in_major (dollars), else cost (cents)",
        ),
        "currency": Column("upper({currency})", "text"),
    },
)
