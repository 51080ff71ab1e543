"""How good a feature's answers would be, as far as loaded evals of its requests tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from analyzer.lever import Context
from analyzer.levers.routing import LEVER as ROUTING
from analyzer.levers.routing import Routing
from analyzer.pricing.book import PriceBook
from analyzer.savings.quality import wilson
from analyzer.store import Store

_ANY = "*"


@dataclass(frozen=True, slots=True)
class Quality:
    """The mean score of scored answers and the lower end of its 95% Wilson interval."""

    n: int
    mean: float
    low: float


class Answers:
    """The scored requests of a log."""

    def __init__(self, frame: pl.DataFrame, book: PriceBook) -> None:
        """Take ``tune_scores.sql``'s rows; names of one model are one model."""
        self._book = book
        names = {*frame["model"], *frame["logged"]}
        ids = {name: self._identity(name) for name in names}
        named = frame.with_columns(
            pl.col("logged").replace_strict(ids, return_dtype=pl.String),
            model_id=pl.col("model").replace_strict(ids, return_dtype=pl.String),
        )
        keys = ("feature", "ts_us", "request_id", "response_chars", "logged", "model_id")
        scored = named.group_by(keys).agg(pl.col("score").mean())
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
        mine = frame.filter(pl.col("model_id") == self._identity(model))
        return sorted(mine["score"].unique())

    def of_model(self, feature: str, model: str, from_us: int, until_us: int) -> Quality | None:
        """Return a model's quality on a feature's requests of a stretch of time; None: unscored."""
        frame = self._between(feature, from_us, until_us)
        if frame is None:
            return None
        return _quality(frame.filter(pl.col("model_id") == self._identity(model))["score"])

    def of_today(self, feature: str, from_us: int, until_us: int) -> Quality | None:
        """Return the quality of the logged models' answers; None: unscored."""
        frame = self._between(feature, from_us, until_us)
        if frame is None:
            return None
        return _quality(frame.filter(pl.col("model_id") == pl.col("logged"))["score"])

    def of_route(self, feature: str, rule: Routing, from_us: int, until_us: int) -> Quality | None:
        """Return a route's quality: on requests of which every tier's answer is scored.

        The tier that answers is decided as in a replay. Decided by pass rate, nobody knows which
        request escalates: None.
        """
        frame = self._between(feature, from_us, until_us)
        if frame is None or rule.score == "pass_rate":
            return None
        ids = {name: self._identity(name) for name in rule.targets()}
        requests, scores = _paired(frame, set(ids.values()))
        if requests.is_empty():
            return None
        context = Context((), dict.fromkeys(ids, 0), ids, scores)
        last = ROUTING.decide(requests, rule, context)["last_tier"]
        tiers = pl.DataFrame({"row": requests["row"], "last_tier": last})
        answered = {n: ids[tier.model] for n, tier in enumerate(rule.tiers)}
        by_tier = pl.col("last_tier").replace_strict(answered, return_dtype=pl.String)
        found = tiers.with_columns(model_id=by_tier).join(scores, on=["row", "model_id"])
        return _quality(found["score"])

    def _between(self, feature: str, from_us: int, until_us: int) -> pl.DataFrame | None:
        frame = self._by_feature.get(feature)
        return (
            None if frame is None else frame.filter(pl.col("ts_us").is_between(from_us, until_us))
        )

    def _identity(self, model: str) -> str:
        listing = None if model == _ANY else self._book.lookup(None, model)
        return listing.model_id if listing else model


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
    return complete.drop("len"), scores.select("row", "model_id", "score").sort("row", "model_id")


def _quality(scores: pl.Series) -> Quality | None:
    if scores.is_empty():
        return None
    mean = min(1.0, max(0.0, float(scores.sum()) / len(scores)))
    return Quality(len(scores), mean, wilson(mean, len(scores))[0])


def counts(frame: pl.DataFrame) -> Mapping[str, list[tuple[int, int]]]:
    """Return, by feature, pairs of the other two columns."""
    found: dict[str, list[tuple[int, int]]] = {}
    for feature, value, n in frame.iter_rows():
        found.setdefault(feature, []).append((value, n))
    return found
