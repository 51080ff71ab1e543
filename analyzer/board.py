"""The figures a board asks for besides the bill: what it costs, what it risks, what comes next.

Frozen, like all findings. Money is integer pico-dollars, shares are parts per million, and what
a log cannot answer is None or left out, never zero.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Range:
    """A low and a high of one amount, in pico-dollars."""

    low_pico_usd: int
    high_pico_usd: int


@dataclass(frozen=True, slots=True)
class Pair:
    """One amount before and after the whole policy, in pico-dollars."""

    before_pico_usd: int
    after_pico_usd: int


@dataclass(frozen=True, slots=True)
class Backtest:
    """What a tuned policy says of its own tuning; the log it was tuned on may be another."""

    on: str
    """The day (ISO) it was tuned; empty where the policy does not say."""
    log: str
    """The days of that log, in words."""
    days: int
    """How many days tuning saw."""
    held_out_days: int
    """How many it did not see."""
    in_sample: Pair
    """Spend of the days it saw: today's calls, and under the tuned policy."""
    out_of_sample: Pair | None
    """The same of the days it did not see; None where none were held out."""
    edited: bool
    """Whether the policy's rules are no longer those that were tuned: then no figure is theirs."""


@dataclass(frozen=True, slots=True)
class RolloutCost:
    """What a lever, or the policy as a whole (``""``), costs to build and to run."""

    lever: str
    one_off_pico_usd: int
    monthly_pico_usd: int
    note: str


@dataclass(frozen=True, slots=True)
class Payback:
    """When a saving has paid for the one-off cost, its running cost taken off first."""

    basis: str
    """``whole``, or ``known``: without the assumed part of the saving."""
    net_annual: Range
    """The annual saving, P10 to P90, less a year's running cost."""
    fastest_tenths: int | None
    """Tenths of a month at P90; None where the running cost eats the saving."""
    slowest_tenths: int | None
    """The same at P10."""


@dataclass(frozen=True, slots=True)
class LeverDuty:
    """Who answers for a lever, what keeps it in bounds, and how old its answers may get."""

    lever: str
    owner: str
    guardrail: str
    rollback: str
    oldest_us: int | None
    """The oldest answer a response cache can give; None where no cache, or no limit."""
    unlimited: bool
    """Whether hits renew an entry, so that an answer can live for ever."""
    bound_us: int | None
    """The oldest answer that the policy's owner allows."""


@dataclass(frozen=True, slots=True)
class UnitCost:
    """What one request, one user and one good answer cost, for a feature or in total (``""``)."""

    feature: str
    requests: int
    request: Pair | None
    users: int | None
    user: Pair | None
    """None unless the log names the user of nearly every request."""
    good_answer: Pair | None
    """None unless evals cover every model that answers the feature, before and after."""


@dataclass(frozen=True, slots=True)
class ModelSpend:
    """What one model is paid for, before and after the policy."""

    model: str
    provider: str
    before_calls: int
    after_calls: int
    spend: Pair


@dataclass(frozen=True, slots=True)
class ProviderSpend:
    """What one provider is paid, before and after the policy."""

    provider: str
    spend: Pair


@dataclass(frozen=True, slots=True)
class Rates:
    """The same tokens at list price and as paid. List: no cached, written or batch price."""

    listed: Pair
    paid: Pair


@dataclass(frozen=True, slots=True)
class Optimisation:
    """A kind of saving: ``rate``, ``model`` (another model) or ``volume`` (fewer tokens)."""

    kind: str
    levers: tuple[str, ...]
    pico_usd: int
    """Shapley values of those levers; the kinds add up to the whole saving."""


@dataclass(frozen=True, slots=True)
class Quality:
    """What loaded evals say about one model on one feature."""

    feature: str
    model: str
    role: str
    """``today``, ``policy``, ``both`` or ``other``."""
    evals: int
    mean_ppm: int | None
    low_ppm: int | None
    high_ppm: int | None
    """A 95% Wilson interval of the mean score; None without evals."""


@dataclass(frozen=True, slots=True)
class DaySpread:
    """How a day's spend varies: P10, median and P90 over the calendar days of the window."""

    p10: Pair
    median: Pair
    p90: Pair


@dataclass(frozen=True, slots=True)
class Driver:
    """What the annual saving becomes when one thing turns out otherwise, all else as found."""

    kind: str
    """``days``, ``price``, ``output``, ``input``, ``volume``, ``escalation``, ``hits`` or
    ``drop``."""
    subject: str
    """The lever that ``drop`` leaves out."""
    step_ppm: int
    annual: Range


@dataclass(frozen=True, slots=True)
class BreakEven:
    """How far one thing may go before the saving is gone."""

    kind: str
    """``price``, ``output``, ``redo``, ``escalation`` or ``run_cost``."""
    subject: str
    found_ppm: int | None
    """Where it stands in this replay."""
    limit_ppm: int | None
    """Where the saving is zero: a multiple for prices and lengths, else a share."""
    monthly_pico_usd: int | None
    """For ``run_cost``: what the lever saves a month when it joins last."""


@dataclass(frozen=True, slots=True)
class Reroute:
    """An average day's calls of one provider, all sent to one model of another."""

    model: str
    provider: str
    pico_usd: int
    """At list price, nothing cached."""


@dataclass(frozen=True, slots=True)
class Shock:
    """What one provider can do to the policy: double its prices, or be down for a day."""

    provider: str
    doubled: Pair
    """A year's spend, today's calls and under the policy, at twice this provider's prices."""
    day_calls: int
    """What it answers under the policy on an average day."""
    day_pico_usd: int
    cheapest: Reroute | None
    """The models in play at other providers that this day would cost least and most at; None
    where nobody else is in play."""
    dearest: Reroute | None


@dataclass(frozen=True, slots=True)
class Threshold:
    """Where a lever of one feature stops paying, by what decides it."""

    kind: str
    """``main_price``: of an input token that compression takes off, in pico-dollars.
    ``shared_prefix``: tokens."""
    feature: str
    found: int
    """Where it stands: what such a token costs, or the tokens that packing spares a call, net."""
    limit: int
    """Where it saves nothing: what taking a token off costs, or a prefix as short as the marker
    that each packed call brings."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """The next twelve months if volume grows so much a month, in all."""

    growth_ppm: int
    spend: Pair


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the days of the window say about the next ones."""

    weekdays_ppm: tuple[int, ...]
    """Mean spend of Monday to Sunday against the mean day; empty under two weeks."""
    trend_ppm: int | None
    """Change of spend a week, of the mean; None under two weeks."""
    trend_low_ppm: int | None
    trend_high_ppm: int | None
    """P10 and P90 of the trend."""
    error_ppm: int | None
    """How far the first half of the window, by weekday, misses the second half's spend."""
    scenarios: tuple[Scenario, ...]


@dataclass(frozen=True, slots=True)
class PriceConflict:
    """One model of the replay that sources price differently, in pico-dollars per token."""

    model: str
    source: str
    input: int
    output: int
    used: bool
    """Whether the figures rest on this one."""


@dataclass(frozen=True, slots=True)
class Risk:
    """Something that may undo part of the saving; the largest share first."""

    kind: str
    subject: str
    share_ppm: int
    """Of the saving, of spend, of requests or of rows, as its kind says."""
    pico_usd: int | None


@dataclass(frozen=True, slots=True)
class Board:
    """Everything a board asks for besides the bill."""

    costs: tuple[RolloutCost, ...]
    paybacks: tuple[Payback, ...]
    """Empty where the policy states no cost, or the log gives no range."""
    duties: tuple[LeverDuty, ...]
    known_annual: Range | None
    """P10 to P90 of the annual saving without its assumed part."""
    units: tuple[UnitCost, ...]
    """Features, the dearest first; the total is last."""
    models: tuple[ModelSpend, ...]
    providers: tuple[ProviderSpend, ...]
    conflicts: tuple[PriceConflict, ...]
    rates: Rates
    optimisations: tuple[Optimisation, ...]
    quality: tuple[Quality, ...]
    day_spread: DaySpread | None
    drivers: tuple[Driver, ...]
    break_evens: tuple[BreakEven, ...]
    forecast: Forecast | None
    risks: tuple[Risk, ...]
    shocks: tuple[Shock, ...] = ()
    """Of every provider that the policy pays, the most paid first."""
    thresholds: tuple[Threshold, ...] = ()

    @property
    def one_off_pico_usd(self) -> int:
        """Every one-off cost that the policy states."""
        return sum(cost.one_off_pico_usd for cost in self.costs)

    @property
    def monthly_pico_usd(self) -> int:
        """Every monthly cost that the policy states."""
        return sum(cost.monthly_pico_usd for cost in self.costs)
