"""How well each lever's saving is known, feature by feature (REPLAY.md §6)."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from analyzer.lever import Rule
from analyzer.levers.caching import Caching
from analyzer.levers.routing import Routing
from analyzer.replay.coalitions import Replay
from analyzer.replay.requests import Log

FEWEST_EVALS = 30

_REPLAYED = ("batching", "prompt_cache")
_CHOOSES_A_MODEL = ("routing", "model_selection")


class Evidence:
    """Classes of evidence under one policy and one log's loaded evals."""

    def __init__(self, log: Log, replay: Replay) -> None:
        self._log = log
        profiles = replay.plan.profiles
        self._rules = {f: profile.rules for profile in profiles for f in profile.features}
        self._evals = _evals_by_feature(replay.sums.evals, log)
        self._selected = _selected_by_feature(log, replay.sums.tallies)
        self._models = _models_by_feature(log, replay.sums.tallies)
        self._totalled = frozenset(log.buckets.frame["feature"])
        self._unkeyed = _features_without_keys(replay.sums.tallies) | self._totalled

    def of(self, lever: str, feature: int) -> str:
        """Return the class of a lever's saving on a feature."""
        rules = self._rules[feature]
        if lever == "caching":
            return self._of_caching(rules, feature)
        if lever in _REPLAYED:
            return "replayed"
        if lever in _CHOOSES_A_MODEL:
            return self._of_model_choice(lever, rules, feature)
        if lever == "batch_api":
            return self._of_discount(rules, feature)
        return "assumed"

    def _of_caching(self, rules: Mapping[str, Rule], feature: int) -> str:
        rule = rules.get("caching")
        assumes = isinstance(rule, Caching) and rule.assumed_hit_rate is not None
        return "assumed" if assumes and feature in self._unkeyed else "replayed"

    def _of_model_choice(self, lever: str, rules: Mapping[str, Rule], feature: int) -> str:
        if lever not in rules:
            return "assumed"
        if self._is_expected(rules[lever], feature):
            return "assumed"
        models = self._models_chosen(lever, rules[lever], feature)
        if models and all(self._is_as_logged(model, feature) for model in models):
            return "measured"
        enough = all(self._evals.get((feature, model), 0) >= FEWEST_EVALS for model in models)
        return "evidenced" if models and enough else "assumed"

    def _is_expected(self, rule: Rule, feature: int) -> bool:
        """Whether a pass rate decides how much of a total escalates: no request is asked."""
        by_rate = isinstance(rule, Routing) and rule.score == "pass_rate"
        return by_rate and feature in self._totalled

    def _models_chosen(self, lever: str, rule: Rule, feature: int) -> tuple[str, ...]:
        if lever == "routing":
            return tuple(self._log.context.target_ids[name] for name in rule.targets())
        return self._selected.get(feature, ())

    def _is_as_logged(self, model_id: str, feature: int) -> bool:
        return self._models[feature] == {model_id}

    def _of_discount(self, rules: Mapping[str, Rule], feature: int) -> str:
        """A discount on logged tokens is measured; on tokens of a chosen model, no better known."""
        for lever in _CHOOSES_A_MODEL:
            if lever in rules:
                return self._of_model_choice(lever, rules, feature)
        return "measured"


def _evals_by_feature(evals: pl.DataFrame, log: Log) -> dict[tuple[int, str], int]:
    """Scored requests; no more than there are judgements, where one speaks of many requests."""
    return {
        (feature, model): min(n, log.judgements.get((log.features[feature], model), n))
        for feature, model, n in evals.iter_rows()
    }


def _selected_by_feature(log: Log, tallies: pl.DataFrame) -> dict[int, tuple[str, ...]]:
    pairs = tallies.select("feature", "selected").drop_nulls().unique().sort("selected")
    chosen: dict[int, tuple[str, ...]] = {}
    for feature, number in pairs.iter_rows():
        chosen[feature] = (*chosen.get(feature, ()), log.catalog.models[number].model_id)
    return chosen


def _models_by_feature(log: Log, tallies: pl.DataFrame) -> dict[int, set[str]]:
    logged: dict[int, set[str]] = {}
    for feature, number in tallies.select("feature", "model").unique().iter_rows():
        logged.setdefault(feature, set()).add(log.catalog.models[number].model_id)
    return logged


def _features_without_keys(tallies: pl.DataFrame) -> set[int]:
    """Features with live requests that carry no prompt key."""
    sums = tallies.group_by("feature").agg(pl.col("live", "keyed").sum())
    return set(sums.filter(pl.col("keyed") < pl.col("live"))["feature"])
