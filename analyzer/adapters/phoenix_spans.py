"""Spans that Arize Phoenix exports from its data frame: CSV, JSON lines or Parquet.

Documentation: https://arize.com/docs/phoenix/tracing/how-to-tracing/importing-and-exporting-traces
and https://arize-ai.github.io/openinference/spec/semantic_conventions.html. Columns are named by
their flat, dotted path. The prompt's count holds what was read from and written to a cache, the
completion's holds reasoning. Only model calls are loaded: chains and agents repeat the counts of
their calls. Times without an offset are UTC; pandas writes them as milliseconds to JSON.
"""

from analyzer.adapter import Column, Format, model_apart


def _at(*names: str) -> str:
    """The first of some columns that holds anything; a column's name is one name, dots and all."""
    found = [f'{{"{name}"}}' for name in names]
    return f"coalesce({', '.join(found)})" if len(found) > 1 else found[0]


def _attribute(*names: str) -> str:
    return _at(*(f"attributes.{name}" for name in names))


def _time(name: str) -> str:
    """A time as text; pandas writes whole milli-, micro- or nanoseconds without saying which."""
    text = _at(name)
    number = f"TRY_CAST({text} AS DECIMAL(28, 0))"
    return (
        rf"CASE WHEN NOT regexp_full_match({text}, '\d+') OR length({text}) < 12 THEN {text} "
        f"WHEN length({text}) < 15 THEN ({number} * 0.001)::VARCHAR "
        f"WHEN length({text}) < 18 THEN ({number} * 0.000001)::VARCHAR "
        f"ELSE nano_seconds({text})::VARCHAR END"
    )


_COUNT = "llm.token_count"
_KIND = f"upper({_at('span_kind', 'attributes.openinference.span.kind')})"
_MODEL = _attribute(
    "llm.response.model_name", "llm.model_name", "embedding.model_name", "llm.request.model_name"
)
_FAILED = f"upper({_at('status_code')}) = 'ERROR'"
_START, _END = f"utc_time_us({_time('start_time')})", f"utc_time_us({_time('end_time')})"
_NO_USAGE = "the instrumentation logs no usage for this call (streams often need an option)"
_SPAN = _at("context.span_id")
_TRACE = f"coalesce({_at('context.trace_id')}, '')"

FORMAT = Format(
    name="phoenix_spans",
    title="Arize Phoenix spans",
    kinds=("csv", "json", "parquet"),
    table="requests",
    signature=(
        ('"context.span_id"', '"attributes.openinference.span.kind"'),
        ('"context.span_id"', '"attributes.llm.model_name"'),
        ('"context.span_id"', "span_kind", "start_time"),
    ),
    roots={
        "metadata": _attribute("metadata"),
        "tags": _attribute("tag.tags"),
        "asked": _attribute("llm.input_messages"),
        "answered": _attribute("llm.output_messages"),
    },
    where=f"{_KIND} IN ('LLM', 'EMBEDDING')",
    aside="spans that call no model (tools, chains, agents), or that repeat the tokens of calls "
    "inside them",
    inside=(f"{_TRACE} || ':' || {_SPAN}", f"{_TRACE} || ':' || {_at('parent_id')}"),
    columns={
        "request_id": Column(
            f"coalesce({_at('context.trace_id')} || ':', '') || {_SPAN}",
            "text",
            reads="context.trace_id and context.span_id",
        ),
        "ts_us": Column(_time("start_time"), "utc_time", reads="start_time"),
        "latency_us": Column(
            f"CASE WHEN {_END} >= {_START} THEN {_END} - {_START} END",
            "us",
            reads="end_time, less start_time",
        ),
        "provider": Column(f"lower({_attribute('llm.provider', 'llm.system')})", "text"),
        "model": Column(
            model_apart(
                _MODEL,
                audio=(
                    _attribute(f"{_COUNT}.prompt_details.audio"),
                    _attribute(f"{_COUNT}.completion_details.audio"),
                ),
                image=(),
            ),
            "text",
        ),
        "feature": Column("coalesce({metadata.feature}, {tags[0]})", "text"),
        "user_key": Column(_attribute("user.id"), "digest"),
        "session_key": Column(_attribute("session.id"), "digest"),
        "status": Column(f"CASE WHEN {_FAILED} THEN 'error' END", "text"),
        "input_tokens": Column(
            f"coalesce({_attribute(f'{_COUNT}.prompt')}, CASE WHEN {_FAILED} THEN '0' END)",
            "tokens",
            _NO_USAGE,
        ),
        "cached_input_tokens": Column(
            _attribute(
                f"{_COUNT}.prompt_details.cache_read", f"{_COUNT}.prompt_details.cache_input"
            ),
            "tokens",
        ),
        "cache_write_tokens": Column(_attribute(f"{_COUNT}.prompt_details.cache_write"), "tokens"),
        "output_tokens": Column(
            f"coalesce({_attribute(f'{_COUNT}.completion')}, "
            f"CASE WHEN {_FAILED} OR {_KIND} = 'EMBEDDING' THEN '0' END)",
            "tokens",
            _NO_USAGE,
        ),
        "reasoning_tokens": Column(_attribute(f"{_COUNT}.completion_details.reasoning"), "tokens"),
        "prompt_chars": Column(
            "strings_chars(TRY(json_extract({asked}, '$[*].\"message.content\"')))", "count"
        ),
        "response_chars": Column(
            "strings_chars(TRY(json_extract({answered}, '$[*].\"message.content\"')))", "count"
        ),
        "prompt_key": Column(
            f"CASE WHEN {{asked}} IS NOT NULL THEN {{asked}} || chr(30) || "
            f"coalesce({_attribute('llm.invocation_parameters')}, '') END",
            "digest",
        ),
        "logged_cost_pico": Column(_attribute("llm.cost.total"), "usd"),
    },
)
