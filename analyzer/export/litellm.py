"""A policy as the config of a LiteLLM proxy: a model group for each feature, caches, fallbacks.

A proxy sees models, not features: each feature becomes a model name that its callers ask for.
Source: https://docs.litellm.ai/docs/proxy/config_settings, /docs/proxy/caching_controls.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analyzer import __version__
from analyzer.export.gaps import coalesces, gaps, seconds
from analyzer.lever import Rule, rule_for
from analyzer.levers.caching import Caching
from analyzer.levers.model_selection import ModelSelection
from analyzer.levers.routing import Routing
from analyzer.policy import Policy
from analyzer.pricing.book import PriceBook

_PROVIDERS = {
    "anthropic": "anthropic", "aws": "bedrock", "azure": "azure", "cohere": "cohere",
    "deepseek": "deepseek", "fireworks": "fireworks_ai", "google": "gemini", "groq": "groq",
    "mistral": "mistral", "moonshotai": "moonshot", "openai": "openai", "openrouter": "openrouter",
    "perplexity": "perplexity", "together": "together_ai", "x-ai": "xai",
}  # fmt: skip
"""A provider's name in the price book, to the one in LiteLLM."""
_NOT_DONE = ("compression", "batching", "batch_api", "prompt_cache")


@dataclass(frozen=True, slots=True)
class Deployment:
    """One entry of ``model_list``."""

    group: str
    model: str
    max_tokens: int | None
    note: str = ""


def to_litellm(policy: Policy, book: PriceBook, features: Sequence[str]) -> str:
    """Return the YAML text; every string in it is quoted, whatever a feature is called.

    Args:
        policy: what to deploy.
        book: names the provider of each model.
        features: the features of the log, for which globs stand.
    """
    found = [d for feature in features for d in _deployments(policy, feature)]
    lines = [*_head(policy, features), "model_list:" if found else "model_list: []"]
    for deployment in found:
        lines += _entry(deployment, book)
    lines += [*_router(policy, features), *_cache(policy, features)]
    lines += ["general_settings:", '  master_key: "os.environ/LITELLM_MASTER_KEY"']
    return "\n".join(lines) + "\n"


def tier_group(feature: str, number: int) -> str:
    """Return the model name under which a cascade's tier is called, from 1."""
    return f"{feature}-tier-{number}"


def _deployments(policy: Policy, feature: str) -> Iterator[Deployment]:
    route = _rule(policy, "routing", feature)
    if isinstance(route, Routing):
        for number, tier in enumerate(route.tiers, start=1):
            group = tier_group(feature, number)
            yield Deployment(group, tier.model, tier.max_output_tokens)
        last = route.tiers[-1]
        note = "callers that do not run the cascade get its last tier: its answers need no check"
        yield Deployment(feature, last.model, last.max_output_tokens, note)
        return
    for rule in policy.rules.get("model_selection", ()):
        if isinstance(rule, ModelSelection) and rule.covers(feature):
            note = "" if rule.source == "*" else f"replaces {rule.source} only: see above"
            yield Deployment(feature, rule.to, None, note)
            return


def _rule(policy: Policy, lever: str, feature: str) -> Rule | None:
    rules = policy.rules.get(lever, ())
    place = rule_for(rules, feature)
    return None if place is None else rules[place]


def _head(policy: Policy, features: Sequence[str]) -> Iterator[str]:
    yield f"# LiteLLM proxy config, written by rebill {__version__} from the policy " + (
        _one_line(policy.name)
    )
    yield "# Each feature is a model name: callers ask for model=<feature>. Keys come from the"
    yield "# environment, LITELLM_MASTER_KEY too: callers send it, and no proxy starts without it."
    yield "# Review this file as you review code."
    said = [
        *_routing_gaps(policy), *_selection_gaps(policy, features), *gaps(policy, _NOT_DONE),
        *coalesces(policy), *_caching_gaps(policy),
    ]  # fmt: skip
    if said:
        yield "# What this config does not do:"
    for line in said:
        yield f"# - {_one_line(line)}"


def _routing_gaps(policy: Policy) -> Iterator[str]:
    for rule in policy.rules.get("routing", ()):
        if isinstance(rule, Routing):
            tiers = ", ".join(
                f"{tier.model} accepts from {tier.accept if tier.accept is not None else '?'}"
                for tier in rule.tiers[:-1]
            )
            yield (
                f"routing of {', '.join(rule.features)}: a proxy does not judge answers ({tiers}, "
                f"by {rule.score}); call the -tier-N models in turn: rebill export --to python. "
                "The fallbacks below take over on errors only"
            )


def _selection_gaps(policy: Policy, features: Sequence[str]) -> Iterator[str]:
    """A group replaces all of a feature's models; rules by logged model are only half of that."""
    routes = policy.rules.get("routing", ())
    for feature in features:
        if rule_for(routes, feature) is not None:
            continue  # A route overrides selections.
        rules = [r for r in policy.rules.get("model_selection", ()) if r.covers(feature)]
        chosen = [rule for rule in rules if isinstance(rule, ModelSelection)]
        if chosen and (len(chosen) > 1 or chosen[0].source != "*"):
            pairs = ", ".join(f"{rule.source} becomes {rule.to}" for rule in chosen)
            yield (
                f"model_selection of {feature}: {pairs}; the first stands below for all calls to "
                "this name: leave other models' calls as they are"
            )


def _caching_gaps(policy: Policy) -> Iterator[str]:
    for rule in policy.rules.get("caching", ()):
        if isinstance(rule, Caching):
            where = f"caching of {', '.join(rule.features)}"
            if rule.refresh:
                yield f"{where}: refresh: an answer's life is counted from when it was stored"
            if rule.scope == "user":
                yield f"{where}: scope user: the caller sends the user in cache.namespace"
            if rule.key == "prompt":
                yield f"{where}: key prompt: LiteLLM's key holds the model name as well"


def _entry(deployment: Deployment, book: PriceBook) -> Iterator[str]:
    listing = book.lookup(None, deployment.model)
    provider, _, name = (listing.model_id if listing else deployment.model).partition("/")
    known = _PROVIDERS.get(provider) if name else None
    yield f"  - model_name: {_quoted(deployment.group)}" + (
        f" # {_one_line(deployment.note)}" if deployment.note else ""
    )
    yield "    litellm_params:"
    if known:
        yield f"      model: {_quoted(f'{known}/{name}')}"
        yield f"      api_key: {_quoted(f'os.environ/{_variable(known)}_API_KEY')}"
    else:
        bare = deployment.model.split("/", 1)[-1]
        base = _variable(provider if name else "custom")
        yield f"      model: {_quoted(f'openai/{bare}')} # an endpoint that speaks OpenAI's API"
        yield f"      api_base: {_quoted(f'os.environ/{base}_API_BASE')}"
        yield f"      api_key: {_quoted(f'os.environ/{base}_API_KEY')}"
    if deployment.max_tokens is not None:
        yield f"      max_tokens: {deployment.max_tokens}"


def _router(policy: Policy, features: Sequence[str]) -> Iterator[str]:
    chains = []
    for feature in features:
        route = _rule(policy, "routing", feature)
        if isinstance(route, Routing):
            groups = [tier_group(feature, n) for n in range(1, len(route.tiers) + 1)]
            chains += [(group, groups[n:]) for n, group in enumerate(groups[:-1], start=1)]
    if chains:
        yield "router_settings:"
        yield "  fallbacks:"
    for group, others in chains:
        yield f"    - {_quoted(group)}: [{', '.join(_quoted(other) for other in others)}]"


def _cache(policy: Policy, features: Sequence[str]) -> Iterator[str]:
    covered = {
        f: rule for f in features if isinstance(rule := _rule(policy, "caching", f), Caching)
    }
    if not covered:
        return
    yield "litellm_settings:"
    yield "  cache: true"
    yield "  cache_params:"
    yield '    type: "local" # inside one worker; "redis" for more than one'
    yield f"    ttl: {min(seconds(rule.ttl_us) for rule in covered.values())}"
    yield '    mode: "default_off" # no answer is kept unless its caller asks'
    yield "# Callers ask with every request, in its body:"
    for feature, rule in covered.items():
        asked = {"use-cache": True, "ttl": seconds(rule.ttl_us), "namespace": _space(rule, feature)}
        yield f"#   {_quoted(feature)}: {json.dumps({'cache': asked})}"


def _space(rule: Caching, feature: str) -> str:
    return {"feature": feature, "global": "all", "user": "<user>"}[rule.scope]


def _variable(name: str) -> str:
    return re.sub(r"[^A-Z0-9]+", "_", name.upper()).strip("_") or "CUSTOM"


def _quoted(text: str) -> str:
    """A JSON string, which every YAML reader reads the same."""
    return json.dumps(text)


def _one_line(text: str) -> str:
    """Keep a name from ending a comment."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
