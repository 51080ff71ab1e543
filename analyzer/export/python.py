"""A policy as one Python module without dependencies: the cascade, the cache key, the TTLs."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pprint import pformat

from analyzer import __version__
from analyzer.export import dropin
from analyzer.export.gaps import coalesces, gaps, seconds
from analyzer.levers.caching import Caching
from analyzer.levers.model_selection import ModelSelection
from analyzer.levers.routing import Routing
from analyzer.policy import Policy

_BEGIN, _END = "# BEGIN RULES\n", "# END RULES\n"
_NOT_DONE = ("compression", "batching", "prompt_cache", "batch_api")
_WIDTH = 92


def to_python(policy: Policy) -> str:
    """Return the module's source: the rules of a policy over functions that never change."""
    source = inspect.getsource(dropin)
    head, rest = source.split(_BEGIN)
    _, tail = rest.split(_END)
    comments = "".join(f"# {line}\n" for line in _comments(policy))
    return comments + head + "\n".join(_constants(policy)) + "\n" + tail


def _comments(policy: Policy) -> Iterator[str]:
    yield f"Written by rebill {__version__} from the policy {_one_line(policy.name)}."
    lines = [*gaps(policy, _NOT_DONE), *coalesces(policy), *_scored(policy)]
    if lines:
        yield "What this module does not do:"
    for line in lines:
        yield f"- {_one_line(line)}"


def _scored(policy: Policy) -> Iterator[str]:
    for rule in policy.rules.get("routing", ()):
        if isinstance(rule, Routing) and rule.score in ("evals", "pass_rate", "difficulty"):
            what = "difficulty" if rule.score == "difficulty" else "score"
            yield f"routing of {', '.join(rule.features)}: the replay read {rule.score}; pass " + (
                f"{what}: your own judge decides at run time"
            )


def _constants(policy: Policy) -> Iterator[str]:
    rules = policy.rules
    models = [_model(r) for r in rules.get("model_selection", ()) if isinstance(r, ModelSelection)]
    routes = [_route(rule) for rule in rules.get("routing", ()) if isinstance(rule, Routing)]
    caches = [
        _cache(rule, number)
        for number, rule in enumerate(rules.get("caching", ()), start=1)
        if isinstance(rule, Caching)
    ]
    for name, found in (("MODELS", models), ("ROUTES", routes), ("CACHES", caches)):
        text = pformat(tuple(found), width=_WIDTH, sort_dicts=False)
        yield f"{name}: Sequence[Mapping[str, Any]] = {text}"


def _model(rule: ModelSelection) -> dict[str, object]:
    return {"features": rule.features, "from": rule.source, "to": rule.to}


def _route(rule: Routing) -> dict[str, object]:
    tiers = tuple(
        {
            "model": tier.model,
            # A pass rate is what a judge let through, and no threshold: good from one half on.
            "accept": 0.5 if rule.score == "pass_rate" else float(tier.accept or 0),
            "max_output_tokens": tier.max_output_tokens,
        }
        for tier in rule.tiers
    )
    return {"features": rule.features, "score": rule.score, "tiers": tiers}


def _cache(rule: Caching, number: int) -> dict[str, object]:
    return {
        "name": number,
        "features": rule.features,
        "ttl_seconds": seconds(rule.ttl_us),
        "refresh": rule.refresh,
        "scope": rule.scope,
        "key": rule.key,
    }


def _one_line(text: str) -> str:
    """Keep a name from ending a comment: what follows would be run."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
