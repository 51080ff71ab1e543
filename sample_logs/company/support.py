"""Support chat: a 2,000-token system prompt, suggested questions, and a long tail of free text."""

from __future__ import annotations

from collections.abc import Iterator

from company import traces
from company.call import GPT_4O, Call, chat_tokens, latency_us, tokens_of
from company.clock import SECOND_US, arrivals, to_ms
from company.draws import Draws
from company.prose import support_answer

FEATURE = "support_chat"
CONVERSATIONS = 4_700
SYSTEM_TOKENS = 2_000  # the field notes' own figure for their system prompt
_WEEKEND_FACTOR = 0.45  # assumed: customers write on weekends too, but less
_FURTHER_TURN_SHARE = 0.45  # assumed: 1.8 turns a conversation on average
_MAX_TURNS = 8

# Which first questions are word for word the same. Public reports of exact-match response caches
# put their hit rates at about 10 to 22 %; six of ten conversations opening with one of forty
# suggested questions, by a Zipf law, lands in that band at this volume with a one-hour life. It
# was set to that band once, and to nothing that the field notes claim.
_SUGGESTED_SHARE = 0.6
_SUGGESTED_QUESTIONS = 40
_ZIPF_EXPONENT = 1.1
_CUSTOMERS = 600
_CUSTOMER_ZIPF = 0.6
_SENT_TWICE_SHARE = 0.01  # assumed: a double click sends the same prompt again at once


def calls() -> Iterator[Call]:
    """Yield the month's support calls, conversation by conversation."""
    draws = Draws(FEATURE)
    for number, at_us in enumerate(arrivals(draws, CONVERSATIONS, _WEEKEND_FACTOR)):
        yield from _conversation(draws, number, at_us)


def _conversation(draws: Draws, number: int, at_us: int) -> Iterator[Call]:
    key, context = _first_question(draws, number)
    user = f"cust-{draws.zipf(_CUSTOMERS, _CUSTOMER_ZIPF):04d}"
    for turn in range(_MAX_TURNS):
        call = _turn(draws, f"{key}/{turn}" if turn else key, at_us, context, user, number)
        yield call
        if draws.chance(_SENT_TWICE_SHARE):
            yield _again(draws, call)
        if not draws.chance(_FURTHER_TURN_SHARE):
            return
        key = f"conversation {number}"
        question = round(draws.lognormal(22, 0.7))
        context += call.output_tokens + question
        at_us += call.latency_us + to_ms(draws.lognormal(45, 0.8) * SECOND_US)


def _first_question(draws: Draws, number: int) -> tuple[str, int]:
    """Return the question's key and the tokens of it and of the help text found for it."""
    if draws.chance(_SUGGESTED_SHARE):
        rank = draws.zipf(_SUGGESTED_QUESTIONS, _ZIPF_EXPONENT)
        fixed = Draws(f"suggested question {rank}")
        return f"suggested {rank}", round(fixed.quantiles(traces.AZURE_CONTEXT) / 2)
    # Azure's conversations have no 2,000-token system prompt in front of them: half their context.
    return f"conversation {number}", round(draws.quantiles(traces.AZURE_CONTEXT) / 2)


def _turn(draws: Draws, key: str, at_us: int, context: int, user: str, number: int) -> Call:
    answer = support_answer(draws, round(draws.quantiles(traces.AZURE_GENERATED)))
    input_tokens = chat_tokens(SYSTEM_TOKENS, context)
    output_tokens = tokens_of(answer)
    return Call(
        at_us=at_us,
        feature=FEATURE,
        project="proj_gateway",
        model=GPT_4O,
        key=f"support {key}",
        prefix="support prompt",
        prefix_tokens=SYSTEM_TOKENS,
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        latency_us=latency_us(draws, input_tokens, output_tokens),
        user=user,
        session=f"conv-{number:05d}",
        answer=answer,
    )


def _again(draws: Draws, call: Call) -> Call:
    at_us = call.at_us + (200 + draws.below(600)) * 1000
    return _turn(
        draws,
        call.key.removeprefix("support "),
        at_us,
        call.input_tokens - chat_tokens(SYSTEM_TOKENS, 0),
        call.user,
        int(call.session.removeprefix("conv-")),
    )
