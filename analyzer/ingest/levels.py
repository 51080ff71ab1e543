"""Works out where each path of a format stands: in the row, or in what a nested record puts above.

A record of a plain format is the row: one level. Where a format declares ``rows``, the record is
level 0, the elements of each list are a level more, and the last level is the row.
"""

# Statements are built of quoted names and escaped literals only (paths.py).
# ruff: noqa: S608

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from analyzer.adapter import Column, Format
from analyzer.ingest.paths import RECORD, fill, literal, parse_path, places, quoted
from analyzer.ingest.records import Shape

TOP = "record"
"""The name of level 0 in the paths of a nested format."""
_INNER = re.compile(r'\."([^"]+)"(.*)')
_STEP = re.compile(r'\."[^"]+"')
_UNCOUNTED = ("text", "digest", "count")
"""Units of columns that no money rests on."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A path, found: its level, the name in it, and the JSON path below that name."""

    level: int
    top: str
    below: str


@dataclass(slots=True)
class Level:
    """What is read at one level."""

    tops: list[str] = field(default_factory=list)
    """Names of which the texts are read."""
    docs: dict[str, list[str]] = field(default_factory=dict)
    """Documents, and the JSON paths below each of them."""
    counted: dict[str, list[str]] = field(default_factory=dict)
    """Documents that hold counts, times or dollars, and the JSON paths of the objects around them.
    A key that stands twice there is money read one way or the other."""
    spots: dict[str, Spot] = field(default_factory=dict)
    """The paths that stand here, as the format writes them."""
    carried: list[str] = field(default_factory=list)
    """Those of them that lower levels read."""


class Levels:
    """The levels of a format in a file, with all that its SQL reads at each."""

    def __init__(self, fmt: Format, shape: Shape, columns: Mapping[str, Column]) -> None:
        self._fmt, self._shape = fmt, shape
        self._names = (TOP, *fmt.rows) if fmt.rows else ()
        self.last = len(fmt.rows)
        self.levels = [Level() for _ in range(self.last + 1)]
        sql = [*(column.sql for column in columns.values()), fmt.blank, fmt.where]
        sql += [*fmt.remarks.values(), *(fmt.inside or ())]
        named = [place for text in sql for place in places(text)]
        self._take((*named, *fmt.natural_key, *fmt.expected), self.last)
        for number, listed in enumerate(fmt.rows.values()):
            self._take(places(listed), number)
        for column in columns.values():
            if column.unit not in _UNCOUNTED:
                self._count(places(column.sql))

    def found(self) -> dict[str, str]:
        """Return SQL for each path, as the row sees it."""
        found: dict[str, str] = {}
        for level in self.levels[:-1]:
            found |= {place: quoted(f"p:{place}") for place in level.carried}
        return found | self.found_at(self.last)

    def found_at(self, number: int) -> dict[str, str]:
        """Return SQL for the paths of one level, where it is read."""
        level = self.levels[number]
        return {place: _spot_sql(spot, level, self._fmt) for place, spot in level.spots.items()}

    def carried(self, number: int) -> list[str]:
        """Return the paths that lower levels read of this one and of those above."""
        return [place for level in self.levels[: number + 1] for place in level.carried]

    def documents(self, layer: str, number: int) -> str:
        """Add each document's text, and the list of texts below it, read in one pass over it."""
        docs = self.levels[number].docs
        for name in docs:
            root = self._fmt.roots.get(name, f"{{{name}}}")
            found = {place: self._in_root(place, number) for place in places(root)}
            layer = f"SELECT *, {fill(root, found)} AS {quoted('d:' + name)} FROM ({layer})"
        lists = [
            f"CASE WHEN is_json({quoted('d:' + name)}) THEN TRY(json_extract_string("
            f"{quoted('d:' + name)}, [{', '.join(literal('$' + path) for path in below)}])) END "
            f"AS {quoted('n:' + name)}"
            for name, below in docs.items()
            if below
        ]
        layer = f"SELECT *, {', '.join(lists)} FROM ({layer})" if lists else layer
        for name, objects in self.levels[number].counted.items():
            layer = _refuse_double(layer, quoted("d:" + name), objects)
        return layer

    def _count(self, named: Iterable[str]) -> None:
        """Note the objects that paths lead through."""
        for place in named:
            spot = self._spot(place, self.last)
            if spot.below:
                objects = self.levels[spot.level].counted.setdefault(spot.top, [])
                for end in (0, *(step.start() for step in _STEP.finditer(spot.below))):
                    _add(objects, "$" + spot.below[:end])

    def _take(self, named: Iterable[str], number: int) -> None:
        for place in dict.fromkeys(named):
            spot = self._spot(place, number)
            level = self.levels[spot.level]
            level.spots[place] = spot
            if spot.level < number:
                _add(level.carried, place)
            if spot.below or spot.top in self._fmt.roots:
                below = level.docs.setdefault(spot.top, [])
                below.extend([spot.below] if spot.below and spot.below not in below else [])
                for inside in places(self._fmt.roots.get(spot.top, f"{{{spot.top}}}")):
                    self._read(inside, spot.level)
            else:
                _add(level.tops, spot.top)

    def _read(self, place: str, number: int) -> None:
        """Have the text read that a document is made of."""
        spot = self._plain_spot(place, number)
        level = self.levels[spot.level]
        _add(level.tops, spot.top)
        if spot.level < number:
            level.spots[place] = spot
            _add(level.carried, place)

    def _in_root(self, place: str, number: int) -> str:
        spot = self._plain_spot(place, number)
        return quoted(f"t:{spot.top}" if spot.level == number else f"p:{place}")

    def _spot(self, place: str, number: int) -> Spot:
        """Find a path; a document stands at the deepest level that it is made of."""
        spot = self._plain_spot(place, number)
        root = self._fmt.roots.get(spot.top)
        if root is None or not self._names:
            return spot
        depths = [self._plain_spot(inside, self.last).level for inside in places(root)]
        return Spot(max(depths), spot.top, spot.below)

    def _plain_spot(self, place: str, number: int) -> Spot:
        # A CSV or Parquet column may itself be named like a path.
        if self._shape.layout in ("csv", "parquet") and place in self._shape.header:
            return Spot(number, place, "")
        path = parse_path(place)
        if path.top not in self._names:
            return Spot(number, path.top, path.below)
        inner = _INNER.fullmatch(path.below)
        level = self._names.index(path.top)
        return Spot(level, *inner.groups()) if inner else Spot(level, RECORD, path.below)


def _refuse_double(layer: str, document: str, objects: Sequence[str]) -> str:
    """Add a fault where a key stands twice in one of some objects of a document."""
    keys = f"json_keys({document}, [{', '.join(map(literal, objects))}])"
    double = (
        f"CASE WHEN fault IS NULL AND is_json({document}) THEN TRY(list_bool_or(list_transform("
        f"{keys}, lambda names: stands_twice(names)))) END"
    )
    said = literal("a key stands twice where counts, times or dollars are read: keep one")
    return (
        f"SELECT * REPLACE (CASE WHEN {double} THEN {said} ELSE fault END AS fault) FROM ({layer})"
    )


def _add(names: list[str], name: str) -> None:
    if name not in names:
        names.append(name)


def _spot_sql(spot: Spot, level: Level, fmt: Format) -> str:
    if spot.below:
        number = level.docs[spot.top].index(spot.below) + 1
        return f"nullif({quoted('n:' + spot.top)}[{number}], '')"
    return quoted(("d:" if spot.top in fmt.roots else "t:") + spot.top)


def carried_sql(carried: Sequence[str]) -> str:
    """Return the columns of carried paths, each with a comma behind it."""
    return "".join(f"{quoted('p:' + place)}, " for place in carried)
