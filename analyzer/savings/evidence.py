"""How well each lever's saving is known, feature by feature (REPLAY.md §6)."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from analyzer.lever import Rule
from analyzer.levers.caching import Caching
from analyzer.replay.decide import Profile
from analyzer.replay.requests import Log

FEWEST_EVALS = 30

_REPLAYED = ("batching", "prompt_cache")
_CHOOSES_A_MODEL = ("routing", "model_selection")


class Evidence:
    """Classes of evidence under one policy and one log's loaded evals."""

    def __init__(self, log: Log, profiles: tuple[Profile, ...]) -> None:
        self._log = log
        self._rules = {f: profile.rules for profile in profiles for f in profile.features}
        self._evals = _evals_by_feature(log)
        self._selected = _selected_by_feature(log)
        self._unkeyed = _features_without(log, "prompt_key")

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
        models = self._models_chosen(lever, rules[lever], feature)
        if models and all(self._is_as_logged(model, feature) for model in models):
            return "measured"
        enough = all(self._evals.get((feature, model), 0) >= FEWEST_EVALS for model in models)
        return "evidenced" if models and enough else "assumed"

    def _models_chosen(self, lever: str, rule: Rule, feature: int) -> tuple[str, ...]:
        if lever == "routing":
            return tuple(self._log.context.target_ids[name] for name in rule.targets())
        return self._selected.get(feature, ())

    def _is_as_logged(self, model_id: str, feature: int) -> bool:
        return self._log_models(feature) == {model_id}

    def _log_models(self, feature: int) -> set[str]:
        numbers = self._log.requests.filter(pl.col("feature") == feature)["model"].unique()
        return {self._log.catalog.models[number].model_id for number in numbers}

    def _of_discount(self, rules: Mapping[str, Rule], feature: int) -> str:
        """A discount on logged tokens is measured; on tokens of a chosen model, no better known."""
        for lever in _CHOOSES_A_MODEL:
            if lever in rules:
                return self._of_model_choice(lever, rules, feature)
        return "measured"


def _evals_by_feature(log: Log) -> dict[tuple[int, str], int]:
    rows = log.requests.select("row", "feature")
    counts = log.context.scores.join(rows, on="row").group_by("feature", "model_id").len()
    return {(feature, model): n for feature, model, n in counts.iter_rows()}


def _selected_by_feature(log: Log) -> dict[int, tuple[str, ...]]:
    pairs = log.requests.select("feature", "selected").drop_nulls().unique().sort("selected")
    chosen: dict[int, tuple[str, ...]] = {}
    for feature, number in pairs.iter_rows():
        chosen[feature] = (*chosen.get(feature, ()), log.catalog.models[number].model_id)
    return chosen


def _features_without(log: Log, column: str) -> set[int]:
    return set(log.requests.filter("live", pl.col(column).is_null())["feature"].unique())
