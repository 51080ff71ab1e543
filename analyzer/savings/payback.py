"""When a saving has paid for what it costs, and who answers for each lever."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.board import LeverDuty, Payback, Range, RolloutCost
from analyzer.findings import Interval
from analyzer.levers.caching import Caching
from analyzer.money import round_half_up
from analyzer.policy import Policy
from analyzer.savings.project import MONTHS_A_YEAR

TENTHS = 10


def costs(policy: Policy) -> tuple[RolloutCost, ...]:
    """Return what the policy says its rollout costs, as written."""
    return tuple(
        RolloutCost(lever, cost.one_off_pico_usd, cost.monthly_pico_usd, cost.note)
        for lever, cost in policy.rollout.costs.items()
        if cost.one_off_pico_usd or cost.monthly_pico_usd or cost.note
    )


def paybacks(
    stated: tuple[RolloutCost, ...], whole: Interval | None, known: Range | None
) -> tuple[Payback, ...]:
    """Return when the costs are back: on the whole saving, and without its assumed part."""
    if not stated or whole is None:
        return ()
    once = sum(cost.one_off_pico_usd for cost in stated)
    yearly = MONTHS_A_YEAR * sum(cost.monthly_pico_usd for cost in stated)
    bases = {"whole": Range(whole.p10_pico_usd, whole.p90_pico_usd), "known": known}
    return tuple(_payback(basis, annual, once, yearly) for basis, annual in bases.items() if annual)


def _payback(basis: str, annual: Range, once: int, yearly: int) -> Payback:
    net = Range(annual.low_pico_usd - yearly, annual.high_pico_usd - yearly)
    return Payback(basis, net, _tenths(once, net.high_pico_usd), _tenths(once, net.low_pico_usd))


def _tenths(once: int, net_annual: int) -> int | None:
    """Tenths of a month until ``once`` is saved; None where nothing is."""
    if net_annual <= 0:
        return None
    return round_half_up(once * MONTHS_A_YEAR * TENTHS, net_annual)


def duties(policy: Policy) -> tuple[LeverDuty, ...]:
    """Return who answers for each active lever, and how old a cache's answers can get."""
    return tuple(_duties(policy))


def _duties(policy: Policy) -> Iterator[LeverDuty]:
    for lever in policy.levers:
        duty = policy.rollout.duty(lever)
        caches = [rule for rule in policy.rules[lever] if isinstance(rule, Caching)]
        unlimited = any(rule.refresh for rule in caches)
        oldest = max((rule.ttl_us for rule in caches), default=None)
        yield LeverDuty(
            lever=lever,
            owner=duty.owner,
            guardrail=duty.guardrail,
            rollback=duty.rollback,
            oldest_us=None if unlimited else oldest,
            unlimited=unlimited,
            bound_us=duty.max_staleness_us,
        )
