"""Names the rules of a policy that decide nothing in a log: a misspelt glob saves no dollar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzer.lever import Lever, Rule
from analyzer.levers import LEVERS
from analyzer.levers.model_selection import ModelSelection
from analyzer.policy import Policy
from analyzer.replay.requests import Log

_MOST_NAMED = 5


def idle_rules(policy: Policy, log: Log) -> Iterator[str]:
    """Yield a warning for each rule that no request of the log can fall under."""
    for lever in LEVERS:
        rules = policy.rules.get(lever.name, ())
        for number, rule in enumerate(rules):
            why = _why_idle(lever, rule, rules[:number], log)
            if why:
                yield f"[[{lever.name}]] number {number + 1} of the policy changes nothing: {why}."


def _why_idle(lever: Lever, rule: Rule, before: Sequence[Rule], log: Log) -> str:
    mine = [name for name in log.features if rule.covers(name)]
    if not mine:
        wanted = " or ".join(rule.features)
        return f"no feature of the log is {wanted}; the log has {_some(log.features)}"
    if lever.claims == "feature" and all(any(r.covers(name) for r in before) for name in mine):
        return "rules before it cover every feature that it names, and the first match applies"
    names = log.context.model_names
    if isinstance(rule, ModelSelection) and not any(rule.takes(name) for name in names):
        logged = _some(names) or "none with a known price"
        return f"no logged model is {rule.source}; the log has {logged}"
    return ""


def _some(names: Sequence[str]) -> str:
    rest = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {rest:,} more" if rest > 0 else "")
