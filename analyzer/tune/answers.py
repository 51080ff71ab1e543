"""How good a feature's answers would be, as far as loaded evals of its requests tell."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from analyzer.lever import Context
from analyzer.levers.routing import LEVER as ROUTING
from analyzer.levers.routing import Routing
from analyzer.pricing.book import PriceBook
from analyzer.savings.quality import wilson
from analyzer.store import Store
from analyzer.tune.days import Days

_ANY = "*"


@dataclass(frozen=True, slots=True)
class Quality:
    """The mean score of answers by ``n`` judgements, and its 95% Wilson interval's lower end."""

    n: int
    mean: float
    low: float


@dataclass(frozen=True, slots=True)
class Paired:
    """A route's requests of which every tier's answer is scored."""

    requests: pl.DataFrame
    scores: pl.DataFrame
    """``row, model_id, score, unit``."""
    last_tier: pl.Series
    tiers: tuple[str, ...]
    """The identity of each tier's model."""

    def answers(self, last_tier: pl.Series | None = None) -> pl.DataFrame:
        """Return ``score, unit`` of each request's answer; ``last_tier``: had others answered."""
        last = self.last_tier if last_tier is None else last_tier
        tiers = pl.DataFrame({"row": self.requests["row"], "last_tier": last})
        named = pl.col("last_tier").replace_strict(dict(enumerate(self.tiers)))
        found = tiers.with_columns(model_id=named).join(self.scores, on=["row", "model_id"])
        return found.select("score", "unit")


class Answers:
    """The scored requests of a log."""

    def __init__(self, frame: pl.DataFrame, book: PriceBook) -> None:
        """Take ``tune_scores.sql``'s rows; names of one model are one model."""
        self._book = book
        self._ids: dict[str, str] = {}
        names = {*frame["model"], *frame["logged"]}
        ids = {name: self.identity(name) for name in names}
        named = frame.with_columns(
            pl.col("logged").replace_strict(ids, return_dtype=pl.String),
            model_id=pl.col("model").replace_strict(ids, return_dtype=pl.String),
        )
        keys = ("feature", "ts_us", "request_id", "response_chars", "logged", "model_id")
        scored = named.group_by(keys).agg(pl.col("score").mean(), pl.col("unit").min())
        self._by_feature = {
            str(key[0]): mine.sort("ts_us", "request_id", "model_id")
            for key, mine in scored.partition_by("feature", as_dict=True).items()
        }

    @classmethod
    def of(cls, store: Store, book: PriceBook) -> Answers:
        """Read the scored requests of a database."""
        return cls(store.query("tune_scores"), book)

    def scores(self, feature: str, model: str) -> list[float]:
        """Return the distinct scores of a model (``*``: difficulties) on a feature, ascending."""
        frame = self._by_feature.get(feature)
        if frame is None:
            return []
        mine = frame.filter(pl.col("model_id") == self.identity(model))
        return sorted(mine["score"].unique())

    def of_model(self, feature: str, model: str, days: Days) -> Quality | None:
        """Return a model's quality on a feature's requests of a stretch of time; None: unscored."""
        frame = self._between(feature, days)
        if frame is None:
            return None
        return quality_of(frame.filter(pl.col("model_id") == self.identity(model)))

    def of_today(self, feature: str, days: Days) -> Quality | None:
        """Return the quality of the logged models' answers; None: unscored."""
        frame = self._between(feature, days)
        if frame is None:
            return None
        return quality_of(frame.filter(pl.col("model_id") == pl.col("logged")))

    def of_route(self, feature: str, rule: Routing, days: Days) -> Quality | None:
        """Return a route's quality: on requests of which every tier's answer is scored.

        The tier that answers is decided as in a replay. Decided by pass rate, nobody knows which
        request escalates: None.
        """
        found = self.paired(feature, rule, days)
        return None if found is None else quality_of(found.answers())

    def of_models(self, model: str, days: Days) -> dict[str, Quality]:
        """Return a model's quality on every feature where it is scored."""
        found = {f: self.of_model(f, model, days) for f in self._by_feature}
        return {feature: quality for feature, quality in found.items() if quality is not None}

    def reached(self, feature: str, rule: Routing, days: Days, requests: int) -> list[float]:
        """Return the share of a feature's requests that call each tier, decided by loaded scores.

        ``requests``: all of the feature in those days; one without a score escalates to the end.
        """
        frame = self._between(feature, days)
        if frame is None or not requests:
            return [1.0] * len(rule.tiers)
        last = self._last_tiers(frame, rule)
        unscored = max(0, requests - len(last))
        return [
            (int((last >= n).sum()) + unscored) / max(requests, len(last))
            for n in range(len(rule.tiers))
        ]

    def paired(self, feature: str, rule: Routing, days: Days) -> Paired | None:
        """Return a route's requests of which every tier's answer is scored; None without any."""
        frame = self._between(feature, days)
        if frame is None or rule.score == "pass_rate":
            return None
        ids = {name: self.identity(name) for name in rule.targets()}
        requests, scores = _paired(frame, set(ids.values()))
        if requests.is_empty():
            return None
        context = Context((), dict.fromkeys(ids, 0), ids, scores)
        last = ROUTING.decide(requests, rule, context)["last_tier"]
        return Paired(requests, scores, last, tuple(ids[tier.model] for tier in rule.tiers))

    def scored(self, days: Days) -> dict[str, pl.DataFrame]:
        """Return ``request_id, model_id, score`` of each feature's scored answers."""
        found = {feature: self._between(feature, days) for feature in self._by_feature}
        return {
            feature: frame.filter(pl.col("model_id") != _ANY).select(
                "request_id", "model_id", "score", "unit"
            )
            for feature, frame in found.items()
            if frame is not None
        }

    def _last_tiers(self, frame: pl.DataFrame, rule: Routing) -> pl.Series:
        """The last tier called for each request that has any score."""
        rows = frame.select("ts_us", "request_id", "response_chars").unique("request_id")
        requests = rows.sort("ts_us", "request_id").with_row_index("row")
        scores = frame.join(requests.select("row", "request_id"), on="request_id")
        ids = {name: self.identity(name) for name in rule.targets()}
        context = Context((), dict.fromkeys(ids, 0), ids, scores.select("row", "model_id", "score"))
        return ROUTING.decide(requests, rule, context)["last_tier"]

    def _between(self, feature: str, days: Days) -> pl.DataFrame | None:
        frame = self._by_feature.get(feature)
        return (
            None
            if frame is None
            else frame.filter(pl.col("ts_us").is_between(days.from_us, days.until_us))
        )

    def identity(self, model: str) -> str:
        """Return what a name of a model means; of an unknown name, itself."""
        if model not in self._ids:
            listing = None if model == _ANY else self._book.lookup(None, model)
            self._ids[model] = listing.model_id if listing else model
        return self._ids[model]


def _paired(frame: pl.DataFrame, wanted: set[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Requests that have a score of every wanted model, numbered, and their scores."""
    complete = (
        frame.filter(pl.col("model_id").is_in(sorted(wanted)))
        .group_by("ts_us", "request_id", "response_chars")
        .len()
        .filter(pl.col("len") == len(wanted))
        .sort("ts_us", "request_id")
        .with_row_index("row")
    )
    scores = frame.join(complete.select("row", "request_id"), on="request_id")
    return complete.drop("len"), scores.select("row", "model_id", "score", "unit").sort(
        "row", "model_id"
    )


def quality_of(answers: pl.DataFrame) -> Quality | None:
    """Return the mean ``score`` of answers and its interval's low end; None without any.

    The interval is of as many judgements as there are: one ``unit`` may speak of many answers.
    """
    if answers.is_empty():
        return None
    mean = min(1.0, max(0.0, float(answers["score"].sum()) / len(answers)))
    judgements = answers["unit"].n_unique()
    return Quality(judgements, mean, wilson(mean, judgements)[0])
