"""Helicone's requests: rows of its API or export tool, and dumps of its ClickHouse table.

Documentation: https://docs.helicone.ai/rest/request/post-v1requestquery-clickhouse and
https://docs.helicone.ai/features/advanced-usage/custom-properties. Three generations of counts are
in use. Old rows hold the provider's own: OpenAI's prompt holds cached tokens, Anthropic's does not.
New rows leave cached and written tokens out of the prompt, and the newest reasoning out of the
completion. Nothing in a row says which it is, so a row is read as inclusive unless something proves
otherwise: Anthropic or Bedrock as its provider, reasoning that is counted apart, a total or a
stored answer that only fits disjoint counts, or more cached than prompt tokens. A new row without
such proof is read too small, never too large, and its logged cost shows it.

``cost`` is dollars in the API's rows and billionths of a dollar in ClickHouse. It is 0 where
Helicone knows no price, which is no cost. An answer from Helicone's own cache refers to the request
that filled it, costs nothing, and its tokens are written as 0. Bodies may stand elsewhere; then a
request has no key. A status below 0 is Helicone's own: no answer came.
"""

from analyzer.adapter import Column, Format, json_values, model_apart

_GENERATION_INPUTS = (
    "system", "messages", "input", "instructions", "prompt", "contents", "systemInstruction",
    "tools", "tool_choice", "functions", "function_call", "response_format", "text", "temperature",
    "top_p", "top_k", "n", "stop", "stop_sequences", "seed", "max_tokens", "max_completion_tokens",
    "max_output_tokens", "presence_penalty", "frequency_penalty", "logit_bias", "reasoning",
    "reasoning_effort", "thinking", "verbosity", "modalities", "prediction", "generationConfig",
)  # fmt: skip
_HAS_PROMPT = (
    "coalesce({request_body.messages}, {request_body.input}, {request_body.prompt}, "
    "{request_body.contents}) IS NOT NULL"
)


def _count(path: str) -> str:
    return f"coalesce(count_of({{{path}}}), 0)"


_PROMPT, _COMPLETION = _count("prompt_tokens"), _count("completion_tokens")
_REASONING = _count("reasoning_tokens")
_APART = f"({_count('prompt_cache_read_tokens')} + {_count('prompt_cache_write_tokens')})"
_ANSWERED = "coalesce({response_body.usage.prompt_tokens}, {response_body.usage.input_tokens})"
_DISJOINT = f"""(upper({{provider}}) IN ('ANTHROPIC', 'AWS', 'BEDROCK') OR {_REASONING} > 0
    OR count_of({_ANSWERED}) = {_PROMPT} + {_APART}
    OR count_of({{total_tokens}}) = {_PROMPT} + {_APART} + {_COMPLETION} + {_REASONING})"""
_STATUS = "coalesce({response_status}, {status})"
_ANSWER_CAME = f"coalesce(TRY_CAST({_STATUS} AS DOUBLE) BETWEEN 200 AND 299, true)"
_CACHED = "{cache_reference_id} <> '00000000-0000-0000-0000-000000000000'"
_IN_BILLIONTHS = "({organization_id} IS NOT NULL AND {response_status} IS NULL)"
_DOLLARS = f"""coalesce({{costUSD}}, CASE WHEN {_IN_BILLIONTHS} THEN
    (TRY_CAST({{cost}} AS DECIMAL(26, 0)) * 0.000000001)::VARCHAR ELSE {{cost}} END)"""
_NO_USAGE = "the answer's body was not kept, or its stream had no usage"


def _property(name: str) -> str:
    return f"{{request_properties.{name}}}, {{properties.{name}}}"


def _or_none(path: str) -> str:
    """A failed call may have no counts; any other must have them."""
    return f"coalesce({{{path}}}, CASE WHEN NOT {_ANSWER_CAME} THEN '0' END)"


FORMAT = Format(
    name="helicone",
    title="Helicone requests",
    kinds=("json", "csv"),
    table="requests",
    signature=(
        ("request_id", "request_created_at", "response_status"),
        ("response_id", "request_created_at", "response_status", "prompt_tokens"),
        ("request_id", "request_created_at", "organization_id", "status", "latency", "cost"),
    ),
    columns={
        "request_id": Column("coalesce({request_id}, {response_id})", "text"),
        "ts_us": Column("{request_created_at}", "utc_time"),
        "latency_us": Column("coalesce({delay_ms}, {latency})", "ms"),
        "provider": Column(
            "CASE upper({provider}) WHEN 'X' THEN 'x-ai' WHEN 'CUSTOM' THEN NULL "
            "WHEN 'HELICONE' THEN NULL ELSE {provider} END",
            "text",
        ),
        "model": Column(
            model_apart(
                "coalesce({model_override}, {response_model}, {model}, {request_model})",
                audio=("{prompt_audio_tokens}", "{completion_audio_tokens}"),
                image=(),
            ),
            "text",
            reads="model_override, else response_model, else model, else request_model, and "
            "+ audio where it holds such tokens",
        ),
        "feature": Column(
            f"coalesce({_property('Feature')}, {_property('feature')}, {{Feature}}, {{feature}}, "
            f"{_property('Helicone-Session-Name')}, {_property('Helicone-Session-Path')}, "
            "{prompt_id})",
            "text",
        ),
        "user_key": Column("coalesce({request_user_id}, {user_id})", "digest"),
        "session_key": Column(f"coalesce({_property('Helicone-Session-Id')})", "digest"),
        "status": Column(f"CASE WHEN NOT {_ANSWER_CAME} THEN {_STATUS} END", "text"),
        "service_tier": Column("{response_body.service_tier}", "text"),
        "input_tokens": Column(
            f"CASE WHEN count_of({{prompt_tokens}}) >= 0 AND {_DISJOINT} "
            f"THEN ({_PROMPT} + {_APART})::VARCHAR ELSE {_or_none('prompt_tokens')} END",
            "tokens",
            _NO_USAGE,
            reads="prompt_tokens, and the cached and written ones where it leaves them out",
        ),
        "cached_input_tokens": Column("{prompt_cache_read_tokens}", "tokens"),
        "cache_write_tokens": Column("{prompt_cache_write_tokens}", "tokens"),
        "output_tokens": Column(
            f"CASE WHEN count_of({{completion_tokens}}) >= 0 AND {_REASONING} > 0 AND "
            f"count_of({{total_tokens}}) IS DISTINCT FROM {_PROMPT} + {_COMPLETION} "
            f"THEN ({_COMPLETION} + {_REASONING})::VARCHAR ELSE {_or_none('completion_tokens')} "
            "END",
            "tokens",
            _NO_USAGE,
            reads="completion_tokens, and reasoning_tokens where it leaves them out",
        ),
        "reasoning_tokens": Column("{reasoning_tokens}", "tokens"),
        "prompt_chars": Column(
            "coalesce(chars_at({request_body}, '$.messages'), chars_at({request_body}, '$.input')) "
            "+ coalesce(chars_at({request_body}, '$.system'), "
            "chars_at({request_body}, '$.instructions'), 0)",
            "count",
        ),
        "response_chars": Column(
            "coalesce(chars_at({response_body}, '$.choices[0].message.content'), "
            "chars_at({response_body}, '$.content'), chars_at({response_body}, '$.output'))",
            "count",
        ),
        "prompt_key": Column(
            f"CASE WHEN {_HAS_PROMPT} THEN {json_values('request_body', _GENERATION_INPUTS)} END",
            "digest",
        ),
        "logged_cost_pico": Column(
            f"CASE WHEN usd_pico({_DOLLARS}) = 0 AND {_ANSWER_CAME} AND "
            f"NOT coalesce({_CACHED}, false) AND {_PROMPT} + {_COMPLETION} > 0 THEN NULL "
            f"ELSE {_DOLLARS} END",
            "usd",
            reads="costUSD, else cost, in dollars or, from ClickHouse, billionths of one",
        ),
        "served_from_cache": Column(f"CASE WHEN {_CACHED} THEN 'true' END", "flag"),
    },
)
