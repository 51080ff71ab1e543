"""Results of Anthropic's message batches: one a line, by custom_id.

Documentation: https://docs.anthropic.com/en/docs/build-with-claude/batch-processing. Only what
succeeded has a message, and only that is billed, at half the price whatever tier the message names.
Results carry no time: ``--batch-time`` says when the batch ran. What was asked stands in the
requests that were sent, which ``--batch-input`` joins by custom_id; the order is not theirs.
"""

from dataclasses import replace

from analyzer.adapter import Column, Format
from analyzer.anthropic_call import CALL_COLUMNS, dearer_at

_ASKED = "(SELECT b.request FROM batch_requests AS b WHERE b.custom_id = {custom_id})"

FORMAT = Format(
    name="anthropic_batch_results",
    title="the results of an Anthropic batch",
    kinds=("json",),
    table="requests",
    signature=(("custom_id", "result.type"),),
    roots={"response": "TRY(json_extract_string({result}, '$.message'))", "request": _ASKED},
    where="{result.type} = 'succeeded'",
    aside="requests of the batch that errored, expired or were canceled, which cost nothing",
    answers_a_batch=True,
    remarks={
        **dearer_at("response.usage", "usage"),
        "at the time that --batch-time says, not the file": "{timestamp} IS NULL",
        "read without what was asked: name the batch's requests with --batch-input": (
            "NOT EXISTS (FROM batch_requests)"
        ),
        "with a custom_id that the batch input does not hold, or holds twice": (
            "{custom_id} IS NOT NULL AND {request} IS NULL AND EXISTS (FROM batch_requests)"
        ),
    },
    counts="exclusive",
    columns={
        **CALL_COLUMNS,
        "request_id": Column("{response.id}", "text"),
        "ts_us": replace(
            CALL_COLUMNS["ts_us"],
            sql="coalesce({timestamp}, getvariable('batch_time'))",
            mend="results carry no time: say when the batch ran, with --batch-time "
            "2026-10-01T00:00:00Z",
        ),
        "service_tier": Column("'batch'", "text", reads="batch"),
    },
)
