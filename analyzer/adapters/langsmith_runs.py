"""LangSmith's runs: JSON lines, or the Parquet of its bulk export.

Documentation: https://docs.langchain.com/langsmith/data-export and
https://docs.langchain.com/langsmith/run-data-format. Only ``llm`` runs are calls: the chains,
agents and tools around them repeat their counts and costs, and are set aside. Prompt tokens hold
cached and written ones, the completion holds reasoning. Times without an offset are UTC; costs are
decimals, often as text.
"""

from analyzer.adapter import Column, Format, model_apart

_DETAILS, _OUTPUT_DETAILS = "prompt_token_details", "completion_token_details"
_USAGE = "outputs.usage_metadata"
_ABOUT = "extra.metadata"


def _either(*paths: str) -> str:
    """The first of some paths that holds anything."""
    return f"coalesce({', '.join(f'{{{path}}}' for path in paths)})"


_WRITTEN = _either(f"{_DETAILS}.cache_creation", f"{_USAGE}.input_token_details.cache_creation")
_LIVES = [
    _either(f"{_DETAILS}.{name}", f"{_USAGE}.input_token_details.{name}")
    for name in ("ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens")
]
_WRITTEN_1H = (
    f"coalesce({_LIVES[1]}, {{{_DETAILS}.ephemeral_1hr_input_tokens}}, "
    f"{{{_USAGE}.input_token_details.ephemeral_1hr_input_tokens}})"
)
_FAILED = "({status} = 'error' OR {error} IS NOT NULL)"
_TOOK = "utc_time_us({end_time}) - utc_time_us({start_time})"
_TAGGED = (
    "list_filter(TRY(json_extract_string({tags}, '$[*]')), "
    "lambda tag: starts_with(tag, 'feature:'))[1]"
)


def _or_none(count: str) -> str:
    """A failed call may have no counts; any other must have them."""
    return f"coalesce({count}, CASE WHEN {_FAILED} THEN '0' END)"


FORMAT = Format(
    name="langsmith_runs",
    title="LangSmith runs",
    kinds=("json", "parquet", "csv"),
    table="requests",
    signature=(("run_type", "dotted_order", "trace_id"),),
    where="lower({run_type}) = 'llm'",
    aside="chains, agents and tools, which repeat the counts and costs of the calls they made",
    columns={
        "request_id": Column("{id}", "text"),
        "ts_us": Column("{start_time}", "utc_time"),
        "latency_us": Column(f"CASE WHEN {_TOOK} >= 0 THEN {_TOOK} END", "us"),
        "provider": Column(f"{{{_ABOUT}.ls_provider}}", "text"),
        "model": Column(
            model_apart(
                _either(
                    f"{_ABOUT}.ls_model_name",
                    "extra.invocation_params.model",
                    "extra.invocation_params.model_name",
                ),
                audio=(f"{{{_DETAILS}.audio}}", f"{{{_OUTPUT_DETAILS}.audio}}"),
                image=(),
            ),
            "text",
            "write ls_model_name into the run's metadata",
            reads="extra.metadata.ls_model_name, else extra.invocation_params.model, and + audio "
            "where it holds such tokens",
        ),
        "feature": Column(
            f"coalesce({{{_ABOUT}.feature}}, nullif(substr({_TAGGED}, 9), ''), "
            "{session_name}, {session_id})",
            "text",
        ),
        "user_key": Column(f"{{{_ABOUT}.user_id}}", "digest"),
        "session_key": Column(
            _either(f"{_ABOUT}.session_id", f"{_ABOUT}.thread_id", "trace_id"), "digest"
        ),
        "status": Column(f"CASE WHEN {_FAILED} THEN 'error' END", "text"),
        "service_tier": Column("{extra.invocation_params.service_tier}", "text"),
        "input_tokens": Column(
            _or_none(_either("prompt_tokens", f"{_USAGE}.input_tokens")), "tokens"
        ),
        "cached_input_tokens": Column(
            _either(f"{_DETAILS}.cache_read", f"{_USAGE}.input_token_details.cache_read"), "tokens"
        ),
        # The sum of the writes may stand beside their lives, or instead of them.
        "cache_write_tokens": Column(
            f"coalesce(count_of({_LIVES[0]}), greatest(coalesce(count_of({_WRITTEN}), 0) - "
            f"coalesce(count_of({_WRITTEN_1H}), 0), 0))",
            "tokens",
        ),
        "cache_write_1h_tokens": Column(_WRITTEN_1H, "tokens"),
        "output_tokens": Column(
            _or_none(_either("completion_tokens", f"{_USAGE}.output_tokens")), "tokens"
        ),
        "reasoning_tokens": Column(
            _either(f"{_OUTPUT_DETAILS}.reasoning", f"{_USAGE}.output_token_details.reasoning"),
            "tokens",
        ),
        "prompt_chars": Column(
            "coalesce(nullif(chars_at({inputs}, '$.messages'), 0), "
            "chars_at({inputs}, '$.prompts'))",
            "count",
        ),
        "prompt_key": Column(
            "CASE WHEN {inputs} IS NOT NULL AND {inputs} <> '{}' "
            "THEN concat_ws(chr(30), {inputs}, {extra.invocation_params}) END",
            "digest",
        ),
        "logged_cost_pico": Column("{total_cost}", "usd"),
    },
)
