"""The smallest pieces of a log that a policy can be replayed on by themselves, and their sums.

A feature's sums depend on its own rules alone, save where features share a warm prefix or the
payment for one. What a response cache answers is taken off the sums without it, so that another
TTL replays only the requests that hit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from analyzer.lever import Rule
from analyzer.levers.compression import Compression
from analyzer.levers.routing import Routing
from analyzer.replay.cube import SUMS, add_cells
from analyzer.replay.decide import Profile, shared_rules
from analyzer.replay.hits import Hits
from analyzer.replay.partition import decide_all, part_cells
from analyzer.replay.parts import PRICE_ONLY, Part, parts_of
from analyzer.replay.plan import Plan
from analyzer.replay.requests import Log

Models = tuple[int, ...]
"""Catalog numbers, by slot."""

Answers = Mapping[int, tuple[object, Hits]]
"""By feature: a name for the cache in front of it, and what it answers."""


@dataclass(frozen=True, slots=True)
class Unit:
    """Profiles, or one feature of one, under a plan of their own."""

    numbers: tuple[int, ...]
    """The profiles' numbers in the whole plan."""
    plan: Plan
    joint: bool
    """Whether its features share prefixes."""

    @property
    def features(self) -> list[int]:
        """The numbers of its features."""
        return [feature for profile in self.plan.profiles for feature in profile.features]


def units(whole: Plan) -> Iterator[Unit]:
    """Cut a plan into units that share no feature."""
    joint = [n for n, profile in enumerate(whole.profiles) if _shares_prefixes(profile)]
    if joint:
        yield _unit(whole, tuple(joint), [whole.profiles[n] for n in joint], joint=True)
    for number, profile in enumerate(whole.profiles):
        if number not in joint:
            for feature in profile.features:
                yield _unit(whole, (number,), [replace(profile, features=(feature,))], joint=False)


def _shares_prefixes(profile: Profile) -> bool:
    compression = profile.rules.get("compression")
    static = isinstance(compression, Compression) and compression.mode == "static_prefix"
    return static or "prompt_cache" in profile.rules


def _unit(whole: Plan, numbers: tuple[int, ...], found: Sequence[Profile], *, joint: bool) -> Unit:
    parts = dict.fromkeys(part for asked in whole.asked for part in parts_of(found, asked))
    return Unit(numbers, replace(whole, profiles=tuple(found), parts=tuple(parts)), joint)


def slots(rules: Sequence[Rule], log: Log) -> tuple[int, ...]:
    """Return the catalog numbers of the models that calls may go to, logged ones first."""
    called = [log.context.targets[name] for rule in rules for name in rule.targets()]
    return tuple(dict.fromkeys((*range(log.catalog.logged), *called)))


def rules_of(unit: Unit, levers: Iterable[str]) -> tuple[Rule, ...]:
    """Return the rules by which some levers shape the calls of a unit."""
    shaping = [lever for lever in sorted(levers) if lever not in (PRICE_ONLY, "caching")]
    return tuple(
        rule
        for profile in unit.plan.profiles
        for lever in shaping
        for rule in profile.covering.get(lever, ())
    )


def decisions(rules: Sequence[Rule], unit: Unit, log: Log) -> object:
    """Return all that sums depend on under some rules, besides what caches answer.

    Models stand by their place in ``slots``: two models of one kind give the same sums.
    """
    numbers = slots(rules, log)
    spelled = tuple(_nameless(rule, numbers, log) for rule in rules)
    weighed = any(isinstance(r, Compression) and r.only_when_profitable for r in rules)
    return _groups(unit), spelled, _kinds(numbers, unit, log, weighed=weighed)


def _groups(unit: Unit) -> object:
    """Which features stand together, and, of several profiles, which rules are whose."""
    if not unit.joint:
        return tuple(unit.features)
    found = unit.plan.profiles
    levers = tuple(
        (p.features, *((lever, len(r)) for lever, r in p.covering.items())) for p in found
    )
    return levers, shared_rules(found)


def _nameless(rule: Rule, numbers: Sequence[int], log: Log) -> object:
    """A rule without its features and with its models by their slots."""
    by_name = isinstance(rule, Routing) and rule.score == "evals"
    called = tuple(numbers.index(log.context.targets[name]) for name in rule.targets())
    return rule.nameless(), called, tuple(rule.targets()) if by_name else ()


def _kinds(numbers: Sequence[int], unit: Unit, log: Log, *, weighed: bool) -> object:
    """What tokens become at each model of the slots, and its price where that decides."""
    catalog = log.catalog
    models = [catalog.models[n] for n in numbers]
    ids = [model.model_id for model in models]
    pairs = [a * len(catalog.models) + n for a in range(catalog.logged) for n in numbers]
    translated = (catalog.sameness, catalog.input_ratios, catalog.output_ratios)
    return (
        tuple((m.name, m.provider) for m in models[: catalog.logged]),
        tuple(tuple(table[pair] for table in translated) for pair in pairs),
        tuple(map(ids.index, ids)),
        tuple(model.price.above_tokens for model in models),
        tuple(model.price for model in models) if weighed else (),
    )


def is_cached(part: Part) -> bool:
    """Return whether a part stands behind a response cache."""
    return any("caching" in levers for _, levers in part.members)


def twin(part: Part) -> Part:
    """Return the same part without a response cache."""
    return Part(tuple((number, levers - {"caching"}) for number, levers in part.members))


def cells_by_part(
    unit: Unit, requests: pl.DataFrame, parts: Iterable[Part]
) -> dict[Part, pl.DataFrame]:
    """Return the cells of some parts of a unit over marked requests."""
    asked = replace(unit.plan, parts=tuple(dict.fromkeys(parts)))
    if not asked.parts:
        return {}
    cells = part_cells(decide_all(requests, asked), asked)
    return {
        part: cells.filter(pl.col("part") == asked.place(part)).drop("part") for part in asked.parts
    }


def less(cells: pl.DataFrame, gone: pl.DataFrame) -> pl.DataFrame:
    """Return cells without the calls of others."""
    negative = gone.with_columns(-pl.col(name) for name in SUMS)
    return add_cells(pl.concat([cells, negative])).filter(pl.col("calls") != 0)


def renumbered(frame: pl.DataFrame, column: str, kept: Models, wanted: Models) -> pl.DataFrame:
    """Return a table that was kept under some numbers of models under others of the same kind."""
    if kept == wanted:
        return frame
    numbers = dict(zip(kept, wanted, strict=True))
    renamed = pl.col(column).replace_strict(numbers, return_dtype=pl.UInt32, default=None)
    return frame.with_columns(renamed)
