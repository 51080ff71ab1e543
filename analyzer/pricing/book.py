"""Which price a model name means, on a day: user files first, then the bundled tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from analyzer.pricing.price import Price


@dataclass(frozen=True, slots=True)
class Listing:
    """What a (provider, model) name resolves to."""

    model_id: str
    """Two names with one ``model_id`` are the same model: aliases, snapshots, prefixes."""
    prices: tuple[tuple[Price, ...], ...]
    """Groups in order of precedence; within a group, dated entries of the same price."""

    def at(self, day: date) -> Price | None:
        """Return the price in force on a day: of the first group that has one, the latest."""
        raise NotImplementedError


class PriceBook:
    """Price tables in order of precedence."""

    def __init__(self, sources: Sequence[Sequence[Price]]) -> None:
        raise NotImplementedError

    def lookup(self, provider: str | None, model: str) -> Listing | None:
        """Return the listing that a logged or configured name means, or None: unpriced."""
        raise NotImplementedError


def open_book(files: Sequence[str] = ()) -> PriceBook:
    """Return the user's price files, in order, over the bundled book.

    Raises:
        PriceError: a file is missing, is no TOML, or has a bad field.
    """
    raise NotImplementedError
