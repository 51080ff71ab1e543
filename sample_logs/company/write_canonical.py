"""The tool's own log format as CSV: translation and the nightly job, logged without any text."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from company.call import SNAPSHOT, Call
from company.spelling import digest, rfc3339

_COLUMNS = (
    "request_id", "ts", "latency_ms", "provider", "model", "feature", "status", "input_tokens",
    "cached_input_tokens", "output_tokens", "prompt_chars", "response_chars", "prompt_key",
    "prefix_key", "prefix_tokens",
)  # fmt: skip


def text(calls: Sequence[Call]) -> str:
    """Return the CSV file's text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows(_row(call) for call in calls)
    return out.getvalue()


def _row(call: Call) -> tuple[object, ...]:
    return (
        call.request_id,
        rfc3339(call.at_us),
        call.latency_us // 1000,
        "openai",
        SNAPSHOT[call.model],
        call.feature,
        call.status,
        call.input_tokens,
        call.cached_tokens,
        call.output_tokens,
        call.prompt_chars,
        len(call.answer),
        digest(call.key),
        digest(call.prefix),
        call.prefix_tokens,
    )
