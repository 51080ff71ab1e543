"""What tuning found for one unit: what changes, how sure that is, and what else was near."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from analyzer.commands.eval_tables import columns
from analyzer.money import spell_usd
from analyzer.tune.searched import spell_searched

if TYPE_CHECKING:
    from analyzer.tune.answers import Quality
    from analyzer.tune.found import Point, UnitFound

_NAME = 44
_WIDTH = 100
_POINTS_SHOWN = 8
T = TypeVar("T")


def some(points: Sequence[T]) -> list[T]:
    """Return a few of many points, both ends kept."""
    last = len(points) - 1
    if last < _POINTS_SHOWN:
        return list(points)
    return [points[last * n // (_POINTS_SHOWN - 1)] for n in range(_POINTS_SHOWN)]


def spell_unit(unit: UnitFound) -> Iterator[str]:
    """Yield the lines of one unit."""
    how = spell_searched(unit.searched)
    yield f"{cut(', '.join(unit.features), 60)} ({unit.policies:,} policies, {how})"
    for line in _prose(unit):
        yield from wrapped(line, indent="  ")
    yield from (f"  {line}" for line in _frontiers(unit))


def _prose(unit: UnitFound) -> Iterator[str]:
    if not unit.feasible:
        yield "nothing that was tried is allowed: the policy given stands"
        yield from unit.binding
    yield from unit.changes or ("nothing changes",)
    unknown = [f for f in unit.features if unit.quality_in[f] is None]
    for feature in unit.features:
        if feature not in unknown:
            seen, held = unit.quality_in[feature], unit.quality_out[feature]
            tested = f"; held out: {_quality(held)}" if unit.held_out else ""
            yield f"quality of {feature}: {_quality(seen)}{tested}"
    if unknown:
        yield f"quality of {', '.join(unknown)}: assumed (no evals)"
    yield from _added(unit)
    yield from notes(unit)


def wrapped(line: str, indent: str = "") -> list[str]:
    """Return a sentence in lines that any terminal shows whole."""
    plain = "".join(letter if letter.isprintable() else " " for letter in line)
    more = indent + "  "
    return textwrap.wrap(plain, _WIDTH, initial_indent=indent, subsequent_indent=more) or [indent]


def _added(unit: UnitFound) -> Iterator[str]:
    for feature, added in unit.added.items():
        if added is None:
            yield f"added latency of {feature}: unknown, the log has none"
        elif added.most_s:
            yield (
                f"added latency of {feature}: {added.mean_s:,.2f} s on average, at most "
                f"{added.most_s:,.2f} s"
            )


def notes(unit: UnitFound) -> Iterator[str]:
    """Yield what each cascade is up against: single models, chance, and hindsight."""
    yield from against_singles(unit)
    yield from _break_even(unit)
    yield from _coin(unit)
    yield from _noise(unit)


def against_singles(unit: UnitFound) -> Iterator[str]:
    """Yield what each cascade's models cost alone. Often one of them wins."""
    for feature in unit.judged_by_evals:
        yield (
            f"{feature}: the evals themselves judge this cascade, free and never wrong: its "
            "spend and quality are the best that any judge could reach"
        )
    for feature in unit.dropped:
        yield f"{feature}: the cascade does not beat calls to one model: it is off"
    for single in unit.singles:
        out = f", {spell_usd(single.out_pico_usd)} out" if unit.held_out else ""
        yield (
            f"{single.feature}, {single.model} alone: {spell_usd(single.in_pico_usd)} in sample"
            f"{out}; quality {_quality(single.quality)}"
        )
        spent = unit.cascades.get(single.feature)
        mine = unit.quality_in[single.feature]
        no_worse = single.quality is None or mine is None or single.quality.low >= mine.low
        if spent is not None and single.in_pico_usd <= spent and no_worse:
            yield (
                f"{single.feature}: the cascade costs {spell_usd(spent)} and is not known to be "
                f"better: it does not beat {single.model} alone"
            )


def _break_even(unit: UnitFound) -> Iterator[str]:
    """A cascade saves only while it escalates less than 1 - (first tier + judge) / last tier."""
    for feature, found in unit.escalations.items():
        costs = {s.model: s.in_pico_usd for s in unit.singles if s.feature == feature}
        first, last = costs.get(found.first), costs.get(found.last)
        if first is not None and last:
            yield (
                f"{feature}: {found.share:.1%} of requests escalate; the cascade saves against "
                f"{found.last} alone while that stays below {1 - first / last:.1%} "
                "(1 - (c + j) / s, judging free)"
            )


def _coin(unit: UnitFound) -> Iterator[str]:
    """A router that knows nothing: at the cascade's spend, how good are its answers?"""
    for feature, spent in unit.cascades.items():
        quality = unit.quality_in[feature]
        known = [
            (single.quality.mean, single)
            for single in unit.singles
            if single.feature == feature and single.quality is not None
        ]
        if quality is None or len(known) < 2:
            continue
        cheap = min(known, key=lambda pair: pair[1].in_pico_usd)
        dear = max(known, key=lambda pair: pair[0])
        room = dear[1].in_pico_usd - cheap[1].in_pico_usd
        if cheap[1].in_pico_usd <= spent <= dear[1].in_pico_usd and room:
            share = (spent - cheap[1].in_pico_usd) / room
            mean = cheap[0] + share * (dear[0] - cheap[0])
            verdict = "" if quality.mean > mean else ": the cascade does not beat chance"
            yield (
                f"{feature}: a coin between {cheap[1].model} and {dear[1].model} at the same spend "
                f"answers {mean:.3f} on average, the cascade {quality.mean:.3f}{verdict}"
            )


def _noise(unit: UnitFound) -> Iterator[str]:
    for feature, found in unit.placebos.items():
        where = "held out" if found.held_out else "in sample"
        verdict = (
            "the score tells this route nothing that chance does not"
            if found.is_noise
            else "the score tells it something"
        )
        yield (
            f"{feature}, {where}: with its scores shuffled the route answers "
            f"{found.shuffled_mean:.3f} (19 in 20 up to {found.shuffled_p95:.3f}), as they are "
            f"{found.mean:.3f}: {verdict}"
        )


def _frontiers(unit: UnitFound) -> Iterator[str]:
    for feature, points in unit.frontiers.items():
        if len(points) > 1:
            heads = [f"frontier of {cut(feature)}", "", "in sample", "quality", "at least", "added"]
            if unit.held_out:
                heads[3:] = ["out", *heads[3:5], "held out", heads[5]]
            rows = [_point(point, held_out=unit.held_out) for point in some(points)]
            yield from columns(heads, rows)


def _point(point: Point, *, held_out: bool) -> tuple[str, ...]:
    out = (spell_usd(point.out_pico_usd),) if held_out else ()
    tested = "" if point.quality_out is None else f"{point.quality_out.mean:.3f}"
    return (
        "", "", spell_usd(point.in_pico_usd), *out,
        "assumed" if point.quality is None else f"{point.quality.mean:.3f}",
        "" if point.quality is None else f"{point.quality.low:.3f}",
        *((tested,) if held_out else ()),
        "unknown" if point.added is None else f"{point.added.mean_s:,.2f} s",
    )  # fmt: skip


def _quality(quality: Quality | None) -> str:
    if quality is None:
        return "assumed (no evals)"
    return f"{quality.mean:.3f} (at least {quality.low:.3f}, n = {quality.n:,})"


def cut(text: str, most: int = _NAME) -> str:
    """Return a name on one line, and no longer than a column."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return plain if len(plain) <= most else f"{plain[: most - 1]}\u2026"
