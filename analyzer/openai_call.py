"""Where OpenAI's requests and answers hold each canonical column, whatever they are wrapped in.

Documentation: https://platform.openai.com/docs/api-reference/chat/object and
https://platform.openai.com/docs/api-reference/responses/object. A format that logs such calls
names two documents, ``request`` and ``response``. ``prompt_tokens`` and ``input_tokens`` hold
cached and written tokens; the output holds reasoning, save where a compatible server's own total
says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping

from analyzer.adapter import Column, json_values, model_apart

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
_INSTRUCTIONS = "instructions_in({request.messages})"

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
_CONTENT = "{response.choices[0].message.content}"
_MODEL = "coalesce({response.model}, {model}, {request.model})"
_OPENAI_NAME = "(ft:)?(gpt-[^/]*|o[1-9][^/]*|chatgpt-[^/]*|codex-[^/]*|text-[^/]*)"
_NO_USAGE = "streams carry usage only with stream_options.include_usage, in their last chunk"


def _usage(path: str) -> str:
    """The count of the response, or the wrapper's own."""
    return f"coalesce({{response.usage.{path}}}, {{usage.{path}}})"


# Audio and made images have prices of their own; images that are shown cost what text costs.
_AUDIO = tuple(
    _usage(f"{side}_tokens_details.audio_tokens")
    for side in ("prompt", "completion", "input", "output")
)
_MADE_IMAGES = tuple(
    _usage(f"{side}_tokens_details.image_tokens") for side in ("completion", "output")
)
_BYOK = f"flag({_usage('is_byok')})"
# OpenRouter and Groq sell other makers' models at prices of their own, and their usage shows it
# (https://openrouter.ai/docs/use-cases/usage-accounting, https://console.groq.com/docs). A call
# with the customer's own key is billed by the maker; OpenRouter's cost is only its fee then.
_OPENROUTER = (
    f"({_usage('cost_details')} IS NOT NULL OR (starts_with({{response.id}}, 'gen-') AND "
    f"contains({_MODEL}, '/'))) AND NOT coalesce({_BYOK}, false)"
)
_PROVIDER = (
    f"CASE WHEN {_OPENROUTER} THEN 'openrouter' "
    f"WHEN {_usage('queue_time')} IS NOT NULL THEN 'groq' "
    f"WHEN regexp_full_match({_MODEL}, '{_OPENAI_NAME}') AND NOT starts_with({_MODEL}, 'gpt-oss') "
    "THEN 'openai' END"
)


def tier_remark(tier: str) -> Mapping[str, str]:
    """Return a remark on rows of tiers that cost more or less than the list price.

    Documentation: https://platform.openai.com/docs/pricing. ``tier`` is SQL for the tier's name.
    """
    other = f"lower({tier}) IN ('flex', 'priority', 'scale')"
    return {"of the tiers flex, priority or scale: priced at the list price, not the tier's": other}


CALL_COLUMNS: Mapping[str, Column] = {
    "request_id": Column("coalesce({response.id}, {id}, {request_id})", "text"),
    "ts_us": Column(
        "coalesce({timestamp}, {response.created}, {response.created_at})",
        "utc_time",
    ),
    "latency_us": Column("{latency_ms}", "ms"),
    "provider": Column(
        _PROVIDER,
        "text",
        reads="told from the usage (OpenRouter, Groq), else from the model's name (OpenAI)",
    ),
    "model": Column(
        model_apart(_MODEL, audio=_AUDIO, image=_MADE_IMAGES),
        "text",
        reads="response.model, else model, else request.model; and + audio or + image where it "
        "holds tokens of that kind",
    ),
    "feature": Column(
        "coalesce({request.metadata.feature}, {response.metadata.feature}, {metadata.feature})",
        "text",
    ),
    "user_key": Column("coalesce({request.safety_identifier}, {request.user})", "digest"),
    "logged_cost_pico": Column(
        f"CASE WHEN {_OPENROUTER} THEN {_usage('cost')} END", "usd", reads="OpenRouter's usage.cost"
    ),
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
        f"CASE WHEN {_OUTPUT} IS NOT NULL AND {_REASONING_IS_BESIDE} THEN "
        f"(count_of({_OUTPUT}) + count_of({_REASONING}))::VARCHAR ELSE {_OUTPUT} END",
        "tokens",
        _NO_USAGE,
        reads="response.usage.completion_tokens or output_tokens, else usage's; reasoning is added "
        "where the total says that it stands beside them",
    ),
    "reasoning_tokens": Column(_REASONING, "tokens"),
    "prompt_chars": Column(
        "coalesce(CASE WHEN starts_with({request.messages}, '[') "
        "THEN TRY(value_chars({request.messages})) END, "
        "chars_at({request}, '$.messages'), chars_at({request}, '$.input') + "
        "coalesce(chars_at({request}, '$.instructions'), 0))",
        "count",
    ),
    "response_chars": Column(
        f"CASE WHEN NOT starts_with({_CONTENT}, '[') THEN length({_CONTENT}) "
        "WHEN {response.choices} IS NOT NULL THEN "
        "coalesce(chars_at({response}, '$.choices[0].message.content'), 0) "
        "ELSE chars_at({response}, '$.output') END",
        "count",
    ),
    "prompt_key": Column(
        f"CASE WHEN {_HAS_PROMPT} THEN {json_values('request', _GENERATION_INPUTS)} END",
        "digest",
    ),
    "prefix_key": Column(
        f"nullif(concat_ws(chr(30), {_INSTRUCTIONS}, {{request.instructions}}, "
        "{request.tools}, {request.functions}), '')",
        "digest",
    ),
}
