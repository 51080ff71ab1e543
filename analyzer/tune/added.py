"""What a policy's rules add to the latency of each feature of a whole log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analyzer.pricing.book import PriceBook
from analyzer.store import Store
from analyzer.tune.answers import Answers
from analyzer.tune.days import Days
from analyzer.tune.latency import Added, Pace, Waiting
from analyzer.tune.traffic import FULL_SCORE_CHARS, Traffic


class AddedLatency:
    """Answers for one policy after the other; the log is read once."""

    def __init__(self, store: Store, book: PriceBook, days: range) -> None:
        """Read how long calls take, and how long answers are. ``days``: all of the log's."""
        whole, answers = Days(days.start, days.stop), Answers.of(store, book)
        traffic = Traffic(answers, store.query("tune_lengths", most=FULL_SCORE_CHARS))
        rows = store.query("tune_latency", from_us=whole.from_us, until_us=whole.until_us)
        pace = Pace.of(rows, answers.identity)
        self._waiting = Waiting(pace, traffic.reached, whole, answers.identity)

    def of(self, feature: str, rules: Sequence[tuple[str, Mapping[str, Any]]]) -> Added | None:
        """Return the seconds that levers and their rules add; None where the log cannot say."""
        return self._waiting.added(feature, list(rules))
