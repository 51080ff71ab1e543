"""LiteLLM's StandardLoggingPayload: one object per file, an array, or JSON lines.

Documentation: https://docs.litellm.ai/docs/proxy/logging_spec. ``prompt_tokens`` holds cached and
written tokens. ``startTime`` is seconds since 1970, or a time of UTC without offset. Texts are
whole, unless message logging is off: then every one of them reads ``redacted-by-litellm``.
``response_cost`` is 0 where the gateway knew no price; unless the payload holds the price that was
used, such a 0 is no cost.
"""

from analyzer.adapter import Column, Format, json_values, model_apart

_USAGE = "metadata.usage_object"
_READ = f"{{{_USAGE}.cache_read_input_tokens}}"
_CACHED = f"{{{_USAGE}.prompt_tokens_details.cached_tokens}}"
_WRITTEN = (
    f"coalesce({{{_USAGE}.cache_creation_input_tokens}}, "
    f"{{{_USAGE}.prompt_tokens_details.cache_creation_tokens}})"
)
_DETAILS = f"{_USAGE}.prompt_tokens_details.cache_creation_token_details"
_WRITTEN_1H = (
    f"coalesce({{{_DETAILS}.ephemeral_1h_input_tokens}}, "
    f"{{{_USAGE}.cache_creation.ephemeral_1h_input_tokens}})"
)
# Tags that the gateway adds by itself name no feature.
_TAGS = (
    "list_filter(TRY(json_extract_string({request_tags}, '$[*]')), lambda tag: "
    "NOT starts_with(tag, 'User-Agent:') AND NOT starts_with(tag, 'Credential:'))"
)
_TAGGED = f"list_filter({_TAGS}, lambda tag: starts_with(tag, 'feature:'))[1]"
_MESSAGES = (
    "CASE WHEN starts_with({messages}, '[') AND NOT contains({messages}, 'redacted-by-litellm') "
    "AND NOT contains({messages}, 'litellm_truncated') THEN {messages} END"
)
_ANSWER = "{response.choices[0].message.content}"
_FAILED = "{status} = 'failure'"
_HIT = "(contains({id}, '_cache_hit') OR coalesce(flag({cache_hit}), false))"
_PRICE = "{model_map_information.model_map_value}"
_TOKENS = "coalesce(count_of({prompt_tokens}), 0) + coalesce(count_of({completion_tokens}), 0)"
_START, _END = "utc_time_us({startTime})", "utc_time_us({endTime})"

FORMAT = Format(
    name="litellm_payload",
    title="LiteLLM StandardLoggingPayload",
    kinds=("json",),
    table="requests",
    signature=(("response_cost", "hidden_params", "model_parameters", "startTime"),),
    roots={"prompt": "{@}"},
    columns={
        "request_id": Column("coalesce({id}, {litellm_call_id})", "text"),
        "ts_us": Column("{startTime}", "utc_time"),
        "latency_us": Column(f"CASE WHEN {_END} >= {_START} THEN {_END} - {_START} END", "us"),
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
            "{metadata.requester_metadata.feature}, "
            f"nullif(substr({_TAGGED}, 9), ''), {_TAGS}[1], {{metadata.user_api_key_alias}}, "
            "{metadata.user_api_key_team_alias})",
            "text",
        ),
        "user_key": Column(
            "coalesce({end_user}, {metadata.user_api_key_end_user_id}, "
            "nullif({metadata.user_api_key_user_id}, 'default_user_id'))",
            "digest",
        ),
        "session_key": Column("coalesce({session_id}, {trace_id})", "digest"),
        "status": Column(
            f"CASE WHEN {_FAILED} THEN coalesce({{error_information.error_code}}, 'failure') END",
            "text",
        ),
        "service_tier": Column(
            "coalesce({response.service_tier}, {model_parameters.service_tier})", "text"
        ),
        "input_tokens": Column(
            f"coalesce({{prompt_tokens}}, CASE WHEN {_FAILED} THEN '0' END)", "tokens"
        ),
        "cached_input_tokens": Column(f"coalesce({_READ}, {_CACHED})", "tokens"),
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
            f"{{{_USAGE}.completion_tokens_details.reasoning_tokens}}", "tokens"
        ),
        "prompt_chars": Column(
            f"CASE WHEN ({_MESSAGES}) IS NOT NULL THEN chars_at({{prompt}}, '$.messages') END",
            "count",
        ),
        "response_chars": Column(
            f"CASE WHEN {_ANSWER} <> 'redacted-by-litellm' THEN "
            "chars_at({response}, '$.choices[0].message.content') END",
            "count",
        ),
        "prompt_key": Column(
            f"CASE WHEN ({_MESSAGES}) IS NOT NULL THEN "
            f"{json_values('prompt', ('messages', 'model_parameters'))} "
            "WHEN lower({cache_key}) NOT IN ('cache off', 'none', 'null') THEN {cache_key} END",
            "digest",
        ),
        "logged_cost_pico": Column(
            f"CASE WHEN usd_pico({{response_cost}}) = 0 AND {_TOKENS} > 0 AND {_PRICE} IS NULL "
            f"AND NOT coalesce({_FAILED}, false) AND NOT coalesce({_HIT}, false) THEN NULL "
            "ELSE {response_cost} END",
            "usd",
            reads="response_cost, in dollars",
        ),
        "served_from_cache": Column(
            "CASE WHEN contains({id}, '_cache_hit') THEN 'true' ELSE {cache_hit} END", "flag"
        ),
    },
)
