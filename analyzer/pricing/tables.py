"""A price file as a table: which of its entries a model's name means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from analyzer.pricing.match import Match
from analyzer.pricing.names import Spelling, leading_provider, spellings
from analyzer.pricing.price import Price
from analyzer.pricing.providers import provider_id

FIELD_NOTES = "field-notes"


class Table:
    """The entries of one file, in its order; those of one provider and pattern are one group."""

    def __init__(self, prices: Sequence[Price]) -> None:
        self.prices = tuple(prices)
        groups: dict[tuple[str | None, str], list[Price]] = {}
        for price in self.prices:
            key = (provider_id(price.provider), price.model)
            groups.setdefault(key, []).append(price)
        self.groups = tuple((provider, tuple(group)) for (provider, _), group in groups.items())
        self.providers = frozenset(provider for provider, _ in self.groups if provider)

    def matches(self, provider: str | None, model: str, known: frozenset[str]) -> Iterator[Match]:
        """Yield the groups that a name means, most literal spelling first, then in file order.

        Without a provider, and with none in the name itself, entries of any provider match.
        """
        seen: set[int] = set()
        written = spellings(model, known)
        bare = [spelling.text for spelling in written if not spelling.rewritten][-1].lower()
        for spelling in written:
            for place, (seller, group) in enumerate(self.groups):
                pattern = group[0].model
                wanted = provider or _named(pattern, model, spelling, known)
                if place in seen or (wanted and seller and seller != wanted):
                    continue
                if _means(pattern, spelling):
                    seen.add(place)
                    yield Match(group, _model_id(group[0], spelling, bare), spelling.how)


def _named(pattern: str, model: str, spelling: Spelling, known: frozenset[str]) -> str | None:
    """The provider that the name itself asks for, where the entry does not spell the prefix out."""
    if spelling.providers:
        return spelling.providers[0]
    if is_glob(pattern) and "/" not in pattern:
        return leading_provider(model, known)
    return None


def _means(pattern: str, spelling: Spelling) -> bool:
    literal = spelling.how == "as logged"
    wanted = pattern if literal else pattern.lower()
    if wanted == spelling.text:
        return True
    return is_glob(pattern) and not spelling.rewritten and fnmatchcase(spelling.text, wanted)


def is_glob(pattern: str) -> bool:
    """Return whether an entry's model stands for many names."""
    return any(mark in pattern for mark in "*?[")


def _model_id(price: Price, spelling: Spelling, bare: str) -> str:
    """An exact entry's own name; behind a glob, the asked name without its prefix."""
    if price.source == FIELD_NOTES:
        return f"{price.provider}/{price.model}"
    if is_glob(price.model) and spelling.text != price.model:
        return bare
    return price.model.lower()
