"""LiteLLM's SpendLogs table as JSON lines: support chat and classification through the gateway.

The shape is that of a table export: naive UTC times, ``metadata`` and ``request_tags`` as JSON
inside strings, prompts not kept (``messages`` is ``{}``), answers kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from company.call import Call
from company.spelling import digest, dollars, naive

# Two pages of one export overlap, as they do when rows arrive between two queries.
_PAGE_ROWS = 6_000
_OVERLAP_ROWS = 8

# The gateway's database keeps 2,048 characters of a text: 35 % from its start, 65 % from its end.
_STORED_CHARS = 2048
_STORED_START = _STORED_CHARS * 35 // 100
_STORED_END = _STORED_CHARS * 65 // 100

_ERROR_CLASS = {429: "RateLimitError", 500: "InternalServerError"}


def lines(calls: Sequence[Call]) -> Iterator[str]:
    """Yield the export, line by line: page one, then page two, which begins a little earlier."""
    for call in (*calls[:_PAGE_ROWS], *calls[_PAGE_ROWS - _OVERLAP_ROWS :]):
        yield _line(call)


def _line(call: Call) -> str:
    row = {
        "request_id": _request_id(call),
        "call_type": "acompletion",
        "api_key": digest(call.feature) * 4,
        "spend": float(dollars(call.cost_pico)),
        "total_tokens": call.input_tokens + call.output_tokens,
        "prompt_tokens": call.input_tokens,
        "completion_tokens": call.output_tokens,
        "startTime": naive(call.at_us),
        "endTime": naive(call.at_us + call.latency_us),
        "request_duration_ms": call.latency_us // 1000,
        "model": call.model,
        "model_group": call.model,
        "custom_llm_provider": "openai",
        "user": "default_user_id",
        "metadata": _compact(_metadata(call)),
        "cache_hit": str(call.from_cache),
        "cache_key": digest(call.key),
        "request_tags": _compact(_tags(call)),
        "end_user": call.user,
        "session_id": call.session,
        "status": "success" if call.ok else "failure",
        "messages": "{}",
        "response": _compact(_response(call)),
    }
    return _compact(row)


def _request_id(call: Call) -> str:
    made = f"chatcmpl-{call.request_id}"
    return f"{made}_cache_hit{call.at_us / 1e6:.3f}" if call.from_cache else made


def _tags(call: Call) -> list[str]:
    return [f"feature:{call.feature}", "User-Agent: python-httpx/0.28"]


def _metadata(call: Call) -> dict[str, object]:
    metadata: dict[str, object] = {
        "user_api_key_alias": f"svc-{call.feature}",
        "spend_logs_metadata": {"feature": call.feature},
        "usage_object": {"prompt_tokens_details": {"cached_tokens": call.cached_tokens}},
    }
    if not call.ok:
        error = {"error_code": str(call.status), "error_class": _ERROR_CLASS[call.status]}
        metadata |= {"status": "failure", "error_information": error}
    return metadata


def _response(call: Call) -> dict[str, object]:
    if not call.ok:
        return {}
    message = {"role": "assistant", "content": _stored(call.answer)}
    return {"choices": [{"index": 0, "finish_reason": "stop", "message": message}]}


def _stored(text: str) -> str:
    skipped = len(text) - _STORED_START - _STORED_END
    if len(text) <= _STORED_CHARS:
        return text
    mark = f"... (litellm_truncated skipped {skipped} chars) ..."
    return text[:_STORED_START] + mark + text[-_STORED_END:]


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
