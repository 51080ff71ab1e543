"""Writes each risk as one sentence that a board can act on."""

from __future__ import annotations

from collections.abc import Callable

from analyzer.board import Risk
from analyzer.findings import Findings
from reports import spelling

PPM = 1_000_000
TENTH_PPM = 100_000
LARGEST = 3

_OF = {
    "assumed": "the saving",
    "window": "the saving",
    "provider": "spend under the policy",
    "truncated": "paid calls",
    "escalated": "requests",
    "added_cost": "the saving, or the cost that is added where that is more",
    "unpriced": "tokens",
    "untagged": "today\u2019s spend",
    "skipped": "today\u2019s spend",
    "rejects": "input rows",
    "bill": "what was billed or logged",
}


def risk_share(risk: Risk) -> str:
    """Return what a risk's share is a share of."""
    return _OF[risk.kind]


def largest_risks(findings: Findings) -> tuple[str, ...]:
    """Return the three risks that touch most, as sentences."""
    return tuple(risk_sentence(findings, risk) for risk in findings.board.risks[:LARGEST])


def risk_sentence(findings: Findings, risk: Risk) -> str:
    """Return what may undo part of the saving, and how much of it."""
    return _SENTENCES[risk.kind](findings, risk)


def _percent(risk: Risk) -> str:
    digits = 0 if risk.share_ppm >= TENTH_PPM else 1
    return spelling.percent(risk.share_ppm, PPM, digits=digits)


def _assumed(findings: Findings, risk: Risk) -> str:
    dollars = spelling.money(risk.pico_usd or 0)
    return (
        f"{_percent(risk)} of the saving, {dollars} of this log, rests on other models\u2019 "
        "answers being good enough, which nobody has measured."
    )


def _window(findings: Findings, risk: Risk) -> str:
    days = f"{findings.window.days:.1f} days"
    return (
        f"The year is drawn from {days}, less than a season: by its days alone the saving "
        f"moves by {_percent(risk)} or more."
    )


def _provider(findings: Findings, risk: Risk) -> str:
    name = spelling.name(risk.subject)
    (spend,) = (p.spend for p in findings.board.providers if p.provider == risk.subject)
    today = spelling.percent(spend.before_pico_usd, findings.before_pico_usd, digits=0)
    return (
        f"{_percent(risk)} of what is left to pay would go to one provider, {name}, which gets "
        f"{today} today: its prices, limits and outages become yours."
    )


def _truncated(findings: Findings, risk: Risk) -> str:
    return f"{_percent(risk)} of paid calls would have their answer cut short by a token limit."


def _escalated(findings: Findings, risk: Risk) -> str:
    return f"{_percent(risk)} of requests need more than one model: they pay twice and wait longer."


def _added_cost(findings: Findings, risk: Risk) -> str:
    name, cost = spelling.lever(risk.subject), spelling.money(risk.pico_usd or 0)
    return f"{name} adds cost where it stands in the order: {cost} in this log."


def _unpriced(findings: Findings, risk: Risk) -> str:
    return (
        f"{_percent(risk)} of tokens are of models without a known price: they stand in no figure."
    )


def _untagged(findings: Findings, risk: Risk) -> str:
    return f"{_percent(risk)} of today\u2019s spend names no feature: nobody answers for it."


def _skipped(findings: Findings, risk: Risk) -> str:
    return (
        f"{_percent(risk)} of today\u2019s spend belongs to features for which some lever could "
        "not be replayed: the log lacks what it needs."
    )


def _rejects(findings: Findings, risk: Risk) -> str:
    return f"{_percent(risk)} of input rows could not be read: their dollars are not known."


_SAID_BY = {
    "bill": "The provider\u2019s bill",
    "usage export": "What the provider\u2019s usage export comes to",
}


def _bill(findings: Findings, risk: Risk) -> str:
    return (
        f"{_SAID_BY.get(risk.subject, 'The cost that the log states')} differs by {_percent(risk)} "
        "from what the logged tokens cost: every dollar here is as uncertain as that."
    )


_SENTENCES: dict[str, Callable[[Findings, Risk], str]] = {
    "assumed": _assumed,
    "window": _window,
    "provider": _provider,
    "truncated": _truncated,
    "escalated": _escalated,
    "added_cost": _added_cost,
    "unpriced": _unpriced,
    "untagged": _untagged,
    "skipped": _skipped,
    "rejects": _rejects,
    "bill": _bill,
}
