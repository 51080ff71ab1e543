"""Writes the report's sentences about figures: headline, decision, price changes, gaps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from analyzer.findings import Findings, Interval, Window
from analyzer.money import PPM
from reports import spelling
from reports.footing import digits_of, to_unit, totals, unit_of

MINUTES_AN_HOUR = 60
ONE_DAY = (
    "No month or year is projected: the requests fall on one calendar day, which says nothing "
    "about the days that differ from it."
)
ONE_MOMENT = (
    "No month or year is projected: the first and the last request of this log were sent at the "
    "same moment, so it covers no length of time."
)
NO_PRICE = (
    "No request of this log has a known price: rebill prices check says which models need one."
)
NO_RANGE = "No range: this log has too few days to resample."
EDITED = (
    "The policy\u2019s rules were edited after it was tuned: what it says of days held out is not "
    "theirs, and is left out here."
)
NOT_HELD_OUT = (
    "The policy was tuned on all days of its log: what it saves on days that tuning has not seen "
    "is not known, and tends to be less."
)


@dataclass(frozen=True, slots=True)
class Headline:
    """Page one's figures, spelled."""

    label: str
    figure: str
    note: str
    before_label: str
    before: str
    after: str
    moved: str
    """Change of spend in per cent, with its sign."""


def headline(findings: Findings) -> Headline:
    """Return the annual saving as a range, or what the log allows instead, and why.

    Of a tuned policy, what it saved on days that its tuning did not see comes first.
    """
    shown, tested = _projected(findings), findings.backtest
    if tested is None:
        return shown
    if tested.edited:
        return replace(shown, note=f"{EDITED} {shown.note}")
    if tested.out_of_sample is None:
        return replace(shown, note=f"{NOT_HELD_OUT} {shown.note}")
    before, after = tested.out_of_sample.before_pico_usd, tested.out_of_sample.after_pico_usd
    seen = tested.in_sample
    return replace(
        shown,
        label=f"Saved on {spelling.plural(tested.held_out_days, 'day')} that tuning did not see",
        figure=f"{spelling.percent(before - after, before)} of {spelling.money(before)}",
        note=f"On the {spelling.plural(tested.days, 'day')} that it was tuned on: "
        f"{spelling.percent(seen.before_pico_usd - seen.after_pico_usd, seen.before_pico_usd)}. "
        f"{shown.label}, by all days of this log: {shown.figure}. {shown.note}",
    )


def _projected(findings: Findings) -> Headline:
    if not findings.is_priced:
        unknown = ("not known", "not known", spelling.NOTHING)
        return Headline("Annual saving", "not known", NO_PRICE, "a month today", *unknown)
    projection = findings.projection
    before, after = projection.monthly_before_pico_usd, projection.monthly_after_pico_usd
    if projection.annual_saving_pico_usd is None or before is None or after is None:
        return _of_the_window(findings, ONE_MOMENT)
    if len(findings.days) < 2:
        return _of_the_window(findings, ONE_DAY)
    moved = spelling.percent_change(after - before, before)
    spend = ("a month today", spelling.money(before), spelling.money(after), moved)
    interval = projection.annual_saving
    if interval is None:
        point = spelling.money(projection.annual_saving_pico_usd)
        return Headline("Annual saving", point, NO_RANGE, *spend)
    label = "Annual saving, P10 to P90"
    return Headline(label, annual_range(findings, interval), _range_note(interval), *spend)


def _of_the_window(findings: Findings, why: str) -> Headline:
    before, after = findings.before_pico_usd, findings.after_pico_usd
    levels = totals(findings)
    return Headline(
        "Saving in this log",
        spelling.money(levels[0] - levels[-1]),
        why,
        "in this log",
        spelling.money(before),
        spelling.money(after),
        spelling.percent_change(after - before, before),
    )


def on_packed_calls(findings: Findings) -> str:
    """Return what a count of calls means where several requests share one; else nothing."""
    packed = any(step.lever == "batching" for step in findings.steps)
    return " Requests that are packed into one call are counted one by one." if packed else ""


def why_orders_differ(findings: Findings) -> str:
    """Return why the waterfall and the Shapley values give levers different savings."""
    if len(findings.attribution) < 2:
        return "With a single lever there is one order, and the two agree."
    return (
        "They differ because levers overlap: in deployment order each lever saves only on what "
        "the levers before it left over, while the Shapley value averages every order, so a "
        "saving that two levers could both make is shared between them."
    )


def annual_range(findings: Findings, interval: Interval | None) -> str:
    """Spell P10 to P90 of an annual saving; an en dash where the log gives no range.

    One calendar day resamples to itself: an interval of no width, which says nothing.
    """
    if interval is None or len(findings.days) < 2:
        return spelling.NOTHING
    low, high = spelling.span(
        interval.p10_pico_usd, interval.p90_pico_usd, least_unit=unit_of(findings)
    )
    return low if low == high else f"{low} to {high}"


def _range_note(interval: Interval) -> str:
    text = (
        "Over the days of this log, resampled: the spread between days, not growth, and not "
        "doubt about quality."
    )
    if interval.p10_pico_usd < 0 < interval.p90_pico_usd:
        return f"{text} The range includes zero: this policy may save nothing."
    if interval.p90_pico_usd < 0:
        return f"{text} A negative saving is added cost."
    return text


def decision(findings: Findings) -> str:
    """Return the decision that the figures ask for, in one sentence."""
    name, board = quoted(findings.policy), findings.board
    shown = headline(findings)
    if not findings.is_priced or not (findings.coverage.requests or findings.coverage.buckets):
        return "Nothing can be decided: no request of this log has a known price."
    lacking = {skip.feature for skip in findings.coverage.skipped}
    if findings.saving_pico_usd == 0 and lacking.issuperset(findings.steps[0].features):
        levers = len({skip.lever for skip in findings.coverage.skipped})
        return (
            f"Nothing can be decided from this log: {spelling.plural(levers, 'lever')} of {name} "
            "could not be replayed, and the others change nothing in it."
        )
    if findings.saving_pico_usd == 0:
        return f"Nothing to decide: {name} would have left this bill as it is."
    if findings.saving_pico_usd < 0:
        return (
            f"Whether to drop {name} as written: it would have raised spend from "
            f"{shown.before} to {shown.after} {shown.before_label.removesuffix(' today')}."
        )
    if any(found.basis == "whole" and found.fastest_tenths is None for found in board.paybacks):
        run_cost = spelling.stated(board.monthly_pico_usd)
        return (
            f"Whether to drop {name} as written: it would save less than the {run_cost} a month "
            "that it costs to run."
        )
    text = (
        f"Whether to put {name} into production{_for(findings)}: spend would go from "
        f"{shown.before} to {shown.after} {shown.before_label.removesuffix(' today')}."
    )
    assumed = sum(share.evidence.get("assumed", 0) for share in findings.attribution)
    if assumed <= 0:
        return text
    # Whole per cent: the table beside it rounds its own shares so that they add up.
    share = spelling.percent(assumed, findings.before_pico_usd, digits=0)
    return (
        f"{text} Test answers first: {share} of today\u2019s spend is saved only if other "
        "models\u2019 answers are good enough."
    )


def _for(findings: Findings) -> str:
    """Say what money it takes, where the policy states any."""
    board = findings.board
    sums = {"once": board.one_off_pico_usd, "a month": board.monthly_pico_usd}
    asked = [f"{spelling.stated(pico)} {when}" for when, pico in sums.items() if pico]
    return f" for {' and '.join(asked)}" if asked else ""


def warnings(findings: Findings) -> tuple[str, ...]:
    """Return what a reader of page one must know before the figures."""
    skipped, unpriced = findings.coverage.skipped, findings.coverage.unpriced_requests
    found = [spelling.visible(text) for text in findings.projection.warnings]
    for before, after in pairwise(findings.steps):
        added = after.total.pico_usd - before.total.pico_usd
        if to_unit(added, unit_of(findings)) > 0:
            name, cost = spelling.lever(after.lever), spelling.money(added)
            found.append(f"{name} adds cost where it stands in the order: {cost} in this log.")
    for lever, features in Counter(skip.lever for skip in skipped).items():
        found.append(
            f"{spelling.lever(lever)} could not be replayed for "
            f"{spelling.plural(features, 'feature')}; the coverage says what is missing."
        )
    found.extend(_part_of_the_traffic(findings))
    if findings.coverage.unpriced:
        tokens = spelling.plural(findings.coverage.unpriced_tokens, "token")
        much = spelling.plural(unpriced, "request") if unpriced else tokens
        found.append(f"{much} of models without a known price: left out of every figure.")
    return tuple(found)


def _part_of_the_traffic(findings: Findings) -> Iterator[str]:
    """Requests are billed in place of totals that tell of much more money."""
    told, reconciled = findings.coverage.same_money, findings.reconciliation
    if told is None or told.billed != "requests" or reconciled is None:
        return
    for one in reconciled.comparisons:
        over = one.said_pico_usd * PPM - one.priced_pico_usd * (PPM + reconciled.tolerance_ppm)
        if one.against == "usage export" and over > 0:
            more = spelling.money(one.residual_pico_usd)
            yield (
                f"The usage export tells of {more} more than the requests that are billed in its "
                "place: where the logs are of a part of the traffic only, bill the export instead "
                "(--prefer totals)."
            )


def quoted(name: str) -> str:
    """Put a policy's name in quotation marks, cut short and with nothing hidden in it."""
    return f"\u201c{spelling.name(name)}\u201d"


def traffic(findings: Findings) -> str:
    """Spell what is billed again: its days, their length, and how much there is."""
    coverage = findings.coverage
    requests = spelling.plural(coverage.requests, "request")
    totals = spelling.plural(coverage.buckets, "usage total")
    if not coverage.buckets:
        return f"{window(findings)}, {requests}"
    if not coverage.requests:
        return f"{window(findings)}, {totals} that do not count requests"
    part = "" if coverage.requests == coverage.bucket_requests else ", some of them"
    return f"{window(findings)}, {requests}{part} known as {totals}"


def window(findings: Findings) -> str:
    """Spell the window: its first to its last day, and its length."""
    ends = [spelling.date(day.date) for day in (*findings.days[:1], *findings.days[-1:])]
    span = dict.fromkeys(ends or [spelling.day(findings.window.start_us)])
    return f"{' to '.join(span)}, {_length(findings.window)}"


def same_money(findings: Findings) -> str:
    """Say which files tell the same money as others, and which are billed; empty if none do."""
    told = findings.coverage.same_money
    if told is None:
        return ""
    totals, requests = (
        ", ".join(map(spelling.visible, files)) for files in (told.totals_files, told.request_files)
    )
    kept, left = ("requests", "totals") if told.billed == "requests" else ("totals", "requests")
    return (
        f"Usage totals in {totals} and requests in {requests} are the same money, told twice: the "
        f"{kept} are billed here, and {spelling.count(told.rows_left_out)} {left} left out."
    )


def _length(covered: Window) -> str:
    minutes = (covered.end_us - covered.start_us) / 60_000_000
    if minutes == 0:
        return "one moment"
    if minutes < MINUTES_AN_HOUR:
        return f"{minutes:.1f} minutes"
    if covered.days < 1:
        return f"{minutes / MINUTES_AN_HOUR:.1f} hours"
    return f"{covered.days:.1f} days"


def price_changes(findings: Findings) -> str:
    """Return the price-changes line: what prices did by themselves, which is no saving."""
    if not findings.is_priced:
        return NO_PRICE
    unit = unit_of(findings)
    digits = digits_of(unit)
    billed = spelling.money(to_unit(findings.billed_pico_usd, unit), digits=digits)
    today = spelling.money(to_unit(findings.before_pico_usd, unit), digits=digits)
    moved = to_unit(findings.price_changes_pico_usd, unit)
    change = f"{spelling.change(moved, digits=digits)}, which is no saving" if moved else "none"
    return (
        f"At the prices of each call\u2019s own day the log comes to {billed}; at the prices of "
        f"{spelling.date(findings.price_date)}, which every other figure here uses, to {today}. "
        f"Price changes: {change}."
    )


def tagged(findings: Findings) -> str:
    """Return how many of the dollars carry a feature's name."""
    if not findings.is_priced:
        return "not known"
    dollars = spelling.money(findings.coverage.tagged_pico_usd)
    share = spelling.percent(findings.coverage.tagged_pico_usd, findings.before_pico_usd)
    return f"{dollars} of today\u2019s {spelling.money(findings.before_pico_usd)} ({share})"
