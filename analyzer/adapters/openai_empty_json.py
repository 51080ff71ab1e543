"""Pages of OpenAI's Admin API for a time without usage: buckets, and nothing in any of them.

Usage and costs of such a time look the same, so the file cannot say which it was.
Documentation: https://platform.openai.com/docs/api-reference/usage.
"""

from analyzer.adapter import Column, Format

FORMAT = Format(
    name="openai_empty_json",
    title="OpenAI usage or costs of the Admin API, of a time without usage (JSON)",
    kinds=("json",),
    table="usage_buckets",
    signature=(("object=page", "data[*].object=bucket", "!data[*].results[*].object"),),
    rows={"bucket": "{data}", "result": "{results}"},
    blank="true",
    columns={
        "provider": Column("'openai'", "text"),
        "model": Column("{model}", "text"),
        "start_us": Column("{bucket.start_time}", "utc_time"),
        "end_us": Column("{bucket.end_time}", "utc_time"),
        "input_tokens": Column("{input_tokens}", "tokens"),
        "output_tokens": Column("{output_tokens}", "tokens"),
    },
)
