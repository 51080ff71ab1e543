"""Dollars, quality and waiting of each feature, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from analyzer.board import Quality
from analyzer.findings import Findings, Tally
from analyzer.tune.latency import Added
from analyzer.web.show import table_html
from reports import spelling
from reports.tables.features import FeatureRow, feature_table

PPM = 1_000_000
_SECOND_US = 1_000_000
_LONG_S = 120
_COLUMNS = ("Feature", "Today", "Policy", "Saved", "Quality", "Waiting")
_WORDS = frozenset({4, 5})
_UNKNOWN = "\N{HORIZONTAL ELLIPSIS}"
_AS_TODAY = "as today"


@dataclass(frozen=True, slots=True)
class Known:
    """What takes longer to find than dollars, by feature."""

    quality: Mapping[str, str]
    added: Mapping[str, Added | None]


def beside_html(found: Findings, known: Known | None) -> str:
    """Return the table; ``known`` is None while it is being found."""
    table = feature_table(found)
    last = found.steps[-1]
    rows = [
        _row(
            one,
            _UNKNOWN if known is None else known.quality.get(one.name, _AS_TODAY),
            _waits(last.features.get(one.name, Tally()), one.name, known),
        )
        for one in table.rows
    ]
    total = _row(table.total, "", "\n".join(_shares(last.total)))
    return table_html("Dollars, quality and waiting by feature", _COLUMNS, rows, total, _WORDS)


def _row(one: FeatureRow, quality: str, waits: str) -> tuple[str, ...]:
    saved = f"{one.saved}\n{one.saved_percent}"
    return spelling.name(one.name), one.cells[0].spend, one.cells[-1].spend, saved, quality, waits


def qualities(found: Findings) -> dict[str, str]:
    """Spell what evals say of the models that a policy newly calls, by feature."""
    new: dict[str, list[Quality]] = {}
    for one in found.board.quality:
        if one.role == "policy":
            new.setdefault(one.feature, []).append(one)
    return {feature: "\n".join(_quality(rows)) for feature, rows in new.items()}


def _quality(rows: Sequence[Quality]) -> Iterator[str]:
    """Spell the mean of each model that was scored; the table of quality names the models."""
    for one in rows:
        if one.mean_ppm is not None and one.low_ppm is not None:
            mean, low = (spelling.percent(ppm, PPM) for ppm in (one.mean_ppm, one.low_ppm))
            yield f"{mean}, at least {low}"
    unscored = sum(one.mean_ppm is None for one in rows)
    if unscored:
        yield "no evals" if unscored == len(rows) else f"no evals of {unscored} of {len(rows)}"


def _waits(tally: Tally, feature: str, known: Known | None) -> str:
    """Spell what its users wait for, or no longer do."""
    added = Added(0, 0) if known is None else known.added.get(feature, Added(0, 0))
    said = [_UNKNOWN] if known is None else [*_added(added)]
    return "\n".join([*said, *_shares(tally)]) or _AS_TODAY


def _added(added: Added | None) -> Iterator[str]:
    if added is None:
        yield "unknown: the log has no latency"
    elif added.most_s:
        yield f"+{_seconds(added.mean_s)} on average, at most {_seconds(added.most_s)}"


def _seconds(span_s: float) -> str:
    return f"{span_s:,.2f} s" if span_s < _LONG_S else spelling.duration(int(span_s) * _SECOND_US)


def _shares(tally: Tally) -> Iterator[str]:
    if tally.hits:
        yield f"{spelling.percent(tally.hits, tally.requests)} cached, at once"
    if tally.escalated:
        yield f"{spelling.percent(tally.escalated, tally.requests)} wait for a next model"
