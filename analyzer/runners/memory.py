"""Sums that are kept between policies, piece by piece: a rule that changes replays its own part."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

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

_MOST_KEPT = 20_000
_COUNTED_BY = ("model_selection", "routing")


class Memory:
    """The sums of a log's rows. They are small tables: thousands of policies fit."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._kept: dict[object, tuple[Models, pl.DataFrame]] = {}

    def sums(self, whole: Plan, log: Log, answers: Answers) -> Sums:
        """Return the sums of a plan; only what was not asked before is replayed."""
        found = [_Desk(self, self._rows, unit, log, answers) for unit in units(whole)]
        return Sums(
            pl.concat(cells for desk in found for cells in desk.cells(whole)),
            pl.concat(desk.tallies() for desk in found),
            pl.concat(desk.evals() for desk in found),
        )

    def recall(self, key: object, column: str, models: Models) -> pl.DataFrame | None:
        """Return what is kept under a key, its models under the numbers that they have now."""
        if key not in self._kept:
            return None
        kept, frame = self._kept[key]
        return renumbered(frame, column, kept, models)

    def keep(self, key: object, models: Models, frame: pl.DataFrame) -> None:
        """Keep a table; the oldest go where there are too many."""
        while len(self._kept) >= _MOST_KEPT:
            self._kept.pop(next(iter(self._kept)))
        self._kept[key] = models, frame


@dataclass(frozen=True, slots=True)
class _Desk:
    """One unit's tables: from memory, or replayed and kept."""

    memory: Memory
    rows: Rows
    unit: Unit
    log: Log
    answers: Answers

    def cells(self, whole: Plan) -> Iterable[pl.DataFrame]:
        """Yield the cells of the logged calls and of each part, under the whole plan's numbers."""
        yield self._logged()
        parts = self.unit.plan.parts
        self._replay_missing(parts)
        for part in parts:
            members = tuple((self.unit.numbers[n], levers) for n, levers in part.members)
            place = pl.lit(whole.place(Part(members)), dtype=pl.UInt32)
            yield self._recall(part).select(place.alias("part"), pl.all())

    def tallies(self) -> pl.DataFrame:
        """Return the counts of the unit's requests."""
        rules = rules_of(self.unit, _COUNTED_BY)
        key, models = ("tallies", decisions(rules, self.unit, self.log)), slots(rules, self.log)
        plain = self._kept(key, "selected", models, lambda: self._tallied(self._requests()))
        caches = self._caches()
        if not any(caches):
            return plain
        answered = self._kept((key, caches), "selected", models, self._answered)
        return add_tallies(pl.concat([plain, answered]))

    def evals(self) -> pl.DataFrame:
        """Return the counts of loaded scores."""
        key = ("evals", decisions((), self.unit, self.log))
        return self._kept(key, "", (), lambda: count(self._requests(), self.unit.plan))

    def _logged(self) -> pl.DataFrame:
        """Logged calls stand under the number of their price, and that is no model's."""
        eras = self.unit.plan.eras
        dates = (tuple(eras.numbers.iter_rows()), tuple(eras.catalog.above_tokens))
        key = ("logged", decisions((), self.unit, self.log), dates)
        return self._kept(key, "", (), lambda: logged_cells(self._requests(), self.unit.plan))

    def _kept(
        self, key: object, column: str, models: Models, make: Callable[[], pl.DataFrame]
    ) -> pl.DataFrame:
        found = self.memory.recall(key, column, models)
        if found is None:
            found = make()
            self.memory.keep(key, models, found)
        return found

    def _recall(self, part: Part) -> pl.DataFrame:
        found = self._recalled(part)
        assert found is not None  # noqa: S101 - every part was replayed before
        return found

    def _recalled(self, part: Part) -> pl.DataFrame | None:
        key, models = self._key(part)
        return self.memory.recall(key, "model", models)

    def _key(self, part: Part) -> tuple[object, Models]:
        levers = frozenset[str]().union(*(own for _, own in part.members))
        rules = rules_of(self.unit, levers)
        caches = self._caches() if is_cached(part) else None
        return ("part", part, decisions(rules, self.unit, self.log), caches), slots(rules, self.log)

    def _keep(self, found: dict[Part, pl.DataFrame]) -> None:
        for part, cells in found.items():
            key, models = self._key(part)
            self.memory.keep(key, models, cells)

    def _replay_missing(self, parts: Iterable[Part]) -> None:
        missing = [part for part in parts if self._recalled(part) is None]
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
        missing = [part for part in parts if self._recalled(part) is None]
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
