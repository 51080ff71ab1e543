"""Unit costs, rate against usage, and who is paid what, before and after."""

from __future__ import annotations

from analyzer.board import Pair, UnitCost
from analyzer.findings import Findings
from reports import spelling
from reports.footing import digits_of, foot, to_unit, unit_of
from reports.grid import Grid
from reports.sentences import on_packed_calls

KINDS = {
    "rate": "Rate: the same tokens, cheaper",
    "model": "Usage: another model",
    "volume": "Usage: fewer calls and tokens",
}


def unit_grid(findings: Findings) -> Grid:
    """Return what a request, a user and a good answer cost, before and after."""
    *rows, total = findings.board.units
    return Grid(
        "unit-costs",
        "What one request, one user and one good answer cost",
        "Before and after the policy, in this log. A user is counted where the log names one on "
        "95% of requests; a good answer where at least 30 evals cover every model that answers, "
        "before and after. A dash: not known.",
        (
            "Feature",
            "Requests",
            "A request",
            "under the policy",
            "Users",
            "A user",
            "under the policy",
            "A good answer",
            "under the policy",
        ),
        tuple(_unit_row(row, spelling.name(row.feature)) for row in rows),
        _unit_row(total, "All features"),
        wide=True,
    )


def _unit_row(row: UnitCost, name: str) -> tuple[str, ...]:
    users = spelling.NOTHING if row.users is None else spelling.count(row.users)
    return (
        name,
        spelling.count(row.requests),
        *_pair(row.request),
        users,
        *_pair(row.user),
        *_pair(row.good_answer),
    )


def _pair(pair: Pair | None) -> tuple[str, str]:
    if pair is None:
        return spelling.NOTHING, spelling.NOTHING
    return spelling.money(pair.before_pico_usd), spelling.money(pair.after_pico_usd)


def optimisation_grid(findings: Findings) -> Grid:
    """Return the saving by what it changes: the price of a token, the model, or the volume."""
    unit = unit_of(findings)
    found = findings.board.optimisations
    saved = to_unit(findings.before_pico_usd, unit) - to_unit(findings.after_pico_usd, unit)
    parts = foot([row.pico_usd for row in found], saved, unit) if found else ()
    digits, before = digits_of(unit), findings.before_pico_usd
    rows = tuple(
        (
            KINDS[row.kind],
            ", ".join(spelling.lever(lever) for lever in row.levers),
            spelling.money(part, digits=digits),
            spelling.percent(row.pico_usd, before),
        )
        for row, part in zip(found, parts, strict=True)
    )
    whole = spelling.money(saved, digits=digits)
    share = spelling.percent(findings.saving_pico_usd, before)
    return Grid(
        "rate-and-usage",
        "Rate and usage",
        "Saving in this log by what it changes, each lever at its Shapley value.",
        ("Optimisation", "Levers", "Saving", "% of today"),
        rows,
        ("Whole saving", "", whole, share),
        words=frozenset({1}),
    )


def kinds_grid(findings: Findings) -> Grid:
    """Return what is saved already, what is promised, and what could be: never a sum of them."""
    rates, unit = findings.board.rates, unit_of(findings)
    saved = to_unit(findings.before_pico_usd, unit) - to_unit(findings.after_pico_usd, unit)
    realised = rates.listed.before_pico_usd - rates.paid.before_pico_usd
    rows = (
        (
            "Realised",
            "below list price already, by caches and discounts of today",
            spelling.money(realised),
        ),
        ("Committed", "what somebody has signed or shipped: no log tells", spelling.NOTHING),
        (
            "Potential",
            "what this policy would save of today\u2019s spend",
            spelling.money(saved),
        ),
    )
    return Grid(
        "kinds-of-saving",
        "Realised, committed, potential",
        "In this log, and never added: the first is in today\u2019s spend already.",
        ("Kind", "What it is", "Saving"),
        rows,
        words=frozenset({1}),
    )


def rates_grid(findings: Findings) -> Grid:
    """Return list price, price paid and the effective savings rate, before and after."""
    rates = findings.board.rates
    sides = (
        ("Today", rates.listed.before_pico_usd, rates.paid.before_pico_usd),
        ("Under the policy", rates.listed.after_pico_usd, rates.paid.after_pico_usd),
    )
    rows = tuple(
        (
            name,
            spelling.money(listed),
            spelling.money(paid),
            spelling.money(listed - paid),
            spelling.percent(listed - paid, listed),
        )
        for name, listed, paid in sides
    )
    return Grid(
        "effective-savings-rate",
        "Effective savings rate",
        "Base: the list price of the tokens each side is billed for, every input token at the "
        "input price, no cached, written or batch price. It says how well a rate is used, not how "
        "much is spent: a smaller bill can have the lower rate.",
        ("", "At list price", "As paid", "Below list", "Rate"),
        rows,
    )


def provider_grid(findings: Findings) -> Grid:
    """Return what each provider is paid and its share, before and after."""
    found = findings.board.providers
    before, after = _footed(findings, [row.spend for row in found])
    rows = tuple(
        _spend_row((spelling.name(row.provider),), pair, row.spend, findings)
        for row, pair in zip(found, zip(before, after, strict=True), strict=True)
    )
    return Grid(
        "providers",
        "Who is paid",
        "Spend of this log by provider, today and under the policy.",
        ("Provider", "Today", "Share", "Under the policy", "Share"),
        rows,
        _spend_total(findings, 1),
    )


def model_grid(findings: Findings) -> Grid:
    """Return what each model is paid and how often it is called, before and after."""
    found = findings.board.models
    before, after = _footed(findings, [row.spend for row in found])
    rows = tuple(
        (
            spelling.name(row.model),
            spelling.name(row.provider),
            _calls(row.before_calls, row.spend.before_pico_usd),
            *_spend_row((), pair, row.spend, findings)[:2],
            _calls(row.after_calls, row.spend.after_pico_usd),
            *_spend_row((), pair, row.spend, findings)[2:],
        )
        for row, pair in zip(found, zip(before, after, strict=True), strict=True)
    )
    spent = _spend_total(findings, 0)
    ends = (findings.steps[0].total, findings.steps[-1].total)
    calls = [_calls(total.calls, total.pico_usd) for total in ends]
    return Grid(
        "models",
        "Which models are called",
        "Paid calls and spend of this log by model. A cascade pays every tier it tries, a "
        f"compressor is a call of its own.{on_packed_calls(findings)}",
        (
            "Model",
            "Provider",
            "Calls today",
            "Today",
            "Share",
            "Calls under the policy",
            "Under the policy",
            "Share",
        ),
        rows,
        ("Total", "", calls[0], *spent[:2], calls[1], *spent[2:]),
        words=frozenset({1}),
        wide=True,
    )


def _calls(count: int, pico_usd: int) -> str:
    """Spell a count; a dash where money was paid for calls that the export does not count."""
    return spelling.NOTHING if pico_usd and not count else spelling.count(count)


def _footed(findings: Findings, spends: list[Pair]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    unit = unit_of(findings)
    before = foot(
        [spend.before_pico_usd for spend in spends],
        to_unit(sum(spend.before_pico_usd for spend in spends), unit),
        unit,
    )
    after = foot(
        [spend.after_pico_usd for spend in spends],
        to_unit(sum(spend.after_pico_usd for spend in spends), unit),
        unit,
    )
    return before, after


def _spend_row(
    names: tuple[str, ...], shown: tuple[int, int], exact: Pair, findings: Findings
) -> tuple[str, ...]:
    digits = digits_of(unit_of(findings))
    return (
        *names,
        spelling.money(shown[0], digits=digits),
        spelling.percent(exact.before_pico_usd, findings.before_pico_usd),
        spelling.money(shown[1], digits=digits),
        spelling.percent(exact.after_pico_usd, findings.after_pico_usd),
    )


def _spend_total(findings: Findings, names: int) -> tuple[str, ...]:
    unit = unit_of(findings)
    exact = Pair(findings.before_pico_usd, findings.after_pico_usd)
    shown = (to_unit(exact.before_pico_usd, unit), to_unit(exact.after_pico_usd, unit))
    return _spend_row(("Total",) * names, shown, exact, findings)


def conflict_grid(findings: Findings) -> Grid | None:
    """Return prices that another source contradicts; None where all agree."""
    rows = tuple(
        (
            spelling.name(row.model),
            spelling.visible(row.source),
            spelling.price(row.input),
            spelling.price(row.output),
            "yes" if row.used else "no",
        )
        for row in findings.board.conflicts
    )
    if not rows:
        return None
    return Grid(
        "price-conflicts",
        "Prices that sources disagree on",
        "Dollars per million tokens. The first source in the book\u2019s order is used.",
        ("Model", "Source", "Input", "Output", "Used"),
        rows,
        words=frozenset({1}),
    )
