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


@dataclass(frozen=True, slots=True)
class Window:
    """When the log's first and last requests were sent, in microseconds UTC."""

    start_us: int
    end_us: int

    @property
    def days(self) -> float:
        """Covered days: last minus first, not calendar days."""
        return (self.end_us - self.start_us) / 86_400_000_000


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
class PriceUsed:
    """A price that these figures rest on, in pico-dollars per token, and where it comes from."""

    model: str
    role: str
    """``logged`` or ``policy``."""
    source: str
    provider: str
    effective_from: str
    input: int
    cached_input: int
    cache_write: int
    cache_write_1h: int
    output: int
    note: str
    """A disagreement between sources, or a limit of the entry; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Source:
    """One input file, as the ``sources`` table accounts for it."""

    file: str
    sha256: str
    format: str
    rows_in: int
    rows_loaded: int
    duplicates: int
    rejects: int
    set_aside: int
    """Rows that a mapping file's ``where`` leaves out."""


@dataclass(frozen=True, slots=True)
class Assumption:
    """Something the figures take for granted, and where it comes from."""

    text: str
    source: str


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
class Provenance:
    """What it takes to make this report again, byte for byte."""

    version: str
    policy_file: str
    policy_sha256: str
    policy_text: str
    price_sources: tuple[str, ...]
    seed: int
    sources: tuple[Source, ...]


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


@dataclass(frozen=True, slots=True)
class Cause:
    """A named part of the difference between what was said and what the tokens cost."""

    name: str
    """``missing_logs``, ``unpriced_model``, ``hidden_cache_discount``, ``negotiated_rate`` ..."""
    provider: str
    model: str
    """Empty where the cause holds for no one model."""
    pico_usd: int
    """Above zero where the bill is higher than the tokens cost."""
    days: int
    """How many days it stands on."""
    text: str
    """What was found, and the mend where there is one."""


@dataclass(frozen=True, slots=True)
class Outlier:
    """One row whose dollars its tokens cannot explain."""

    row: str
    """The request's id, or the bill's line item."""
    file: str
    provider: str
    model: str
    day: str
    said_pico_usd: int
    priced_pico_usd: int
    """What its tokens cost at the book's price."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What is not compared: ``lag`` (a bill's newest days), ``one side only`` or ``no log``."""

    why: str
    provider: str
    first_day: str
    last_day: str
    said_pico_usd: int
    priced_pico_usd: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the tokens cost at the price in force when they were used, and what was said.

    ``said - priced`` is the sum of the causes, to the pico.
    """

    against: str
    """``bill``, or ``logged cost``: what a gateway wrote beside each call."""
    said_pico_usd: int
    priced_pico_usd: int
    causes: tuple[Cause, ...]
    """The largest first."""
    left_out: tuple[LeftOut, ...]
    outliers: tuple[Outlier, ...]

    @property
    def residual_pico_usd(self) -> int:
        """What was said beyond what the tokens cost; below zero where it was less."""
        return self.said_pico_usd - self.priced_pico_usd

    @property
    def unexplained_pico_usd(self) -> int:
        """The part of the residual that no cause names."""
        return sum(cause.pico_usd for cause in self.causes if cause.name == "unexplained")

    def within(self, tolerance_ppm: int) -> bool | None:
        """Return whether the residual is within a share of what was said; None without any."""
        if not self.said_pico_usd and not self.priced_pico_usd:
            return None
        return abs(self.residual_pico_usd) * 1_000_000 <= tolerance_ppm * abs(self.said_pico_usd)


@dataclass(frozen=True, slots=True)
class ReconciledRow:
    """One provider, model and period (a day, or as long as the bill's row), side by side."""

    provider: str
    model: str
    """``(all models)`` where the bill does not say which."""
    first_day: str
    last_day: str
    logged_pico_usd: int | None
    """What the log itself says its calls cost; None where it says nothing."""
    priced_pico_usd: int | None
    """The log's calls at the book's price; None where no call is priced."""
    usage_pico_usd: int | None
    """The provider's usage export at the book's price; None where there is none."""
    billed_pico_usd: int | None
    """None where no bill has this row."""
    base_pico_usd: int | None
    """What the verdict rests on: the log, or, of a provider without one, its usage export."""
    compared: str
    """``compared``, or why not: as in ``LeftOut``."""


@dataclass(frozen=True, slots=True)
class OtherMoney:
    """Billed in another currency: never added to dollars."""

    provider: str
    currency: str
    rows: int
    amount: str
    """The exact sum, in that currency."""


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Logged cost, priced cost and billed charges, side by side."""

    comparisons: tuple[Comparison, ...]
    """The bill first, where there is one; then the costs that the log itself holds."""
    tolerance_ppm: int
    lag_hours: int
    rows: tuple[ReconciledRow, ...]
    other_money: tuple[OtherMoney, ...]
    notes: tuple[str, ...]
    """What was not compared, and why: the same money told twice, providers without a bill."""
    billed_features: tuple[tuple[str, int], ...] = ()
    """What was billed to each feature, in pico-dollars, the most first."""

    @property
    def verdict(self) -> Comparison | None:
        """The comparison that the verdict rests on: the bill's, else the logged cost's."""
        return self.comparisons[0] if self.comparisons else None

    @property
    def within(self) -> bool | None:
        """Whether the verdict is within the tolerance; None where nothing can be compared."""
        return None if self.verdict is None else self.verdict.within(self.tolerance_ppm)
