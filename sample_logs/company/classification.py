"""Classification: incoming messages are labelled by GPT-4o-mini; a few automatic ones repeat."""

from __future__ import annotations

from collections.abc import Iterator

from company.call import GPT_4O_MINI, Call, chat_tokens, latency_us
from company.clock import arrivals
from company.draws import Draws

FEATURE = "classification"
REQUESTS = 4_700
SYSTEM_TOKENS = 310  # the list of labels; too short for OpenAI's prefix cache
_WEEKEND_FACTOR = 0.5  # assumed
_AUTOMATIC_SHARE = 0.25  # assumed: out-of-office replies and the like, word for word the same
_AUTOMATIC_TEXTS = 40
_LABELS = ("billing", "delivery", "returns", "account", "bug report", "feature request", "spam")


def calls() -> Iterator[Call]:
    """Yield the month's classification calls."""
    draws = Draws(FEATURE)
    for number, at_us in enumerate(arrivals(draws, REQUESTS, _WEEKEND_FACTOR)):
        yield _call(draws, number, at_us)


def _call(draws: Draws, number: int, at_us: int) -> Call:
    key, text_tokens = _message(draws, number)
    label = draws.pick(_LABELS)
    input_tokens = chat_tokens(SYSTEM_TOKENS, text_tokens)
    output_tokens = 1 + len(label) // 6
    return Call(
        at_us=at_us,
        feature=FEATURE,
        project="proj_gateway",
        model=GPT_4O_MINI,
        key=f"classify {key}",
        prefix="classification prompt",
        prefix_tokens=SYSTEM_TOKENS,
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        latency_us=latency_us(draws, input_tokens, output_tokens),
        answer=label,
    )


def _message(draws: Draws, number: int) -> tuple[str, int]:
    if draws.chance(_AUTOMATIC_SHARE):
        rank = draws.zipf(_AUTOMATIC_TEXTS, 1.0)
        return f"automatic {rank}", round(Draws(f"automatic {rank}").lognormal(90, 0.5))
    return f"message {number}", round(draws.lognormal(180, 0.8))  # assumed: an e-mail's length
