"""What nobody tagged: engineers trying things out through the Responses API."""

from __future__ import annotations

from collections.abc import Iterator

from company import traces
from company.call import GPT_4O, PROSE_CHARS_PER_TOKEN, Call, chat_tokens, latency_us, tokens_of
from company.clock import arrivals
from company.draws import Draws
from company.prose import paragraphs, text_of

REQUESTS = 320


def calls() -> Iterator[Call]:
    """Yield the month's untagged calls."""
    draws = Draws("scratch")
    for at_us in arrivals(draws, REQUESTS, traces.AIDER_WEEKEND_FACTOR):
        yield _call(draws, at_us)


def _call(draws: Draws, at_us: int) -> Call:
    chars = draws.quantiles(traces.AZURE_CONTEXT) * PROSE_CHARS_PER_TOKEN / 2
    prompt = "Try this: " + text_of(draws, paragraphs(), round(chars), " ")
    wanted = draws.quantiles(traces.BURSTGPT_RESPONSE) * PROSE_CHARS_PER_TOKEN
    answer = text_of(draws, paragraphs(), round(wanted), " ")
    input_tokens = chat_tokens(tokens_of(prompt))
    output_tokens = tokens_of(answer)
    return Call(
        at_us=at_us,
        feature="",
        project="proj_engineering",
        model=GPT_4O,
        key=prompt,
        prefix="",
        prefix_tokens=0,
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        latency_us=latency_us(draws, input_tokens, output_tokens),
        user=f"dev-{draws.below(9):02d}",
        prompt=prompt,
        answer=answer,
    )
