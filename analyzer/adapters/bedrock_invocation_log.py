"""AWS Bedrock's model invocation log, as it lies in S3: one JSON object a line, often packed.

Documentation: https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html.
Counts leave out what was read from and written to a cache; how much of the writing is kept for an
hour stands in the answer only. A stream's answer is the list of its chunks, the last of which
tells the latency. Texts stand there unless their delivery is off or they are larger than 100 kB.
A failed request has an ``errorCode`` and no counts. ``modelId`` is a model, or the ARN of an
inference profile; one that the user made hides the model unless the answer names it.

Any key of the metadata names the feature with ``--feature requestMetadata.team``.
"""

from analyzer.adapter import Column, Format, json_values

# What an answer depends on, of Converse and of the models' own bodies.
_GENERATION_INPUTS = (
    "system", "messages", "prompt", "inputText", "texts", "input_text", "message", "chat_history",
    "inferenceConfig", "toolConfig", "additionalModelRequestFields", "guardrailConfig", "tools",
    "tool_choice", "max_tokens", "temperature", "top_p", "top_k", "stop_sequences", "stop",
    "thinking", "output_config", "textGenerationConfig", "max_gen_len", "schemaVersion",
)  # fmt: skip
_HAS_PROMPT = "coalesce({body.messages}, {body.prompt}, {body.inputText}, {body.texts}) IS NOT NULL"
_PROFILE = r"regexp_extract({modelId}, ':application-inference-profile/(.+)$', 1)"
_ROLE = "regexp_extract({identity.arn}, ':assumed-role/([^/]+)', 1)"
_IS_STREAM = "starts_with({answer}, '[')"
_METRICS = "amazon-bedrock-invocationMetrics"
_FAILED = "{errorCode} IS NOT NULL"


def _last(path: str) -> str:
    """The text at a path in the last of a stream's chunks that holds it."""
    found = f"TRY(json_extract_string({{answer}}, '$[*].{path}'))"
    return f"CASE WHEN {_IS_STREAM} THEN {found}[-1] END"


def _chars(*paths: str) -> str:
    """The characters of the texts at some paths, each of which goes through a list."""
    return " + ".join(f"strings_chars(TRY(json_extract({{answer}}, '${path}')))" for path in paths)


_STREAM_CHARS = _chars(
    "[*].contentBlockDelta.delta.text", "[*].delta.text", "[*].outputText", "[*].generation",
    "[*].completion", "[*].text",
)  # fmt: skip
_ANSWER_CHARS = "coalesce(length({answer.generation}), length({answer.completion}), " + _chars(
    ".output.message.content[*].text", ".content[*].text", ".results[*].outputText",
    ".outputs[*].text", ".choices[*].message.content",
) + ")"  # fmt: skip
_WRITTEN = "coalesce({input.cacheWriteInputTokenCount}, {answer.usage.cacheWriteInputTokens})"
_WRITTEN_1H = (
    "coalesce({answer.usage.cache_creation.ephemeral_1h_input_tokens}, "
    + _last("message.usage.cache_creation.ephemeral_1h_input_tokens")
    + ")"
)
_NAMED = "coalesce({answer.model}, " + _last("message.model") + ")"

FORMAT = Format(
    name="bedrock_invocation_log",
    title="AWS Bedrock model invocation log",
    kinds=("json",),
    table="requests",
    signature=(("schemaType=ModelInvocationLog",),),
    counts="exclusive",
    # Bodies may be JSON, or JSON inside a string.
    roots={
        "body": "TRY(json_extract_string({input}, '$.inputBodyJson'))",
        "answer": "TRY(json_extract_string({output}, '$.outputBodyJson'))",
    },
    columns={
        "request_id": Column("{requestId}", "text"),
        "ts_us": Column("{timestamp}", "utc_time"),
        "latency_us": Column(
            f'coalesce({{answer.metrics.latencyMs}}, {{answer."{_METRICS}".invocationLatency}}, '
            + _last(f'"{_METRICS}".invocationLatency')
            + ", "
            + _last("metadata.metrics.latencyMs")
            + ")",
            "ms",
            reads="the answer's metrics: latencyMs or invocationLatency",
        ),
        "provider": Column("'aws'", "text", reads="aws, in whose log it stands"),
        "model": Column(
            f"CASE WHEN {_PROFILE} <> '' THEN coalesce('anthropic.' || {_NAMED}, {{modelId}}) "
            "ELSE {modelId} END",
            "text",
            reads="modelId; of an application's inference profile, the model that the answer names",
        ),
        "feature": Column(
            f"coalesce({{requestMetadata.feature}}, nullif({_PROFILE}, ''), nullif({_ROLE}, ''))",
            "text",
            reads="requestMetadata.feature, else the application's inference profile, else the "
            "role in identity.arn",
        ),
        "user_key": Column("{identity.arn}", "digest"),
        "status": Column("{errorCode}", "text"),
        "input_tokens": Column(
            f"coalesce({{input.inputTokenCount}}, CASE WHEN {_FAILED} THEN '0' END)", "tokens"
        ),
        "cached_input_tokens": Column(
            "coalesce({input.cacheReadInputTokenCount}, {answer.usage.cacheReadInputTokens})",
            "tokens",
        ),
        "cache_write_tokens": Column(
            f"greatest(coalesce(count_of({_WRITTEN}), 0) - coalesce(count_of({_WRITTEN_1H}), 0), "
            "0)",
            "tokens",
            reads="input.cacheWriteInputTokenCount, less what is written for an hour",
        ),
        "cache_write_1h_tokens": Column(
            _WRITTEN_1H, "tokens", reads="the answer's usage.cache_creation"
        ),
        # An embedding has no output.
        "output_tokens": Column(
            f"coalesce({{output.outputTokenCount}}, CASE WHEN {_FAILED} OR "
            "contains({modelId}, 'embed') THEN '0' END)",
            "tokens",
        ),
        "prompt_chars": Column(
            "coalesce(chars_at({body}, '$.messages') + coalesce(chars_at({body}, '$.system'), 0), "
            "chars_at({body}, '$.prompt'), chars_at({body}, '$.inputText'))",
            "count",
        ),
        "response_chars": Column(
            f"CASE WHEN {_IS_STREAM} THEN {_STREAM_CHARS} WHEN {{answer}} IS NOT NULL "
            f"THEN {_ANSWER_CHARS} END",
            "count",
            reads="the texts of output.outputBodyJson",
        ),
        "prompt_key": Column(
            f"CASE WHEN {_HAS_PROMPT} THEN {json_values('body', _GENERATION_INPUTS)} END", "digest"
        ),
        "prefix_key": Column(
            "nullif(concat_ws(chr(30), {body.system}, {body.tools}, {body.toolConfig.tools}), '')",
            "digest",
        ),
    },
)
