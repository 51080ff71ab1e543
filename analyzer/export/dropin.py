"""Which model answers, what is cached and for how long: read it, then drop it in.

It needs nothing but Python. ``serve`` answers one request; everything else is a pure function.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

Call = Callable[[str, "int | None"], str]
"""Your own call: ``(model, most output tokens or None) -> the answer's text``."""

# BEGIN RULES
MODELS: Sequence[Mapping[str, Any]] = ()
ROUTES: Sequence[Mapping[str, Any]] = ()
CACHES: Sequence[Mapping[str, Any]] = ()
# END RULES


def rule_for(rules: Sequence[Mapping[str, Any]], feature: str) -> Mapping[str, Any] | None:
    """Return the first rule that covers a feature, or None."""
    return next((r for r in rules if any(fnmatchcase(feature, g) for g in r["features"])), None)


def model_for(feature: str, model: str) -> str:
    """Return the model to call instead of ``model``: the first rule that matches both."""
    bare = model.rsplit("/", 1)[-1]
    for rule in MODELS:
        covers = any(fnmatchcase(feature, glob) for glob in rule["features"])
        if covers and (fnmatchcase(model, rule["from"]) or fnmatchcase(bare, rule["from"])):
            return str(rule["to"])
    return model


def length_score(text: str) -> float:
    """Return 0 for under 5 characters, else their number over 200, 1 at most."""
    return 0.0 if len(text) < 5 else min(1.0, len(text) / 200)


def answer(
    feature: str,
    model: str,
    call: Call,
    *,
    score: Callable[[str, str], float] | None = None,
    difficulty: float | None = None,
) -> tuple[str, str]:
    """Return ``(model, text)`` of the answer that is accepted; every tier tried is paid for.

    A tier whose call raises escalates as well; an error of the last tier is the caller's.

    Args:
        feature: what the request is for.
        model: the model that would be called today.
        call: makes one call.
        score: ``(model, text) -> 0..1``; needed where a route is not scored by length.
        difficulty: of the request, 0..1; needed where a route goes by difficulty.
    """
    route = rule_for(ROUTES, feature)
    if route is None:
        chosen = model_for(feature, model)
        return chosen, call(chosen, None)
    if route["score"] == "difficulty":
        tier = _tier_for(route["tiers"], difficulty)
        return tier["model"], call(tier["model"], tier["max_output_tokens"])
    judge = _length if route["score"] == "length" else score
    if judge is None:
        raise ValueError(f"{feature}: pass score: this route is not scored by length")
    *checked, last = route["tiers"]
    for tier in checked:
        try:
            text = call(tier["model"], tier["max_output_tokens"])
        except Exception:  # noqa: S112 - whatever went wrong, the next tier is there for it
            continue
        if judge(tier["model"], text) >= tier["accept"]:
            return tier["model"], text
    return last["model"], call(last["model"], last["max_output_tokens"])


def _length(model: str, text: str) -> float:
    return length_score(text)


def _tier_for(tiers: Sequence[Mapping[str, Any]], difficulty: float | None) -> Mapping[str, Any]:
    for tier in tiers[:-1]:
        if difficulty is not None and difficulty <= tier["accept"]:
            return tier
    return tiers[-1]


def cache_key(feature: str, model: str, request: Mapping[str, Any], user: str = "") -> str | None:
    """Return the key of a request's cached answer; None where it must not be cached.

    ``request`` is everything that shapes the answer (messages, tools, temperature, ...): leaving a
    parameter out would serve one caller another's answer. ``model`` is the one asked for.
    """
    rule = rule_for(CACHES, feature)
    if rule is None or (rule["scope"] == "user" and not user):
        return None
    scope = {"feature": feature, "user": user, "global": ""}[rule["scope"]]
    named = model if rule["key"] == "prompt+model" else ""
    rest = {name: value for name, value in request.items() if name != "model"}
    text = json.dumps([rule["name"], scope, named, rest], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


class Cache:
    """Answers by key, in memory, the oldest dropped first. One per process; not for threads."""

    def __init__(self, most: int = 100_000) -> None:
        """Hold at most ``most`` answers."""
        self._most = most
        self._held: dict[str, tuple[float, str]] = {}

    def get(self, feature: str, key: str, now: float) -> str | None:
        """Return an answer that is still fresh at ``now`` (seconds), or None."""
        rule = rule_for(CACHES, feature)
        if rule is None or key not in self._held:
            return None
        stored, text = self._held[key]
        if now - stored >= rule["ttl_seconds"]:
            del self._held[key]
            return None
        if rule["refresh"]:
            self._held[key] = (now, text)
        return text

    def put(self, key: str, text: str, now: float) -> None:
        """Keep an answer from the moment it is complete."""
        self._held.pop(key, None)
        while len(self._held) >= self._most:
            del self._held[next(iter(self._held))]
        self._held[key] = (now, text)


def serve(
    feature: str,
    request: Mapping[str, Any],
    call: Call,
    cache: Cache,
    clock: Callable[[], float],
    *,
    user: str = "",
    score: Callable[[str, str], float] | None = None,
    difficulty: float | None = None,
) -> str:
    """Return the answer of a request that names its ``model``: from the cache, or called and kept.

    ``clock`` tells seconds: pass ``time.time``. Other arguments are those of ``answer``.
    """
    model = str(request["model"])
    key = cache_key(feature, model, request, user)
    kept = cache.get(feature, key, clock()) if key else None
    if kept is not None:
        return kept
    _, text = answer(feature, model, call, score=score, difficulty=difficulty)
    if key and text:
        cache.put(key, text, clock())
    return text
