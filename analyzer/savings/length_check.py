"""What accepting answers by their length lets through, checked against loaded evals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from analyzer.levers.routing import enough_chars
from analyzer.savings.quality import wilson
from analyzer.store import Store


@dataclass(frozen=True, slots=True)
class LengthCheck:
    """One feature and model: answers that were scored, those that are good, those that pass.

    The length is that of the logged answer, as in a replay: for a model that the log does not name
    it stands in for an answer that nobody measured.
    """

    feature: str
    model: str
    accept: Decimal
    evals: int
    good: int
    accepted: int
    accepted_good: int

    @property
    def precision(self) -> float | None:
        """Share of the accepted answers that are good; None where none is accepted."""
        return self.accepted_good / self.accepted if self.accepted else None

    @property
    def recall(self) -> float | None:
        """Share of the good answers that are accepted; None where none is good."""
        return self.accepted_good / self.good if self.good else None

    @property
    def precision_interval(self) -> tuple[float, float] | None:
        """The 95% Wilson interval of the precision."""
        found = self.precision
        return None if found is None else wilson(found, self.accepted)


def check_length(store: Store, accepts: Iterable[Decimal], good: Decimal) -> list[LengthCheck]:
    """Return the checks of each ``accept`` threshold; an answer is good from a score of ``good``.

    Args:
        store: an open database; it may hold no evals, then there are no checks.
        accepts: thresholds of the length score, from 0 to 1.
        good: the least score of a good answer, from 0 to 1.
    """
    found = []
    for accept in accepts:
        enough = enough_chars(Fraction(accept))
        rows = store.query("length_against_evals", enough=enough, good=float(good))
        found += [
            LengthCheck(feature, model, accept, *counts)
            for feature, model, *counts in rows.iter_rows()
        ]
    return sorted(found, key=lambda check: (check.feature, check.model, check.accept))
