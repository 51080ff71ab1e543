"""Which blind evals turn the most assumed dollars into evidenced ones, and what to score."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO

import polars as pl

from analyzer.levers.model_selection import ModelSelection
from analyzer.levers.routing import Routing
from analyzer.pricing.book import PriceBook
from analyzer.replay.ledger import Ledger
from analyzer.savings.board import Replayed
from analyzer.savings.evidence import FEWEST_EVALS, Evidence
from analyzer.savings.quality import Scores, wilson
from analyzer.savings.shapley import shapley_by_feature
from analyzer.store import Store

_RESTS_ON_EVALS = ("model_selection", "routing", "batch_api")
"""Levers whose saving is as well known as the choice of the model."""
_MOST_SAMPLES = 1_000_000
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
SHEET = ("request_id", "feature", "model", "score", "judge")


@dataclass(frozen=True, slots=True)
class Need:
    """A feature and a model that answers it under a policy, and how many evals it lacks."""

    feature: str
    model: str
    """As the policy names it."""
    model_id: str
    loaded: int
    mean: float | None
    wanted: int
    """Evals in all: the fewest that count as evidence, or what the half-width asks for."""
    assumed_pico_usd: int
    """Saving of the feature that rests on the model choice and is assumed; all its pairs share
    it. Negative where the choice costs more than today."""

    @property
    def missing(self) -> int:
        """How many more evals to score."""
        return max(0, self.wanted - self.loaded)


@dataclass(frozen=True, slots=True)
class Needs:
    """What evals can settle, and what stays assumed whatever is scored."""

    pairs: tuple[Need, ...]
    """The largest assumed dollars first; only pairs that lack evals."""
    beyond: Mapping[tuple[str, str], int]
    """Assumed pico-dollars by lever and feature that no eval of a model settles."""


def samples_for(half_width: float, share: float = 0.5) -> int:
    """Return the fewest evals whose 95% Wilson interval is at most ``2 * half_width`` wide.

    Args:
        half_width: of the interval, in score points; above 0.
        share: the mean score to expect; 0.5 asks for the most.
    """
    low, high = 1, _MOST_SAMPLES
    while low < high:
        middle = (low + high) // 2
        bottom, top = wilson(share, middle)
        if top - bottom <= 2 * half_width:
            high = middle
        else:
            low = middle + 1
    return low


def needs(replayed: Replayed, scores: Scores, half_width: float | None = None) -> Needs:
    """Return which pairs lack evals under a policy billed for every coalition of its levers.

    Args:
        replayed: the log under the policy, every coalition of its levers billed.
        scores: loaded evals, as ``quality.scores_of`` returns them.
        half_width: how narrow the interval of a pair's mean should be; None: just evidence.
    """
    assumed = _assumed(replayed)
    waiting: dict[int, int] = {}
    for (lever, feature), pico in assumed.items():
        if lever in _RESTS_ON_EVALS:
            waiting[feature] = waiting.get(feature, 0) + pico
    pairs = [
        pair
        for feature in sorted(waiting)
        for pair in _pairs(replayed, feature, waiting[feature], scores, half_width)
        if pair.missing
    ]
    pairs.sort(key=lambda pair: (-pair.assumed_pico_usd, pair.feature, pair.model))
    names = replayed.log.features
    beyond = {
        (lever, names[n]): pico
        for (lever, n), pico in assumed.items()
        if lever not in _RESTS_ON_EVALS and pico
    }
    return Needs(tuple(pairs), beyond)


def draw(store: Store, book: PriceBook, pairs: Sequence[Need], seed: int = 0) -> pl.DataFrame:
    """Return ``request_id, feature, model``: what each pair lacks, drawn by a digest of the id.

    A feature with fewer requests than wanted gives what it has.
    """
    names = [row[0] for row in store.query("eval_models").iter_rows()]
    listed = [(name, book.lookup(None, name)) for name in names]
    identities = pl.DataFrame(
        [(name, listing.model_id if listing else name) for name, listing in listed],
        schema={"model": pl.String, "model_id": pl.String},
        orient="row",
    )
    wanted = pl.DataFrame(
        [(pair.feature, pair.model, pair.model_id, pair.missing) for pair in pairs],
        schema={
            "feature": pl.String,
            "model": pl.String,
            "model_id": pl.String,
            "samples": pl.Int64,
        },
        orient="row",
    )
    frames = {"wanted": wanted, "identities": identities}
    return store.query_with("evals_to_draw", frames, seed=str(seed))


def to_csv(drawn: pl.DataFrame) -> str:
    """Return a sampling sheet; filled in its ``score`` column, ``rebill evals load`` reads it."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(SHEET)
    for request_id, feature, model in drawn.iter_rows():
        writer.writerow((request_id, _guarded(feature), model, "", ""))
    return out.getvalue()


def _assumed(replayed: Replayed) -> dict[tuple[str, int], int]:
    """Pico-dollars of the Shapley saving that are assumed, by lever and feature."""
    ledger: Ledger = replayed.ledger
    evidence = Evidence(replayed.log, replayed.replay)
    numbers = sorted(set(replayed.replay.sums.tallies["feature"]))
    savings = {str(n): ledger.saving_on(n) for n in numbers}
    values = shapley_by_feature(ledger.levers, savings)
    return {
        (lever, int(n)): pico
        for lever in ledger.levers
        for n, pico in values[lever].items()
        if pico and evidence.of(lever, int(n)) == "assumed"
    }


def _pairs(
    replayed: Replayed, feature: int, pico: int, scores: Scores, half_width: float | None
) -> Iterator[Need]:
    log = replayed.log
    name = log.features[feature]
    for model in _models_of(replayed, feature):
        model_id = log.context.target_ids[model]
        loaded, mean = scores.get((name, model_id), (0, None))
        wanted = FEWEST_EVALS
        if half_width is not None:
            wanted = max(wanted, samples_for(half_width, 0.5 if mean is None else mean))
        yield Need(name, model, model_id, loaded, mean, wanted, pico)


def _models_of(replayed: Replayed, feature: int) -> tuple[str, ...]:
    """The models that the policy would have answer a feature, once each."""
    for profile in replayed.groups:
        if feature in profile.features:
            routing = profile.covering.get("routing", ())[:1]
            chosen: Iterable[Routing | ModelSelection] = [
                rule
                for rule in (routing or profile.covering.get("model_selection", ()))
                if isinstance(rule, Routing | ModelSelection)
            ]
            return tuple(dict.fromkeys(name for rule in chosen for name in rule.targets()))
    return ()


def _guarded(text: str) -> str:
    """Keep a spreadsheet from running a name as a formula."""
    return f"'{text}" if text.lstrip().startswith(_FORMULA_STARTS) else text
