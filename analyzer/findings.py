"""The frozen report model: every number that any output of rebill may show.

Money is integer pico-dollars throughout; savings are positive when money is saved. Renderers
format these values and compute nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analyzer.board import Backtest, Board
from analyzer.curve import Curves
from analyzer.errors import Skipped, Unpriced
from analyzer.provenance import Assumption, PriceUsed, Provenance
from analyzer.reconciled import Reconciliation

EVIDENCE_CLASSES = ("measured", "replayed", "evidenced", "assumed")


@dataclass(frozen=True, slots=True)
class Tally:
    """The figures of one step, in total or for one feature."""

    pico_usd: int = 0
    requests: int = 0
    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    hits: int = 0
    coalesced: int = 0
    escalated: int = 0
    truncated: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """What the window costs once this lever joins the ones before it; the first is the baseline."""

    lever: str
    total: Tally
    features: Mapping[str, Tally]


@dataclass(frozen=True, slots=True)
class Interval:
    """A percentile bootstrap over calendar days: P10 and P90 of an annual saving."""

    p10_pico_usd: int
    p90_pico_usd: int


@dataclass(frozen=True, slots=True)
class LeverShare:
    """What one lever saves, however the levers are ordered, and how well that is known."""

    lever: str
    shapley_pico_usd: int
    alone_pico_usd: int
    least_pico_usd: int
    most_pico_usd: int
    evidence: Mapping[str, int]
    """Pico-dollars of the Shapley saving by evidence class; sums to it exactly."""
    features: Mapping[str, int]
    """Shapley saving in pico-dollars by feature; sums to it exactly."""
    annual: Interval | None


_DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Window:
    """When the log's first and last requests were sent, in microseconds UTC."""

    start_us: int
    end_us: int

    @property
    def days(self) -> float:
        """Covered days: last minus first, not calendar days."""
        return (self.end_us - self.start_us) / _DAY_US

    @property
    def is_one_day(self) -> bool:
        """Whether all of it lies on one calendar day (UTC)."""
        return self.start_us // _DAY_US == max(self.start_us, self.end_us - 1) // _DAY_US


@dataclass(frozen=True, slots=True)
class SameMoney:
    """Requests and usage totals of the same provider and days: only one of the two is billed."""

    billed: str
    """``requests`` or ``totals``."""
    request_files: tuple[str, ...]
    totals_files: tuple[str, ...]
    rows_left_out: int
    """Rows of the one that is not billed."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the figures rest on, and what they leave out."""

    requests: int
    priced_requests: int
    failed_requests: int
    cacheable_requests: int
    scored_requests: int
    already_cached: int
    bucket_requests: int
    unpriced: tuple[Unpriced, ...]
    skipped: tuple[Skipped, ...]
    tagged_pico_usd: int
    """Baseline dollars of requests whose log names a feature."""
    buckets: int = 0
    """Usage totals that are replayed: rows of a provider's usage export."""
    uncounted_buckets: int = 0
    """Those that do not say how many requests they hold."""
    same_money: SameMoney | None = None

    @property
    def unpriced_requests(self) -> int:
        """Requests of models that no table prices."""
        return sum(model.requests for model in self.unpriced)

    @property
    def unpriced_tokens(self) -> int:
        """Input and output tokens of those requests."""
        return sum(model.tokens for model in self.unpriced)


@dataclass(frozen=True, slots=True)
class Projection:
    """The window scaled to a month and a year (REPLAY.md §6); None where it has no length."""

    monthly_before_pico_usd: int | None
    monthly_after_pico_usd: int | None
    annual_saving_pico_usd: int | None
    annual_saving: Interval | None
    features: Mapping[str, Interval]
    """The annual saving of each feature."""
    evidence: Mapping[str, Interval]
    """The annual saving by evidence class; a class that no dollar rests on is left out."""
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """One calendar day (UTC) before and after the whole policy."""

    date: str
    before_pico_usd: int
    after_pico_usd: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence somebody wrote, what it comes to on this log, and whether it holds."""

    text: str
    claimed: str
    found: str
    verdict: str
    """``holds``, ``does not hold``, ``arithmetic error`` or ``cannot be checked``."""
    why: str


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything one replay found."""

    policy: str
    price_date: str
    window: Window
    coverage: Coverage
    billed_pico_usd: int
    """Each priced call at the price in force at its own time."""
    steps: tuple[Step, ...]
    attribution: tuple[LeverShare, ...]
    projection: Projection
    days: tuple[Day, ...]
    prices: tuple[PriceUsed, ...]
    assumptions: tuple[Assumption, ...]
    claims: tuple[Claim, ...]
    provenance: Provenance
    board: Board
    """Costs, units, providers, quality, sensitivity, forecast and risks."""
    reconciliation: Reconciliation | None = None
    """The log against bills and logged costs; None where there is neither."""
    backtest: Backtest | None = None
    """What the policy saved on days that its tuning did not see; None where it was not tuned."""
    curves: Curves | None = None
    """How values of the policy were weighed; None where nobody asked."""

    @property
    def is_priced(self) -> bool:
        """Whether any call has a known price. Where none has, a sum of zero says nothing."""
        found = self.coverage
        known = found.priced_requests or self.before_pico_usd or self.after_pico_usd
        return bool(known or not (found.requests or found.buckets))

    @property
    def before_pico_usd(self) -> int:
        """The simulation baseline: every call at the price of ``price_date``."""
        return self.steps[0].total.pico_usd

    @property
    def after_pico_usd(self) -> int:
        """The window under the whole policy."""
        return self.steps[-1].total.pico_usd

    @property
    def saving_pico_usd(self) -> int:
        """Baseline less the whole policy."""
        return self.before_pico_usd - self.after_pico_usd

    @property
    def price_changes_pico_usd(self) -> int:
        """What moved between the calls' own prices and ``price_date``. No saving."""
        return self.before_pico_usd - self.billed_pico_usd
