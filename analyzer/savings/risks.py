"""What may undo a saving, ranked by how much of it, of spend or of traffic it touches."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from analyzer.board import ProviderSpend, Risk
from analyzer.findings import Coverage, Interval, LeverShare, Projection, Step, Window
from analyzer.money import PPM, round_half_up
from analyzer.provenance import Source
from analyzer.reconciled import Reconciliation
from analyzer.savings.project import FEWEST_DAYS, FEWEST_DAYS_FOR_INTERVAL

LEAST_PPM = 5_000
"""A risk that touches less than half a per cent is not worth a board's minute."""
FEWEST_DAYS_FOR_A_SEASON = 90
CONCENTRATED_PPM = 500_000


def risks(
    window: Window,
    coverage: Coverage,
    steps: tuple[Step, ...],
    shares: tuple[LeverShare, ...],
    projection: Projection,
    providers: tuple[ProviderSpend, ...],
    sources: tuple[Source, ...],
    bill: Reconciliation | None = None,
) -> tuple[Risk, ...]:
    """Return every risk that the figures show, the one that touches most first."""
    found = (
        *_assumed(steps, shares),
        *_short_window(window, steps, projection),
        *_one_provider(providers),
        *_traffic(steps[-1]),
        *_added_cost(steps),
        *_left_out(coverage, steps, sources),
        *_bill(bill),
    )
    touching = [risk for risk in found if risk.share_ppm >= LEAST_PPM]
    return tuple(sorted(touching, key=lambda risk: -risk.share_ppm))


def _share(part: int, whole: int) -> int:
    return round_half_up(part * PPM, whole) if whole > 0 else 0


def _saving(steps: tuple[Step, ...]) -> int:
    return steps[0].total.pico_usd - steps[-1].total.pico_usd


def _assumed(steps: tuple[Step, ...], shares: tuple[LeverShare, ...]) -> Iterator[Risk]:
    """Of the saving: what rests on another model's answers being good enough."""
    assumed = sum(share.evidence.get("assumed", 0) for share in shares)
    yield Risk("assumed", "", min(PPM, _share(assumed, _saving(steps))), assumed)


def _short_window(
    window: Window, steps: tuple[Step, ...], projection: Projection
) -> Iterator[Risk]:
    """Of the saving: all of it under a week, half under two, the spread of days beyond."""
    saving = _saving(steps)
    spread = _spread(projection.annual_saving, projection.annual_saving_pico_usd)
    nothing_projected = projection.annual_saving_pico_usd is None or window.is_one_day
    if saving <= 0 or nothing_projected or window.days >= FEWEST_DAYS_FOR_A_SEASON:
        return
    least = 0
    if window.days < FEWEST_DAYS_FOR_INTERVAL:
        least = PPM if window.days < FEWEST_DAYS else PPM // 2
    yield Risk("window", "", max(least, spread), None)


def _spread(interval: Interval | None, annual: int | None) -> int:
    if interval is None:
        return 0
    return _share(interval.p90_pico_usd - interval.p10_pico_usd, annual or 0)


def _one_provider(providers: tuple[ProviderSpend, ...]) -> Iterator[Risk]:
    """Of spend under the policy: what goes to one provider, where that is new."""
    after = sum(provider.spend.after_pico_usd for provider in providers)
    before = sum(provider.spend.before_pico_usd for provider in providers)
    for provider in providers:
        share = _share(provider.spend.after_pico_usd, after)
        if share > max(CONCENTRATED_PPM, _share(provider.spend.before_pico_usd, before)):
            yield Risk("provider", provider.provider, share, provider.spend.after_pico_usd)


def _traffic(last: Step) -> Iterator[Risk]:
    """Of paid calls and of requests: answers cut short, and cascades that escalate."""
    total = last.total
    yield Risk("truncated", "", _share(total.truncated, total.calls), None)
    yield Risk("escalated", "", _share(total.escalated, total.requests), None)


def _added_cost(steps: tuple[Step, ...]) -> Iterator[Risk]:
    """Of the saving: what a lever adds to the bill where it stands in the order."""
    for before, after in pairwise(steps):
        added = after.total.pico_usd - before.total.pico_usd
        if added > 0:
            whole = max(_saving(steps), added)
            yield Risk("added_cost", after.lever, _share(added, whole), added)


def _left_out(
    coverage: Coverage, steps: tuple[Step, ...], sources: tuple[Source, ...]
) -> Iterator[Risk]:
    """Of tokens, spend and rows: what no figure covers, or no lever could be replayed on."""
    priced = steps[0].total.input_tokens + steps[0].total.output_tokens
    unpriced = coverage.unpriced_tokens
    yield Risk("unpriced", "", _share(unpriced, priced + unpriced), None)
    spend = steps[0].total.pico_usd
    yield Risk("untagged", "", _share(spend - coverage.tagged_pico_usd, spend), None)
    features = {skip.feature for skip in coverage.skipped}
    skipped = sum(t.pico_usd for name, t in steps[0].features.items() if name in features)
    yield Risk("skipped", "", _share(skipped, spend), skipped)
    rejects = sum(source.rejects for source in sources)
    yield Risk("rejects", "", _share(rejects, sum(source.rows_in for source in sources)), None)


def _bill(bill: Reconciliation | None) -> Iterator[Risk]:
    """Of what was billed or logged: what the tokens do not account for."""
    if bill is None or bill.verdict is None or bill.verdict.all_unpriced:
        return
    gap = abs(bill.verdict.said_pico_usd - bill.verdict.priced_pico_usd)
    yield Risk("bill", bill.verdict.against, min(PPM, _share(gap, bill.verdict.said_pico_usd)), gap)
