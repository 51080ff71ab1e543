"""Raw OpenAI requests and responses as JSON lines: chat completions, and the Responses API."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from company.call import SNAPSHOT, Call
from company.clock import SECOND_US
from company.spelling import rfc3339

# The process that writes the review log was restarted in the middle of a line, and then wrote
# that line again: one line that cannot be read, and no call lost.
_CUT_LINE = 611
_CUT_AT = 900


def chat_lines(calls: Sequence[Call]) -> Iterator[str]:
    """Yield chat completions, one JSON object to a line."""
    for call in calls:
        yield _wrapped(call, _chat_request(call), _chat_response(call))


def with_cut_line(lines: Iterator[str]) -> Iterator[str]:
    """Yield lines; before one of them, its own beginning."""
    for number, line in enumerate(lines):
        if number == _CUT_LINE:
            yield line[:_CUT_AT]
        yield line


def responses_lines(calls: Sequence[Call]) -> Iterator[str]:
    """Yield calls of the Responses API, one JSON object to a line."""
    for call in calls:
        yield _wrapped(call, _responses_request(call), _responses_response(call))


def _wrapped(call: Call, request: dict[str, object], response: dict[str, object]) -> str:
    row = {
        "timestamp": rfc3339(call.at_us),
        "request": request,
        "response": response,
        "latency_ms": call.latency_us // 1000,
    }
    return json.dumps(row, separators=(",", ":"))


def _chat_request(call: Call) -> dict[str, object]:
    return {
        "model": call.model,
        "messages": [
            {"role": "system", "content": call.system},
            {"role": "user", "content": call.prompt},
        ],
        "metadata": {"feature": call.feature},
        "safety_identifier": call.user,
        "store": True,
    }


def _responses_request(call: Call) -> dict[str, object]:
    return {"model": call.model, "input": call.prompt}


def _chat_response(call: Call) -> dict[str, object]:
    message = {"role": "assistant", "content": call.answer, "refusal": None}
    return {
        "id": f"chatcmpl-{call.request_id}",
        "object": "chat.completion",
        "created": call.at_us // SECOND_US,
        "model": SNAPSHOT[call.model],
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {
            "prompt_tokens": call.input_tokens,
            "completion_tokens": call.output_tokens,
            "total_tokens": call.input_tokens + call.output_tokens,
            "prompt_tokens_details": {"cached_tokens": call.cached_tokens, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
        },
        "service_tier": "default",
    }


def _responses_response(call: Call) -> dict[str, object]:
    text = {"type": "output_text", "text": call.answer, "annotations": []}
    return {
        "id": f"resp_{call.request_id}",
        "object": "response",
        "created_at": call.at_us // SECOND_US,
        "status": "completed",
        "model": SNAPSHOT[call.model],
        "output": [{"type": "message", "role": "assistant", "content": [text]}],
        "usage": {
            "input_tokens": call.input_tokens,
            "input_tokens_details": {"cached_tokens": call.cached_tokens},
            "output_tokens": call.output_tokens,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": call.input_tokens + call.output_tokens,
        },
        "service_tier": "default",
    }
