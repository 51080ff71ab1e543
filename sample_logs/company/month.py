"""The whole month, log by log, in order of time and numbered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from company import (
    classification,
    code_review,
    nightly,
    scratch,
    summarization,
    support,
    translation,
)
from company.call import Call
from company.clock import MONTH_END_US, SECOND_US
from company.provider import with_failures, with_gateway_cache, with_prefix_cache

# The gateway's response cache is on for classification only, with a life of ten minutes.
_GATEWAY_CACHED = frozenset({classification.FEATURE})
_GATEWAY_TTL_US = 600 * SECOND_US


@dataclass(frozen=True, slots=True)
class Month:
    """The calls of the month by the log that holds them. Each log is in order of time."""

    gateway: tuple[Call, ...]
    summaries: tuple[Call, ...]
    reviews: tuple[Call, ...]
    scratch: tuple[Call, ...]
    content: tuple[Call, ...]

    @property
    def billed(self) -> tuple[Call, ...]:
        """Every call that OpenAI charged for."""
        logs = (self.gateway, self.summaries, self.reviews, self.scratch, self.content)
        return tuple(call for log in logs for call in log if call.billed)


def october() -> Month:
    """Return October 2026, the same each time."""
    gateway = _in_order(
        (*with_failures(support.calls(), "support"),
         *with_failures(classification.calls(), "classification"))
    )  # fmt: skip
    content = _in_order(
        (*with_failures(translation.calls(), "translation"),
         *with_failures(nightly.calls(), "nightly"))
    )  # fmt: skip
    return Month(
        gateway=_finished("g", with_gateway_cache(gateway, _GATEWAY_CACHED, _GATEWAY_TTL_US)),
        summaries=_finished("s", _in_order(summarization.calls())),
        reviews=_finished("r", _in_order(code_review.calls())),
        scratch=_finished("x", _in_order(scratch.calls())),
        content=_finished("c", content),
    )


def _in_order(calls: Iterable[Call]) -> list[Call]:
    """Return the month's calls by time; what runs over its end belongs to the next month."""
    return sorted(
        (call for call in calls if call.at_us < MONTH_END_US), key=lambda call: call.at_us
    )


def _finished(log: str, calls: Iterable[Call]) -> tuple[Call, ...]:
    return tuple(
        replace(call, request_id=f"{log}{number:06d}")
        for number, call in enumerate(with_prefix_cache(calls))
    )
