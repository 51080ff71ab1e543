"""Pages of Anthropic's Admin API for a time without usage: buckets, and nothing in any of them.

Usage and cost of such a time look the same, so the file cannot say which it was.
Documentation: https://docs.anthropic.com/en/api/usage-cost-api.
"""

from analyzer.adapter import Column, Format

FORMAT = Format(
    name="anthropic_empty_json",
    title="Anthropic usage or cost report of a time without usage (Admin API)",
    kinds=("json",),
    table="usage_buckets",
    signature=(("data[*].starting_at", "has_more", "!data[*].results[0]"),),
    rows={"bucket": "{data}", "result": "{results}"},
    blank="true",
    columns={
        "provider": Column("'anthropic'", "text"),
        "model": Column("{model}", "text"),
        "start_us": Column("{bucket.starting_at}", "utc_time"),
        "end_us": Column("{bucket.ending_at}", "utc_time"),
        "input_tokens": Column("{uncached_input_tokens}", "total"),
        "output_tokens": Column("{output_tokens}", "total"),
    },
)
