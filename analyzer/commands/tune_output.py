"""What tuning found, as a table for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from analyzer.commands.eval_tables import columns
from analyzer.money import plain_usd, spell_percent, spell_usd

if TYPE_CHECKING:
    from analyzer.tune.answers import Quality
    from analyzer.tune.evaluate import Spend
    from analyzer.tune.judge import Days
    from analyzer.tune.tuned import Found, Single, UnitFound

NOT_DONE = (
    "latency is bounded by waits only (--max-wait): a cascade's extra calls are not timed",
    "no bound on a provider's share, no oracle, no placebo of shuffled scores",
    "compressed and packed answers have no evals: their quality stays assumed",
)
"""Said with every result."""


def spell(found: Found) -> str:
    """Spell the spend in and out of sample, what changed and why, and what was not done."""
    lines = [*_table(found), "", *_gap(found), *_folds(found), ""]
    for unit in found.units:
        lines += _unit(unit)
    lines += ["", f"{found.policies:,} policies were replayed.", "Not done:"]
    return "\n".join([*lines, *(f"  {line}" for line in NOT_DONE)])


def _table(found: Found) -> list[str]:
    parts = [part for part in (found.train, found.test) if part.first < part.until]
    heads = ["feature", ""]
    for _, name in zip(parts, ("in sample", "out of sample"), strict=False):
        heads += [f"today, {name}", "policy", "tuned", "saved"]
    features = sorted(found.today, key=lambda name: -_of(found.today, name, parts[0]))
    rows = [_row(name, {name}, found, parts) for name in features]
    rows.append(_row("all features", set(features), found, parts))
    return columns(heads, rows)


def _row(title: str, features: set[str], found: Found, parts: list[Days]) -> list[str]:
    row = [title, ""]
    for part in parts:
        spends = [
            sum(_of(spend, name, part) for name in features)
            for spend in (found.today, found.start, found.tuned)
        ]
        row += [*map(spell_usd, spends), spell_percent(spends[0] - spends[2], spends[0])]
    return row


def _of(spend: Spend, feature: str, part: Days) -> int:
    return part.total({feature: spend.get(feature, {})})


def _gap(found: Found) -> Iterator[str]:
    if found.test.first == found.test.until:
        yield "No day was held out (--holdout 0): these figures are in sample, and flatter."
        return
    saved, given = (
        [_saved(part.total(found.today), part.total(spend)) for part in (found.train, found.test)]
        for spend in (found.tuned, found.start)
    )
    yield (
        f"Tuned, {saved[1]:.1%} of today's spend is saved out of sample, {saved[0]:.1%} in sample: "
        f"optimism gap {(saved[0] - saved[1]) * 100:+.1f} points"
    )
    yield f"(as given, the policy saves {given[1]:.1%} and {given[0]:.1%})"


def _folds(found: Found) -> Iterator[str]:
    """The walk forward: what tuning promised on the days it saw, and kept on the next."""
    for fold in found.folds:
        promised, kept = (
            _saved(fold.today_in, fold.tuned_in),
            _saved(fold.today_out, fold.tuned_out),
        )
        yield (
            f"  tuned on {_days(fold.train)} days, tested on the next {_days(fold.test)}: "
            f"{promised:.1%} in sample, {kept:.1%} out: gap {(promised - kept) * 100:+.1f} points"
        )


def _saved(before: int, after: int) -> float:
    return (before - after) / before if before else 0.0


def _unit(unit: UnitFound) -> Iterator[str]:
    how = "every combination" if unit.whole else "rule by rule"
    yield f"{', '.join(unit.features)} ({unit.policies:,} policies, {how})"
    if not unit.feasible:
        yield from (f"  {line}" for line in _binding(unit))
    for line in unit.changes or ("nothing changes",):
        yield f"  {line}"
    for feature in unit.features:
        known, held = unit.quality_in[feature], unit.quality_out[feature]
        yield f"  quality of {feature}: {_quality(known)}; held out: {_quality(held)}"
    yield from (f"  {line}" for line in (*against_singles(unit), *_coin(unit)))


def _binding(unit: UnitFound) -> Iterator[str]:
    yield "nothing that was tried is allowed: the policy given stands"
    for feature, low in unit.best_quality.items():
        reached = "no choice is measured" if low is None else f"the best reaches {low:.3f}"
        yield f"quality of {feature}: {reached}"


def against_singles(unit: UnitFound) -> Iterator[str]:
    """Yield what each cascade is up against: its models alone. Often one of them wins."""
    for feature in unit.judged_by_evals:
        yield (
            f"{feature}: the evals themselves judge this cascade, free and never wrong: its "
            "spend and quality are the best that any judge could reach"
        )
    for feature in unit.dropped:
        yield f"{feature}: the cascade does not beat calls to one model: it is off"
    for single in unit.singles:
        yield (
            f"{single.feature}, {single.model} alone: {spell_usd(single.in_pico_usd)} in sample, "
            f"{spell_usd(single.out_pico_usd)} out; quality {_quality(single.quality)}"
        )
        spent = unit.cascades.get(single.feature)
        if spent is not None and single.in_pico_usd <= spent and _no_worse(unit, single):
            yield (
                f"{single.feature}: the cascade costs {spell_usd(spent)} and is not known to be "
                f"better: it does not beat {single.model} alone"
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


def _no_worse(unit: UnitFound, single: Single) -> bool:
    mine = unit.quality_in[single.feature]
    return single.quality is None or mine is None or single.quality.low >= mine.low


def _quality(quality: Quality | None) -> str:
    if quality is None:
        return "assumed (no evals)"
    return f"{quality.mean:.3f} (at least {quality.low:.3f}, n = {quality.n:,})"


def as_json(found: Found) -> dict[str, object]:
    """Return the same as it stands in ``rebill tune --json``."""
    return {
        "days": {"in_sample": _days(found.train), "out_of_sample": _days(found.test)},
        "usd": {
            name: {
                "in_sample": plain_usd(found.train.total(spend)),
                "out_of_sample": plain_usd(found.test.total(spend)),
                "features": {
                    feature: {
                        "in_sample": plain_usd(_of(spend, feature, found.train)),
                        "out_of_sample": plain_usd(_of(spend, feature, found.test)),
                    }
                    for feature in sorted(spend)
                },
            }
            for name, spend in (
                ("today", found.today), ("policy", found.start), ("tuned", found.tuned),
            )
        },
        "walk_forward": [
            {
                "days_in": _days(fold.train),
                "days_out": _days(fold.test),
                "in_sample": _saved(fold.today_in, fold.tuned_in),
                "out_of_sample": _saved(fold.today_out, fold.tuned_out),
            }
            for fold in found.folds
        ],
        "units": [_unit_json(unit) for unit in found.units],
        "policies_replayed": found.policies,
        "not_done": list(NOT_DONE),
    }  # fmt: skip


def _days(part: Days) -> int:
    return part.until - part.first


def _unit_json(unit: UnitFound) -> Mapping[str, object]:
    return {
        "features": list(unit.features),
        "policies": unit.policies,
        "every_combination": unit.whole,
        "feasible": unit.feasible,
        "changes": list(unit.changes),
        "quality_in_sample": {f: _quality_json(q) for f, q in unit.quality_in.items()},
        "quality_out_of_sample": {f: _quality_json(q) for f, q in unit.quality_out.items()},
        "notes": [line for line in (*against_singles(unit), *_coin(unit)) if "cascade" in line],
        "single_models": [
            {
                "feature": single.feature,
                "model": single.model,
                "in_sample_usd": plain_usd(single.in_pico_usd),
                "out_of_sample_usd": plain_usd(single.out_pico_usd),
                "quality": _quality_json(single.quality),
            }
            for single in unit.singles
        ],
        "frontier": [
            {
                "in_sample_usd": plain_usd(point.in_pico_usd),
                "quality": _quality_json(point.quality),
                "changes": list(point.changes),
            }
            for point in unit.frontier
        ],
    }


def _quality_json(quality: Quality | None) -> Mapping[str, object] | None:
    if quality is None:
        return None
    return {"n": quality.n, "mean": quality.mean, "low": quality.low}
