"""A cascade's calls summed by score and tier, so that any thresholds are answered without a replay.

Thresholds decide nothing but the last tier that a request calls, and they decide it by its scores
alone. So the calls of all tiers are summed once, for each combination of scores that occurs; under
some thresholds, each combination pays for its own tiers up to the one that accepts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from analyzer.lever import Context, Rule
from analyzer.levers import routing
from analyzer.levers.batch_api import BatchApi
from analyzer.levers.compression import Compression
from analyzer.levers.routing import Routing
from analyzer.replay.calls import SHAPING
from analyzer.replay.costing import price_step
from analyzer.replay.cube import price_cells, sum_calls
from analyzer.replay.decide import Profile, decide
from analyzer.replay.plan import Plan, scores_of

FULL_SCORE_CHARS = 200
MOST_CLASSES = 5_000
"""More combinations of scores than this are not worth telling apart."""
_ACROSS = ("batching", "prompt_cache")
"""Levers under which a call's cost depends on the calls of other requests."""


@dataclass(frozen=True, slots=True)
class Stairs:
    """One feature's live calls under all of a policy but its route's thresholds."""

    cells: pl.DataFrame
    """``score_class, tier, day, model, pico_usd``; the compressor's calls are below tier 0."""
    scores: pl.DataFrame
    """A request for each class: ``row`` (the class) and ``response_chars``."""
    evals: pl.DataFrame
    """Their loaded scores: ``row, model_id, score``."""

    def under(self, rule: Routing, context: Context) -> pl.DataFrame:
        """Return ``day, model, pico_usd`` under a route's thresholds."""
        decided = routing.decide(self.scores, rule, replace(context, scores=self.evals))
        classes = self.scores.select(score_class="row").hstack(decided)
        called = (pl.col("tier") < 0) | pl.col("tier").is_between("first_tier", "last_tier")
        paid = self.cells.join(classes, on="score_class").filter(called)
        return paid.group_by("day", "model").agg(pl.col("pico_usd").sum())


def can_climb(rules: Mapping[str, Rule]) -> bool:
    """Return whether a feature's bill is a sum over its requests, whatever the thresholds."""
    route, squeeze = rules.get("routing"), rules.get("compression")
    if not isinstance(route, Routing) or route.score == "pass_rate":
        return False
    if any(lever in rules for lever in _ACROSS):
        return False
    if not isinstance(squeeze, Compression):
        return True
    return squeeze.mode == "dynamic" and not squeeze.only_when_profitable


def climb(requests: pl.DataFrame, plan: Plan, profile: Profile) -> Stairs | None:
    """Sum the calls of every tier; None where there are too many combinations of scores.

    Args:
        requests: of the profile's one feature, marked with what the response cache answers.
        plan: its plan.
        profile: its rules, a route among them.
    """
    rule = profile.rules["routing"]
    assert isinstance(rule, Routing)  # noqa: S101 - as can_climb says
    context = replace(plan.context, scores=scores_of(plan, requests))
    live = requests.filter("live", "counted").with_columns(
        called=pl.lit(value=True), called_on_miss=~pl.col("hit")
    )
    classes, scores, evals = _classes(live, rule, context)
    if len(scores) > MOST_CLASSES:
        return None
    everyone = decide(live, profile, context).with_columns(
        first_tier=pl.lit(0, dtype=pl.Int8), last_tier=pl.lit(len(rule.tiers) - 1, dtype=pl.Int8)
    )
    made = SHAPING.intersection(profile.rules) - {"model_selection"}
    calls = plan.composer.calls(everyone, profile, made)
    if "caching" in profile.rules:
        calls = calls.filter("called_on_miss")
    named = calls.join(classes, on="row")
    sums = sum_calls(named, price_step(plan.composer.catalog), apart=("score_class", "tier"))
    discount = profile.rules.get("batch_api")
    priced = price_cells(
        sums, plan.composer.catalog, discount if isinstance(discount, BatchApi) else None
    )
    return Stairs(
        priced.group_by("score_class", "tier", "day", "model").agg(pl.col("pico_usd").sum()),
        scores,
        evals,
    )


def _classes(
    live: pl.DataFrame, rule: Routing, context: Context
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return each request's class, a request for each class, and the scores of those."""
    deciding = live.select("row", pl.col("response_chars").clip(upper_bound=FULL_SCORE_CHARS))
    models: list[str] = []
    if rule.score != "length":
        deciding = deciding.with_columns(response_chars=pl.lit(None, dtype=pl.Int64))
        tiers = rule.tiers[:-1] if rule.score == "evals" else ()
        models = list(dict.fromkeys(context.target_ids[tier.model] for tier in tiers)) or ["*"]
        for model in models:
            mine = context.scores.filter(pl.col("model_id") == model).select("row", model="score")
            deciding = deciding.join(mine.rename({"model": f"score {model}"}), on="row", how="left")
    by = [name for name in deciding.columns if name != "row"]
    scores = deciding.select(by).unique().sort(by).with_row_index("score_class")
    classes = deciding.join(scores, on=by, nulls_equal=True).select("row", "score_class")
    columns = [
        scores.select(row="score_class", model_id=pl.lit(model), score=f"score {model}")
        for model in models
    ]
    empty = {"row": pl.UInt32, "model_id": pl.String, "score": pl.Float64}
    evals = pl.concat(columns).drop_nulls("score") if columns else pl.DataFrame(schema=empty)
    return classes, scores.select(row="score_class", response_chars="response_chars"), evals
