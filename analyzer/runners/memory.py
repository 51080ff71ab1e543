"""Sums that are kept between policies, piece by piece: a rule that changes replays its own part."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import polars as pl

from analyzer.replay.partition import (
    Sums,
    count,
    decide_all,
    logged_cells,
    tallies,
)
from analyzer.replay.parts import Part
from analyzer.replay.payers import PrefixPayers
from analyzer.replay.plan import Plan
from analyzer.replay.requests import Log
from analyzer.replay.tally import add_tallies, changed_by_hits
from analyzer.runners.rows import Rows
from analyzer.runners.units import (
    Answers,
    Models,
    Unit,
    cells_by_part,
    decisions,
    is_cached,
    less,
    renumbered,
    rules_of,
    slots,
    twin,
    units,
)

_MOST_KEPT, _ANSWERS_KEPT = 20_000, 4
"""Tables that are kept: so many, or those of some answers where one answer takes thousands."""
_AT_ONCE = 2
_COUNTED_BY = ("model_selection", "routing")
Piece = tuple[int, Models, Models, pl.DataFrame]
"""A place, the numbers that its models have now, those that they have in the table, the table."""


class Memory:
    """The sums of a log's rows. They are small tables: thousands of policies fit."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._kept: dict[object, tuple[Models, pl.DataFrame]] = {}

    def sums(self, whole: Plan, log: Log, answers: Answers) -> Sums:
        """Return the sums of a plan; only what was not asked before is replayed."""
        found = [_Desk(self, self._rows, unit, log, answers, {}) for unit in units(whole)]
        self._replay([desk for desk in found if desk.lacks()])
        logged = [desk.logged() for desk in found]
        cells = [piece for desk in found for piece in desk.cells(whole)]
        tallies = _joined("selected", [piece for desk in found for piece in desk.tallies()])
        evals = pl.concat(desk.evals() for desk in found)
        self._forget(max(_MOST_KEPT, _ANSWERS_KEPT * len(cells)))
        sums = pl.concat([*logged, _joined("model", cells)])
        return Sums(sums, add_tallies(tallies.drop("part")), evals)

    def _forget(self, most: int) -> None:
        """Drop the tables that were not asked for longest; never one that an answer still needs."""
        while len(self._kept) > most:
            self._kept.pop(next(iter(self._kept)))

    def _replay(self, desks: list[_Desk]) -> None:
        """Fill the tables of units, a few at a time: much of a replay keeps one core busy only."""
        for desk in desks:  # the database answers one question at a time
            self._rows.hold(desk.unit.features, desk.log)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for done in [pool.submit(desk.fill) for desk in desks]:
                done.result()

    def holds(self, key: object) -> bool:
        """Return whether a table is kept under a key."""
        return key in self._kept

    def recall(self, key: object) -> tuple[Models, pl.DataFrame]:
        """Return the table under a key, and the numbers that its models have in it."""
        self._kept[key] = self._kept.pop(key)  # the last one asked for stands last
        return self._kept[key]

    def keep(self, key: object, models: Models, frame: pl.DataFrame) -> None:
        """Keep a table, at least until the answer at hand is given."""
        self._kept[key] = models, frame


@dataclass(frozen=True, slots=True)
class _Desk:
    """One unit's tables: from memory, or replayed and kept."""

    memory: Memory
    rows: Rows
    unit: Unit
    log: Log
    answers: Answers
    keys: dict[Part, tuple[object, Models]]
    """What each part's table is kept under; spelling it takes longer than finding the table."""

    def lacks(self) -> bool:
        """Return whether a part of the plan is still to be replayed."""
        return not all(map(self._holds, self.unit.plan.parts))

    def fill(self) -> None:
        """Replay what is missing, and keep it."""
        self._replay_missing(self.unit.plan.parts)
        self.logged()
        self.evals()
        list(self.tallies())

    def cells(self, whole: Plan) -> Iterator[Piece]:
        """Yield the cells of each part, by its place in the whole plan."""
        for part in self.unit.plan.parts:
            key, models = self._key(part)
            members = tuple((self.unit.numbers[n], levers) for n, levers in part.members)
            yield whole.place(Part(members)), models, *self.memory.recall(key)

    def tallies(self) -> Iterator[Piece]:
        """Yield the counts of the unit's requests, and what its caches change in them."""
        rules = rules_of(self.unit, _COUNTED_BY)
        key, models = ("tallies", decisions(rules, self.unit, self.log)), slots(rules, self.log)
        yield 0, models, *self._kept(key, models, lambda: self._tallied(self._requests()))
        if any(self._caches()):
            yield 0, models, *self._kept((key, self._caches()), models, self._answered)

    def evals(self) -> pl.DataFrame:
        """Return the counts of loaded scores."""
        key = ("evals", decisions((), self.unit, self.log))
        return self._kept(key, (), lambda: count(self._requests(), self.unit.plan))[1]

    def logged(self) -> pl.DataFrame:
        """Return the cells of the logged calls, under the numbers of their prices: no model's."""
        eras = self.unit.plan.eras
        dates = (tuple(eras.numbers.iter_rows()), tuple(eras.catalog.above_tokens))
        key = ("logged", decisions((), self.unit, self.log), dates)
        return self._kept(key, (), lambda: logged_cells(self._requests(), self.unit.plan))[1]

    def _kept(
        self, key: object, models: Models, make: Callable[[], pl.DataFrame]
    ) -> tuple[Models, pl.DataFrame]:
        if not self.memory.holds(key):
            self.memory.keep(key, models, make())
        return self.memory.recall(key)

    def _recall(self, part: Part) -> pl.DataFrame:
        key, models = self._key(part)
        kept, found = self.memory.recall(key)
        return renumbered(found, "model", kept, models)

    def _holds(self, part: Part) -> bool:
        return self.memory.holds(self._key(part)[0])

    def _key(self, part: Part) -> tuple[object, Models]:
        if part not in self.keys:
            self.keys[part] = self._spelled(part)
        return self.keys[part]

    def _spelled(self, part: Part) -> tuple[object, Models]:
        levers = frozenset[str]().union(*(own for _, own in part.members))
        rules = rules_of(self.unit, levers)
        caches = self._caches() if is_cached(part) else None
        return ("part", part, decisions(rules, self.unit, self.log), caches), slots(rules, self.log)

    def _keep(self, found: dict[Part, pl.DataFrame]) -> None:
        for part, cells in found.items():
            key, models = self._key(part)
            self.memory.keep(key, models, cells)

    def _replay_missing(self, parts: Iterable[Part]) -> None:
        missing = [part for part in parts if not self._holds(part)]
        if not missing:
            return
        if self.unit.joint:
            marked = PrefixPayers(self.unit.plan).mark(self._marked())
            self._keep(cells_by_part(self.unit, marked, missing))
            return
        cached = [part for part in missing if is_cached(part)]
        packed = [part for part in cached if "batching" in part.members[0][1]]
        plain = [part for part in cached if part not in packed]
        self._replay_unanswered({*missing, *map(twin, plain)}.difference(cached))
        self._take_answered_off(plain)
        if packed:
            self._keep(cells_by_part(self.unit, self._marked(), packed))

    def _replay_unanswered(self, parts: Iterable[Part]) -> None:
        missing = [part for part in parts if not self._holds(part)]
        if missing:
            self._keep(cells_by_part(self.unit, self._requests(), missing))

    def _take_answered_off(self, parts: Iterable[Part]) -> None:
        """Without packs, a response cache takes away the calls of what it answers: no others."""
        twins = {part: twin(part) for part in parts}
        if not twins:
            return
        gone = cells_by_part(self.unit, self._marked().filter("hit"), twins.values())
        self._keep({part: less(self._recall(two), gone[two]) for part, two in twins.items()})

    def _tallied(self, requests: pl.DataFrame) -> pl.DataFrame:
        return tallies(requests, decide_all(requests, self.unit.plan))

    def _answered(self) -> pl.DataFrame:
        return changed_by_hits(self._tallied(self._marked().filter("hit")))

    def _caches(self) -> tuple[object, ...]:
        return tuple(self.answers[f][0] if f in self.answers else None for f in self.unit.features)

    def _requests(self) -> pl.DataFrame:
        nobody = pl.lit(value=False)
        requests = self.rows.of(self.unit.features, self.log)
        return requests.with_columns(hit=nobody, coalesced=nobody)

    def _marked(self) -> pl.DataFrame:
        return self.rows.marked(self.unit.features, self.log, self.answers)


def _joined(column: str, pieces: list[Piece]) -> pl.DataFrame:
    """Return pieces as one table, their places as ``part``, their models under today's numbers.

    Each step of a data frame costs more than a piece's few rows do: one step serves many pieces.
    """
    alike: dict[tuple[Models, Models] | None, list[Piece]] = {}
    for piece in pieces:
        _, models, kept, _ = piece
        alike.setdefault(None if kept == models else (kept, models), []).append(piece)
    return pl.concat(_renumbered(column, found) for found in alike.values())


def _renumbered(column: str, pieces: list[Piece]) -> pl.DataFrame:
    """Pieces whose models were kept under the same numbers."""
    _, models, kept, _ = pieces[0]
    frames = [frame for *_, frame in pieces]
    places = np.repeat([piece[0] for piece in pieces], [len(frame) for frame in frames])
    part = pl.Series("part", places, dtype=pl.UInt32)
    return renumbered(pl.concat(frames).select(part, pl.all()), column, kept, models)
