"""Langfuse's export of observations: CSV, JSON, JSON lines or Parquet, in either spelling of names.

Documentation: https://langfuse.com/docs/api-and-data-platform/features/export-from-ui,
https://langfuse.com/docs/api-and-data-platform/features/export-to-blob-storage and, for the counts,
https://langfuse.com/docs/observability/features/token-and-cost-tracking. Only generations and
embeddings are calls; what else a trace holds is set aside. Langfuse's own counts leave each other
out: the input is the sum of the ``input*`` keys, the output that of the ``output*`` keys. Whoever
sends counts by hand may nest them; then their ``total`` tells, where it fits some reading. The
unit of ``latency`` has changed over the years, so times are subtracted instead.

Langfuse works a cost out where it knows a price. Where it knows none it writes no parts of the
cost, and a zero beside no parts is no cost.
"""

from analyzer.adapter import Column, Format, model_apart

_USAGE = "coalesce({usageDetails}, {usage_details})"
_READ = ("input_cached_tokens", "input_cache_read", "cache_read_input_tokens")
_WRITTEN = (
    "input_cache_creation", "cache_creation_input_tokens", "input_cache_write",
    "input_cache_write_tokens",
)  # fmt: skip
_INPUT_ITSELF = ("input", "input_tokens", "prompt_tokens")
_OUTPUT_ITSELF = ("output", "output_tokens", "completion_tokens")


def _first(*keys: str) -> str:
    """The first of some counts that the usage holds, or 0."""
    return f"coalesce({', '.join(f'count_of({{usage.{key}}})' for key in keys)}, 0)"


def _among(*keys: str) -> str:
    return f"entry.key IN ({', '.join(map(repr, keys))})"


def _sum(condition: str) -> str:
    """The sum of the counts of which a condition on ``entry.key`` holds; NULL without any.

    One count below zero spoils the sum.
    """
    parts = f"map_entries(TRY_CAST(TRY_CAST({_USAGE} AS JSON) AS MAP(VARCHAR, DOUBLE)))"
    found = f"list_filter({parts}, lambda entry: {condition})"
    whole = "CASE WHEN entry.value < 0 THEN -1e18 ELSE entry.value END"
    return f"list_sum(list_transform({found}, lambda entry: {whole}))::VARCHAR"


_SUMS = {
    "inputs": _sum(
        f"starts_with(entry.key, 'input') OR {_among(*_READ, *_WRITTEN, *_INPUT_ITSELF)}"
    ),
    "outputs": _sum(f"starts_with(entry.key, 'output') OR {_among(*_OUTPUT_ITSELF)}"),
    "audio": _sum("regexp_matches(entry.key, '^(input|output)(_cached)?_audio')"),
    "images": _sum("starts_with(entry.key, 'output_image')"),
}
"""What is worked out once per row, by any key: the rest are counts by name."""
_INPUTS, _OUTPUTS = "count_of({inputs})", "count_of({outputs})"
_OUTPUT_ALONE = _first(*_OUTPUT_ITSELF)
_TOTAL = "nullif(coalesce(count_of({usage.total}), count_of({usage.total_tokens})), 0)"
_FAILED = "upper({level}) = 'ERROR'"


def _leaves_an_input(output: str) -> str:
    """Whether the total less some output can be the input: with all of its parts, or with none."""
    return f"{_TOTAL} - {output} BETWEEN {_first(*_INPUT_ITSELF)} AND {_INPUTS}"


def _count(apart: str, nested: str, otherwise: str, older: str) -> str:
    """SQL for a count: as the total tells, or the sum of its parts, or an older column."""
    return f"""CASE WHEN {_USAGE} IS NULL THEN {older}
        WHEN {_leaves_an_input(f"coalesce({_OUTPUTS}, 0)")} THEN ({apart})::VARCHAR
        WHEN {_leaves_an_input(_OUTPUT_ALONE)} THEN ({nested})::VARCHAR
        ELSE {otherwise} END"""


def _or_none(count: str) -> str:
    """A failed call may have no counts; any other must have them."""
    return f"coalesce({count}, CASE WHEN {_FAILED} THEN '0' END)"


_INPUT = _count(
    f"{_TOTAL} - coalesce({_OUTPUTS}, 0)",
    f"{_TOTAL} - {_OUTPUT_ALONE}",
    # What cannot be summed is passed on as it stands, for the row to be rejected with.
    "coalesce({inputs}, {usage.input})",
    "coalesce({inputUsage}, {promptTokens})",
)
_OUTPUT = _count(
    f"coalesce({_OUTPUTS}, 0)",
    _OUTPUT_ALONE,
    # An embedding has an input and no output.
    "coalesce({outputs}, {usage.output}, CASE WHEN {inputs} IS NOT NULL THEN '0' END)",
    "coalesce({outputUsage}, {completionTokens})",
)
_SPLIT = "count_of({usage.input_cache_creation_5m})", "count_of({usage.input_cache_creation_1h})"
_WRITTEN_5M = (
    f"coalesce({_SPLIT[0]}, 0) + CASE WHEN coalesce({', '.join(_SPLIT)}) IS NOT NULL AND "
    f"{_first(*_WRITTEN)} = coalesce({_SPLIT[0]}, 0) + coalesce({_SPLIT[1]}, 0) "
    f"THEN 0 ELSE {_first(*_WRITTEN)} END"
)
_STARTS = "coalesce({startTime}, {start_time})"
_ENDS = "utc_time_us(coalesce({endTime}, {end_time}))"
_TOOK = f"{_ENDS} - utc_time_us({_STARTS})"
_TAGS = "TRY(json_extract_string(coalesce({traceTags}, {trace_tags}, {tags}), '$[*]'))"
_TAGGED = f"list_filter({_TAGS}, lambda tag: starts_with(tag, 'feature:'))[1]"
# Tags that a gateway adds by itself name no feature.
_OTHER_TAG = (
    f"list_filter({_TAGS}, lambda tag: NOT starts_with(tag, 'User-Agent:') "
    "AND NOT starts_with(tag, 'cache_hit:'))[1]"
)
_COST = "coalesce({totalCost}, {total_cost}, {costs.total})"
_NO_PARTS = "coalesce({costs}, '{}') = '{}'"


def _chars(text: str) -> str:
    """SQL for the characters of a message or of messages; of other text, its own."""
    parts = f"nullif(TRY(value_chars({text})), 0)"
    places = ("$.messages", "$.content", "$.choices[0].message.content")
    inside = ", ".join(f"nullif(chars_at({text}, '{place}'), 0)" for place in places)
    return (
        f"coalesce(CASE WHEN starts_with({text}, '[') THEN {parts} END, {inside}, length({text}))"
    )


FORMAT = Format(
    name="langfuse_observations",
    title="Langfuse observations",
    kinds=("json", "csv", "parquet"),
    table="requests",
    signature=(("traceId", "usageDetails", "type"), ("trace_id", "usage_details", "type")),
    roots={
        "usage": _USAGE,
        **_SUMS,
        "costs": "coalesce({costDetails}, {cost_details})",
        "parameters": "coalesce({modelParameters}, {model_parameters})",
    },
    where="upper({type}) IN ('GENERATION', 'EMBEDDING')",
    aside="spans, events and tools, which are no calls: their cost stands in the calls they made",
    columns={
        "request_id": Column("{id}", "text"),
        "ts_us": Column(_STARTS, "utc_time"),
        "latency_us": Column(
            f"CASE WHEN {_TOOK} >= 0 THEN {_TOOK} ELSE ms_us({{latencyMs}}) END", "us"
        ),
        "provider": Column("{metadata.ls_provider}", "text"),
        "model": Column(
            model_apart(
                "coalesce({model}, {providedModelName}, {provided_model_name})",
                audio=("{audio}",),
                image=("{images}",),
            ),
            "text",
            reads="model, else the provided model's name, and + audio or + image where it holds "
            "tokens of that kind",
        ),
        "feature": Column(
            f"coalesce({{metadata.feature}}, nullif(substr({_TAGGED}, 9), ''), {{traceName}}, "
            f"{{trace_name}}, {{promptName}}, {{prompt_name}}, {_OTHER_TAG})",
            "text",
        ),
        "user_key": Column("coalesce({userId}, {user_id})", "digest"),
        "session_key": Column(
            "coalesce({sessionId}, {session_id}, {traceId}, {trace_id})", "digest"
        ),
        "status": Column(f"CASE WHEN {_FAILED} THEN 'error' END", "text"),
        "service_tier": Column("{parameters.service_tier}", "text"),
        "input_tokens": Column(
            _or_none(_INPUT),
            "tokens",
            "the trace was sent without usage",
            reads="the input parts of usageDetails, as its total tells",
        ),
        "cached_input_tokens": Column(_first(*_READ), "tokens"),
        "cache_write_tokens": Column(_WRITTEN_5M, "tokens"),
        "cache_write_1h_tokens": Column("{usage.input_cache_creation_1h}", "tokens"),
        "output_tokens": Column(
            _or_none(_OUTPUT),
            "tokens",
            "the trace was sent without usage",
            reads="the output parts of usageDetails, as its total tells",
        ),
        "reasoning_tokens": Column(_first("output_reasoning_tokens", "output_reasoning"), "tokens"),
        "prompt_chars": Column(_chars("{input}"), "count"),
        "response_chars": Column(_chars("{output}"), "count"),
        "prompt_key": Column(
            "CASE WHEN {input} IS NOT NULL THEN concat_ws(chr(30), {input}, {parameters}) END",
            "digest",
        ),
        "logged_cost_pico": Column(
            f"CASE WHEN usd_pico({_COST}) = 0 AND {_NO_PARTS} THEN NULL ELSE {_COST} END", "usd"
        ),
        # LiteLLM says so in the metadata it sends; an answer that cost something was none.
        "served_from_cache": Column(
            f"CASE WHEN lower({{metadata.cache_hit}}) = 'true' AND "
            f"coalesce(usd_pico({_COST}), 0) = 0 THEN 'true' END",
            "flag",
        ),
    },
)
