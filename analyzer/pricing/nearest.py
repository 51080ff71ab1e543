"""The names a user may have meant: what an error about an unknown model suggests."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analyzer.pricing.book import PriceBook


def nearest_names(
    book: PriceBook, provider: str | None, model: str, limit: int = 3
) -> tuple[str, ...]:
    """Return up to ``limit`` listed names that look like ``model``, the nearest first."""
    names = dict.fromkeys(name.lower() for name in _names(book, provider))
    wanted = model.lower().rsplit("/", 1)[-1][:200]
    return tuple(get_close_matches(wanted, names, n=limit, cutoff=0.6))


def _names(book: PriceBook, provider: str | None) -> Iterator[str]:
    for table in (*book.tables, book.notes):
        for owner, group in table.groups:
            if provider is None or owner in (None, provider):
                yield group[0].model
    for seller in book.library.sellers.values() if book.library else ():
        if provider in (None, seller.id):
            yield from seller.names()
