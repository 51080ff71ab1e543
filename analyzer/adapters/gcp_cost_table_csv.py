r"""Google Cloud's cost table as CSV: money by project and SKU, below some lines about the invoice.

Documentation: https://cloud.google.com/billing/docs/how-to/cost-table. The sign in a column's name
is the billing account's currency, and "$" stands for several: which one it is says the line
``Currency`` above the header. Only rows of AI services are loaded; the others are set aside and
counted, as are ``Rounding error`` and ``Total``, which adds up the rows above it. Days are those of
US Pacific time and the last one is included; they are read as UTC.
"""

from analyzer.adapter import Column, Format, day_or_hour

_SIGNS = ("$", "€", "£", "¥", "₹", "₩", "R$", "A$", "CA$", "kr", "CHF", "zł")
_COST = f"coalesce({', '.join(f'{{Unrounded cost ({sign})}}' for sign in _SIGNS)})"
_THOUSANDS = r"-?\d\d?\d?(,\d\d\d)+(\.\d+)?"
_STARTS, _ = day_or_hour("Usage start date")
_, _ENDS = day_or_hour("Usage end date")
_SKU = "trim({SKU description})"
_MODEL = r"gemini \d+(\.\d+)? (flash[ -]lite|flash|pro|ultra|nano)"

FORMAT = Format(
    name="gcp_cost_table_csv",
    title="Google Cloud cost table",
    kinds=("csv",),
    table="charges",
    signature=(("SKU description", "Service description", "Cost type", "Usage start date"),),
    where="regexp_matches(lower({Service description}), "
    r"'vertex|gemini|generative language|\bai\b|agent')",
    aside="rows of other services than AI, and the table's own totals",
    note="days are US Pacific time and are read as UTC: near midnight a cost may stand a day away",
    natural_key=("Billing account ID", "Project ID", "SKU ID", "Cost type", "Credit type"),
    columns={
        "provider": Column("'google'", "text"),
        "model": Column(
            "CASE WHEN {Credit type} IS NULL THEN "
            f"nullif(replace(regexp_extract(lower({_SKU}), '{_MODEL}'), ' ', '-'), '') END",
            "text",
            reads="the model named in SKU description, of what is no credit",
        ),
        "feature": Column("coalesce({Project name}, {Project ID})", "text"),
        "line_item": Column(
            f"CASE WHEN {{Credit type}} IS NULL THEN {_SKU} "
            f"ELSE concat_ws(': ', 'credit', {{Credit type}}, {_SKU}) END",
            "text",
        ),
        "start_us": Column(_STARTS, "utc_time"),
        "end_us": Column(_ENDS, "utc_time"),
        "cost_pico": Column(
            f"CASE WHEN regexp_full_match({_COST}, '{_THOUSANDS}') THEN replace({_COST}, ',', '') "
            f"ELSE {_COST} END",
            "signed_usd",
            "no column Unrounded cost (sign): export the table with it",
            bad="is not an amount such as 1,000.50: export the table in English",
            reads="Unrounded cost",
        ),
        "currency": Column(
            "upper({Currency})",
            "text",
            "the lines above the header say no Currency: export the table with them",
            reads="Currency, above the header",
        ),
    },
)
