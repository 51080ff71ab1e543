"""Curves made by hand, one of each kind, and the ages of a cache's answers."""

from __future__ import annotations

from analyzer.curve import AgeBand, Curve, CurvePoint, Curves, Score, Staleness, Unmoved

USD = 10**12
MINUTE_US = 60_000_000
TTLS_US = tuple(minutes * MINUTE_US for minutes in (0, 1, 5, 15, 60, 240, 1440))


def curves(features: tuple[str, ...]) -> Curves:
    """Return curves of rules over some features."""
    return Curves(
        curves=(_lifetimes(features), _thresholds(features[:1]), _ratios(features), _packs()),
        flat=(Unmoved("batching", features[:1]),),
        not_drawn=2,
        staleness=(
            Staleness(
                rule=1,
                features=features,
                ttl_us=60 * MINUTE_US,
                answers=10_000,
                waited=12,
                median_us=22 * MINUTE_US + 7,
                p90_us=51 * MINUTE_US,
                oldest_us=60 * MINUTE_US - 1,
                bands=tuple(
                    AgeBand(minutes * MINUTE_US, n)
                    for minutes, n in ((1, 700), (5, 1_300), (15, 2_800), (60, 5_200))
                ),
            ),
        ),
    )


def _lifetimes(features: tuple[str, ...]) -> Curve:
    saved = (0, 9, 61, 130, 302, 395, 488)
    points = tuple(
        CurvePoint(ttl, (1_400 - n) * USD, n * USD, n * 300, None, chosen=ttl == TTLS_US[4])
        for ttl, n in zip(TTLS_US, saved, strict=True)
    )
    return Curve("caching", 1, "ttl_us", 0, features, points, 45 * USD, 230 * 1_000_000)


def _thresholds(features: tuple[str, ...]) -> Curve:
    points = tuple(
        CurvePoint(
            tenth * 100_000,
            (200 + 11 * tenth * tenth) * USD,
            None,
            tenth * 61_000,
            Score(412, 700_000 + 21_000 * tenth, 655_000 + 21_000 * tenth),
            chosen=tenth == 8,
        )
        for tenth in range(11)
    )
    return Curve("routing", 1, "accept_ppm", 1, features, points, 0, None)


def _ratios(features: tuple[str, ...]) -> Curve:
    points = tuple(
        CurvePoint(tenth * 100_000, (900 - net) * USD, net * USD, None, None, chosen=tenth == 5)
        for tenth in range(1, 11)
        for net in (380 - 50 * tenth,)
    )
    return Curve("compression", 1, "ratio_ppm", 0, features, points, 0, 760_000)


def _packs() -> Curve:
    saved = {1: 0, 2: 21, 5: 34, 10: 38, 20: 41, 50: 42}
    points = tuple(
        CurvePoint(size, (90 - n) * USD, n * USD, None, None, chosen=size == 20)
        for size, n in saved.items()
    )
    return Curve("batching", 1, "max_size", 0, ("nightly",), points, 0, None)
