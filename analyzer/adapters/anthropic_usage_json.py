"""Pages of Anthropic's Admin API, usage_report/messages: totals per minute, hour or day.

Documentation: https://docs.anthropic.com/en/api/admin-api/usage-cost/get-messages-usage-report.
``uncached_input_tokens`` leaves out cache reads and writes; there are no counts of requests. What
the report is not grouped by is null, and so is the key of the Workbench and the default workspace.
A page, lines of pages, and a list of buckets are read alike.
"""

from analyzer.adapter import Column, Format
from analyzer.anthropic_call import LONG_CALLS, dearer, long_context_apart

FORMAT = Format(
    name="anthropic_usage_json",
    title="Anthropic usage report (Admin API)",
    kinds=("json",),
    table="usage_buckets",
    signature=(
        ("data[*].starting_at", "data[*].results[*].uncached_input_tokens"),
        ("starting_at", "results[*].uncached_input_tokens"),
    ),
    rows={"bucket": "coalesce({data}, '[' || {@} || ']')", "result": "{results}"},
    roots={
        "place": "nullif(lower({inference_geo}), 'not_available')",
        "pace": "nullif(lower({speed}), 'standard')",
    },
    natural_key=(
        "model",
        "api_key_id",
        "workspace_id",
        "service_tier",
        "context_window",
        "account_id",
        "service_account_id",
        "place",
        "pace",
    ),
    remarks={
        "on a page that is not the last: load its other pages too": "flag({record.has_more})",
        **dearer(
            searches="{server_tool_use.web_search_requests}",
            speed="{speed}",
            place="{inference_geo}",
        ),
        **LONG_CALLS,
    },
    counts="exclusive",
    columns={
        "provider": Column("'anthropic'", "text", reads="anthropic"),
        "model": Column(
            long_context_apart("{model}"),
            "text",
            "ask for the report again with group_by[]=model",
            reads="model, and + long context where context_window says so",
        ),
        "feature": Column(
            "coalesce({api_key_id}, {service_account_id}, {account_id}, {workspace_id})", "text"
        ),
        "start_us": Column("{bucket.starting_at}", "utc_time"),
        "end_us": Column("{bucket.ending_at}", "utc_time"),
        "service_tier": Column(
            "CASE WHEN {speed} = 'fast' AND coalesce({service_tier}, 'standard') = 'standard' "
            "THEN 'fast' ELSE {service_tier} END",
            "text",
            reads="service_tier; fast where speed says so",
        ),
        "input_tokens": Column("{uncached_input_tokens}", "total"),
        "cached_input_tokens": Column("{cache_read_input_tokens}", "total"),
        "cache_write_tokens": Column("{cache_creation.ephemeral_5m_input_tokens}", "total"),
        "cache_write_1h_tokens": Column("{cache_creation.ephemeral_1h_input_tokens}", "total"),
        "output_tokens": Column("{output_tokens}", "total"),
    },
)
