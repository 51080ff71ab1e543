"""One call as the company made it: its tokens, its time, its text, and what OpenAI charged."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from company import traces
from company.clock import SECOND_US, to_ms
from company.draws import Draws

GPT_4O = "gpt-4o"
GPT_4O_MINI = "gpt-4o-mini"
SNAPSHOT = {GPT_4O: "gpt-4o-2024-08-06", GPT_4O_MINI: "gpt-4o-mini-2024-07-18"}

# OpenAI's list prices in pico-dollars per token: $1 per million tokens is 1,000,000 of them.
INPUT_PICO = {GPT_4O: 2_500_000, GPT_4O_MINI: 150_000}
CACHED_PICO = {GPT_4O: 1_250_000, GPT_4O_MINI: 75_000}
OUTPUT_PICO = {GPT_4O: 10_000_000, GPT_4O_MINI: 600_000}

PROSE_CHARS_PER_TOKEN = 4.3  # assumed: English prose under gpt-4o's tokenizer
CODE_CHARS_PER_TOKEN = 3.4  # assumed: source code is denser in tokens
_CHAT_OVERHEAD = 3  # tokens that the chat format adds to each message, and once to the reply


@dataclass(frozen=True, slots=True)
class Call:
    """A call. Token counts are OpenAI's: input includes cached. Texts are empty if not logged."""

    at_us: int
    feature: str
    project: str
    model: str
    key: str
    """What makes two prompts the same prompt."""
    prefix: str
    prefix_tokens: int
    input_tokens: int
    output_tokens: int
    latency_us: int
    cached_tokens: int = 0
    status: int = 200
    from_cache: bool = False
    user: str = ""
    session: str = ""
    system: str = ""
    prompt: str = ""
    answer: str = ""
    prompt_chars: int = 0
    request_id: str = ""

    @property
    def ok(self) -> bool:
        """A failed call has no answer, and OpenAI charges nothing for it."""
        return self.status == 200

    @property
    def billed(self) -> bool:
        """Answered by OpenAI: no failure, and not the gateway's own cache."""
        return self.ok and not self.from_cache

    @property
    def cost_pico(self) -> int:
        """What OpenAI charged, in pico-dollars."""
        if not self.billed:
            return 0
        fresh = self.input_tokens - self.cached_tokens
        return (
            fresh * INPUT_PICO[self.model]
            + self.cached_tokens * CACHED_PICO[self.model]
            + self.output_tokens * OUTPUT_PICO[self.model]
        )


def tokens_of(text: str, chars_per_token: float = PROSE_CHARS_PER_TOKEN) -> int:
    """Return a text's tokens: the same for the same text, within 5 % of the usual ratio."""
    wobble = 0.95 + 0.1 * (zlib.crc32(text.encode()) % 1000) / 999
    return max(1, round(len(text) / chars_per_token * wobble))


def chat_tokens(*message_tokens: int) -> int:
    """Return the input tokens of a chat with these messages."""
    return sum(message_tokens) + _CHAT_OVERHEAD * (len(message_tokens) + 1)


def latency_us(draws: Draws, input_tokens: int, output_tokens: int) -> int:
    """Draw how long a call takes: reading the prompt, then writing at so many tokens a second."""
    first_token_s = draws.lognormal(0.42, 0.35) + input_tokens / 25_000
    speed = draws.lognormal(traces.OUTPUT_TOKENS_PER_SECOND, traces.OUTPUT_SPEED_SIGMA)
    return to_ms((first_token_s + output_tokens / speed) * SECOND_US)
