"""Which knobs each lever has: what is tuned, between which ends, and how it is spelled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from reports import spelling

Value = int | Decimal
_SECOND_US = 1_000_000


@dataclass(frozen=True, slots=True)
class Knob:
    """One number of a rule, chosen from steps that mean something."""

    key: str
    label: str
    steps: tuple[Value, ...]
    spell: Callable[[Value], str]
    usual: Value
    """Where the knob stands if the rule does not say."""

    def steps_with(self, value: Value) -> tuple[Value, ...]:
        """Return the steps and a policy's own value among them."""
        return tuple(sorted({*self.steps, value}))


@dataclass(frozen=True, slots=True)
class Choice:
    """One word of a rule, chosen from a few."""

    key: str
    label: str
    words: Mapping[str, str]
    usual: str


@dataclass(frozen=True, slots=True)
class ModelName:
    """A model that a rule names."""

    key: str
    label: str
    usual: str = ""


Control = Knob | Choice | ModelName


def as_number(value: Any) -> Value:  # noqa: ANN401 - as it stands in a policy
    """Return a policy's number, which may be written as a text."""
    return value if isinstance(value, int) else Decimal(str(value))


def _seconds(value: Value) -> str:
    return spelling.duration(int(value * _SECOND_US))


def _share(value: Value) -> str:
    return spelling.percent(int(value * 1_000_000), 1_000_000, digits=0)


def _count(value: Value) -> str:
    return spelling.count(int(value))


_SHARES = tuple(Decimal(n) / 20 for n in range(1, 20))
ACCEPT = Knob("accept", "Accepts an answer from a score of", (Decimal(0), *_SHARES, Decimal(1)),
              _share, Decimal("0.8"))  # fmt: skip
PASS_RATE = Knob("pass_rate", "Share of its answers that pass", ACCEPT.steps, _share,
                 Decimal("0.7"))  # fmt: skip

CONTROLS: Mapping[str, tuple[Control, ...]] = {
    "model_selection": (
        ModelName("to", "Call this model instead"),
        ModelName("from", "of", "*"),
    ),
    "routing": (
        Choice("score", "An answer's score is", {
            "length": "its length", "evals": "its loaded eval",
            "pass_rate": "a pass rate for each tier", "difficulty": "the request's difficulty",
        }, "length"),
    ),
    "caching": (
        Knob("ttl_seconds", "Keeps an answer for",
             (60, 300, 900, 3600, 14_400, 43_200, 86_400, 604_800, 2_592_000), _seconds, 3600),
        Choice("scope", "Shares answers within", {
            "feature": "the feature", "global": "features that are set alike", "user": "one user",
        }, "feature"),
    ),
    "compression": (
        Knob("ratio", "Keeps of the input", _SHARES, _share, Decimal("0.5")),
        Knob("min_chars", "From this many characters on",
             (0, 500, 1000, 2000, 4000, 8000, 16_000), _count, 500),
        ModelName("compressor", "Compressed by"),
        Choice("when", "Compresses", {
            "always": "every long input", "profitable": "only where it pays",
        }, "always"),
    ),
    "batching": (
        Knob("max_size", "Requests in a pack", (2, 5, 10, 20, 50, 100), _count, 20),
        Knob("window_seconds", "Waits for", (1, 5, 10, 30, 60, 300, 900, 3600), _seconds, 60),
    ),
    "prompt_cache": (
        Knob("ttl_seconds", "A prefix stays warm for", (300, 3600), _seconds, 300),
    ),
    "batch_api": (),
}  # fmt: skip

WHAT = {
    "model_selection": "Another model answers.",
    "routing": "A cheap model first, a better one where its answer is not good enough.",
    "caching": "A repeated prompt gets the stored answer.",
    "compression": "A cheap model shortens long inputs.",
    "batching": "Several requests share one call and its instructions.",
    "prompt_cache": "The provider keeps the start of the prompt warm.",
    "batch_api": "Answers within a day, at the provider's batch price.",
}


def first_setting(lever: str, cheap: str, dear: str) -> dict[str, Any]:
    """Return what a lever does when it is switched on."""
    if lever == "model_selection":
        return {"to": cheap}
    if lever == "routing":
        tiers = [{"model": cheap, "accept": ACCEPT.usual}, {"model": dear}]
        return {"score": "length", "tiers": tiers}
    start: dict[str, Any] = {
        control.key: control.usual for control in CONTROLS[lever] if isinstance(control, Knob)
    }
    if lever == "compression":
        start["compressor"] = cheap
    return start
