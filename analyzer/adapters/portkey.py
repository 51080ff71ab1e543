"""Portkey's log export: JSON lines, one per request.

Documentation: https://portkey.ai/docs/product/observability/logs-export. ``cost`` is cents, not
dollars. Cached tokens stand in the answer's own usage only: OpenAI's prompt holds them, Anthropic's
names for them mean that it does not, unless the total says otherwise. An export does not tell which
answers came from Portkey's own cache. ``_user`` in the metadata is the user.
"""

from analyzer.adapter import Column, Format, json_values, model_apart

_GENERATION_INPUTS = (
    "system", "messages", "input", "instructions", "prompt", "contents", "tools", "tool_choice",
    "functions", "function_call", "response_format", "text", "temperature", "top_p", "top_k", "n",
    "stop", "stop_sequences", "seed", "max_tokens", "max_completion_tokens", "max_output_tokens",
    "presence_penalty", "frequency_penalty", "logit_bias", "reasoning", "reasoning_effort",
    "thinking", "verbosity", "modalities", "prediction",
)  # fmt: skip
_USAGE = "response.usage"


def _count(*paths: str) -> str:
    """The first of some counts that the answer's usage holds, or 0."""
    found = ", ".join(f"count_of({{{_USAGE}.{path}}})" for path in paths)
    return f"coalesce({found}, 0)"


_READ = _count(
    "prompt_tokens_details.cached_tokens",
    "input_tokens_details.cached_tokens",
    "cache_read_input_tokens",
)
_WRITTEN = _count("prompt_tokens_details.cache_write_tokens", "cache_creation_input_tokens")
_INPUT, _OUTPUT = "count_of({req_units})", "count_of({res_units})"
_TOTAL = f"count_of(coalesce({{{_USAGE}.total_tokens}}, {{total_units}}))"
_ANTHROPIC = (
    f"coalesce({{{_USAGE}.cache_read_input_tokens}}, {{{_USAGE}.cache_creation_input_tokens}}) "
    "IS NOT NULL"
)
_BESIDE = (
    f"({_TOTAL} = {_INPUT} + {_READ} + {_WRITTEN} + {_OUTPUT} OR "
    f"({_ANTHROPIC} AND ({{{_USAGE}.total_tokens}}) IS NULL))"
)
_FAILED = (
    "(NOT coalesce(flag({is_success}), true) OR "
    "TRY_CAST({response_status_code} AS DOUBLE) NOT BETWEEN 200 AND 299)"
)

FORMAT = Format(
    name="portkey",
    title="Portkey log export",
    kinds=("json",),
    table="requests",
    signature=(("ai_org", "ai_model", "req_units", "res_units"),),
    columns={
        "request_id": Column("{id}", "text"),
        "ts_us": Column("{created_at}", "utc_time"),
        "latency_us": Column("{response_time}", "ms"),
        "provider": Column("{ai_org}", "text"),
        "model": Column(
            model_apart(
                "{ai_model}",
                audio=(
                    f"{{{_USAGE}.prompt_tokens_details.audio_tokens}}",
                    f"{{{_USAGE}.completion_tokens_details.audio_tokens}}",
                ),
                image=(),
            ),
            "text",
            reads="ai_model, and + audio where its answer holds such tokens",
        ),
        "feature": Column(
            "coalesce({metadata.feature}, {metadata.Feature}, {prompt_slug})", "text"
        ),
        "user_key": Column("{metadata._user}", "digest"),
        "session_key": Column("{trace_id}", "digest"),
        "status": Column(
            f"CASE WHEN {_FAILED} THEN coalesce({{response_status_code}}, 'error') END", "text"
        ),
        "service_tier": Column("{response.service_tier}", "text"),
        "input_tokens": Column(
            f"CASE WHEN {_BESIDE} THEN ({_INPUT} + {_READ} + {_WRITTEN})::VARCHAR "
            f"ELSE coalesce({{req_units}}, CASE WHEN {_FAILED} THEN '0' END) END",
            "tokens",
            reads="req_units, and the cached and written ones where it leaves them out",
        ),
        "cached_input_tokens": Column(_READ, "tokens"),
        "cache_write_tokens": Column(_WRITTEN, "tokens"),
        "output_tokens": Column(
            f"coalesce({{res_units}}, CASE WHEN {_FAILED} THEN '0' END)", "tokens"
        ),
        "reasoning_tokens": Column(
            _count(
                "completion_tokens_details.reasoning_tokens",
                "output_tokens_details.reasoning_tokens",
            ),
            "tokens",
        ),
        "prompt_chars": Column(
            "coalesce(chars_at({request}, '$.messages'), chars_at({request}, '$.input')) + "
            "coalesce(chars_at({request}, '$.system'), chars_at({request}, '$.instructions'), 0)",
            "count",
        ),
        "response_chars": Column(
            "coalesce(chars_at({response}, '$.choices[0].message.content'), "
            "chars_at({response}, '$.content'), chars_at({response}, '$.output'))",
            "count",
        ),
        "prompt_key": Column(
            "CASE WHEN coalesce({request.messages}, {request.input}, {request.prompt}, "
            f"{{request.contents}}) IS NOT NULL THEN {json_values('request', _GENERATION_INPUTS)} "
            "END",
            "digest",
        ),
        # Another currency is no number of dollars, and is rejected as none.
        "logged_cost_pico": Column(
            "CASE WHEN {cost} IS NOT NULL AND upper({cost_currency}) <> 'USD' "
            "THEN {cost} || ' ' || {cost_currency} ELSE "
            "coalesce((TRY_CAST({cost} AS DECIMAL(28, 12)) * 0.01)::VARCHAR, {cost}) END",
            "usd",
            reads="cost, in cents of a dollar",
            bad="is not a number of US cents from 0 up",
        ),
    },
)
