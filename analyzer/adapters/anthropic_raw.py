"""Raw Anthropic messages, bare or wrapped with their request.

Documentation: https://docs.anthropic.com/en/api/messages and, for the counts,
https://docs.anthropic.com/en/docs/build-with-claude/prompt-caching. ``input_tokens`` leaves out
cache reads and writes; writes are split into five minutes and one hour; ``output_tokens`` holds
thinking. A response carries no time, so a bare one cannot be placed: wrap it.
"""

from analyzer.adapter import Column, Format, json_values

_GENERATION_INPUTS = (
    "system", "messages", "tools", "tool_choice", "max_tokens", "temperature", "top_p", "top_k",
    "stop_sequences", "thinking", "output_config", "output_format", "context_management",
    "mcp_servers", "container",
)  # fmt: skip
_MODEL = "coalesce({response.model}, {model}, {request.model})"


def _usage(path: str) -> str:
    """The count of the response, or the wrapper's own."""
    return f"coalesce({{response.usage.{path}}}, {{usage.{path}}})"


_WRITTEN_1H = f"coalesce(count_of({_usage('cache_creation.ephemeral_1h_input_tokens')}), 0)"
_WRITTEN_5M = f"coalesce(count_of({_usage('cache_creation.ephemeral_5m_input_tokens')}), 0)"
_WRITTEN = f"coalesce(count_of({_usage('cache_creation_input_tokens')}), "

FORMAT = Format(
    name="anthropic_raw",
    title="raw Anthropic messages",
    kinds=("json",),
    table="requests",
    signature=(
        ("type=message", "usage"),
        ("response.type=message", "!startTime"),
        ("request", "response", "usage.input_tokens", "usage.cache_read_input_tokens"),
    ),
    roots={"response": "coalesce({response}, {@})"},
    counts="exclusive",
    columns={
        "request_id": Column("coalesce({response.id}, {id}, {request_id})", "text"),
        "ts_us": Column(
            "{timestamp}",
            "utc_time",
            'a message carries no time: write {"timestamp": ..., "response": ...} around it',
        ),
        "latency_us": Column("{latency_ms}", "ms"),
        "provider": Column(
            f"CASE WHEN starts_with({_MODEL}, 'claude') THEN 'anthropic' END", "text"
        ),
        "model": Column(_MODEL, "text"),
        "feature": Column("coalesce({request.metadata.feature}, {metadata.feature})", "text"),
        "user_key": Column("{request.metadata.user_id}", "digest"),
        "service_tier": Column(_usage("service_tier"), "text"),
        "input_tokens": Column(
            _usage("input_tokens"), "tokens", "a stream carries it in message_start: log it"
        ),
        "cached_input_tokens": Column(_usage("cache_read_input_tokens"), "tokens"),
        "cache_write_tokens": Column(
            f"{_WRITTEN}{_WRITTEN_5M} + {_WRITTEN_1H}) - {_WRITTEN_1H}", "tokens"
        ),
        "cache_write_1h_tokens": Column(
            _usage("cache_creation.ephemeral_1h_input_tokens"), "tokens"
        ),
        "output_tokens": Column(
            _usage("output_tokens"), "tokens", "a stream carries it in message_delta: log it"
        ),
        "reasoning_tokens": Column(_usage("output_tokens_details.thinking_tokens"), "tokens"),
        "prompt_chars": Column(
            "chars_at({request}, '$.messages') + coalesce(chars_at({request}, '$.system'), 0)",
            "count",
        ),
        "response_chars": Column("chars_at({response}, '$.content')", "count"),
        "prompt_key": Column(
            "CASE WHEN {request.messages} IS NOT NULL THEN "
            f"{json_values('request', _GENERATION_INPUTS)} END",
            "digest",
        ),
        "prefix_key": Column(
            "nullif(concat_ws(chr(30), {request.system}, {request.tools}), '')", "digest"
        ),
    },
)
