"""Summarisation: long documents in, a short text out, with both texts in the log."""

from __future__ import annotations

from collections.abc import Iterator

from company import traces
from company.call import GPT_4O, PROSE_CHARS_PER_TOKEN, Call, chat_tokens, latency_us, tokens_of
from company.clock import SECOND_US, arrivals, to_ms
from company.draws import Draws
from company.prose import paragraphs, text_of

FEATURE = "summarization"
REQUESTS = 1_500
SYSTEM = (
    "Summarise the document for a busy reader. Keep every figure, name and date. "
    "Start with the decision that is asked for, then the reasons, then the open points."
)
# Mooncake's median input is 11,587 tokens: documents here are a fifth of that, to keep the files
# small, with the spread of that trace.
_MEDIAN_TOKENS = 2_300
_MAX_TOKENS = 16_000
_WEEKEND_FACTOR = 0.1  # assumed: office work
_ASKED_AGAIN_SHARE = 0.06  # assumed: the same document once more within the hour
_WITH_ADDRESS_SHARE = 0.05


def calls() -> Iterator[Call]:
    """Yield the month's summaries, each repeat after its first."""
    draws = Draws(FEATURE)
    for number, at_us in enumerate(arrivals(draws, REQUESTS, _WEEKEND_FACTOR)):
        document = _document(draws, number)
        yield _call(draws, at_us, document)
        if draws.chance(_ASKED_AGAIN_SHARE):
            yield _call(draws, at_us + to_ms(draws.lognormal(240, 1.0) * SECOND_US), document)


def _document(draws: Draws, number: int) -> str:
    tokens = min(draws.lognormal(_MEDIAN_TOKENS, traces.MOONCAKE_INPUT_SIGMA), _MAX_TOKENS)
    title = f"Document {number:04d}\n\n"
    text = text_of(draws, paragraphs(), round(tokens * PROSE_CHARS_PER_TOKEN), "\n\n")
    if draws.chance(_WITH_ADDRESS_SHARE):
        text += f"\n\nQuestions go to user{draws.below(90):02d}@example.com."
    return title + text


def _call(draws: Draws, at_us: int, document: str) -> Call:
    wanted = max(40.0, draws.quantiles(traces.BURSTGPT_RESPONSE))
    summary = text_of(draws, paragraphs(), round(wanted * PROSE_CHARS_PER_TOKEN), " ")
    system_tokens = tokens_of(SYSTEM)
    input_tokens = chat_tokens(system_tokens, tokens_of(document))
    output_tokens = tokens_of(summary)
    return Call(
        at_us=at_us,
        feature=FEATURE,
        project="proj_documents",
        model=GPT_4O,
        key=document,
        prefix="summary prompt",
        prefix_tokens=system_tokens,
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        latency_us=latency_us(draws, input_tokens, output_tokens),
        user=f"staff-{draws.below(30):02d}",
        system=SYSTEM,
        prompt=document,
        answer=summary,
    )
