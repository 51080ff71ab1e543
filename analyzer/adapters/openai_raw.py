"""Raw OpenAI calls: Chat Completions and Responses, bare or wrapped with their request.

Documentation: https://platform.openai.com/docs/api-reference/chat/object and
https://platform.openai.com/docs/api-reference/responses/object. Shapes: the bare response;
``{"request", "response", "timestamp", "latency_ms"}``; ``{"model", "request", "response",
"usage", "timestamp"}``. ``prompt_tokens`` and ``input_tokens`` hold cached and written tokens;
the output holds reasoning, save where a compatible server's own total says otherwise.
"""

from analyzer.adapter import Column, Format, json_values

# What an answer depends on. The model is left out: the replay adds it where a cache needs it.
_GENERATION_INPUTS = (
    "messages", "input", "instructions", "prompt", "previous_response_id", "conversation",
    "tools", "tool_choice", "parallel_tool_calls", "functions", "function_call",
    "response_format", "text", "temperature", "top_p", "n", "stop", "seed", "max_tokens",
    "max_completion_tokens", "max_output_tokens", "presence_penalty", "frequency_penalty",
    "logit_bias", "reasoning", "reasoning_effort", "verbosity", "modalities", "audio",
    "prediction", "web_search_options",
)  # fmt: skip
_HAS_PROMPT = "coalesce({request.messages}, {request.input}, {request.prompt}) IS NOT NULL"
_INSTRUCTIONS = """TRY(array_to_string(list_filter({request.messages}::JSON[], lambda m:
    json_extract_string(m, '$.role') IN ('system', 'developer')), ','))"""

# 'rejected' and 'accepted' predictions are billed as output and stand in it already.
_OUTPUT = "coalesce({response.usage.completion_tokens}, {response.usage.output_tokens}, " + (
    "{usage.completion_tokens}, {usage.output_tokens})"
)
_INPUT = "coalesce({response.usage.prompt_tokens}, {response.usage.input_tokens}, " + (
    "{usage.prompt_tokens}, {usage.input_tokens})"
)
_TOTAL = "coalesce({response.usage.total_tokens}, {usage.total_tokens})"
_REASONING = """coalesce({response.usage.completion_tokens_details.reasoning_tokens},
    {response.usage.output_tokens_details.reasoning_tokens},
    {usage.completion_tokens_details.reasoning_tokens},
    {usage.output_tokens_details.reasoning_tokens})"""
# Some compatible servers count reasoning beside the output; then only all three make the total.
_REASONING_IS_BESIDE = f"count_of({_REASONING}) > 0 AND count_of({_TOTAL}) = " + (
    f"count_of({_INPUT}) + count_of({_OUTPUT}) + count_of({_REASONING})"
)
_MODEL = "coalesce({response.model}, {model}, {request.model})"
_OPENAI_NAME = "(ft:)?(gpt-[^/]*|o[1-9][^/]*|chatgpt-[^/]*|codex-[^/]*|text-[^/]*)"
_NO_USAGE = "streams carry usage only with stream_options.include_usage"

FORMAT = Format(
    name="openai_raw",
    title="raw OpenAI chat completions and responses",
    kinds=("json",),
    table="requests",
    signature=(
        ("object=chat.completion", "usage"),
        ("object=response", "usage"),
        # Gateways log the response too, and have formats of their own.
        ("response.object=chat.completion", "!startTime"),
        ("response.object=response", "!startTime"),
        ("request", "response", "usage.prompt_tokens"),
        ("request", "response", "usage.input_tokens", "usage.total_tokens"),
    ),
    roots={"response": "coalesce({response}, {@})"},
    columns={
        "request_id": Column("coalesce({response.id}, {id}, {request_id})", "text"),
        "ts_us": Column(
            "coalesce({timestamp}, {response.created}, {response.created_at})",
            "utc_time",
        ),
        "latency_us": Column("{latency_ms}", "ms"),
        "provider": Column(
            f"CASE WHEN regexp_full_match({_MODEL}, '{_OPENAI_NAME}') AND NOT "
            f"starts_with({_MODEL}, 'gpt-oss') THEN 'openai' END",
            "text",
        ),
        "model": Column(_MODEL, "text"),
        "feature": Column(
            "coalesce({request.metadata.feature}, {response.metadata.feature}, {metadata.feature})",
            "text",
        ),
        "user_key": Column("coalesce({request.safety_identifier}, {request.user})", "digest"),
        "status": Column(
            "CASE WHEN {response.status} IN ('failed', 'cancelled') THEN {response.status} END",
            "text",
        ),
        "service_tier": Column("{response.service_tier}", "text"),
        "input_tokens": Column(_INPUT, "tokens", _NO_USAGE),
        "cached_input_tokens": Column(
            """coalesce({response.usage.prompt_tokens_details.cached_tokens},
            {response.usage.input_tokens_details.cached_tokens},
            {response.usage.prompt_cache_hit_tokens},
            {usage.prompt_tokens_details.cached_tokens},
            {usage.input_tokens_details.cached_tokens}, {usage.prompt_cache_hit_tokens})""",
            "tokens",
        ),
        "cache_write_tokens": Column(
            """coalesce({response.usage.prompt_tokens_details.cache_write_tokens},
            {response.usage.input_tokens_details.cache_write_tokens},
            {usage.prompt_tokens_details.cache_write_tokens},
            {usage.input_tokens_details.cache_write_tokens})""",
            "tokens",
        ),
        "output_tokens": Column(
            f"CASE WHEN {_REASONING_IS_BESIDE} THEN "
            f"(count_of({_OUTPUT}) + count_of({_REASONING}))::VARCHAR ELSE {_OUTPUT} END",
            "tokens",
            _NO_USAGE,
        ),
        "reasoning_tokens": Column(_REASONING, "tokens"),
        "prompt_chars": Column(
            "coalesce(chars_at({request}, '$.messages'), chars_at({request}, '$.input') + "
            "coalesce(chars_at({request}, '$.instructions'), 0))",
            "count",
        ),
        "response_chars": Column(
            "CASE WHEN {response.choices} IS NOT NULL THEN "
            "coalesce(chars_at({response}, '$.choices[0].message.content'), 0) "
            "ELSE chars_at({response}, '$.output') END",
            "count",
        ),
        "prompt_key": Column(
            f"CASE WHEN {_HAS_PROMPT} THEN {json_values('request', _GENERATION_INPUTS)} END",
            "digest",
        ),
        "prefix_key": Column(
            f"nullif(concat_ws(chr(30), nullif({_INSTRUCTIONS}, ''), {{request.instructions}}, "
            "{request.tools}, {request.functions}), '')",
            "digest",
        ),
    },
)
