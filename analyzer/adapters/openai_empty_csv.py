"""An OpenAI export of a period without usage: four time columns and nothing else.

Usage and cost exports of such a period are the same bytes, so the file cannot say which it was.
Documentation: https://help.openai.com/en/articles/10478918-api-usage-dashboard.
"""

from analyzer.adapter import Column, Format

FORMAT = Format(
    name="openai_empty_csv",
    title="OpenAI usage or cost export of a period without usage (CSV)",
    kinds=("csv",),
    table="usage_buckets",
    signature=(("start_time", "end_time", "start_time_iso", "end_time_iso"),),
    exact=True,
    blank="true",
    columns={
        "provider": Column("'openai'", "text"),
        "model": Column("NULL", "text"),
        "start_us": Column("{start_time}", "utc_time"),
        "end_us": Column("{end_time}", "utc_time"),
        "input_tokens": Column("NULL", "tokens"),
        "output_tokens": Column("NULL", "tokens"),
    },
)
