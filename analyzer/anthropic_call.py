"""Where Anthropic's requests and answers hold each canonical column, whatever they are wrapped in.

Documentation: https://docs.anthropic.com/en/api/messages and, for the counts,
https://docs.anthropic.com/en/docs/build-with-claude/prompt-caching. A format that logs such calls
names two documents, ``request`` and ``response``. ``input_tokens`` leaves out cache reads and
writes; writes are split into five minutes and one hour; ``output_tokens`` holds thinking;
``iterations`` repeats the totals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analyzer.adapter import Column, json_values
from analyzer.pricing.names import LONG_CONTEXT

# What an answer depends on. The model is left out: the replay adds it where a cache needs it.
_GENERATION_INPUTS = (
    "system", "messages", "tools", "tool_choice", "max_tokens", "temperature", "top_p", "top_k",
    "stop_sequences", "thinking", "output_config", "output_format", "context_management",
    "mcp_servers", "container",
)  # fmt: skip
_MODEL = "coalesce({response.model}, {model}, {request.model})"


def usage(path: str, places: Sequence[str]) -> str:
    """Return SQL for one count, of the first of some usage objects that holds it."""
    counts = ", ".join(f"{{{place}.{path}}}" for place in places)
    return f"coalesce({counts})" if len(places) > 1 else counts


def dearer(*, searches: str, speed: str, place: str) -> Mapping[str, str]:
    """Return remarks on rows that Anthropic bills above the list price of their tokens.

    Each is SQL for a text: how many web searches, the ``speed``, and the ``inference_geo``.
    See https://docs.anthropic.com/en/docs/about-claude/pricing.
    """
    return {
        "with web searches, which are billed apart and stand in no count of tokens": (
            f"count_of({searches}) > 0"
        ),
        "in fast mode, which costs more than the list price that is taken here": (
            f"lower({speed}) = 'fast'"
        ),
        "kept in one country, which costs a tenth more than is taken here": (
            f"lower({place}) NOT IN ('global', 'not_available')"
        ),
    }


# Written "≤ 200k" (U+2264) in the console, "0-200k" in the report of the API.
_IS_LONG = "NOT regexp_matches({context_window}, '^(≤|<|0)')"
LONG_CALLS: Mapping[str, str] = {
    "of calls with a long context: their model goes by its name + long context, at the price "
    "of such calls where it has one": _IS_LONG
}
"""The remark on totals whose calls all had a long context."""


def long_context_apart(model: str) -> str:
    """Return SQL for a model's name that says where all of a total's calls had a long context.

    The name is priced as the model's calls above the step of its price; where it has no step, as
    any other.
    """
    return f"{model} || CASE WHEN coalesce({_IS_LONG}, false) THEN '{LONG_CONTEXT}' ELSE '' END"


def dearer_at(*places: str) -> Mapping[str, str]:
    """Return the same remarks for an answer whose usage stands at the first of some places."""
    return dearer(
        searches=usage("server_tool_use.web_search_requests", places),
        speed=usage("speed", places),
        place=usage("inference_geo", places),
    )


def counts_at(*places: str) -> Mapping[str, Column]:
    """Return the columns of an answer's counts, which are exclusive, and its service tier.

    ``places`` are paths to usage objects; the first one that holds a count is right.
    """
    tier = usage("service_tier", places)
    for_1h = usage("cache_creation.ephemeral_1h_input_tokens", places)
    for_5m = usage("cache_creation.ephemeral_5m_input_tokens", places)
    written_1h = f"coalesce(count_of({for_1h}), 0)"
    split = f"coalesce(count_of({for_5m}), 0) + {written_1h}"
    written = f"coalesce(count_of({usage('cache_creation_input_tokens', places)}), {split})"
    return {
        "service_tier": Column(
            f"CASE WHEN {usage('speed', places)} = 'fast' AND coalesce({tier}, 'standard') = "
            f"'standard' THEN 'fast' ELSE {tier} END",
            "text",
            reads=f"{places[0]}.service_tier; fast where {places[0]}.speed says so",
        ),
        "input_tokens": Column(
            usage("input_tokens", places), "tokens", "a stream carries it in message_start: log it"
        ),
        "cached_input_tokens": Column(usage("cache_read_input_tokens", places), "tokens"),
        "cache_write_tokens": Column(
            f"{written} - {written_1h}",
            "tokens",
            reads=f"{places[0]}.cache_creation_input_tokens, less what is written for an hour",
        ),
        "cache_write_1h_tokens": Column(for_1h, "tokens"),
        "output_tokens": Column(
            usage("output_tokens", places), "tokens", "a stream carries it in message_delta: log it"
        ),
        "reasoning_tokens": Column(
            usage("output_tokens_details.thinking_tokens", places), "tokens"
        ),
    }


CALL_COLUMNS: Mapping[str, Column] = {
    "request_id": Column("coalesce({response.id}, {id}, {request_id})", "text"),
    "ts_us": Column(
        "{timestamp}",
        "utc_time",
        'a message carries no time: write {"timestamp": ..., "response": ...} around it',
    ),
    "latency_us": Column("{latency_ms}", "ms"),
    "provider": Column(f"CASE WHEN starts_with({_MODEL}, 'claude') THEN 'anthropic' END", "text"),
    "model": Column(_MODEL, "text"),
    "feature": Column("coalesce({request.metadata.feature}, {metadata.feature})", "text"),
    "user_key": Column("{request.metadata.user_id}", "digest"),
    **counts_at("response.usage", "usage"),
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
}
