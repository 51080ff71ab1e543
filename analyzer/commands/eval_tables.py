"""How evals, and the lack of them, are spelled for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from analyzer.money import plain_usd, spell_usd

if TYPE_CHECKING:
    import polars as pl

    from analyzer.savings.length_check import LengthCheck
    from analyzer.savings.needed import Needs
    from analyzer.savings.quality import Scores

_NO_EVALS = "no evals are loaded (rebill evals load FILE): every model choice is assumed"


def spell_shown(scores: Scores, checks: Sequence[LengthCheck], good: float) -> str:
    """Spell what is known of each feature and model, then of length as a score."""
    if not scores:
        return _NO_EVALS
    lines = columns(("feature", "model", "evals", "mean", "95% interval"), list(_means(scores)))
    lines += ["", *_length_lines(checks, good)]
    return "\n".join(lines)


def shown_json(scores: Scores, checks: Sequence[LengthCheck]) -> dict[str, object]:
    """Return the same as it stands in ``rebill evals show --json``."""
    from analyzer.savings.quality import wilson

    return {
        "evals": [
            {"feature": feature, "model": model, "n": n, "mean": mean, "interval": wilson(mean, n)}
            for (feature, model), (n, mean) in sorted(scores.items())
        ],
        "length": [
            {
                "feature": check.feature,
                "model": check.model,
                "accept": float(check.accept),
                "evals": check.evals,
                "good": check.good,
                "accepted": check.accepted,
                "accepted_good": check.accepted_good,
                "precision": check.precision,
                "precision_interval": check.precision_interval,
                "recall": check.recall,
            }
            for check in checks
        ],
    }


def spell_needed(found: Needs, drawn: pl.DataFrame) -> str:
    """Spell which pairs lack evals, the largest assumed dollars first."""
    available = _drawn_by_pair(drawn)
    rows = [
        (
            pair.feature,
            pair.model,
            spell_usd(pair.assumed_pico_usd),
            f"{pair.loaded:,}",
            f"{pair.wanted:,}",
            f"{pair.missing:,}",
            f"{available.get((pair.feature, pair.model), 0):,}",
        )
        for pair in found.pairs
    ]
    heads = ("feature", "model", "assumed saving", "loaded", "wanted", "missing", "to score")
    lines = columns(heads, rows) if rows else ["no pair of feature and model lacks evals"]
    if rows:
        lines.append("\nPairs of one feature share its assumed saving: all of them are needed.")
        if any(available.get((pair.feature, pair.model), 0) < pair.missing for pair in found.pairs):
            lines.append("Where fewer are to score than missing, the log holds no more requests.")
    for (lever, feature), pico in found.beyond.items():
        lines.append(f"{lever} of {feature}: {spell_usd(pico)} stay assumed whatever is scored")
    return "\n".join(lines)


def needed_json(found: Needs, drawn: pl.DataFrame) -> dict[str, object]:
    """Return the same as it stands in ``rebill evals needed --json``."""
    available = _drawn_by_pair(drawn)
    return {
        "pairs": [
            {
                "feature": pair.feature,
                "model": pair.model,
                "assumed_usd": plain_usd(pair.assumed_pico_usd),
                "loaded": pair.loaded,
                "mean": pair.mean,
                "wanted": pair.wanted,
                "missing": pair.missing,
                "to_score": available.get((pair.feature, pair.model), 0),
            }
            for pair in found.pairs
        ],
        "assumed_whatever_is_scored": [
            {"lever": lever, "feature": feature, "usd": plain_usd(pico)}
            for (lever, feature), pico in found.beyond.items()
        ],
    }


def columns(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return a table as lines: two words to the left, figures to the right."""
    widths = [max(len(row[n]) for row in (heads, *rows)) for n in range(len(heads))]
    return ["  ".join(_cells(row, widths)).rstrip() for row in (heads, *rows)]


def _cells(row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    for number, (text, width) in enumerate(zip(row, widths, strict=True)):
        yield text.ljust(width) if number < 2 else text.rjust(width)


def _means(scores: Scores) -> Iterator[tuple[str, ...]]:
    from analyzer.savings.quality import wilson

    for (feature, model), (n, mean) in sorted(scores.items()):
        low, high = wilson(mean, n)
        yield feature, model, f"{n:,}", f"{mean:.3f}", f"{low:.3f} to {high:.3f}"


def _length_lines(checks: Iterable[LengthCheck], good: float) -> Iterator[str]:
    rows = [
        (
            check.feature,
            check.model,
            f"{check.accept}",
            f"{check.evals:,}",
            f"{check.accepted:,}",
            _share(check.precision),
            _share(check.recall),
            f"{check.accepted - check.accepted_good:,}",
        )
        for check in checks
    ]
    if not rows:
        yield "No scored request has a logged answer length: length cannot be checked."
        return
    yield f"The length of the logged answer as a score (good: an eval of {good} or more)"
    heads = ("feature", "model", "accept", "evals", "accepted", "precision", "recall", "bad let in")
    yield from columns(heads, rows)


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _drawn_by_pair(drawn: pl.DataFrame) -> dict[tuple[str, str], int]:
    counts = drawn.group_by("feature", "model").len()
    return {(feature, model): n for feature, model, n in counts.iter_rows()}
