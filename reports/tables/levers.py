"""Levers: what each saves in deployment order, in any order, and how well that is known."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.findings import EVIDENCE_CLASSES, Findings, LeverShare, Tally
from reports import spelling
from reports.footing import (
    PER_MILLE,
    digits_of,
    exact_totals,
    foot,
    foot_mille,
    saved_mille,
    summary_unit,
    to_unit,
    totals,
    unit_of,
)
from reports.sentences import annual_range


@dataclass(frozen=True, slots=True)
class LeverRow:
    """One lever: its place in the waterfall, and what it saves in any order."""

    name: str
    in_order: str
    in_order_percent: str
    shapley: str
    shapley_percent: str
    alone: str
    least: str
    most: str
    annual: str
    evidence: str


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One evidence class: how much of the saving rests on it."""

    name: str
    saving: str
    percent: str
    annual: str


@dataclass(frozen=True, slots=True)
class WorkRow:
    """What one step sends and gets, besides what it costs."""

    lever: str
    figures: tuple[str, ...]


def lever_table(findings: Findings) -> tuple[tuple[LeverRow, ...], LeverRow]:
    """Return one row per lever and their total; in order and Shapley add up to the same."""
    unit = unit_of(findings)
    levels, mille = totals(findings), saved_mille(exact_totals(findings))
    exact = [share.shapley_pico_usd for share in findings.attribution]
    shapley = foot(exact, levels[0] - levels[-1], unit)
    shapley_mille = foot_mille(exact, findings.before_pico_usd, sum(mille))
    rows = []
    for n, share in enumerate(findings.attribution):
        place = [step.lever for step in findings.steps].index(share.lever)
        in_order = (levels[place - 1] - levels[place], mille[place - 1])
        rows.append(_lever_row(findings, share, in_order, (shapley[n], shapley_mille[n])))
    return tuple(rows), _total(findings)


def _total(findings: Findings) -> LeverRow:
    levels, mille = totals(findings), saved_mille(exact_totals(findings))
    saved = spelling.money(levels[0] - levels[-1], digits=digits_of(unit_of(findings)))
    percent = spelling.percent(sum(mille), PER_MILLE)
    annual = annual_range(findings, findings.projection.annual_saving)
    return LeverRow("All levers", saved, percent, saved, percent, "", "", "", annual, "")


def _lever_row(
    findings: Findings, share: LeverShare, in_order: tuple[int, int], shapley: tuple[int, int]
) -> LeverRow:
    """Spell one lever; ``in_order`` and ``shapley`` are rounded pico-dollars and per mille."""
    unit = unit_of(findings)
    digits = digits_of(unit)
    steps = findings.steps
    place = [step.lever for step in steps].index(share.lever)
    exact = steps[place - 1].total.pico_usd - steps[place].total.pico_usd
    # The same saving is printed the same in every column, also where its column had to give way.
    printed = {share.shapley_pico_usd: shapley[0], exact: in_order[0]}

    def spell(pico_usd: int) -> str:
        return spelling.money(printed.get(pico_usd, to_unit(pico_usd, unit)), digits=digits)

    return LeverRow(
        name=spelling.lever(share.lever),
        in_order=spelling.money(in_order[0], digits=digits),
        in_order_percent=spelling.percent(in_order[1], PER_MILLE),
        shapley=spelling.money(shapley[0], digits=digits),
        shapley_percent=spelling.percent(shapley[1], PER_MILLE),
        alone=spell(share.alone_pico_usd),
        least=spell(share.least_pico_usd),
        most=spell(share.most_pico_usd),
        annual=annual_range(findings, share.annual),
        evidence=_evidence_of(share, shapley[0], unit),
    )


def _evidence_of(share: LeverShare, target: int, unit: int) -> str:
    """Spell the evidence behind a lever; dollars where it is of several classes."""
    known = [name for name in EVIDENCE_CLASSES if share.evidence.get(name, 0)]
    if len(known) < 2:
        return ", ".join(known)
    parts = foot([share.evidence[name] for name in known], target, unit)
    digits = digits_of(unit)
    return ", ".join(
        f"{name} {spelling.money(part, digits=digits)}"
        for name, part in zip(known, parts, strict=True)
    )


def evidence_table(findings: Findings) -> tuple[EvidenceRow, ...]:
    """Return the saving of the window by evidence class; the last row is the whole saving."""
    unit = summary_unit(findings.before_pico_usd)
    mille = sum(saved_mille(exact_totals(findings)))
    levels = totals(findings)
    saved = to_unit(levels[0] - levels[-1], unit)
    exact = [
        sum(share.evidence.get(name, 0) for share in findings.attribution)
        for name in EVIDENCE_CLASSES
    ]
    parts = foot(exact, saved, unit)
    shares = foot_mille(exact, findings.before_pico_usd, mille)
    digits = digits_of(unit)
    annual = [
        annual_range(findings, findings.projection.evidence.get(name)) for name in EVIDENCE_CLASSES
    ]
    rows = [*zip(EVIDENCE_CLASSES, parts, shares, annual, strict=True)]
    whole = annual_range(findings, findings.projection.annual_saving)
    rows.append(("whole saving", saved, mille, whole))
    return tuple(
        EvidenceRow(
            name,
            spelling.money(part, digits=digits),
            spelling.percent(share, PER_MILLE),
            a_year,
        )
        for name, part, share, a_year in rows
    )


def work_table(findings: Findings) -> tuple[WorkRow, ...]:
    """Return calls, tokens and events of every step."""
    return tuple(WorkRow(spelling.lever(step.lever), _work(step.total)) for step in findings.steps)


def _work(tally: Tally) -> tuple[str, ...]:
    return (
        spelling.count(tally.calls),
        spelling.tokens(tally.input_tokens),
        spelling.tokens(tally.output_tokens),
        spelling.count(tally.hits),
        spelling.count(tally.coalesced),
        spelling.count(tally.escalated),
        spelling.count(tally.truncated),
    )
