"""The nightly job: product records, one call each, in a loop; the work that packing is for."""

from __future__ import annotations

from collections.abc import Iterator

from company.call import GPT_4O, PROSE_CHARS_PER_TOKEN, Call, chat_tokens, latency_us
from company.clock import DAY_US, DAYS, HOUR_US, MONTH_START_US
from company.draws import Draws

FEATURE = "nightly_enrichment"
RECORDS_PER_NIGHT = 140
INSTRUCTION_TOKENS = 410
_START_US = 2 * HOUR_US
_UNCHANGED_SHARE = 0.2  # assumed: records that come back as they were the night before


def calls() -> Iterator[Call]:
    """Yield the month's nightly calls: each waits for the one before, as the notes' loop does."""
    draws = Draws(FEATURE)
    for night in range(DAYS):
        at_us = MONTH_START_US + night * DAY_US + _START_US
        for record in range(RECORDS_PER_NIGHT):
            call = _call(draws, night, record, at_us)
            yield call
            at_us += call.latency_us + 20_000


def _call(draws: Draws, night: int, record: int, at_us: int) -> Call:
    key = f"record {record}" if draws.chance(_UNCHANGED_SHARE) else f"record {night}/{record}"
    fixed = Draws(key)
    input_tokens = chat_tokens(INSTRUCTION_TOKENS, round(fixed.lognormal(95, 0.5)))
    output_tokens = max(5, round(draws.lognormal(42, 0.4)))
    return Call(
        at_us=at_us,
        feature=FEATURE,
        project="proj_content",
        model=GPT_4O,
        key=key,
        prefix="nightly instruction",
        prefix_tokens=INSTRUCTION_TOKENS,
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        latency_us=latency_us(draws, input_tokens, output_tokens),
        answer="x" * round(output_tokens * PROSE_CHARS_PER_TOKEN),
        prompt_chars=round(input_tokens * PROSE_CHARS_PER_TOKEN),
    )
