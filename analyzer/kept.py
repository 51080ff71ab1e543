"""Answers about a whole log that its database keeps, so that the second time no row is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256

import polars as pl

from analyzer.stream import from_stream, to_stream

MOST_KEPT = 64


@dataclass
class Kept:
    """The kept answers of a database that is open for reading, and new ones to keep later."""

    query: Callable[..., pl.DataFrame]
    """Runs a statement by its name, with the parameters that it takes."""
    new: dict[str, pl.DataFrame] = field(default_factory=dict)
    """Answers that the database does not hold yet, by key."""

    @cached_property
    def data(self) -> str:
        """The digest of all rows that answers are about."""
        return str(self.query("data_digest").item())

    def key(self, *depends_on: str) -> str:
        """Return the key of an answer about these data that depends on nothing else but this."""
        return sha256("\n".join((self.data, *depends_on)).encode()).hexdigest()

    def recall(self, key: str) -> pl.DataFrame | None:
        """Return the answer under a key."""
        if not self.query("kept_tables").item():
            return None
        found = self.query("kept_answer", key=key)
        return None if found.is_empty() else from_stream(found.item())

    def recalled_or(self, key: str, compute: Callable[[], pl.DataFrame]) -> pl.DataFrame:
        """Return the answer under a key; where there is none, compute it, to be kept later."""
        known = self.recall(key)
        if known is None:
            known = self.new[key] = compute()
        return known


def digest_of(frames: Mapping[str, pl.DataFrame]) -> str:
    """Return a digest of named tables."""
    digest = sha256()
    for name, frame in sorted(frames.items()):
        digest.update(name.encode() + to_stream(frame))
    return digest.hexdigest()
