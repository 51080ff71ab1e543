"""What happens to a call on its way: OpenAI's prefix cache, the gateway's own cache, failures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from company import traces
from company.call import Call
from company.clock import SECOND_US
from company.draws import Draws

# OpenAI's documented rules: from 1,024 tokens, in steps of 128, dropped after minutes unused.
_MIN_PREFIX_TOKENS = 1024
_STEP_TOKENS = 128
_IDLE_US = 300 * SECOND_US
_SAME_MACHINE_SHARE = 0.85  # assumed: a prefix is cached on a machine, not everywhere


def with_prefix_cache(calls: Iterable[Call]) -> Iterator[Call]:
    """Yield calls, in order of time, with the cached tokens that OpenAI would report."""
    draws = Draws("prefix cache")
    last_used_us: dict[tuple[str, str], int] = {}
    for call in calls:
        if not call.billed or call.prefix_tokens < _MIN_PREFIX_TOKENS:
            yield call
            continue
        seen_us = last_used_us.get((call.model, call.prefix))
        warm = seen_us is not None and call.at_us - seen_us <= _IDLE_US
        last_used_us[call.model, call.prefix] = call.at_us
        hit = warm and draws.chance(_SAME_MACHINE_SHARE)
        cached = call.prefix_tokens // _STEP_TOKENS * _STEP_TOKENS if hit else 0
        yield replace(call, cached_tokens=cached)


def with_gateway_cache(
    calls: Iterable[Call], features: frozenset[str], ttl_us: int
) -> Iterator[Call]:
    """Yield calls, in order of time, those marked that the gateway answered from its own cache."""
    filled_us: dict[str, int] = {}
    for call in calls:
        if call.feature not in features or not call.ok:
            yield call
            continue
        filled = filled_us.get(call.key)
        if filled is not None and 0 <= call.at_us - filled < ttl_us:
            yield replace(call, from_cache=True, latency_us=4_000)
            continue
        filled_us[call.key] = call.at_us + call.latency_us
        yield call


def with_failures(calls: Iterable[Call], stream: str) -> Iterator[Call]:
    """Yield calls; some failed first, and were sent again a moment later with the same prompt."""
    draws = Draws(f"failures {stream}")
    for call in calls:
        if not draws.chance(traces.BURSTGPT_FAILED_SHARE):
            yield call
            continue
        status = 429 if draws.chance(0.7) else 500
        yield replace(
            call,
            status=status,
            input_tokens=0,  # nothing was read or written, so nothing was charged
            output_tokens=0,
            answer="",
            latency_us=(300 + draws.below(900)) * 1000,
        )
        yield replace(call, at_us=call.at_us + (2_000 + draws.below(6_000)) * 1000)
