"""Sets two or more policies side by side: one log, the same prices, another policy each."""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.findings import Findings, Tally
from reports import rollout, sentences, spelling
from reports.grid import Grid, Section
from reports.risks import largest_risks

NO_CALLS = Tally()


def comparison(compared: Sequence[Findings]) -> Section:
    """Return the policies side by side, the log's own bill first."""
    first = compared[0]
    said = (
        f"{sentences.traffic(first)}. Each policy is replayed alone, over the same log.",
        *_differing_dates(compared),
    )
    return Section(
        "comparison",
        "What each would have cost",
        said,
        (summary_grid(compared), feature_grid(compared), risk_grid(compared)),
    )


def _differing_dates(compared: Sequence[Findings]) -> tuple[str, ...]:
    dates = {found.price_date for found in compared}
    if len(dates) == 1:
        return ()
    named = ", ".join(sorted(dates))
    return (
        f"The policies use prices of different dates ({named}): where prices changed between them, "
        "part of the difference is that.",
    )


def names(compared: Sequence[Findings]) -> tuple[str, ...]:
    """Return a column's heading for each policy; numbered where two share a name."""
    shown = [spelling.name(found.policy, characters=28) for found in compared]
    return tuple(
        f"{name} ({number})" if shown.count(name) > 1 else name
        for number, name in enumerate(shown, start=1)
    )


def summary_grid(compared: Sequence[Findings]) -> Grid:
    """Return the figures of page one, policy by policy."""
    lines = (
        ("Spend in this log today", [spelling.money(f.before_pico_usd) for f in compared]),
        ("Under the policy", [spelling.money(f.after_pico_usd) for f in compared]),
        (
            "Change",
            [
                spelling.percent_change(f.after_pico_usd - f.before_pico_usd, f.before_pico_usd)
                for f in compared
            ],
        ),
        (
            "Annual saving, P10 to P90",
            [sentences.annual_range(f, f.projection.annual_saving) for f in compared],
        ),
        ("of it the share that is not assumed", [rollout.known_range(f) for f in compared]),
        ("Costs once", [_stated(f, f.board.one_off_pico_usd) for f in compared]),
        ("Costs a month", [_stated(f, f.board.monthly_pico_usd) for f in compared]),
        ("Payback", [rollout.payback(f).figure for f in compared]),
        ("Levers", [_levers(f) for f in compared]),
        ("Paid calls", [spelling.count(f.steps[-1].total.calls) for f in compared]),
        ("Escalated", [_share(f, "escalated", "requests") for f in compared]),
        ("Cut short", [_share(f, "truncated", "calls") for f in compared]),
    )
    return Grid(
        "comparison",
        "The policies",
        "",
        ("", *names(compared)),
        tuple((label, *cells) for label, cells in lines),
        wide=True,
    )


def _stated(findings: Findings, pico_usd: int) -> str:
    return spelling.money(pico_usd) if findings.board.costs else "not stated"


def _levers(findings: Findings) -> str:
    return ", ".join(spelling.lever(step.lever) for step in findings.steps[1:]) or "none"


def _share(findings: Findings, part: str, whole: str) -> str:
    last = findings.steps[-1].total
    return spelling.percent(getattr(last, part), getattr(last, whole))


def feature_grid(compared: Sequence[Findings]) -> Grid:
    """Return each feature today and under each policy, the dearest of today first."""
    today = compared[0].steps[0].features
    rows = tuple(
        (
            spelling.name(name),
            spelling.money(today[name].pico_usd),
            *(_after(found, name) for found in compared),
        )
        for name in sorted(today, key=lambda name: (-today[name].pico_usd, name))
    )
    total = (
        "Total",
        spelling.money(compared[0].before_pico_usd),
        *(spelling.money(found.after_pico_usd) for found in compared),
    )
    return Grid(
        "compared-features",
        "Spend by feature",
        "In this log, under each whole policy. Each amount is rounded by itself.",
        ("Feature", "Today", *names(compared)),
        rows,
        total,
        wide=True,
    )


def _after(findings: Findings, name: str) -> str:
    return spelling.money(findings.steps[-1].features.get(name, NO_CALLS).pico_usd)


def risk_grid(compared: Sequence[Findings]) -> Grid:
    """Return the largest risks of each policy."""
    rows = tuple(
        (name, " ".join(largest_risks(found)) or "none")
        for name, found in zip(names(compared), compared, strict=True)
    )
    return Grid(
        "compared-risks",
        "The largest risks of each",
        "",
        ("Policy", "Risks"),
        rows,
        words=frozenset({1}),
        wide=True,
    )
