"""The models in play: each logged name and each policy target, with its identity and price."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from itertools import product

import polars as pl

from analyzer.errors import PriceError
from analyzer.pricing.book import Listing, PriceBook
from analyzer.pricing.price import Price

_NO_STEP = (1 << 62) - 1
"""A long-context step that no call reaches."""


@dataclass(frozen=True, slots=True)
class CatalogModel:
    """A model under the name that a log or a policy gives it, priced on the price date."""

    name: str
    provider: str | None
    model_id: str
    listing: Listing
    price: Price


@dataclass(frozen=True)
class Catalog:
    """Logged models first, then the policy's targets. A model's number is its place here."""

    models: tuple[CatalogModel, ...]
    logged: int
    """How many of the models are logged names."""

    def number_of(self, target: str) -> int:
        """Return the number of a policy target."""
        names = [model.name for model in self.models[self.logged :]]
        return self.logged + names.index(target)

    @cached_property
    def identities(self) -> pl.Series:
        """The identity number of each model: equal where two names mean one model."""
        ids = list(dict.fromkeys(model.model_id for model in self.models))
        return pl.Series([ids.index(m.model_id) for m in self.models], dtype=pl.UInt32)

    @cached_property
    def above_tokens(self) -> pl.Series:
        """The long-context step of each model; unreachable where it has none."""
        steps = [m.price.above_tokens for m in self.models]
        return pl.Series([_NO_STEP if s is None else s for s in steps], dtype=pl.Int64)

    @cached_property
    def sameness(self) -> list[bool]:
        """For each (logged, model) pair, whether a target means the model as logged.

        By its name or its identity: a request that stays on its model also stays with the
        provider that the log names.
        """
        return [
            logged.name == named.name or logged.model_id == named.model_id
            for logged, named in self._pairs()
        ]

    @cached_property
    def input_ratios(self) -> list[Fraction]:
        """For each such pair, what one logged input token becomes (REPLAY.md §5)."""
        return [
            Fraction(1)
            if same
            else Fraction(after.price.tokenizer_ratio_ppm, before.price.tokenizer_ratio_ppm)
            for same, (before, after) in zip(self.sameness, self._pairs(), strict=True)
        ]

    @cached_property
    def output_ratios(self) -> list[Fraction]:
        """The same for output tokens: tokenizer and verbosity."""
        return [
            ratio
            if same
            else ratio * Fraction(after.price.verbosity_ppm, before.price.verbosity_ppm)
            for same, ratio, (before, after) in zip(
                self.sameness, self.input_ratios, self._pairs(), strict=True
            )
        ]

    def _pairs(self) -> Iterator[tuple[CatalogModel, CatalogModel]]:
        return product(self.models[: self.logged], self.models)


def price_targets(
    book: PriceBook,
    targets: Sequence[str],
    day: date,
    policy_file: str,
    logged: Sequence[CatalogModel],
) -> tuple[CatalogModel, ...]:
    """Return the policy's targets with their prices; a bare logged name means the logged model.

    Raises:
        PriceError: a target that no table prices on that day.
    """
    as_logged = {model.name: model for model in reversed(logged)}
    return tuple(_target(book, name, day, policy_file, as_logged.get(name)) for name in targets)


def _target(
    book: PriceBook, name: str, day: date, policy_file: str, as_logged: CatalogModel | None
) -> CatalogModel:
    listing = book.lookup(None, name)
    price = listing.at(day) if listing else None
    if listing is not None and price is not None:
        return CatalogModel(name, None, listing.model_id, listing, price)
    if as_logged is not None:
        return as_logged
    why = book.explain(None, name)
    raise PriceError(f"{policy_file}: model {name!r} has no price on {day}: {why}")
