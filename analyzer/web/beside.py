"""Dollars, quality and waiting of each feature, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from analyzer.board import Quality
from analyzer.findings import Findings, Tally
from analyzer.web.scenario import Scenario
from analyzer.web.show import table_html
from reports import spelling
from reports.tables.features import FeatureRow, feature_table

PPM = 1_000_000
_SECOND_US = 1_000_000
_COLUMNS = ("Feature", "Today", "Policy", "Saved", "Quality", "Waiting")
_WORDS = frozenset({4, 5})
_UNKNOWN = "\N{HORIZONTAL ELLIPSIS}"
_AS_TODAY = "as today"


def beside_html(found: Findings, scenario: Scenario, quality: Mapping[str, str] | None) -> str:
    """Return the table; ``quality`` by feature is None while it is not known yet."""
    table = feature_table(found)
    last = found.steps[-1]

    def row(one: FeatureRow, known: str, waits: str) -> tuple[str, ...]:
        saved = f"{one.saved}\n{one.saved_percent}"
        return spelling.name(one.name), one.cells[0].spend, one.cells[-1].spend, saved, known, waits

    rows = [
        row(
            one,
            _UNKNOWN if quality is None else quality.get(one.name, _AS_TODAY),
            "\n".join(_waits(scenario, one.name, last.features.get(one.name, Tally())))
            or _AS_TODAY,
        )
        for one in table.rows
    ]
    total = row(table.total, "", "\n".join(_shares(last.total)))
    return table_html("Dollars, quality and waiting by feature", _COLUMNS, rows, total, _WORDS)


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


def _waits(scenario: Scenario, feature: str, tally: Tally) -> Iterator[str]:
    """Spell what its users wait for, or no longer do."""
    yield from _shares(tally)
    for rule in scenario.setting("batching", feature):
        window: Any = rule.get("window_seconds", 0)
        yield f"up to {spelling.duration(int(window * _SECOND_US))} for a pack"
    if scenario.setting("batch_api", feature):
        yield "up to 24 hours"


def _shares(tally: Tally) -> Iterator[str]:
    if tally.hits:
        yield f"{spelling.percent(tally.hits, tally.requests)} cached, at once"
    if tally.escalated:
        yield f"{spelling.percent(tally.escalated, tally.requests)} wait for a next model"
