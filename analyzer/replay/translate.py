"""Token counts in another model's tokens (REPLAY.md §5), as expressions over logged requests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from analyzer.replay.catalog import Catalog

_INT64_ROOM = 1 << 63
_MOST_TOKENS = 1_000_000_000
"""Ingest rejects a request with more tokens of any kind."""


@dataclass(frozen=True, slots=True)
class Translator:
    """Turns columns counted in the tokens of ``model``, as logged, into a target model's."""

    catalog: Catalog
    target: pl.Expr
    """The catalog number of the model that the policy names."""

    def model(self) -> pl.Expr:
        """Return the catalog number of the model called: as logged where the target means it."""
        stays = pl.when(self.same_model()).then("model").otherwise(self.target)
        return stays.cast(pl.UInt32)

    def input(self, tokens: str) -> pl.Expr:
        """Return ``round(tokens · κ'/κ)``."""
        return self._scale(pl.col(tokens), self.catalog.input_ratios)

    def output(self, tokens: str) -> pl.Expr:
        """Return ``round(tokens · κ'/κ · v'/v)``."""
        return self._scale(pl.col(tokens), self.catalog.output_ratios)

    def same_model(self) -> pl.Expr:
        """Return whether the target means the model as logged."""
        return self._of_pair(pl.Series(self.catalog.sameness, dtype=pl.Boolean))

    def _scale(self, tokens: pl.Expr, ratios: Sequence[Fraction]) -> pl.Expr:
        if all(r == 1 for r in ratios):
            return tokens
        widest = max(max(r.numerator, r.denominator) for r in ratios)
        # Two times tokens times a numerator must not wrap; Int128 is exact but slower.
        kind = pl.Int64 if 4 * _MOST_TOKENS * widest < _INT64_ROOM else pl.Int128
        above = self._of_pair(pl.Series([r.numerator for r in ratios], dtype=kind))
        below = self._of_pair(pl.Series([r.denominator for r in ratios], dtype=kind))
        return ((2 * tokens.cast(kind) * above + below) // (2 * below)).cast(pl.Int64)

    def _of_pair(self, table: pl.Series) -> pl.Expr:
        source = pl.col("model").cast(pl.UInt32) * len(self.catalog.models)
        return pl.lit(table).gather(source + self.target.cast(pl.UInt32))
