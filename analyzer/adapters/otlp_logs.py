"""OpenTelemetry logs as OTLP-JSON: the events of Claude Code and of Codex that tell of a call.

Documentation: https://docs.anthropic.com/en/docs/claude-code/monitoring-usage and
https://github.com/openai/codex/blob/main/docs/config.md#otel. Claude Code writes ``api_request``,
whose input leaves out what was read from and written to a cache, and ``api_error``, a request
without counts. Codex writes ``codex.sse_event`` with ``event.kind = response.completed``, whose
input holds what was cached; the same event stands there once more without counts. Numbers may be
texts. An event is written when the call ends. Every other event is set aside: prompts, tools, and
GenAI events, whose spans stand in the traces.

Any attribute names the feature with ``--feature 'attributes."query_source"'``.
"""

from analyzer.adapter import Column, Format


def _first(*keys: str) -> str:
    """The first attribute that holds anything."""
    found = [f'{{attributes."{key}"}}' for key in keys]
    return f"coalesce({', '.join(found)})" if len(found) > 1 else found[0]


_EVENT = f"coalesce({_first('event.name')}, {{eventName}}, {{body.stringValue}})"
_IS_ANSWER = f"coalesce({_EVENT} IN ('api_request', 'claude_code.api_request'), false)"
_IS_ERROR = f"coalesce({_EVENT} IN ('api_error', 'claude_code.api_error'), false)"
_IS_CODEX = f"""coalesce({_EVENT} IN ('codex.sse_event', 'codex.websocket_event')
    AND {_first("input_token_count")} IS NOT NULL, false)"""
_MODEL = _first("model")
_CLAUDE_COUNTS = ("input_tokens", "cache_read_tokens", "cache_creation_tokens")
_CLAUDE_INPUT = " + ".join(f"coalesce(count_of({_first(key)}), 0)" for key in _CLAUDE_COUNTS)
_OPENAI_NAME = "(gpt-[^/]*|o[1-9][^/]*|codex-[^/]*)"
_TIME = f"""coalesce({_first("event.timestamp")}, nano_seconds({{timeUnixNano}})::VARCHAR,
    nano_seconds({{observedTimeUnixNano}})::VARCHAR)"""

FORMAT = Format(
    name="otlp_logs",
    title="OpenTelemetry logs of Claude Code and Codex, OTLP-JSON",
    kinds=("json",),
    table="requests",
    signature=(("resourceLogs",),),
    rows={"source": "{resourceLogs}", "scope": "{scopeLogs}", "event": "{logRecords}"},
    roots={
        "attributes": "otlp_attributes({attributes})",
        "resource": "otlp_attributes(TRY(json_extract_string({source.resource}, '$.attributes')))",
    },
    where=f"{_IS_ANSWER} OR {_IS_ERROR} OR {_IS_CODEX}",
    aside="events that are no call of a model, or that tell of one without its counts",
    note="an event does not say how its call was paid: under a subscription its dollars are what "
    "the tokens are worth at list price, and no spend",
    columns={
        # Session and time tell an event apart where it has no number; both are only digested.
        "request_id": Column(
            f"CASE WHEN {_IS_CODEX} THEN 'codex:' || substr(sha256(concat_ws(':', "
            f"{_first('conversation.id')}, {_TIME}, {_first('input_token_count')}, "
            f"{_first('output_token_count')})), 1, 16) "
            f"ELSE coalesce({_first('request_id')}, 'claude_code:' || substr(sha256(concat_ws(':', "
            f"{_first('session.id')}, {_first('event.sequence')}, {_TIME})), 1, 16)) END",
            "text",
            reads="request_id; of Codex, conversation.id, the time and the counts",
        ),
        "ts_us": Column(_TIME, "utc_time", reads="event.timestamp, else timeUnixNano"),
        "latency_us": Column(f"CASE WHEN NOT {_IS_CODEX} THEN {_first('duration_ms')} END", "ms"),
        "provider": Column(
            f"CASE WHEN starts_with({_MODEL}, 'claude') THEN 'anthropic' WHEN {_IS_CODEX} AND "
            f"regexp_full_match({_MODEL}, '{_OPENAI_NAME}') THEN 'openai' END",
            "text",
        ),
        "model": Column(_MODEL, "text"),
        "feature": Column(
            f"coalesce({_first('feature')}, {{resource.feature}}, "
            "CASE WHEN NOT starts_with({resource.\"service.name\"}, 'unknown_service') "
            'THEN {resource."service.name"} END)',
            "text",
        ),
        "user_key": Column(
            _first("user.account_uuid", "user.id", "user.account_id", "user.email"), "digest"
        ),
        "session_key": Column(_first("session.id", "conversation.id"), "digest"),
        "status": Column(
            f"CASE WHEN {_IS_ERROR} THEN coalesce({_first('status_code')}, 'error') "
            f"WHEN {_first('error.message')} IS NOT NULL THEN 'error' END",
            "text",
        ),
        "service_tier": Column(f"CASE WHEN {_first('speed')} = 'fast' THEN 'fast' END", "text"),
        # A request that failed was not answered; its event holds no counts.
        "input_tokens": Column(
            f"CASE WHEN count_of({_first('input_tokens')}) IS NOT NULL "
            f"THEN ({_CLAUDE_INPUT})::VARCHAR WHEN {_IS_ERROR} THEN '0' "
            f"ELSE {_first('input_tokens', 'input_token_count')} END",
            "tokens",
            reads="input_tokens, and the cached and written ones; of Codex, input_token_count",
        ),
        "cached_input_tokens": Column(_first("cache_read_tokens", "cached_token_count"), "tokens"),
        "cache_write_tokens": Column(
            _first("cache_creation_tokens", "cache_write_token_count"), "tokens"
        ),
        "output_tokens": Column(
            f"coalesce({_first('output_tokens', 'output_token_count')}, "
            f"CASE WHEN {_IS_ERROR} THEN '0' END)",
            "tokens",
        ),
        "reasoning_tokens": Column(_first("reasoning_token_count"), "tokens"),
        "logged_cost_pico": Column(_first("cost_usd"), "usd"),
    },
)
