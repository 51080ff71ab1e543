"""What tuning found, as ``rebill tune --json`` prints it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from analyzer.commands.tune_output import NOT_DONE, why_not
from analyzer.commands.tune_unit import notes
from analyzer.money import plain_usd
from analyzer.tune.searched import is_whole

if TYPE_CHECKING:
    from analyzer.tune.answers import Quality
    from analyzer.tune.found import Found, HangsOn, LeverTest, Point, Rival, UnitFound
    from analyzer.tune.latency import Added


def as_json(found: Found) -> dict[str, object]:
    """Return one JSON object; dollars are decimal strings, shares and scores numbers."""
    return {
        "days": {"in_sample": len(found.train), "out_of_sample": len(found.test)},
        "feasible": found.feasible,
        "binding": [] if found.feasible else [why_not(found)],
        "usd": {
            name: {
                "in_sample": plain_usd(found.train.total(spend)),
                "out_of_sample": plain_usd(found.test.total(spend)),
                "features": {
                    feature: {
                        "in_sample": plain_usd(found.train.of(spend[feature])),
                        "out_of_sample": plain_usd(found.test.of(spend[feature])),
                    }
                    for feature in sorted(spend)
                },
            }
            for name, spend in (
                ("today", found.today), ("policy", found.start), ("tuned", found.tuned),
            )
        },
        "beside": [_rival(rival) for rival in found.rivals],
        "levers": [_lever(test) for test in found.levers],
        "walk_forward": [
            {
                "days_in": len(fold.train),
                "days_out": len(fold.test),
                "in_sample": _saved(fold.today_in, fold.tuned_in),
                "out_of_sample": _saved(fold.today_out, fold.tuned_out),
                "levers": [_lever(test) for test in fold.levers],
            }
            for fold in found.folds
        ],
        "provider_share": _share(found),
        "frontier": [
            {
                "in_sample_usd": plain_usd(point.in_pico_usd),
                "out_of_sample_usd": plain_usd(point.out_pico_usd),
                "quality_mean": point.mean,
                "quality_low": point.low,
                "added_latency_s": point.added_s,
            }
            for point in found.frontier
        ],
        "hangs_on": None if found.hangs_on is None else _hangs_on(found.hangs_on),
        "units": [_unit(unit) for unit in found.units],
        "policies_replayed": found.policies,
        "know_that": list(NOT_DONE),
    }  # fmt: skip


def _rival(rival: Rival) -> Mapping[str, object]:
    return {
        "name": rival.name,
        "model": rival.model or None,
        "in_sample_usd": plain_usd(rival.in_pico_usd),
        "out_of_sample_usd": plain_usd(rival.out_pico_usd),
        "quality_in_sample": _quality(rival.quality_in),
        "quality_out_of_sample": _quality(rival.quality_out),
        "scored_features": list(rival.scored),
        "note": rival.note or None,
    }


def _lever(test: LeverTest) -> Mapping[str, object]:
    return {
        "lever": test.lever,
        "in_sample_usd": plain_usd(test.in_pico_usd),
        "out_of_sample_usd": plain_usd(test.out_pico_usd),
        "blind_in_sample_usd": plain_usd(test.blind_in_pico_usd),
        "blind_out_of_sample_usd": plain_usd(test.blind_out_pico_usd),
    }


def _share(found: Found) -> Mapping[str, object] | None:
    share = found.share
    if share is None:
        return None
    return {
        "most": share.most_ppm / 1e6,
        "kept": share.kept,
        "largest": share.share,
        "provider": share.provider,
        "proven": share.proven,
    }


def _hangs_on(found: HangsOn) -> Mapping[str, object]:
    """As in the report's findings: integers, pico-dollars and parts per million."""
    return {
        "drivers": [asdict(driver) for driver in found.drivers],
        "break_evens": [asdict(row) for row in found.break_evens],
        "thresholds": [asdict(row) for row in found.thresholds],
        "shocks": [asdict(shock) for shock in found.shocks],
    }


def _unit(unit: UnitFound) -> Mapping[str, object]:
    return {
        "features": list(unit.features),
        "policies": unit.policies,
        "every_combination": is_whole(unit.searched),
        "search": unit.searched,
        "feasible": unit.feasible,
        "binding": list(unit.binding),
        "changes": list(unit.changes),
        "quality_in_sample": {f: _quality(q) for f, q in unit.quality_in.items()},
        "quality_out_of_sample": {f: _quality(q) for f, q in unit.quality_out.items()},
        "added_latency": {f: _added(added) for f, added in unit.added.items()},
        "escalated": {feature: found.share for feature, found in unit.escalations.items()},
        "placebo": {
            feature: {
                "requests": tested.requests,
                "held_out": tested.held_out,
                "mean": tested.mean,
                "shuffled_mean": tested.shuffled_mean,
                "shuffled_p95": tested.shuffled_p95,
                "shuffles": tested.shuffles,
                "as_good": tested.as_good,
                "is_noise": tested.is_noise,
            }
            for feature, tested in unit.placebos.items()
        },
        "notes": [line for line in notes(unit) if "cascade" in line],
        "single_models": [
            {
                "feature": single.feature,
                "model": single.model,
                "in_sample_usd": plain_usd(single.in_pico_usd),
                "out_of_sample_usd": plain_usd(single.out_pico_usd),
                "quality": _quality(single.quality),
            }
            for single in unit.singles
        ],
        "frontier": {f: [_point(p) for p in points] for f, points in unit.frontiers.items()},
    }


def _point(point: Point) -> Mapping[str, object]:
    return {
        "in_sample_usd": plain_usd(point.in_pico_usd),
        "out_of_sample_usd": plain_usd(point.out_pico_usd),
        "quality": _quality(point.quality),
        "quality_out_of_sample": _quality(point.quality_out),
        "added_latency": _added(point.added),
        "changes": list(point.changes),
    }


def _added(added: Added | None) -> Mapping[str, float] | None:
    return None if added is None else {"mean_s": added.mean_s, "most_s": added.most_s}


def _quality(quality: Quality | None) -> Mapping[str, object] | None:
    if quality is None:
        return None
    return {"n": quality.n, "mean": quality.mean, "low": quality.low}


def _saved(before: int, after: int) -> float:
    return (before - after) / before if before else 0.0
