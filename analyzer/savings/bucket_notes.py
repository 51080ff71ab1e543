"""What a replay of usage totals takes for granted, in sentences a reader can dispute."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.findings import SameMoney
from analyzer.levers.caching import Caching
from analyzer.money import PPM
from analyzer.policy import Policy
from analyzer.replay.requests import DAY_US, Log


def on_totals(policy: Policy, log: Log) -> Iterator[tuple[str, str]]:
    """Yield each assumption behind totals, and where it comes from."""
    totals = log.buckets
    if totals.rows:
        source = ", ".join(totals.files)
        yield (
            f"{totals.rows:,} usage totals are replayed as totals: what is known of each request "
            "is their mean, and each count is rounded once for a total.",
            source,
        )
        if any(model.price.above_tokens is not None for model in log.catalog.models):
            yield (
                "A total is priced above a model's long-context step where its mean input is; "
                "below it where the export does not count requests.",
                source,
            )
    if totals.uncounted:
        yield (
            f"{totals.uncounted:,} usage totals do not say how many requests they hold: their "
            "money and tokens are counted, their requests and calls are not.",
            ", ".join(totals.files),
        )
    yield from _hit_rates(policy, log)
    if log.same_money is not None:
        yield f"{same_money(log.same_money)}.", "the loaded files"


def _hit_rates(policy: Policy, log: Log) -> Iterator[tuple[str, str]]:
    names = [log.features[number] for number in sorted(set(log.buckets.frame["feature"]))]
    for rule in policy.rules.get("caching", ()):
        rate = rule.assumed_hit_rate if isinstance(rule, Caching) else None
        if rate is not None and any(map(rule.covers, names)):
            yield (
                f"Of a usage total, {rate / PPM:.1%} of the requests hit the cache, and they are "
                "like the others.",
                f"the policy's assumed_hit_rate for {', '.join(rule.features)}",
            )


def same_money(told: SameMoney) -> str:
    """Say which files tell the same money, and which of them is billed."""
    requests, totals = ", ".join(told.request_files), ", ".join(told.totals_files)
    same = f"usage totals in {totals} and requests in {requests} are the same money"
    if told.billed == "requests":
        return f"{told.rows_left_out:,} {same}: the requests are billed (else: --prefer totals)"
    return f"{same}: the totals are billed, and {told.rows_left_out:,} requests are left out"


def warnings_on_totals(log: Log) -> tuple[str, ...]:
    """Return what a reader must know of totals before the figures."""
    if log.buckets.longest_us <= DAY_US:
        return ()
    days = log.buckets.longest_us / DAY_US
    return (
        f"Some usage totals cover {days:.0f} days and stand on their first: days differ more here "
        "than they did, and so do the ranges.",
    )
