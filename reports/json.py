"""Renders findings as the JSON object that ``rebill simulate --json`` prints (CONTRACT.md)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from analyzer.findings import (
    EVIDENCE_CLASSES,
    Coverage,
    Findings,
    LeverShare,
    Projection,
    Step,
    Tally,
    Window,
)
from analyzer.money import usd

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def render(findings: Findings) -> str:
    """Return one JSON object, indented, in ASCII: the same bytes for the same findings.

    Dollars are floats rounded to 1e-6; ``pico_usd`` fields are the exact integers as strings.
    """
    return json.dumps(report(findings), indent=2, allow_nan=False)


def rfc3339(time_us: int) -> str:
    """Spell microseconds UTC as RFC 3339 with a Z; microseconds only where there are any."""
    moment = EPOCH + timedelta(microseconds=time_us)
    return moment.replace(tzinfo=None).isoformat() + "Z"


def report(findings: Findings) -> dict[str, object]:
    """Return the same as a dictionary."""
    return {
        "policy": findings.policy,
        "price_date": findings.price_date,
        "window": _window(findings.window),
        "coverage": _coverage(findings.coverage),
        "billed_usd": usd(findings.billed_pico_usd),
        "steps": [_step(step) for step in findings.steps],
        "attribution": {share.lever: _share(share) for share in findings.attribution},
        "projection": _projection(findings.projection),
    }


def _window(window: Window) -> dict[str, object]:
    return {
        "start": rfc3339(window.start_us),
        "end": rfc3339(window.end_us),
        "days": window.days,
    }


def _coverage(coverage: Coverage) -> dict[str, object]:
    return {
        "requests": coverage.requests,
        "priced_requests": coverage.priced_requests,
        "unpriced_requests": coverage.unpriced_requests,
        "unpriced_tokens": coverage.unpriced_tokens,
        "unpriced_models": {model.model: model.requests for model in coverage.unpriced},
        "failed_requests": coverage.failed_requests,
        "cacheable_requests": coverage.cacheable_requests,
        "scored_requests": coverage.scored_requests,
        "already_cached": coverage.already_cached,
        "bucket_requests": coverage.bucket_requests,
        "skipped": [
            {"lever": skip.lever, "feature": skip.feature, "missing": skip.missing}
            for skip in coverage.skipped
        ],
    }


def _step(step: Step) -> dict[str, object]:
    features = {name: _tally(step.features[name]) for name in sorted(step.features)}
    return {"lever": step.lever, **_tally(step.total), "features": features}


def _tally(tally: Tally) -> dict[str, object]:
    return {
        "usd": usd(tally.pico_usd),
        "pico_usd": str(tally.pico_usd),
        "requests": tally.requests,
        "calls": tally.calls,
        "input_tokens": tally.input_tokens,
        "output_tokens": tally.output_tokens,
        "hits": tally.hits,
        "coalesced": tally.coalesced,
        "escalated": tally.escalated,
        "truncated": tally.truncated,
    }


def _share(share: LeverShare) -> dict[str, object]:
    return {
        "shapley_usd": usd(share.shapley_pico_usd),
        "shapley_pico_usd": str(share.shapley_pico_usd),
        "alone_usd": usd(share.alone_pico_usd),
        "least_usd": usd(share.least_pico_usd),
        "most_usd": usd(share.most_pico_usd),
        "evidence": {name: usd(share.evidence.get(name, 0)) for name in EVIDENCE_CLASSES},
        "features": _feature_shares(share.features),
    }


def _feature_shares(features: Mapping[str, int]) -> dict[str, object]:
    return {name: {"shapley_pico_usd": str(features[name])} for name in sorted(features)}


def _projection(projection: Projection) -> dict[str, object]:
    interval = projection.annual_saving
    return {
        "monthly_before_usd": _usd(projection.monthly_before_pico_usd),
        "monthly_after_usd": _usd(projection.monthly_after_pico_usd),
        "annual_saving_usd": _usd(projection.annual_saving_pico_usd),
        "annual_saving_p10_usd": _usd(interval.p10_pico_usd if interval else None),
        "annual_saving_p90_usd": _usd(interval.p90_pico_usd if interval else None),
        "warnings": list(projection.warnings),
    }


def _usd(pico_usd: int | None) -> float | None:
    return None if pico_usd is None else usd(pico_usd)
