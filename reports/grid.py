"""One shape for every plain table: spelled cells that each renderer sets its own way."""

from __future__ import annotations

from dataclasses import dataclass, field

_LONGEST_FIGURE = 34


def is_long(cell: str) -> bool:
    """Return whether a cell reads as a list or a sentence, which is set on several lines."""
    return len(cell) > _LONGEST_FIGURE


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as printed. Its first column names the row; ``words`` are other columns of text."""

    name: str
    title: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, ...] = ()
    words: frozenset[int] = frozenset()
    wide: bool = False
    """Whether the page gives it the full measure."""
    chart: str = ""
    """The chart that stands beside it, if the findings allow it."""
    marked: frozenset[int] = frozenset()
    """Rows that stand out: what the policy has."""

    @property
    def sortable(self) -> bool:
        """Whether its rows are things of one kind that a reader may want in another order."""
        return len(self.rows) > 2 and self.columns[0] in ("Feature", "Model")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, what is said under it, the charts it shows, and its tables."""

    name: str
    title: str
    paragraphs: tuple[str, ...]
    grids: tuple[Grid, ...] = ()
    charts: tuple[tuple[str, str, str], ...] = field(default=())
    """Chart name, title and note; a chart that the findings do not allow is left out."""
