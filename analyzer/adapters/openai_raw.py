"""Raw OpenAI calls: Chat Completions and Responses, bare or wrapped with their request.

Documentation: https://platform.openai.com/docs/api-reference/chat/object and
https://platform.openai.com/docs/api-reference/responses/object. Shapes: the bare response;
``{"request", "response", "timestamp", "latency_ms"}``; ``{"model", "request", "response",
"usage", "timestamp"}``; the chunks of a stream, of which only one with usage can be loaded
(https://platform.openai.com/docs/api-reference/chat-streaming).
"""

from analyzer.adapter import Format
from analyzer.openai_call import CALL_COLUMNS, tier_remark

FORMAT = Format(
    name="openai_raw",
    title="raw OpenAI chat completions and responses",
    kinds=("json",),
    table="requests",
    signature=(
        ("object=chat.completion", "usage"),
        ("object=chat.completion.chunk",),
        ("object=response", "usage"),
        # Gateways log the response too, and have formats of their own.
        ("response.object=chat.completion", "!startTime"),
        ("response.object=chat.completion.chunk", "!startTime"),
        ("response.object=response", "!startTime"),
        ("request", "response", "usage.prompt_tokens"),
        ("request", "response", "usage.input_tokens", "usage.total_tokens"),
    ),
    roots={"response": "coalesce({response}, {@})"},
    where="coalesce({error}, {response.error}) IS NULL OR coalesce({response.usage}, {usage}) "
    "IS NOT NULL",
    aside="calls that failed: they name an error and count no tokens",
    remarks=tier_remark("{response.service_tier}"),
    columns=CALL_COLUMNS,
)
