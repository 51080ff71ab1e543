"""Raw Gemini answers of the Gemini API and Vertex AI, bare or wrapped with their request.

Documentation: https://ai.google.dev/api/generate-content#UsageMetadata and
https://cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/GenerateContentResponse.
``promptTokenCount`` holds cached tokens; what tools put into the prompt stands beside it, and
thoughts beside ``candidatesTokenCount``: both are added. Counts of 0 are left out of an answer.
Audio and made images have prices of their own, so such an answer is loaded under ``<model> +
audio`` or ``<model> + image``, which nothing prices.
"""

from analyzer.adapter import Column, Format, json_values, model_apart

_USAGE = "response.usageMetadata"
_GENERATION_INPUTS = (
    "contents", "systemInstruction", "system_instruction", "tools", "toolConfig", "tool_config",
    "generationConfig", "generation_config", "safetySettings", "cachedContent",
)  # fmt: skip


def _count(name: str) -> str:
    return f"{{{_USAGE}.{name}}}"


def _of_kind(details: str, modality: str) -> str:
    """SQL for the tokens of one modality in a list of ``{modality, tokenCount}``."""
    counts = (
        f"list_transform(json_extract({_count(details)}, '$[*]'), lambda d: CASE WHEN "
        f"(d ->> '$.modality') = '{modality}' THEN count_of(d ->> '$.tokenCount') END)"
    )
    return f"TRY(list_sum({counts}))"


def _sum(*names: str) -> str:
    """SQL for the sum of counts of which some may be left out; one that is no count stays."""
    unread = " ".join(
        f"WHEN {_count(n)} IS NOT NULL AND count_of({_count(n)}) IS NULL THEN {_count(n)}"
        for n in names
    )
    counts = " + ".join(f"coalesce(count_of({_count(n)}), 0)" for n in names)
    return (
        f"CASE WHEN {_count('promptTokenCount')} IS NULL THEN NULL {unread} "
        f"ELSE ({counts})::VARCHAR END"
    )


FORMAT = Format(
    name="google_raw",
    title="raw Gemini answers",
    kinds=("json",),
    table="requests",
    signature=(
        ("usageMetadata.promptTokenCount",),
        ("response.usageMetadata.promptTokenCount",),
    ),
    roots={"response": "coalesce({response}, {@})"},
    columns={
        "request_id": Column("coalesce({response.responseId}, {id}, {request_id})", "text"),
        "ts_us": Column(
            "coalesce({timestamp}, {response.createTime})",
            "utc_time",
            'write {"timestamp": ..., "response": ...} around an answer without createTime',
        ),
        "latency_us": Column("{latency_ms}", "ms"),
        "provider": Column("'google'", "text"),
        "model": Column(
            model_apart(
                "coalesce({response.modelVersion}, {model}, {request.model})",
                audio=(
                    _of_kind("promptTokensDetails", "AUDIO"),
                    _of_kind("candidatesTokensDetails", "AUDIO"),
                ),
                image=(_of_kind("candidatesTokensDetails", "IMAGE"),),
            ),
            "text",
            reads="response.modelVersion, else model, else request.model; and + audio or + image "
            "where it holds tokens of that kind",
        ),
        "feature": Column("coalesce({request.labels.feature}, {metadata.feature})", "text"),
        "status": Column(
            "CASE WHEN {response.promptFeedback.blockReason} IS NOT NULL THEN 'blocked' END", "text"
        ),
        "input_tokens": Column(_sum("promptTokenCount", "toolUsePromptTokenCount"), "tokens"),
        "cached_input_tokens": Column(_count("cachedContentTokenCount"), "tokens"),
        "output_tokens": Column(
            _sum("candidatesTokenCount", "thoughtsTokenCount"),
            "tokens",
            reads=f"{_USAGE}.candidatesTokenCount and thoughtsTokenCount, added",
        ),
        "reasoning_tokens": Column(_count("thoughtsTokenCount"), "tokens"),
        "response_chars": Column(
            "TRY(strings_chars(json_extract({response.candidates}, '$[0].content.parts[*].text')))",
            "count",
        ),
        "prompt_key": Column(
            "CASE WHEN {request.contents} IS NOT NULL THEN "
            f"{json_values('request', _GENERATION_INPUTS)} END",
            "digest",
        ),
        "prefix_key": Column(
            "nullif(concat_ws(chr(30), {request.systemInstruction}, {request.tools}), '')", "digest"
        ),
    },
)
