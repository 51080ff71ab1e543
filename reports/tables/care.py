"""Quality, risk and responsibility: evals, cut answers, risks, owners, what it costs to do."""

from __future__ import annotations

from analyzer.board import LeverDuty, Quality
from analyzer.findings import Findings, Tally
from analyzer.money import PICO_PER_USD
from reports import spelling
from reports.grid import Grid
from reports.risks import risk_sentence, risk_share

PPM = 1_000_000
FEWEST_EVALS = 30
MOST_UNSCORED = 12
ROLES = {"today": "today", "policy": "policy", "both": "today and policy", "other": "neither"}


def unscored(findings: Findings) -> str:
    """Say that no eval is loaded, and how many would tell; empty where some are."""
    if any(row.evals for row in findings.board.quality):
        return ""
    if not any(row.role == "policy" for row in findings.board.quality):
        return ""
    return (
        "No quality score is loaded: nothing here says whether the policy\u2019s answers are good "
        f"enough. {FEWEST_EVALS} evals for each feature and each model that may answer it would: "
        "rebill evals needed draws the sheet, rebill evals load reads it."
    )


def quality_grid(findings: Findings) -> Grid | None:
    """Return evals by feature and model, with their number and interval.

    Where none is loaded, the policy's choices that need them; None if they are too many to read.
    """
    rows = findings.board.quality
    if not any(row.evals for row in rows):
        rows = tuple(row for row in rows if row.role == "policy")
        if not 0 < len(rows) <= MOST_UNSCORED:
            return None
    return Grid(
        "quality",
        "What evals say",
        "Mean score of loaded evals, 0 to 100%, with a 95% Wilson interval. A model choice is "
        f"evidenced from {FEWEST_EVALS} evals of that feature and model on.",
        ("Feature", "Model", "Answers", "Evals", "Mean score", "95% interval"),
        tuple(_quality_row(row) for row in rows),
        words=frozenset({1, 2}),
        wide=True,
    )


def _quality_row(row: Quality) -> tuple[str, ...]:
    if row.mean_ppm is None or row.low_ppm is None or row.high_ppm is None:
        scores = ("none", spelling.NOTHING, spelling.NOTHING)
    else:
        low, high = (spelling.percent(ppm, PPM) for ppm in (row.low_ppm, row.high_ppm))
        scores = (
            spelling.count(row.evals),
            spelling.percent(row.mean_ppm, PPM),
            f"{low} to {high}",
        )
    return spelling.name(row.feature), spelling.name(row.model), ROLES[row.role], *scores


def service_grid(findings: Findings) -> Grid:
    """Return the share of answers cached, escalated and cut short, by feature."""
    last = findings.steps[-1]
    names = sorted(last.features, key=lambda n: (-last.features[n].requests, n))
    return Grid(
        "service",
        "What users of each feature would notice",
        "Under the whole policy. Cached: answered from the response cache. Escalated: needed more "
        "than one tier. Cut short: the paid calls whose answer a limit of the policy ends.",
        ("Feature", "Requests", "Cached", "Escalated", "Calls", "Cut short"),
        tuple(_service_row(spelling.name(name), last.features[name]) for name in names),
        _service_row("All features", last.total),
        wide=True,
    )


def _service_row(name: str, tally: Tally) -> tuple[str, ...]:
    return (
        name,
        spelling.count(tally.requests),
        spelling.percent(tally.hits, tally.requests),
        spelling.percent(tally.escalated, tally.requests),
        spelling.count(tally.calls),
        spelling.percent(tally.truncated, tally.calls),
    )


def risk_grid(findings: Findings) -> Grid:
    """Return every risk, the one that touches most first."""
    return Grid(
        "risks",
        "Every risk, by how much it touches",
        "Ranked by its share, of what the last column names. A rank is no probability.",
        ("Risk", "Share", "of"),
        tuple(
            (risk_sentence(findings, risk), spelling.percent(risk.share_ppm, PPM), risk_share(risk))
            for risk in findings.board.risks
        ),
        words=frozenset({2}),
        wide=True,
    )


def unowned(findings: Findings) -> str:
    """Say which levers lack an owner, a guardrail or a rollback; empty where all have them."""
    missing = [
        spelling.lever(duty.lever)
        for duty in findings.board.duties
        if not (duty.owner and duty.guardrail and duty.rollback)
    ]
    if not missing:
        return ""
    return (
        f"Without an owner, a guardrail or a way back: {', '.join(missing)}. Name them in the "
        "policy\u2019s [governance] before anything ships."
    )


def duty_grid(findings: Findings) -> Grid | None:
    """Return owner, guardrail and rollback of each lever; None where the policy states none."""
    if not any(duty.owner or duty.guardrail or duty.rollback for duty in findings.board.duties):
        return None
    return Grid(
        "governance",
        "Who answers for what",
        "From the policy\u2019s [governance]; nothing here is inferred.",
        ("Lever", "Owner", "Guardrail", "Rollback"),
        tuple(
            (
                spelling.lever(duty.lever),
                *(
                    spelling.visible(text) or "not stated"
                    for text in (duty.owner, duty.guardrail, duty.rollback)
                ),
            )
            for duty in findings.board.duties
        ),
        words=frozenset({1, 2, 3}),
        wide=True,
    )


def staleness(findings: Findings) -> str:
    """Return how old a cached answer can get, against what its owner allows; empty without one."""
    if not findings.steps[-1].total.hits:
        return ""
    for duty in findings.board.duties:
        if duty.lever == "caching":
            return _staleness(duty)
    return ""


def _staleness(duty: LeverDuty) -> str:
    if duty.unlimited:
        age = "A cached answer can get as old as its key stays in use: hits renew it."
    elif duty.oldest_us is None:
        return ""
    else:
        age = f"No cached answer is older than {spelling.duration(duty.oldest_us)}."
    if duty.bound_us is None:
        return f"{age} The policy states no bound for it."
    bound = spelling.duration(duty.bound_us)
    kept = duty.oldest_us is not None and duty.oldest_us <= duty.bound_us
    verdict = "within" if kept else "beyond"
    return f"{age} That is {verdict} the {bound} that the policy allows."


def cost_grid(findings: Findings) -> Grid | None:
    """Return what the policy says its rollout costs; None where it says nothing."""
    board = findings.board
    if not board.costs:
        return None
    amounts = [sum_ for c in board.costs for sum_ in (c.one_off_pico_usd, c.monthly_pico_usd)]
    digits = 2 if any(amount % PICO_PER_USD for amount in amounts) else 0
    rows = tuple(
        (
            spelling.lever(cost.lever) if cost.lever else "The policy as a whole",
            spelling.money(cost.one_off_pico_usd, digits=digits),
            spelling.money(cost.monthly_pico_usd, digits=digits),
            spelling.visible(cost.note),
        )
        for cost in board.costs
    )
    total = (
        spelling.money(board.one_off_pico_usd, digits=digits),
        spelling.money(board.monthly_pico_usd, digits=digits),
    )
    return Grid(
        "costs",
        "What it costs to do",
        "From the policy\u2019s [costs].",
        ("For", "Once", "A month", "What for"),
        rows,
        ("Total", *total, ""),
        words=frozenset({3}),
    )
