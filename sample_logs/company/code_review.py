"""Code review: a long guide as the system prompt, a diff as the prompt, several in a row."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from company import traces
from company.call import (
    CODE_CHARS_PER_TOKEN,
    GPT_4O,
    PROSE_CHARS_PER_TOKEN,
    Call,
    chat_tokens,
    latency_us,
    tokens_of,
)
from company.clock import SECOND_US, arrivals, to_ms
from company.draws import Draws
from company.prose import code_blocks, paragraphs, text_of

FEATURE = "code_review"
SITTINGS = 400
_FURTHER_REVIEW_SHARE = 0.6  # assumed: 2.5 reviews in a sitting
# Aider sends whole files and a map of the repository (median 25,709 tokens). A diff is taken as a
# sixth of that, with the same spread.
_SHARE_OF_AIDER = 1 / 6
_RUN_AGAIN_SHARE = 0.04  # assumed: the same diff, sent again when a check is restarted
_GUIDE_TOKENS = 1_300


@cache
def guide() -> str:
    """Return the review guide: long enough for OpenAI's prefix cache."""
    rules = text_of(Draws("guide"), paragraphs(), round(_GUIDE_TOKENS * PROSE_CHARS_PER_TOKEN), " ")
    return "You review changes. Name the line, the fault and the mend. " + rules


def calls() -> Iterator[Call]:
    """Yield the month's reviews, sitting by sitting."""
    draws = Draws(FEATURE)
    for number, at_us in enumerate(arrivals(draws, SITTINGS, traces.AIDER_WEEKEND_FACTOR)):
        yield from _sitting(draws, number, at_us)


def _sitting(draws: Draws, number: int, at_us: int) -> Iterator[Call]:
    user = f"dev-{draws.below(9):02d}"
    while True:
        diff = _diff(draws, user)
        yield _call(draws, number, at_us, user, diff)
        if draws.chance(_RUN_AGAIN_SHARE):
            at_us += to_ms(draws.lognormal(400, 0.6) * SECOND_US)
            yield _call(draws, number, at_us, user, diff)
        if not draws.chance(_FURTHER_REVIEW_SHARE):
            return
        at_us += to_ms(draws.quantiles(traces.AIDER_GAP_SECONDS) * SECOND_US)


def _diff(draws: Draws, user: str) -> str:
    tokens = draws.quantiles(traces.AIDER_PROMPT) * _SHARE_OF_AIDER
    head = f"Author: {user}@example.com\nChange {draws.below(1_000_000):06d}\n\n"
    return head + text_of(draws, code_blocks(), round(tokens * CODE_CHARS_PER_TOKEN), "\n")


def _call(draws: Draws, number: int, at_us: int, user: str, diff: str) -> Call:
    wanted = draws.quantiles(traces.AIDER_COMPLETION)
    review = text_of(draws, paragraphs(), round(wanted * PROSE_CHARS_PER_TOKEN), "\n- ")
    guide_tokens = tokens_of(guide())
    input_tokens = chat_tokens(guide_tokens, tokens_of(diff, CODE_CHARS_PER_TOKEN))
    output_tokens = tokens_of(review)
    return Call(
        at_us=at_us,
        feature=FEATURE,
        project="proj_engineering",
        model=GPT_4O,
        key=diff,
        prefix="review guide",
        prefix_tokens=guide_tokens,
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        latency_us=latency_us(draws, input_tokens, output_tokens),
        user=user,
        session=f"review-{number:04d}",
        system=guide(),
        prompt=diff,
        answer=review,
    )
