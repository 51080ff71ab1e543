"""Translation: texts of the product and its help pages, logged by the company's own code."""

from __future__ import annotations

from collections.abc import Iterator

from company.call import GPT_4O, PROSE_CHARS_PER_TOKEN, Call, chat_tokens, latency_us
from company.clock import arrivals
from company.draws import Draws

FEATURE = "translation"
REQUESTS = 2_600
SYSTEM_TOKENS = 140
_WEEKEND_FACTOR = 0.15  # assumed
_KNOWN_TEXT_SHARE = 0.12  # assumed: a text of the interface that was translated before
_KNOWN_TEXTS = 250


def calls() -> Iterator[Call]:
    """Yield the month's translations."""
    draws = Draws(FEATURE)
    for number, at_us in enumerate(arrivals(draws, REQUESTS, _WEEKEND_FACTOR)):
        yield _call(draws, number, at_us)


def _call(draws: Draws, number: int, at_us: int) -> Call:
    key, text_tokens = _text(draws, number)
    input_tokens = chat_tokens(SYSTEM_TOKENS, text_tokens)
    longer = draws.lognormal(1.15, 0.12)  # assumed: other languages take more tokens than English
    output_tokens = max(2, round(text_tokens * longer))
    return Call(
        at_us=at_us,
        feature=FEATURE,
        project="proj_content",
        model=GPT_4O,
        key=f"translate {key}",
        prefix="translation prompt",
        prefix_tokens=SYSTEM_TOKENS,
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        latency_us=latency_us(draws, input_tokens, output_tokens),
        answer="x" * round(output_tokens * PROSE_CHARS_PER_TOKEN),
        prompt_chars=round(input_tokens * PROSE_CHARS_PER_TOKEN),
    )


def _text(draws: Draws, number: int) -> tuple[str, int]:
    if draws.chance(_KNOWN_TEXT_SHARE):
        rank = draws.zipf(_KNOWN_TEXTS, 0.8)
        return f"known {rank}", max(3, round(Draws(f"known {rank}").lognormal(25, 0.8)))
    return f"text {number}", max(3, round(draws.lognormal(210, 0.9)))  # assumed: a paragraph or two
