"""Warns of files that lost many of their rows: what those cost is in no figure."""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.provenance import Source

LEAST_LOST = 100
"""One row in so many, and a reader of figures must know."""
MOST_FILES_NAMED = 3


def warnings_on_rejects(sources: Sequence[Source]) -> tuple[str, ...]:
    """Return a warning for each of the files that lost the largest share of their rows, if many."""
    lost = [one for one in sources if one.rejects * LEAST_LOST >= one.rows_in > 0]
    lost.sort(key=lambda one: -one.rejects / one.rows_in)
    return tuple(
        f"{one.rejects:,} of the {one.rows_in:,} rows of {one.file} could not be read: what they "
        "cost is in no figure. rebill sources rejects says why."
        for one in lost[:MOST_FILES_NAMED]
    )
