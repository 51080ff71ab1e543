"""Findings made by hand: five features, five levers, one of them a loss, and the edge cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from analyzer.errors import Skipped, Unpriced
from analyzer.findings import (
    Claim,
    Coverage,
    Day,
    Findings,
    Interval,
    LeverShare,
    Projection,
    Step,
    Tally,
    Window,
)
from analyzer.provenance import Assumption
from tests.board_example import board, hostile_board
from tests.curve_example import curves
from tests.sources_example import ASSUMPTIONS, CLAIMS, PRICES, PROVENANCE

USD = 10**12
DAY_US = 86_400_000_000
START_US = 1_790_812_800_000_000  # 2026-10-01T00:00:00Z
LEVERS = ("model_selection", "routing", "caching", "compression", "batching")

HOSTILE_NAMES = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "{{7*7}} ${7*7} %{x}",
    "=cmd|'/C calc'!A0",
    "\u202egnp.exe\u202c \u200fchat\u200e",
    "<b>bold</b> &amp; <a href='javascript:alert(1)'>link</a>",
    "a\x1b[31m\x00red\x9b2J\tbell\x07",
    "\N{ROCKET} family \U0001f468\u200d\U0001f469\u200d\U0001f467 naïve 漢字",
    "L" * 10_000,
    "L" * 9_999 + "M",
    "",
)

# Feature: today's pico-dollars, then what each lever saves in deployment order (negative: costs).
MONTH: Mapping[str, tuple[int, tuple[int, ...]]] = {
    "summarize": (
        6_214_880_417_250_333,
        (5_800_113_204_117_000, 0, 21_004_500_118_277, -38_911_200_750_003, 0),
    ),
    "code_review": (4_902_377_000_125_001, (4_631_902_114_000_777, 0, 0, 0, 0)),
    "classify": (
        1_733_090_550_600_700,
        (1_329_441_000_000_123, 0, 101_370_880_401_000, 0, 44_190_337_000_561),
    ),
    "translate": (729_666_015_000_089, (641_700_998_000_044, 0, 9_118_200_000_001, 0, 0)),
    "support_chat": (
        420_118_700_310_077,
        (0, 301_774_018_550_040, 41_090_000_774_002, 0, 0),
    ),
}
SHIFT_PICO_USD = 300_000_000_000_007
REQUESTS = {
    "summarize": 41_208,
    "code_review": 18_950,
    "classify": 402_117,
    "translate": 66_033,
    "support_chat": 120_544,
}


def example() -> Findings:
    """Return a month of a start-up: what most tests and every picture are made of."""
    return replace(build(MONTH), curves=curves(tuple(MONTH)))


def build(
    features: Mapping[str, tuple[int, tuple[int, ...]]],
    *,
    levers: Sequence[str] = LEVERS,
    days: int = 31,
    policy: str = "field notes",
) -> Findings:
    """Return findings whose steps, shares and days add up, as the engine's do."""
    steps = _steps(features, levers)
    before, after = steps[0].total.pico_usd, steps[-1].total.pico_usd
    window = Window(START_US, START_US + days * DAY_US - 1_500_000 if days else START_US)
    coverage, shares = _coverage(steps[0].total), _attribution(features, levers, days)
    projection = _projection(features, before, after, window, days)
    calendar = _days(before, after, max(days, 1))
    sources = PROVENANCE.sources
    return Findings(
        policy=policy,
        price_date="2026-11-01",
        window=window,
        coverage=coverage,
        billed_pico_usd=before - before // 40,
        steps=steps,
        attribution=shares,
        projection=projection,
        days=calendar,
        prices=PRICES,
        assumptions=ASSUMPTIONS,
        claims=CLAIMS,
        provenance=PROVENANCE,
        board=board(window, coverage, steps, shares, projection, calendar, sources),
    )


def hostile() -> Findings:
    """Return findings whose every name tries to be something other than text."""
    features = {
        name: (900 * USD - 7 * index, (500 * USD, 0, 20 * USD, -3 * USD, 1 * USD))
        for index, name in enumerate(HOSTILE_NAMES)
    }
    found = build(features, policy=HOSTILE_NAMES[1])
    evil = "</script><script>alert(1)</script>"
    return replace(
        found,
        board=hostile_board(found.board, evil),
        curves=curves(HOSTILE_NAMES),
        coverage=replace(
            found.coverage,
            unpriced=(Unpriced(evil, 3, 900), Unpriced(HOSTILE_NAMES[8], 1, 2)),
            skipped=(Skipped("caching", HOSTILE_NAMES[4], evil),),
        ),
        claims=(Claim(evil, evil, evil, "does not hold", evil),),
        assumptions=(Assumption(evil, evil),),
        prices=(replace(PRICES[0], model=evil, source=evil, provider=evil, note=evil),),
        projection=replace(found.projection, warnings=(evil,)),
        provenance=replace(
            PROVENANCE, policy_file=evil, policy_text=f'name = "{evil}"\n', price_sources=(evil,)
        ),
    )


def one_feature() -> Findings:
    """Return findings of one feature under one lever."""
    return build({"classify": (38_412_000_007, (11_000_000_003,))}, levers=("caching",))


def many_features(count: int = 500) -> Findings:
    """Return findings of many features, most of them small."""
    features = {
        f"team_{index:03d}/feature": (
            14_000 * USD // (index + 1) ** 2 + 17 * index,
            (4_000 * USD // (index + 1) ** 2, 0, 90 * USD // (index + 1) ** 2, -index, 0),
        )
        for index in range(count)
    }
    return build(features)


def no_saving() -> Findings:
    """Return findings of a policy that has no lever at all."""
    return build({name: (before, ()) for name, (before, _) in MONTH.items()}, levers=())


def zero_saving() -> Findings:
    """Return findings of a lever that changes nothing."""
    features = {name: (before, (0,)) for name, (before, _) in MONTH.items()}
    return build(features, levers=("caching",))


def added_cost() -> Findings:
    """Return findings of a policy that costs more than it saves."""
    return build({"chat": (500 * USD, (20 * USD, -90 * USD))}, levers=("caching", "compression"))


def one_day() -> Findings:
    """Return findings of a log within one day: a projection without an interval."""
    found = build(MONTH, days=1)
    warning = "The log covers 1.0 days. Under 7 days a projection is a guess at the other days."
    return replace(found, projection=replace(found.projection, warnings=(warning,)))


def one_moment() -> Findings:
    """Return findings of a log whose requests all carry one time: nothing can be projected."""
    return build(MONTH, days=0)


def empty_log() -> Findings:
    """Return findings of a log in which nothing is priced."""
    return replace(build({}, levers=(), days=0), days=(), billed_pico_usd=0)


def _steps(
    features: Mapping[str, tuple[int, tuple[int, ...]]], levers: Sequence[str]
) -> tuple[Step, ...]:
    return tuple(_step(features, lever, n) for n, lever in enumerate(("baseline", *levers)))


def _step(features: Mapping[str, tuple[int, tuple[int, ...]]], lever: str, n: int) -> Step:
    tallies = {
        name: _tally(name, before - sum(saved[:n]), n) for name, (before, saved) in features.items()
    }
    return Step(lever, _sum(tuple(tallies.values())), tallies)


def _tally(name: str, pico_usd: int, n: int) -> Tally:
    requests = REQUESTS.get(name, 1_000)
    hits = requests // 9 if n >= 3 else 0
    return Tally(
        pico_usd=pico_usd,
        requests=requests,
        calls=requests - hits + (requests // 5 if n >= 2 else 0),
        input_tokens=(requests - hits) * 812,
        output_tokens=(requests - hits) * 143,
        hits=hits,
        coalesced=0,
        escalated=requests // 5 if n >= 2 else 0,
        truncated=requests // 50 if n >= 2 else 0,
    )


def _sum(tallies: Sequence[Tally]) -> Tally:
    fields = Tally.__slots__
    return Tally(**{field: sum(getattr(t, field) for t in tallies) for field in fields})


def _attribution(
    features: Mapping[str, tuple[int, tuple[int, ...]]], levers: Sequence[str], days: int
) -> tuple[LeverShare, ...]:
    return tuple(_share(features, levers, index, days) for index in range(len(levers)))


def _share(
    features: Mapping[str, tuple[int, tuple[int, ...]]],
    levers: Sequence[str],
    index: int,
    days: int,
) -> LeverShare:
    """Move one sum from the first lever to the third, as overlapping levers share a saving."""
    lever = levers[index]
    in_order = {name: saved[index] for name, (_, saved) in features.items()}
    shift = {0: -SHIFT_PICO_USD, 2: SHIFT_PICO_USD}.get(index, 0) if len(levers) == 5 else 0
    first = next(iter(in_order))
    shapley = {**in_order, first: in_order[first] + shift}
    total = sum(shapley.values())
    spread = SHIFT_PICO_USD * 2 if shift else abs(total) // 3
    return LeverShare(
        lever=lever,
        shapley_pico_usd=total,
        alone_pico_usd=total + spread // 2,
        least_pico_usd=total - spread,
        most_pico_usd=total + spread,
        evidence=_evidence(lever, total),
        features=shapley,
        annual=_interval(total * 12, days),
    )


def _evidence(lever: str, total: int) -> Mapping[str, int]:
    known = {"measured": 0, "replayed": 0, "evidenced": 0, "assumed": 0}
    if lever in ("caching", "batching"):
        return {**known, "replayed": total}
    if lever == "model_selection":
        evidenced = total * 3 // 10
        return {**known, "evidenced": evidenced, "assumed": total - evidenced}
    return {**known, "assumed": total}


def _projection(
    features: Mapping[str, tuple[int, tuple[int, ...]]],
    before: int,
    after: int,
    window: Window,
    days: int,
) -> Projection:
    if days == 0:
        return Projection(None, None, None, None, {}, {}, ("The log covers no length of time.",))
    month = 2_629_800_000_000
    length = window.end_us - window.start_us
    monthly_before, monthly_after = before * month // length, after * month // length
    annual = 12 * (monthly_before - monthly_after)
    interval = _interval(annual, days)
    warnings = ("Routing scores answers by their length, which is weak evidence of quality.",)
    spans = {name: _interval(12 * sum(saved), days) for name, (_, saved) in features.items()}
    shares = {name: span for name, span in spans.items() if span is not None}
    parts = {"replayed": 4, "evidenced": 28, "assumed": 68}
    ranges = {name: _interval(annual * part // 100, days) for name, part in parts.items()}
    known = {name: found for name, found in ranges.items() if found is not None}
    return Projection(monthly_before, monthly_after, annual, interval, shares, known, warnings)


def _interval(annual: int, days: int) -> Interval | None:
    """Days that differ give a range; a single day, as in the engine, one point."""
    if days == 0:
        return None
    spread = abs(annual) // 19 if days > 1 else 0
    return Interval(annual - spread, annual + spread)


def _days(before: int, after: int, count: int) -> tuple[Day, ...]:
    weights = [60 + (17 * n) % 23 - (38 if n % 7 in (2, 3) else 0) for n in range(count)]
    befores, afters = _split(before, weights), _split(after, weights)
    dates = [f"2026-10-{n + 1:02d}" for n in range(count)]
    return tuple(Day(*row) for row in zip(dates, befores, afters, strict=True))


def _split(total: int, weights: Sequence[int]) -> list[int]:
    parts = [total * weight // sum(weights) for weight in weights]
    parts[0] += total - sum(parts)
    return parts


def _coverage(total: Tally) -> Coverage:
    return Coverage(
        requests=total.requests + 1_204,
        priced_requests=total.requests,
        failed_requests=total.requests // 71,
        cacheable_requests=total.requests - total.requests // 3,
        scored_requests=total.requests // 20,
        already_cached=311,
        bucket_requests=0,
        unpriced=(Unpriced("acme/in-house-7b", 1_190, 902_118), Unpriced("mystery-1", 14, 7_020)),
        skipped=(
            Skipped("caching", "code_review", "prompt_key"),
            Skipped("batching", "translate", "prefix_key"),
        ),
        tagged_pico_usd=total.pico_usd * 97 // 100,
    )
