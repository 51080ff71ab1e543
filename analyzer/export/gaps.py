"""What a policy asks for that a target cannot do: said in words, never dropped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from analyzer.lever import Rule
from analyzer.levers.batch_api import BatchApi
from analyzer.levers.batching import Batching
from analyzer.levers.caching import Caching
from analyzer.levers.compression import Compression
from analyzer.levers.prompt_cache import PromptCache
from analyzer.money import PPM
from analyzer.policy import Policy

_SECOND_US = 1_000_000

WORDS: Mapping[str, str] = {
    "compression": "compression is a step of your own before the call",
    "batching": "packing several requests into one prompt is a step of your own",
    "batch_api": "these calls belong in the provider's batch endpoint, a job of its own",
    "prompt_cache": "the provider's prompt cache needs a stable prefix at the start of the prompt",
}
"""What neither target does, by lever."""


def gaps(policy: Policy, levers: Iterable[str]) -> Iterator[str]:
    """Yield one line for every rule of some levers, with the values that the policy gives it."""
    for lever in levers:
        for rule in policy.rules.get(lever, ()):
            yield f"{lever} of {', '.join(rule.features)}: {_values(rule)}; {WORDS[lever]}"


def seconds(us: int) -> int | float:
    """Return microseconds as seconds, whole where they are whole."""
    return us // _SECOND_US if us % _SECOND_US == 0 else us / _SECOND_US


def _values(rule: Rule) -> str:
    if isinstance(rule, Compression):
        return f"keep {rule.ratio / PPM:g} of inputs from {rule.min_chars:,} characters on, by " + (
            f"{rule.compressor} ({rule.mode}, {rule.when})"
        )
    if isinstance(rule, Batching):
        return f"packs of {rule.max_size} within {seconds(rule.window_us)} seconds"
    if isinstance(rule, PromptCache):
        return f"kept warm for {seconds(rule.ttl_us)} seconds, from {rule.min_tokens:,} tokens on"
    if isinstance(rule, BatchApi):
        return "all calls" if rule.discount is None else f"at {rule.discount / PPM:g} off"
    return "as the policy says"


def coalesces(policy: Policy) -> Iterator[str]:
    """Yield a line for every cache rule that has requests wait for one that is under way."""
    for rule in policy.rules.get("caching", ()):
        if isinstance(rule, Caching) and rule.coalesce:
            yield f"caching of {', '.join(rule.features)}: coalesce: requests do not wait for " + (
                "one that is under way; both are paid"
            )
