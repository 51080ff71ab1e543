"""Claude Code's session files, ~/.claude/projects/**/*.jsonl: one answer on several lines.

Documentation: https://docs.anthropic.com/en/docs/claude-code/costs and, for the counts,
https://docs.anthropic.com/en/docs/build-with-claude/prompt-caching. Each block of an answer is a
line of its own with the same ``message.id``, ``requestId`` and usage, and the first may hold a
provisional output. Resumed sessions and sub-agents (``isSidechain``, since 2026 in files of their
own below subagents/) repeat lines of others. Gateways write no ``requestId`` and number messages
anew in each session. Most lines are no answers. ``iterations`` repeats the totals. A project is the
last folder of ``cwd``: the path holds the person's name. Only one block of an answer stands on a
line, so answers are not measured.
"""

from analyzer.adapter import Column, Format
from analyzer.anthropic_call import counts_at, dearer_at

_FOLDER = r"regexp_replace({cwd}, '[/\\]+$', '')"
_IS_HOME = r"'(?i)(.*[/\\](home|users)[/\\][^/\\]+|[/\\]root)'"

FORMAT = Format(
    name="claude_code",
    title="Claude Code session",
    kinds=("json",),
    table="requests",
    signature=(
        ("sessionId", "message.usage.input_tokens", "!traceId", "!trace_id"),
        ("type=assistant", "message.usage.input_tokens"),
        ("sessionId", "type", "!traceId", "!trace_id"),
        ("type=summary", "leafUuid"),
        ("type=file-history-snapshot", "messageId"),
    ),
    counts="exclusive",
    keeps="largest",
    # Wherever a path names cwd, also in --feature, its folders are gone already.
    roots={
        "cwd": f"CASE WHEN regexp_full_match({_FOLDER}, {_IS_HOME}) THEN '(home folder)' "
        rf"ELSE regexp_extract({_FOLDER}, '[^/\\]+$') END"
    },
    where="coalesce({type}, 'assistant') = 'assistant' AND ({type} IS NOT NULL OR "
    "{message.usage.input_tokens} IS NOT NULL) AND coalesce({message.model}, '') <> '<synthetic>' "
    "AND NOT coalesce(flag({isApiErrorMessage}), false)",
    aside="lines of users and tools, summaries, and messages that no model answered with "
    "(<synthetic>, errors)",
    remarks=dearer_at("message.usage"),
    note="a session does not say how it was paid: under a subscription (Pro, Max) its dollars are "
    "what the tokens are worth at list price, and no spend",
    columns={
        # A message of one session may have another one's number where there is no requestId.
        "request_id": Column(
            "{message.id} || coalesce(':' || {requestId}, '~' || substr(sha256({sessionId}), 1, "
            "12), '') || CASE WHEN flag({isSidechain}) THEN ':sidechain' ELSE '' END",
            "text",
            reads="message.id and requestId",
        ),
        "ts_us": Column("{timestamp}", "utc_time", "copy the session file as Claude Code wrote it"),
        "provider": Column(
            "CASE WHEN starts_with({message.model}, 'claude') THEN 'anthropic' END", "text"
        ),
        "model": Column("{message.model}", "text"),
        "feature": Column("{cwd}", "text", reads="the last folder of cwd"),
        "session_key": Column("{sessionId}", "digest"),
        **counts_at("message.usage"),
        "logged_cost_pico": Column("{costUSD}", "usd"),
    },
)
