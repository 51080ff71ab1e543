"""OpenTelemetry traces as OTLP-JSON: GenAI and OpenInference spans, as a collector writes them.

Documentation: https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/,
https://arize-ai.github.io/openinference/spec/semantic_conventions.html and, for the file,
https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding. The input SHOULD hold cached and
written tokens, the output reasoning; where older instrumentations leave them out, cached and
written tokens exceed the input. Claude Code's own spans always leave them out. Only calls of a
model are loaded: tools, chains, workflows and agents are set aside, and so is a call that holds
other calls (an agent, or two instrumentations of one client), since it repeats their tokens. A
span that was sent twice is one span, whatever file it stands in. Contents are only there where the
application opted in, as GenAI messages or flattened as by OpenInference and OpenLLMetry.

Any attribute names the feature with ``--feature 'attributes."my.key"'``, one of the resource with
``--feature 'resource."my.key"'``.
"""

from analyzer.adapter import Column, Format, model_apart


def _first(*keys: str) -> str:
    """The first attribute that holds anything."""
    found = [f'{{attributes."{key}"}}' for key in keys]
    return f"coalesce({', '.join(found)})" if len(found) > 1 else found[0]


_OPERATION = _first("gen_ai.operation.name")
_CALLS = "('chat', 'text_completion', 'generate_content', 'embeddings')"
_NO_CALLS = (
    "('invoke_agent', 'create_agent', 'execute_tool', 'invoke_workflow', 'plan', 'retrieval')"
)
_IS_CLAUDE_CODE = "coalesce(starts_with({name}, 'claude_code.'), false)"
_IS_EMBEDDING = f"""(coalesce({_OPERATION} = 'embeddings', false)
    OR coalesce(upper({_first("openinference.span.kind")}) = 'EMBEDDING', false))"""

_MODEL = _first(
    "gen_ai.response.model", "gen_ai.request.model", "llm.response.model_name", "llm.model_name",
    "llm.request.model_name", "embedding.model_name", "ai.response.model", "ai.model.id",
    "model",
)  # fmt: skip
_INPUT = _first(
    "gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt",
    "llm.usage.prompt_tokens", "ai.usage.inputTokens", "ai.usage.promptTokens",
    "ai.usage.tokens", "input_tokens",
)  # fmt: skip
_OUTPUT = _first(
    "gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.token_count.completion",
    "llm.usage.completion_tokens", "ai.usage.outputTokens", "ai.usage.completionTokens",
    "output_tokens",
)  # fmt: skip
_CACHED = _first(
    "gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens",
    "gen_ai.usage.cached_input_tokens", "gen_ai.usage.input_tokens.cached",
    "llm.token_count.prompt_details.cache_read", "llm.token_count.prompt_details.cache_input",
    "ai.usage.cachedInputTokens", "cache_read_tokens",
)  # fmt: skip
_WRITTEN = _first(
    "gen_ai.usage.cache_creation.input_tokens", "gen_ai.usage.cache_write.input_tokens",
    "gen_ai.usage.cache_creation_input_tokens", "llm.token_count.prompt_details.cache_write",
    "cache_creation_tokens",
)  # fmt: skip
_REASONING = _first(
    "gen_ai.usage.reasoning.output_tokens", "gen_ai.usage.reasoning_tokens",
    "llm.token_count.completion_details.reasoning", "ai.usage.reasoningTokens",
)  # fmt: skip

# Each producer says in its own way which of its spans is a call.
_IS_CALL = f"""CASE
    WHEN {_IS_CLAUDE_CODE} THEN {{name}} = 'claude_code.llm_request'
    WHEN {_first("openinference.span.kind")} IS NOT NULL
      THEN upper({_first("openinference.span.kind")}) IN ('LLM', 'EMBEDDING')
    WHEN {_first("ai.operationId")} IS NOT NULL THEN contains({_first("ai.operationId")}, '.do')
    WHEN {_OPERATION} IN {_CALLS} THEN true
    WHEN {_OPERATION} IN {_NO_CALLS} OR {_first("traceloop.span.kind")} IS NOT NULL THEN false
    WHEN {_first("llm.request.type")} IS NOT NULL
      THEN {_first("llm.request.type")} IN ('chat', 'completion', 'embedding')
    ELSE {_MODEL} IS NOT NULL AND {_INPUT} IS NOT NULL END"""
_FAILED = f"""({{status.code}} IN ('2', 'STATUS_CODE_ERROR')
    OR {_first("error.type")} IS NOT NULL OR {_first("success")} = 'false')"""
_NO_USAGE = "the instrumentation logs no usage for this call (streams often need an option)"

_MESSAGES = _first("gen_ai.input.messages")
_FLAT = ("llm.input_messages.", "gen_ai.prompt.", "llm.prompts.")
_SYSTEM = _first("gen_ai.system_instructions")
_TOOLS = _first("gen_ai.tool.definitions")
# What an answer depends on besides. The model is left out: the replay adds it where needed.
_PARAMETERS = ", ".join(
    f"""coalesce({_first(key)}, '')"""
    for key in (
        "gen_ai.request.temperature", "gen_ai.request.top_p", "gen_ai.request.top_k",
        "gen_ai.request.max_tokens", "gen_ai.request.seed", "gen_ai.request.stop_sequences",
        "gen_ai.request.frequency_penalty", "gen_ai.request.presence_penalty",
        "gen_ai.request.choice.count", "gen_ai.output.type", "llm.invocation_parameters",
    )
)  # fmt: skip


def _flattened(macro: str, arguments: dict[str, str]) -> str:
    """A macro over flattened attributes; the list is only read where one stands in it."""
    branches = " ".join(
        f"WHEN contains({{listed}}, '\"{beginning}') THEN {macro}({{listed}}, '{argument}')"
        for beginning, argument in arguments.items()
    )
    return f"CASE {branches} END"


_PROMPT = (
    f"coalesce({_MESSAGES}, {_first('ai.prompt.messages')}, "
    + _flattened("otlp_under", {beginning: beginning for beginning in _FLAT})
    + ")"
)


def _message_chars(messages: str) -> str:
    """The characters of GenAI messages: parts with a content each, or plain contents."""
    parts = f"strings_chars(TRY(json_extract({messages}, '$[*].parts[*].content')))"
    return f"CASE WHEN is_json({messages}) THEN chars_at({messages}, '$') + {parts} END"


_NANOS = "TRY_CAST({endTimeUnixNano} AS DECIMAL(28, 0)) - TRY_CAST({startTimeUnixNano} AS " + (
    "DECIMAL(28, 0))"
)
_SPAN = "lower({traceId}) || ':' || lower({spanId})"

FORMAT = Format(
    name="otlp_traces",
    title="OpenTelemetry traces, OTLP-JSON",
    kinds=("json",),
    table="requests",
    signature=(("resourceSpans",),),
    rows={"source": "{resourceSpans}", "scope": "{scopeSpans}", "span": "{spans}"},
    roots={
        "attributes": "otlp_attributes({attributes})",
        "listed": "{attributes}",
        "resource": "otlp_attributes(TRY(json_extract_string({source.resource}, '$.attributes')))",
        "metadata": """CASE WHEN contains({attributes}, '"metadata"')
            THEN otlp_text({attributes}, 'metadata') END""",
    },
    where=_IS_CALL,
    aside="spans that call no model (tools, chains, agents), or that repeat the tokens of calls "
    "inside them",
    inside=(_SPAN, "lower({traceId}) || ':' || lower({parentSpanId})"),
    columns={
        # Claude Code tells of the same request in its logs, with the same number.
        "request_id": Column(
            f"CASE WHEN {_IS_CLAUDE_CODE} THEN coalesce({_first('request_id')}, {_SPAN}) "
            f"ELSE {_SPAN} END",
            "text",
            reads="traceId and spanId; request_id of a span of Claude Code",
        ),
        "ts_us": Column(
            "nano_seconds({startTimeUnixNano})", "utc_time", reads="startTimeUnixNano, nanoseconds"
        ),
        "latency_us": Column(
            f"CASE WHEN nano_seconds({{startTimeUnixNano}}) IS NOT NULL AND {_NANOS} >= 0 "
            f"THEN ({_NANOS}) * 0.001 END",
            "us",
            reads="endTimeUnixNano, less startTimeUnixNano",
        ),
        "provider": Column(
            "CASE lower({p}) WHEN 'azure.ai.openai' THEN 'azure' WHEN 'az.ai.openai' THEN 'azure' "
            "WHEN 'azure.ai.inference' THEN 'azure' WHEN 'az.ai.inference' THEN 'azure' "
            "WHEN 'gcp.vertex_ai' THEN 'google' WHEN 'gcp.gemini' THEN 'google' "
            "WHEN 'gcp.gen_ai' THEN 'google' WHEN 'gcp.vertex.agent' THEN 'google' "
            r"ELSE regexp_replace(lower({p}), '\.(chat|responses|messages|completion|embedding)$', "
            "'') END".replace(
                "{p}",
                _first(
                    "gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system",
                    "ai.model.provider",
                ),
            ),
            "text",
        ),
        "model": Column(
            model_apart(
                _MODEL,
                audio=(
                    _first("llm.token_count.prompt_details.audio"),
                    _first("llm.token_count.completion_details.audio"),
                ),
                image=(),
            ),
            "text",
            reads="gen_ai.response.model, gen_ai.request.model, llm.model_name, or an older name",
        ),
        "feature": Column(
            "coalesce({metadata.feature}, "
            f"{_first('feature', 'ai.telemetry.functionId')}, "
            "CASE WHEN NOT starts_with({resource.\"service.name\"}, 'unknown_service') "
            'THEN {resource."service.name"} END, '
            f"{_first('gen_ai.workflow.name', 'gen_ai.agent.name')}, "
            '{resource."openinference.project.name"})',
            "text",
        ),
        "user_key": Column(
            _first("user.id", "enduser.id", "ai.telemetry.metadata.userId"), "digest"
        ),
        "session_key": Column(_first("gen_ai.conversation.id", "session.id"), "digest"),
        "status": Column(
            f"CASE WHEN {_FAILED} THEN "
            f"coalesce({_first('http.response.status_code', 'error.type')}, 'error') END",
            "text",
            reads="status.code and error.type",
        ),
        "service_tier": Column(
            f"CASE WHEN {_first('speed')} = 'fast' THEN 'fast' ELSE "
            + _first("openai.response.service_tier", "gen_ai.openai.response.service_tier")
            + " END",
            "text",
        ),
        "input_tokens": Column(
            f"CASE WHEN {_INPUT} IS NULL AND {_FAILED} THEN '0' "
            f"WHEN {_IS_CLAUDE_CODE} AND count_of({_INPUT}) IS NOT NULL "
            f"THEN (count_of({_INPUT}) + coalesce(count_of({_CACHED}), 0) "
            f"+ coalesce(count_of({_WRITTEN}), 0))::VARCHAR ELSE {_INPUT} END",
            "tokens",
            _NO_USAGE,
            reads="gen_ai.usage.input_tokens, llm.token_count.prompt, or an older name of theirs",
        ),
        "cached_input_tokens": Column(
            _CACHED, "tokens", reads="gen_ai.usage.cache_read.input_tokens, or another name of it"
        ),
        "cache_write_tokens": Column(
            _WRITTEN,
            "tokens",
            reads="gen_ai.usage.cache_creation.input_tokens, or another name of it",
        ),
        "output_tokens": Column(
            f"coalesce({_OUTPUT}, CASE WHEN {_FAILED} OR {_IS_EMBEDDING} THEN '0' END)",
            "tokens",
            _NO_USAGE,
            reads="gen_ai.usage.output_tokens, llm.token_count.completion, or an older name of "
            "theirs",
        ),
        "reasoning_tokens": Column(
            _REASONING,
            "tokens",
            reads="gen_ai.usage.reasoning.output_tokens, or another name of it",
        ),
        "prompt_chars": Column(
            f"coalesce({_message_chars(_MESSAGES)} + coalesce({_message_chars(_SYSTEM)}, 0), "
            + _flattened("otlp_chars", {b: b.replace(".", r"\.") + r"\d+\..*content(\.text)?"
                                        for b in _FLAT})
            + ")",
            "count",
            reads="the texts of the messages",
        ),
        "response_chars": Column(
            f"coalesce({_message_chars(_first('gen_ai.output.messages'))}, "
            + _flattened("otlp_chars", {
                "llm.output_messages.": r"llm\.output_messages\.\d+\..*content(\.text)?",
                "gen_ai.completion.": r"gen_ai\.completion\.\d+\.content",
            })
            + f", length({_first('ai.response.text')}))",
            "count",
            reads="the texts of the answer",
        ),
        "prompt_key": Column(
            f"CASE WHEN {_PROMPT} IS NOT NULL THEN concat_ws(chr(30), {_PROMPT}, "
            f"coalesce({_SYSTEM}, ''), coalesce({_TOOLS}, ''), {_PARAMETERS}) END",
            "digest",
            reads="the messages and the parameters of the request",
        ),
        "prefix_key": Column(
            f"nullif(concat_ws(chr(30), {_SYSTEM}, {_TOOLS}), '')", "digest"
        ),
        "logged_cost_pico": Column(_first("gen_ai.usage.cost", "llm.cost.total"), "usd"),
    },
)  # fmt: skip
