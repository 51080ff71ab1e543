"""OpenAI's two dashboard exports of the same month: tokens by day, and dollars by day.

They hold the same money as the logs, and the same money as each other.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from company.call import CACHED_PICO, INPUT_PICO, OUTPUT_PICO, SNAPSHOT, Call
from company.clock import DAY_US, SECOND_US
from company.spelling import dollars, moment

_USAGE_COLUMNS = (
    "start_time", "end_time", "start_time_iso", "end_time_iso", "project_id",
    "num_model_requests", "user_id", "api_key_id", "model", "batch", "service_tier",
    "compute_units", "input_tokens", "output_tokens", "input_cached_tokens",
    "input_cache_write_tokens", "input_uncached_tokens", "input_text_tokens",
    "output_text_tokens", "input_cached_text_tokens", "input_audio_tokens",
    "input_cached_audio_tokens", "output_audio_tokens", "input_image_tokens",
    "input_cached_image_tokens", "output_image_tokens",
)  # fmt: skip
_COST_COLUMNS = (
    "start_time", "end_time", "start_time_iso", "end_time_iso", "amount_value", "amount_currency",
    "quantity", "quantity_unit", "line_item", "user_id", "api_key_id", "project_id",
    "organization_id", "project_name", "organization_name", "user_email",
)  # fmt: skip


def usage_text(calls: Iterable[Call]) -> str:
    """Return the usage export: one row for each day, project and model."""
    return _csv(_USAGE_COLUMNS, _usage_rows(calls))


def cost_text(calls: Iterable[Call]) -> str:
    """Return the cost export: one row for each day and line item, in exact dollars."""
    return _csv(_COST_COLUMNS, _cost_rows(calls))


def _usage_rows(calls: Iterable[Call]) -> Iterator[dict[str, object]]:
    groups: dict[tuple[int, str, str], list[Call]] = defaultdict(list)
    for call in calls:
        groups[_day_us(call), call.project, call.model].append(call)
    for (day_us, project, model), group in sorted(groups.items()):
        total = sum(call.input_tokens for call in group)
        cached = sum(call.cached_tokens for call in group)
        output = sum(call.output_tokens for call in group)
        yield _bucket(day_us, offset="+00:00") | {
            "project_id": project,
            "num_model_requests": float(len(group)),
            "model": SNAPSHOT[model],
            "batch": "False",
            "service_tier": "default",
            **dict.fromkeys(_USAGE_COLUMNS[15:], 0.0),
            "input_tokens": float(total),
            "output_tokens": float(output),
            "input_cached_tokens": float(cached),
            "input_uncached_tokens": float(total - cached),
            "input_text_tokens": float(total - cached),
            "output_text_tokens": float(output),
            "input_cached_text_tokens": float(cached),
        }


def _cost_rows(calls: Iterable[Call]) -> Iterator[dict[str, object]]:
    tokens: dict[tuple[int, str, str], int] = defaultdict(int)
    for call in calls:
        day_us = _day_us(call)
        tokens[day_us, call.model, "input"] += call.input_tokens - call.cached_tokens
        tokens[day_us, call.model, "cached input"] += call.cached_tokens
        tokens[day_us, call.model, "output"] += call.output_tokens
    prices = {"input": INPUT_PICO, "cached input": CACHED_PICO, "output": OUTPUT_PICO}
    for (day_us, model, kind), count in sorted(tokens.items()):
        if count:
            yield _bucket(day_us, offset="") | {  # rows with amounts carry no offset there
                "amount_value": dollars(count * prices[kind][model]),
                "amount_currency": "usd",
                "quantity": float(count),
                "quantity_unit": "tokens",
                "line_item": f"{SNAPSHOT[model]}, {kind}",
                "organization_id": "org-sample",
                "organization_name": "Sample company",
            }


def _day_us(call: Call) -> int:
    return call.at_us // DAY_US * DAY_US


def _bucket(day_us: int, *, offset: str) -> dict[str, object]:
    start, end = moment(day_us), moment(day_us + DAY_US)
    return {
        "start_time": day_us // SECOND_US,
        "end_time": (day_us + DAY_US) // SECOND_US,
        "start_time_iso": f"{start:%Y-%m-%dT%H:%M:%S}{offset}",
        "end_time_iso": f"{end:%Y-%m-%dT%H:%M:%S}{offset}",
    }


def _csv(columns: Sequence[str], rows: Iterable[dict[str, object]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
