"""LiteLLM's table of calls, LiteLLM_SpendLogs, as CSV, JSON or JSON lines.

Documentation: https://docs.litellm.ai/docs/proxy/spend_logs_deletion and the proxy's
schema.prisma (model LiteLLM_SpendLogs). ``prompt_tokens`` holds cached and written tokens, also
for Anthropic. ``metadata`` and ``request_tags`` may be JSON or JSON inside a string. A hit of the
gateway's cache costs nothing, keeps its counts, and ``_cache_hit`` stands in its id. Texts are cut
at 2,048 characters before they are stored, so prompts are neither keyed nor measured. In a cut
answer a mark says how many characters are missing, so answers are measured. A retry or a fallback
is a row of its own, as is a failed call. ``spend`` is 0 where the gateway knew no price; unless the
row holds the price that was used, such a 0 is no cost.
"""

from analyzer.adapter import Column, Format, model_apart

_USAGE = "metadata.usage_object"
_MORE = "metadata.additional_usage_values"


def _either(*paths: str) -> str:
    """The first of some paths that holds anything."""
    return f"coalesce({', '.join(f'{{{path}}}' for path in paths)})"


def _tag(condition: str) -> str:
    """The first request tag of which a condition on ``tag`` holds."""
    tags = "TRY(json_extract_string({request_tags}, '$[*]'))"
    return f"list_filter({tags}, lambda tag: {condition})[1]"


_WRITTEN = _either(
    f"{_USAGE}.cache_creation_input_tokens",
    f"{_USAGE}.prompt_tokens_details.cache_creation_tokens",
    f"{_MORE}.cache_creation_input_tokens",
    f"{_MORE}.prompt_tokens_details.cache_creation_tokens",
)
_DETAILS = "prompt_tokens_details.cache_creation_token_details.ephemeral_1h_input_tokens"
_WRITTEN_1H = _either(
    f"{_USAGE}.{_DETAILS}",
    f"{_USAGE}.cache_creation.ephemeral_1h_input_tokens",
    f"{_MORE}.{_DETAILS}",
)
_TAGGED_FEATURE = "substr(" + _tag("starts_with(tag, 'feature:')") + ", 9)"
_OTHER_TAG = _tag("NOT starts_with(tag, 'User-Agent:') AND NOT starts_with(tag, 'Credential:')")
_FAILED = "coalesce({status}, {metadata.status}) = 'failure'"
_HIT = "(contains({request_id}, '_cache_hit') OR coalesce(flag({cache_hit}), false))"
_PRICE = "{metadata.model_map_information.model_map_value}"
_TOKENS = "coalesce(count_of({prompt_tokens}), 0) + coalesce(count_of({completion_tokens}), 0)"
_ANSWER = "{response.choices[0].message.content}"
# Cut in the middle ("... (litellm_truncated skipped 12 chars. A note.) ..."), or, by older
# versions, at the end ("... (truncated 12 chars)").
_MARK = (
    r"'\.\.\. \((litellm_truncated skipped \d+ chars.*?\) \.\.\.|(litellm_)?truncated \d+ chars\))'"
)
_UNMARKED = (
    f"list_sum(list_transform(regexp_extract_all({_ANSWER}, {_MARK}), "
    r"lambda mark: TRY_CAST(regexp_extract(mark, '\d+') AS BIGINT) - length(mark)))"
)

FORMAT = Format(
    name="litellm_spendlogs",
    title="LiteLLM SpendLogs table",
    kinds=("json", "csv"),
    table="requests",
    signature=(("request_id", "call_type", "spend", "prompt_tokens", "startTime"),),
    columns={
        "request_id": Column("{request_id}", "text"),
        "ts_us": Column("{startTime}", "utc_time"),
        "latency_us": Column(
            "coalesce(ms_us({request_duration_ms}), CASE WHEN utc_time_us({endTime}) >= "
            "utc_time_us({startTime}) THEN utc_time_us({endTime}) - utc_time_us({startTime}) END)",
            "us",
        ),
        "provider": Column("{custom_llm_provider}", "text"),
        "model": Column(
            model_apart(
                "coalesce({model}, {model_group})",
                audio=(
                    f"{{{_USAGE}.prompt_tokens_details.audio_tokens}}",
                    f"{{{_USAGE}.completion_tokens_details.audio_tokens}}",
                ),
                image=(f"{{{_USAGE}.completion_tokens_details.image_tokens}}",),
            ),
            "text",
            reads="model, else model_group, and + audio or + image where it holds such tokens",
        ),
        "feature": Column(
            "coalesce({metadata.spend_logs_metadata.feature}, "
            f"nullif({_TAGGED_FEATURE}, ''), {_OTHER_TAG}, {{metadata.user_api_key_alias}}, "
            "{metadata.user_api_key_team_alias})",
            "text",
        ),
        "user_key": Column("coalesce({end_user}, nullif({user}, 'default_user_id'))", "digest"),
        "session_key": Column("{session_id}", "digest"),
        "status": Column(
            f"CASE WHEN {_FAILED} THEN "
            "coalesce({metadata.error_information.error_code}, 'failure') END",
            "text",
        ),
        "service_tier": Column(_either(f"{_USAGE}.service_tier"), "text"),
        "input_tokens": Column(
            f"coalesce({{prompt_tokens}}, CASE WHEN {_FAILED} THEN '0' END)", "tokens"
        ),
        "cached_input_tokens": Column(
            _either(
                f"{_USAGE}.cache_read_input_tokens",
                f"{_USAGE}.prompt_tokens_details.cached_tokens",
                f"{_MORE}.cache_read_input_tokens",
                f"{_MORE}.prompt_tokens_details.cached_tokens",
            ),
            "tokens",
        ),
        "cache_write_tokens": Column(
            f"greatest(coalesce(count_of({_WRITTEN}), 0) - coalesce(count_of({_WRITTEN_1H}), 0), "
            "0)",
            "tokens",
        ),
        "cache_write_1h_tokens": Column(_WRITTEN_1H, "tokens"),
        "output_tokens": Column(
            f"coalesce({{completion_tokens}}, CASE WHEN {_FAILED} THEN '0' END)", "tokens"
        ),
        "reasoning_tokens": Column(
            _either(f"{_USAGE}.completion_tokens_details.reasoning_tokens"), "tokens"
        ),
        # What is stored, less the marks, and what they say is missing.
        "response_chars": Column(
            "chars_at({response}, '$.choices[0].message.content') + "
            f"CASE WHEN contains({_ANSWER}, 'truncated ') THEN coalesce({_UNMARKED}, 0) ELSE 0 END",
            "count",
        ),
        "prompt_key": Column(
            "CASE WHEN lower({cache_key}) NOT IN ('cache off', 'none', 'null') THEN {cache_key} "
            "END",
            "digest",
        ),
        "logged_cost_pico": Column(
            f"CASE WHEN usd_pico({{spend}}) = 0 AND {_TOKENS} > 0 AND {_PRICE} IS NULL AND "
            f"NOT coalesce({_FAILED}, false) AND NOT coalesce({_HIT}, false) THEN NULL "
            "ELSE {spend} END",
            "usd",
            reads="spend, in dollars",
        ),
        "served_from_cache": Column(
            "CASE WHEN contains({request_id}, '_cache_hit') THEN 'true' ELSE {cache_hit} END",
            "flag",
        ),
    },
)
