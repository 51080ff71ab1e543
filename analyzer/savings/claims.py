"""Somebody's claims about savings, checked one by one against what a replay found."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from analyzer.errors import RebillError
from analyzer.findings import Claim, Findings, Step, Tally
from analyzer.money import PICO_PER_USD, pico_per_token, spell_percent, spell_usd

Terms = Mapping[str, Any]
Verdict = tuple[str, str, str]
"""What was found, the verdict, and why."""

_DAYS_A_YEAR = 365
_ROUNDING_TENTHS = 5
"""A claim spelled in whole per cent holds within half of one."""


def with_claims(findings: Findings, file: Path) -> Findings:
    """Return the findings with each claim of a TOML file checked against them.

    Raises:
        RebillError: the file cannot be read, or holds a claim of an unknown kind.
    """
    try:
        claims = tomllib.loads(file.read_text("utf-8"), parse_float=Decimal)["claim"]
    except (OSError, KeyError, ValueError) as error:
        raise RebillError(f"{file.name}: no claims can be read from it: {error}") from error
    return replace(findings, claims=tuple(_check(terms, findings, file.name) for terms in claims))


def _check(terms: Terms, findings: Findings, file: str) -> Claim:
    check = _KINDS.get(terms.get("kind", ""))
    if check is None:
        kinds = ", ".join(_KINDS)
        raise RebillError(f"{file}: claim {terms.get('id')!r}: kind must be one of {kinds}")
    found, verdict, why = check(terms, findings)
    return Claim(terms["text"], terms["claimed"], found, verdict, why)


def _total_saving(terms: Terms, findings: Findings) -> Verdict:
    return _saving(terms, findings.before_pico_usd, findings.after_pico_usd, "on this log")


def _feature_saving(terms: Terms, findings: Findings) -> Verdict:
    feature, step = terms["feature"], _step_after(terms.get("levers"), findings)
    before = findings.steps[0].features.get(feature)
    if before is None or step is None:
        return "n/a", "cannot be checked", f"the replay has no {feature!r}, or not these levers"
    after = step.features[feature].pico_usd
    return _saving(terms, before.pico_usd, after, f"after {_spell(step.lever)}")


def _saving(terms: Terms, before: int, after: int, when: str) -> Verdict:
    found = spell_percent(before - after, before)
    why = f"{spell_usd(before)} became {spell_usd(after)} {when}"
    claimed = int(Decimal(terms["claimed_percent"]) * 10)
    holds = 1000 * (before - after) >= (claimed - _ROUNDING_TENTHS) * before
    return found, "holds" if before and holds else "does not hold", why


def _step_after(levers: list[str] | None, findings: Findings) -> Step | None:
    if levers is None:
        return findings.steps[-1]
    steps = [step for step in findings.steps if step.lever in levers]
    return steps[-1] if steps else None


def _hit_rate(terms: Terms, findings: Findings) -> Verdict:
    tally = findings.steps[-1].features.get(terms["feature"], Tally())
    why = f"{tally.hits:,} of {tally.requests:,} requests were answered from the cache"
    return _within(terms, tally.hits, tally.requests, why)


def _lever_saving(terms: Terms, findings: Findings) -> Verdict:
    """The lever's own step, on the features whose bill it changes."""
    levers = [step.lever for step in findings.steps]
    if terms["lever"] not in levers:
        return "n/a", "cannot be checked", f"the policy has no {terms['lever']}"
    place = levers.index(terms["lever"])
    earlier, later = findings.steps[place - 1].features, findings.steps[place].features
    touched = [name for name in earlier if earlier[name].pico_usd != later[name].pico_usd]
    before = sum(earlier[name].pico_usd for name in touched)
    after = sum(later[name].pico_usd for name in touched)
    why = f"{spell_usd(before)} became {spell_usd(after)} on {', '.join(touched) or 'no feature'}"
    return _within(terms, before - after, before, why)


def _within(terms: Terms, part: int, whole: int, why: str) -> Verdict:
    holds = terms["low"] * whole <= 100 * part <= terms["high"] * whole
    return spell_percent(part, whole), "holds" if whole and holds else "does not hold", why


def _prompt_saving(terms: Terms, findings: Findings) -> Verdict:
    tokens = terms["tokens_before"] - terms["tokens_after"]
    request = tokens * pico_per_token(Decimal(terms["usd_per_mtok"]))
    year = request * terms["requests_per_day"] * _DAYS_A_YEAR
    found = f"{spell_usd(request)} a request, {spell_usd(year, digits=0)} a year"
    claimed = Decimal(terms["claimed_usd_per_request"]) * PICO_PER_USD
    why = (
        f"{tokens:,} tokens at ${terms['usd_per_mtok']} per million are {spell_usd(request)}; "
        f"the claim is {claimed / request:.0f} times that"
    )
    return found, "holds" if claimed == request else "arithmetic error", why


def _shares_sum(terms: Terms, findings: Findings) -> Verdict:
    total = sum(terms["shares"])
    verdict = "holds" if total == 100 else "arithmetic error"
    return f"{total}%", verdict, f"{' + '.join(map(str, terms['shares']))} = {total}, not 100"


def _price_ratio(terms: Terms, findings: Findings) -> Verdict:
    """The saving over this log's own mix of input and output tokens, at the claim's prices."""
    baseline = findings.steps[0].total
    before, after = (
        baseline.input_tokens * pico_per_token(Decimal(terms[f"{side}_input_usd_per_mtok"]))
        + baseline.output_tokens * pico_per_token(Decimal(terms[f"{side}_output_usd_per_mtok"]))
        for side in ("from", "to")
    )
    found = spell_percent(before - after, before)
    mix = Decimal(baseline.input_tokens) / max(1, baseline.output_tokens)
    why = (
        f"the claim compares output prices alone; {terms['from_model']} reads at "
        f"${terms['from_input_usd_per_mtok']} per million, and this log has {mix:.1f} input "
        "tokens for each output token"
    )
    matches = found == f"{Decimal(terms['claimed_percent']):.1f}%"
    return found, "holds" if matches else "arithmetic error", why


def _spell(lever: str) -> str:
    return lever.replace("_", " ")


_KINDS: Mapping[str, Callable[[Terms, Findings], Verdict]] = {
    "total_saving_percent": _total_saving,
    "feature_saving_percent": _feature_saving,
    "cache_hit_rate_percent": _hit_rate,
    "lever_saving_percent": _lever_saving,
    "prompt_saving": _prompt_saving,
    "shares_sum": _shares_sum,
    "price_ratio": _price_ratio,
}
