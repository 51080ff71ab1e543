"""OpenAI's batch output: one answer a line, of Chat Completions or Responses, by custom_id.

Documentation: https://platform.openai.com/docs/api-reference/batch/request-output and
https://platform.openai.com/docs/guides/batch. ``response.body`` is the answer as the endpoint
gives it; the order is not that of the input. What was asked stands in the batch's input file, which
``--batch-input`` joins by custom_id. A request that failed has no tokens and costs nothing; it is
set aside. Embeddings carry no time and answer no tokens.
"""

from analyzer.adapter import Column, Format
from analyzer.openai_call import CALL_COLUMNS

_ASKED = "(SELECT b.request FROM batch_requests AS b WHERE b.custom_id = {custom_id})"
_FAILED = "{error} IS NOT NULL OR {response} IS NULL OR count_of({envelope.status_code}) >= 400"
_OUTPUT = CALL_COLUMNS["output_tokens"]

FORMAT = Format(
    name="openai_batch_output",
    title="the output of an OpenAI batch",
    kinds=("json",),
    table="requests",
    signature=(
        ("custom_id", "response.body.usage"),
        ("custom_id", "response.status_code", "error"),
        ("custom_id", "error.code", "response"),
    ),
    roots={
        "response": "TRY(json_extract_string({response}, '$.body'))",
        "envelope": "{response}",
        "request": _ASKED,
    },
    where=f"NOT ({_FAILED})",
    aside="requests that failed in the batch, which cost nothing",
    answers_a_batch=True,
    remarks={
        "without a custom_id: read without what was asked": "{custom_id} IS NULL",
        "with a custom_id of another row: read, each as an answer of its own": (
            "{custom_id} IS NOT NULL AND count(*) OVER (PARTITION BY {custom_id}) > 1"
        ),
        "read without what was asked: name the batch's input file with --batch-input": (
            "NOT EXISTS (FROM batch_requests)"
        ),
        "with a custom_id that the batch input does not hold, or holds twice": (
            "{custom_id} IS NOT NULL AND {request} IS NULL AND EXISTS (FROM batch_requests)"
        ),
    },
    columns={
        **CALL_COLUMNS,
        "ts_us": Column(
            "coalesce({response.created}, {response.created_at}, getvariable('batch_time'))",
            "utc_time",
            "an embedding carries no time: say when the batch ran, with "
            "--batch-time 2026-10-01T00:00:00Z",
            reads="response.created, else response.created_at, else --batch-time",
        ),
        "output_tokens": Column(
            f"CASE WHEN {{response.object}} = 'list' THEN '0' ELSE {_OUTPUT.sql} END",
            "tokens",
            _OUTPUT.mend,
            reads=f"{_OUTPUT.reads}; none of an embedding",
        ),
        "service_tier": Column("'batch'", "text", reads="batch"),
    },
)
