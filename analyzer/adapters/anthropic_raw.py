"""Raw Anthropic messages, bare or wrapped with their request.

Documentation: https://docs.anthropic.com/en/api/messages and
https://docs.anthropic.com/en/docs/build-with-claude/streaming. Shapes: the bare message;
``{"request", "response", "timestamp", "latency_ms"}``, where the response may also be the list of
a stream's events, or their text as it was sent. A message carries no time, so a bare one cannot be
placed: wrap it. A stream that was cut before its last count is rejected, for its output is unknown.
"""

from analyzer.adapter import Format
from analyzer.anthropic_call import CALL_COLUMNS, dearer_at

FORMAT = Format(
    name="anthropic_raw",
    title="raw Anthropic messages",
    kinds=("json",),
    table="requests",
    signature=(
        ("type=message", "usage"),
        # Gateways log the response too, and have formats of their own.
        ("response.type=message", "!startTime"),
        ("response[*].type=message_start", "!startTime"),
        ("request", "response", "usage.input_tokens", "usage.cache_read_input_tokens"),
    ),
    roots={
        "response": "CASE WHEN {response} IS NULL THEN {@} WHEN starts_with({response}, '{') "
        "THEN {response} ELSE streamed_message({response}) END"
    },
    where="coalesce({response.type}, 'message') <> 'error'",
    aside="calls that failed without an answer, which cost nothing",
    remarks=dearer_at("response.usage", "usage"),
    counts="exclusive",
    columns=CALL_COLUMNS,
)
