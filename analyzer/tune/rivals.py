"""What a tuned policy is held against: the cheapest model, the best one, today, and hindsight.

Every rival answers all of the log's traffic with nothing else changed: no cache, no compression.
The oracle sends each scored request to the cheapest model that answers it right, which is known
only afterwards: no policy can be expected to reach it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from analyzer.errors import PriceError
from analyzer.policy import Policy, policy_from
from analyzer.session import Session
from analyzer.tune.answers import Answers, Quality, quality_of
from analyzer.tune.days import Days
from analyzer.tune.evaluate import Evaluator, Spend
from analyzer.tune.found import Found, Rival
from analyzer.tune.traffic import Traffic
from analyzer.tune.watch import Watch

GOOD = 0.5
"""The least score of a right answer."""
_MOST_MODELS = 24
By = Mapping[str, Quality | None]


def rivals(
    found: Found,
    names: Sequence[str],
    session: Session,
    traffic: Traffic,
    evaluate: Evaluator,
    watch: Watch,
) -> tuple[Rival, ...]:
    """Return the rivals, then the policy given and the tuned one.

    Args:
        found: what tuning found.
        names: the models that may answer everything.
        session: bills single requests for the oracle.
        traffic: scores, and how many requests stand behind each feature.
        evaluate: bills a policy.
        watch: told how far it is; may stop it.
    """
    return tuple(_Table(found, session, traffic, evaluate, watch).rows(names[:_MOST_MODELS]))


@dataclass(frozen=True, slots=True)
class _Table:
    found: Found
    session: Session
    traffic: Traffic
    evaluate: Evaluator
    watch: Watch

    def rows(self, names: Sequence[str]) -> Iterator[Rival]:
        alone = list(self._alone(names))
        yield self._row("today", "", self.found.today, *map(self._today, self._parts()))
        if alone:
            yield _named(min(alone, key=lambda rival: rival.in_pico_usd), "cheapest")
        scored = [rival for rival in alone if rival.quality_in is not None]
        if scored:
            most = max(len(rival.scored) for rival in scored)
            best = [rival for rival in scored if len(rival.scored) == most]
            yield _named(max(best, key=_goodness), "best single")
        yield from self._oracle([rival.model for rival in alone])
        units = self.found.units
        given = [(unit.given_in, unit.given_out) for unit in units]
        yield self._row("policy", "", self.found.start, *self._with_rest(given))
        tuned = [(unit.quality_in, unit.quality_out) for unit in units]
        yield self._row("tuned", "", self.found.tuned, *self._with_rest(tuned))

    def _parts(self) -> tuple[Days, Days]:
        return self.found.train, self.found.test

    def _alone(self, names: Sequence[str]) -> Iterator[Rival]:
        for n, name in enumerate(names):
            self.watch.step("billing everything on one model", n, len(names))
            try:
                spend = self.evaluate(self._only(name)).spend
            except PriceError:
                continue  # A logged name that no table prices under that name alone.
            by = [self.traffic.answers.of_models(name, days) for days in self._parts()]
            yield self._row("alone", name, spend, *by)

    def _only(self, model: str) -> Policy:
        rules = [{"feature": "*", "to": model}]
        return policy_from({**self._dated(), "model_selection": rules}, "rivals")

    def _dated(self) -> dict[str, object]:
        date = self.found.rest.get("price_date")
        return {"name": "rival"} if date is None else {"name": "rival", "price_date": date}

    def _row(self, name: str, model: str, spend: Spend, seen: By, held: By) -> Rival:
        train, test = self._parts()
        return Rival(
            name, model, train.total(spend), test.total(spend),
            self._together(seen, train), self._together(held, test),
            tuple(sorted(f for f, quality in seen.items() if quality is not None)),
        )  # fmt: skip

    def _today(self, days: Days) -> By:
        return {f: self.traffic.answers.of_today(f, days) for f in self.found.today}

    def _with_rest(self, found: Sequence[tuple[By, By]]) -> Iterator[By]:
        """Yield the units' qualities in and out of sample; features without a rule: as today."""
        for side, days in enumerate(self._parts()):
            known = {f: q for pair in found for f, q in pair[side].items()}
            yield {**(self._today(days) if len(days) else {}), **known}

    def _together(self, by: By, days: Days) -> Quality | None:
        """The features' qualities, weighed by their requests."""
        known = [(q, self.traffic.requests(f, days)) for f, q in by.items() if q is not None]
        weight = sum(requests for _, requests in known)
        if not weight:
            return None
        mean = sum(q.mean * requests for q, requests in known) / weight
        low = sum(q.low * requests for q, requests in known) / weight
        return Quality(sum(q.n for q, _ in known), mean, low)

    def _oracle(self, models: Sequence[str]) -> Iterator[Rival]:
        """Today's spend, less what the cheapest right answer to each scored request would save."""
        features = {f for days in self._parts() for f in self.traffic.answers.scored(days)}
        if not features or not models:
            return
        today = self.session.call_costs(policy_from(self._dated(), "rivals"), features)
        costs = [
            self.session.call_costs(self._only(model), features).with_columns(
                model_id=pl.lit(self.traffic.answers.identity(model))
            )
            for model in models
        ]
        sides = [
            cheapest_right(today, pl.concat(costs), self.traffic.answers, days)
            for days in self._parts()
        ]
        spends = [
            days.total(self.found.today) - side.saved
            for days, side in zip(self._parts(), sides, strict=True)
        ]
        yield Rival(
            "oracle",
            "",
            in_pico_usd=spends[0],
            out_pico_usd=spends[1],
            quality_in=sides[0].quality,
            quality_out=sides[1].quality,
            scored=tuple(sorted(features)),
            note=f"{sides[0].requests:,} scored requests in sample, each a call of its "
            "own (no cache, pack or compression in front); all others as today",
        )


@dataclass(frozen=True, slots=True)
class Hindsight:
    """What choosing afterwards comes to."""

    requests: int
    saved: int
    """Pico-dollars less than today."""
    quality: Quality | None


def cheapest_right(
    today: pl.DataFrame, costs: pl.DataFrame, answers: Answers, days: Days
) -> Hindsight:
    """Return what the cheapest right answer to each scored request saves.

    Where no scored model is right, the cheapest of them is wrong for least.

    Args:
        today: ``feature, request_id, pico_usd``: as logged.
        costs: the same for each ``model_id``.
        answers: the scores.
        days: which requests.
    """
    frames = [
        frame.with_columns(feature=pl.lit(feature))
        for feature, frame in answers.scored(days).items()
    ]
    if not frames:
        return Hindsight(0, 0, None)
    keys = ["feature", "request_id"]
    known = pl.concat(frames).join(costs, on=[*keys, "model_id"])
    best = (
        known.with_columns(right=pl.col("score") >= GOOD)
        .sort("right", "pico_usd", "model_id", descending=[True, False, False])
        .unique(keys, keep="first", maintain_order=True)
        .join(today.rename({"pico_usd": "today"}), on=keys)
    )
    saved = int(best.select((pl.col("today") - pl.col("pico_usd")).sum()).item() or 0)
    return Hindsight(len(best), saved, quality_of(best))


def _named(rival: Rival, name: str) -> Rival:
    return replace(rival, name=name)


def _goodness(rival: Rival) -> tuple[float, int]:
    assert rival.quality_in is not None  # noqa: S101 - narrows the type
    return rival.quality_in.mean, -rival.in_pico_usd
