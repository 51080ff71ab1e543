"""Jobs of the desk that load, explain and remove files."""

from __future__ import annotations

import time
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analyzer.commands.accounts import spell_account
from analyzer.errors import FormatError, OverlapError, RebillError, UnknownFormatError
from analyzer.ingest import explain as explaining
from analyzer.ingest.detect import AUTO
from analyzer.ingest.explain import Explanation
from analyzer.ingest.load import Wish, ingest_file
from analyzer.ingest.mapping_file import MappingFile, mapping_from
from analyzer.ingest.names import names_of
from analyzer.ingest.overlap import Older
from analyzer.ingest.paths import parse_path
from analyzer.ingest.remove import remove as remove_sources
from analyzer.web.desk import Desk

MAPPING = "mapping.toml"
REPLACE, BESIDE = "replace", "beside"


@dataclass(frozen=True, slots=True)
class Job:
    """One file to read, and what its user says about it."""

    path: Path
    name: str
    number: str = ""
    """Its number among the uploads; empty for a file of the package."""
    format: str = AUTO
    feature: str = ""
    mapping: str = ""
    """The text of a mapping file; empty where the format is built in."""
    again: str = ""
    """What to do where its money is loaded already: ``replace``, ``beside``, or refuse it."""

    def wish(self) -> Wish:
        """Return how the file is to be read.

        Raises:
            FormatError: the feature is no path, or the mapping cannot be used as written.
        """
        feature = self.feature.strip() or None
        if feature is not None:
            parse_path(feature)
        return Wish(
            self.format,
            feature,
            _mapping(self.mapping),
            replace=Older(time.time_ns() // 1000) if self.again == REPLACE else None,
            is_other_money=self.again == BESIDE,
            name=self.name,
        )


@dataclass(slots=True)
class Progress:
    """How much of a file was read: written on the desk's thread, read by the page."""

    whole: int
    read: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        """From 0 to 1. A file is read twice at most: once to digest it, once to load it."""
        return min(1.0, self.read / self.whole) if self.whole else 0.0

    def on_bytes(self, count: int) -> None:
        """Hear that more was read."""
        self.read += count


def _mapping(text: str) -> MappingFile | None:
    if not text.strip():
        return None
    try:
        tables = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise FormatError(f"{MAPPING}: not valid TOML: {error}") from error
    return mapping_from(tables, MAPPING)


def load(desk: Desk, job: Job, progress: Progress) -> str:
    """Load one file and return its account, spelled."""
    with desk.writing() as store:
        account = ingest_file(store, job.path, job.wish(), on_bytes=progress.on_bytes)
    return spell_account(account)


def explained(job: Job) -> Explanation:
    """Return how a file would be read; it goes into a database that is thrown away."""
    return explaining.explain(job.path, job.wish())


def told(job: Job) -> str:
    """Return in which format a file would be read, from its first records alone."""
    return explaining.told(job.path, job.wish())


def names(job: Job) -> tuple[str, ...]:
    """Return the columns or paths that a file holds, without their values."""
    return names_of(job.path)


def remove(desk: Desk, name: str) -> str:
    """Take one loaded file out, by its digest, and say so."""
    with desk.writing() as store:
        gone = remove_sources(store, [name])
    return "; ".join(f"{one.file}: taken out, with its {one.rows:,} rows" for one in gone)


def sources(desk: Desk) -> list[dict[str, Any]]:
    """Return every loaded file's account and coverage."""
    if not desk.db.exists():
        return []
    with desk.reading() as store:
        coverage = {row["source_id"]: row for row in store.query("coverage").to_dicts()}
        found = store.query("sources").to_dicts()
    return [{**row, "coverage": coverage.get(row["source_id"])} for row in found]


def spelled(error: RebillError, job: Job) -> str:
    """Return an error as the page says it, with the user's name of the file."""
    said = str(error)
    if isinstance(error, UnknownFormatError):
        found = f"{error.found}. {error.nearest}".removesuffix(". ")
        said = f"{found}. Choose its format below, or say which column holds what."
    if isinstance(error, OverlapError):
        said = f"{error.found}. Say under Read it another way what it is, and load it again."
    return said.replace(str(job.path), job.name).replace(job.path.name, job.name)
