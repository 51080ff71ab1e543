"""Writes what the policy costs to put in place, and when that is paid back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.board import Payback
from analyzer.findings import Findings, LeverShare
from analyzer.money import PPM, round_half_up
from reports import spelling
from reports.footing import unit_of

TENTHS = 10
YEAR_TENTHS = 120
LONGEST_TENTHS = 20 * YEAR_TENTHS
"""Beyond twenty years, in tenths of a month, a payback is no plan."""
_CHANGES_PROMPTS = ("batching",)
"""Decided by the log's own times; that packed answers stay as good is for a test to show."""
_LETS_WAIT = "batch_api"


@dataclass(frozen=True, slots=True)
class PaybackShown:
    """Page one's payback: a figure, and what it rests on."""

    figure: str
    note: str


def payback(findings: Findings) -> PaybackShown:
    """Return when the stated costs are back, or why that is not known."""
    board = findings.board
    if not board.costs:
        return PaybackShown("not known", "The policy states no cost of its own: see [costs].")
    spent = _spent(findings)
    if not findings.is_priced:
        return PaybackShown("not known", spent)
    if not board.paybacks:
        return PaybackShown("not known", f"{spent} The log is too short to give a range.")
    whole = next(found for found in board.paybacks if found.basis == "whole")
    return PaybackShown(_months(whole), f"{spent} {_without_assumed(findings)}")


def _spent(findings: Findings) -> str:
    once = spelling.stated(findings.board.one_off_pico_usd)
    monthly = spelling.stated(findings.board.monthly_pico_usd)
    return f"For {once} once and {monthly} a month."


def _without_assumed(findings: Findings) -> str:
    known = [found for found in findings.board.paybacks if found.basis == "known"]
    if not known:
        return "No part of the saving stands without assumptions."
    return f"On the share that is not assumed: {_months(known[0])}."


def _months(found: Payback) -> str:
    """Spell a payback from its fastest to its slowest; never, where the run cost eats it."""
    fastest, slowest = found.fastest_tenths, found.slowest_tenths
    if fastest is None:
        return "never"
    if fastest > LONGEST_TENTHS:
        return f"more than {LONGEST_TENTHS // YEAR_TENTHS} years"
    unit, noun = (YEAR_TENTHS, "years") if fastest > 2 * YEAR_TENTHS else (TENTHS, "months")
    start = _in(fastest, unit)
    if slowest is None:
        return f"{start} {noun}, or never"
    if slowest > LONGEST_TENTHS:
        return f"{start} {noun} or far more"
    end = _in(slowest, unit)
    return f"{start} {noun}" if start == end else f"{start} to {end} {noun}"


def _in(tenths: int, unit_tenths: int) -> str:
    shown = round_half_up(tenths * TENTHS, unit_tenths)
    return f"{shown // TENTHS}.{shown % TENTHS}"


def known_part(findings: Findings) -> str:
    """Return which part of the annual saving needs no belief about quality."""
    if findings.projection.annual_saving is None or len(findings.days) < 2:
        return ""
    if findings.saving_pico_usd == 0:
        return ""
    if not any(share.evidence.get("assumed", 0) for share in findings.attribution):
        return "None of it is assumed." if findings.attribution else ""
    if findings.board.known_annual is None and findings.saving_pico_usd < 0:
        return ""
    if findings.board.known_annual is None:
        return (
            "All of the saving is assumed: it needs other models\u2019 answers to be good enough."
        )
    shown = known_range(findings)
    return (
        f"Of a year\u2019s saving, {shown} is the share of levers that are measured, replayed or "
        f"scored; the rest is assumed.{''.join(_what_known_is_not(findings))}"
    )


def _what_known_is_not(findings: Findings) -> Iterator[str]:
    if any(share.evidence.get("evidenced", 0) for share in findings.attribution):
        yield " A score may be a bad one: Quality and risk shows them."
    if any(share.lever == "batching" and share.shapley_pico_usd for share in findings.attribution):
        yield " Packed questions are taken to be answered as well as single ones."


def known_range(findings: Findings) -> str:
    """Spell P10 to P90 of the annual saving without its assumed part; a dash without any."""
    known = findings.board.known_annual
    if known is None:
        return spelling.NOTHING
    low, high = spelling.span(known.low_pico_usd, known.high_pico_usd, least_unit=unit_of(findings))
    return low if low == high else f"{low} to {high}"


def net_sentences(findings: Findings) -> tuple[str, ...]:
    """Return what is left of a year's saving after its running cost, on each basis."""
    names = {"whole": "On the whole saving", "known": "On the share that is not assumed"}
    sentences = []
    for found in findings.board.paybacks:
        low, high = spelling.span(
            found.net_annual.low_pico_usd,
            found.net_annual.high_pico_usd,
            least_unit=unit_of(findings),
        )
        left = low if low == high else f"{low} to {high}"
        sentences.append(
            f"{names[found.basis]}: {left} a year after running cost, paid back in "
            f"{_months(found)}."
            if found.fastest_tenths is not None
            else f"{names[found.basis]}: {left} a year after running cost, never paid back."
        )
    return tuple(sentences)


def next_steps(findings: Findings) -> tuple[str, ...]:
    """Return what to do, in order: no-risk first, then scores, waits and tests, then the bill."""
    if findings.saving_pico_usd <= 0:
        return ()
    steps = (_leave_out, _ship, _judge, _wait, _test, _verify)
    return tuple(said for step in steps if (said := step(findings)))


def pays_for_itself(saves_pico_usd: int, costs_pico_usd: int | None) -> bool:
    """Return whether a lever saves more a month, joining last, than it costs to run."""
    return saves_pico_usd > (costs_pico_usd or 0)


def _not_worth_running(findings: Findings) -> dict[str, tuple[int, int]]:
    """What each lever that does not pay for itself saves and costs a month, in pico-dollars."""
    stated = {cost.lever: cost.monthly_pico_usd for cost in findings.board.costs}
    rows = [row for row in findings.board.break_evens if row.kind == "run_cost"]
    found = {row.subject: (row.monthly_pico_usd or 0, stated.get(row.subject, 0)) for row in rows}
    return {lever: sums for lever, sums in found.items() if not pays_for_itself(*sums)}


def _leave_out(findings: Findings) -> str:
    said = [
        f"{spelling.lever(lever).lower()} ({_joins_last(saves)} a month beside the others"
        f"{f', costs {spelling.stated(costs)} to run' if costs else ''})"
        for lever, (saves, costs) in _not_worth_running(findings).items()
    ]
    return f"Leave out what does not pay for itself: {', '.join(said)}." if said else ""


def _joins_last(saves: int) -> str:
    if saves == 0:
        return "saves nothing"
    return f"{'saves' if saves > 0 else 'adds'} {spelling.money(abs(saves))}"


def _worth_running(findings: Findings) -> list[LeverShare]:
    lost = _not_worth_running(findings)
    return [share for share in findings.attribution if share.lever not in lost]


def _ship(findings: Findings) -> str:
    sure = [s for s in _sure(findings) if s.lever not in (*_CHANGES_PROMPTS, _LETS_WAIT)]
    levers = _named([s for s in sure if not s.evidence.get("evidenced", 0)])
    return f"Put in place what needs no test of answers: {levers}." if levers else ""


def _judge(findings: Findings) -> str:
    """Scores are evidence either way: the worst is said."""
    levers = _named([s for s in _sure(findings) if s.evidence.get("evidenced", 0)])
    means = [
        (row.mean_ppm, row)
        for row in findings.board.quality
        if row.role in ("policy", "both") and row.mean_ppm is not None
    ]
    if not levers or not means:
        return ""
    mean, row = min(means, key=lambda pair: pair[0])
    where = f"{spelling.name(row.model)} on {spelling.name(row.feature)}"
    return (
        f"Decide by the scores that were loaded: {levers}. The lowest mean is "
        f"{spelling.percent(mean, PPM)}, of {where}."
    )


def _wait(findings: Findings) -> str:
    levers = _named([s for s in _sure(findings) if s.lever == _LETS_WAIT])
    return f"Ask who can wait up to a day for an answer: {levers}." if levers else ""


def _sure(findings: Findings) -> list[LeverShare]:
    return [s for s in _worth_running(findings) if s.shapley_pico_usd > 0 and not _assumed(s)]


def _named(shares: list[LeverShare]) -> str:
    return ", ".join(spelling.lever(share.lever).lower() for share in shares)


def _test(findings: Findings) -> str:
    packed = [s for s in _sure(findings) if s.lever in _CHANGES_PROMPTS]
    found = [s for s in _worth_running(findings) if _assumed(s) or s in packed]
    doubtful = _named(found)
    if not doubtful:
        return ""
    unscored = any(row.role == "policy" and row.evals < 30 for row in findings.board.quality)
    how = (
        ", with 30 scored answers for each feature and model. rebill evals needed lists them"
        if unscored
        else ""
    )
    return f"Test before anything else ships: {doubtful}{how}."


def _assumed(share: LeverShare) -> bool:
    return share.evidence.get("assumed", 0) > 0


def _verify(findings: Findings) -> str:
    after = findings.projection.monthly_after_pico_usd
    if after is None or len(findings.days) < 2:
        return "Load a longer log: this one says nothing about a month."
    return (
        f"Hold the bill to it: with the same traffic a month should come to {spelling.money(after)}"
        ". Load next month\u2019s log and bill, and let rebill compare."
    )
