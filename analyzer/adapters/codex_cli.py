"""Codex CLI's session files, ~/.codex/sessions/**/rollout-*.jsonl: one line for each event.

Documentation: https://github.com/openai/codex/blob/main/docs/getting-started.md and, for the
counts, https://platform.openai.com/docs/api-reference/responses/object. Only the lines of
``token_count`` tell of a call: ``last_token_usage`` is that call, ``total_token_usage`` the session
until then, never added. The input holds what was cached, the output holds reasoning. A line is
written again, with the same total, when only the rate limits changed, and a session that
continues another one copies its lines: a session's total names a call, so that it counts once.
The model stands in the ``turn_context`` before it, the session in ``session_meta``. A project is
the last folder of ``cwd``: the path holds the person's name. Texts of a turn stand on other lines,
so they are neither keyed nor measured.
"""

from analyzer.adapter import Column, Format


def _so_far(sql: str) -> str:
    """What the lines down to this one said last."""
    lines = "ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"
    return f"last_value({sql} IGNORE NULLS) OVER ({lines})"


_USED, _TOTAL = "payload.info.last_token_usage", "payload.info.total_token_usage"
_COUNTS = ("input_tokens", "cached_input_tokens", "output_tokens", "reasoning_output_tokens")
_CUMULATED = ", ".join(f"{{{_TOTAL}.{name}}}" for name in (*_COUNTS, "total_tokens"))
_SESSION = _so_far("CASE WHEN {type} = 'session_meta' THEN {payload.id} END")
_MODEL = f"""coalesce({{payload.info.model}},
    {_so_far("CASE WHEN {type} = 'turn_context' THEN {payload.model} END")})"""
_CWD = _so_far("CASE WHEN {type} IN ('session_meta', 'turn_context') THEN {payload.cwd} END")
_FOLDER = rf"regexp_replace({_CWD}, '[/\\]+$', '')"
_IS_HOME = r"'(?i)(.*[/\\](home|users)[/\\][^/\\]+|[/\\]root)'"
_OPENAI_NAME = "(gpt-[^/]*|o[1-9][^/]*|codex-[^/]*)"

FORMAT = Format(
    name="codex_cli",
    title="Codex CLI session",
    kinds=("json",),
    table="requests",
    signature=(
        ("type=event_msg", "payload.type=token_count"),
        ("type=session_meta", "payload.id"),
        ("type=turn_context", "payload.model"),
    ),
    where="{type} = 'event_msg' AND {payload.type} = 'token_count' AND {payload.info} IS NOT NULL",
    aside="lines that are no call of a model: texts, tools, contexts, rate limits",
    note="a session does not say how it was paid: under a subscription its dollars are what the "
    "tokens are worth at list price, and no spend",
    columns={
        "request_id": Column(
            f"CASE WHEN {{{_TOTAL}.input_tokens}} IS NOT NULL THEN 'codex:' || substr(sha256("
            f"concat_ws(':', coalesce({_SESSION}, {{timestamp}}), {_CUMULATED})), 1, 16) END",
            "text",
            reads=f"the session and {_TOTAL}",
        ),
        "ts_us": Column("{timestamp}", "utc_time"),
        "provider": Column(
            f"CASE WHEN regexp_full_match({_MODEL}, '{_OPENAI_NAME}') THEN 'openai' END",
            "text",
            reads="openai where the model is one of its own",
        ),
        "model": Column(
            _MODEL,
            "text",
            "no turn_context stands before it: keep the session file whole",
            reads="payload.model of the turn_context before it",
        ),
        "feature": Column(
            f"CASE WHEN regexp_full_match({_FOLDER}, {_IS_HOME}) THEN '(home folder)' "
            rf"ELSE regexp_extract({_FOLDER}, '[^/\\]+$') END",
            "text",
            reads="the last folder of the session's cwd",
        ),
        "session_key": Column(_SESSION, "digest", reads="payload.id of session_meta"),
        "input_tokens": Column(f"{{{_USED}.input_tokens}}", "tokens"),
        "cached_input_tokens": Column(f"{{{_USED}.cached_input_tokens}}", "tokens"),
        "cache_write_tokens": Column(f"{{{_USED}.cache_write_input_tokens}}", "tokens"),
        "output_tokens": Column(f"{{{_USED}.output_tokens}}", "tokens"),
        "reasoning_tokens": Column(f"{{{_USED}.reasoning_output_tokens}}", "tokens"),
    },
)
