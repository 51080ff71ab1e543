"""The genai-prices library as a price table: which entry a provider's model name means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache, cached_property

import genai_prices
from genai_prices import data
from genai_prices import types as genai

from analyzer.pricing.clauses import accepts, exact_names, is_loose
from analyzer.pricing.convert import NoPrice, convert, made_for_media
from analyzer.pricing.match import Match
from analyzer.pricing.names import Spelling, base_name, spellings
from analyzer.pricing.price import Price
from analyzer.pricing.providers import MAKERS, provider_id

SOURCE = f"genai-prices {genai_prices.__version__}"


class Seller:
    """One provider's entries: exact names by text, loose clauses in the library's order."""

    def __init__(self, provider: genai.Provider) -> None:
        self.provider = provider
        self.id = provider_id(provider.id) or provider.id
        self._loose = [(i, m) for i, m in enumerate(provider.models) if is_loose(m.match)]
        self._exact: dict[str, int] = {}
        for place, model in enumerate(provider.models):
            for name in exact_names(model.match):
                self._exact.setdefault(name, place)
        self._converted: dict[int, tuple[Price, ...] | NoPrice] = {}

    @cached_property
    def _tails(self) -> dict[str, int]:
        """Names without the maker in front, where only one entry has that tail."""
        tails = [
            (name.rsplit("/", 1)[1], place) for name, place in self._exact.items() if "/" in name
        ]
        entries = Counter(tail for tail, _ in set(tails))
        return {tail: place for tail, place in tails if entries[tail] == 1}

    def names(self) -> Iterator[str]:
        """Yield every name that an entry lists outright, and the entries' own."""
        yield from self._exact
        yield from (model.id for _, model in self._loose)

    def find(self, name: str, *, tails: bool = True) -> int | None:
        """Return which entry a lower-case name means, the library's order first."""
        found = [self._exact[name]] if name in self._exact else []
        found += [place for place, model in self._loose if accepts(model.match, name)]
        if not found and tails and name in self._tails:
            return self._tails[name]
        return min(found, default=None)

    def entry(self, place: int) -> tuple[Price, ...] | NoPrice:
        """Return one entry's dated prices, or why it has none."""
        if place not in self._converted:
            model = self.provider.models[place]
            names = tuple(exact_names(model.match))
            self._converted[place] = convert(model, self.provider.id, SOURCE, names)
        return self._converted[place]

    def entries(self) -> Iterator[tuple[Price, ...]]:
        """Yield the dated prices of every entry that has some."""
        for place in range(len(self.provider.models)):
            prices = self.entry(place)
            if not isinstance(prices, NoPrice):
                yield prices


class Bundled:
    """All providers of the library."""

    def __init__(self) -> None:
        self.sellers = {seller.id: seller for seller in map(Seller, data.providers)}
        self.known = frozenset(self.sellers)

    def offer(self, provider: str, model: str) -> Match | NoPrice | None:
        """Return what one provider asks for a model, under any spelling of its name."""
        for spelling in self._spellings(provider, model):
            for seller in self._chain(provider):
                place = seller.find(spelling.text.lower())
                if place is not None:
                    return self._match(seller, place, spelling)
        return None

    def _spellings(self, provider: str, model: str) -> Iterator[Spelling]:
        """Spellings that still mean this provider: a Bedrock region is a price of its own."""
        for spelling in spellings(model, self.known):
            if not spelling.bedrock and set(spelling.providers) <= MAKERS | {provider}:
                yield spelling

    def _chain(self, provider: str) -> Iterator[Seller]:
        """The provider, then those whose models it sells at their prices."""
        if provider in self.sellers:
            seller = self.sellers[provider]
            yield seller
            for other in seller.provider.fallback_model_providers or ():
                yield self.sellers[other]

    def _match(self, seller: Seller, place: int, spelling: Spelling) -> Match | NoPrice:
        prices = seller.entry(place)
        if isinstance(prices, NoPrice):
            entry = seller.provider.models[place].id
            return NoPrice(f"{SOURCE} {seller.provider.id}/{entry}: {prices.reason}")
        entry, base = prices[0].model.lower(), self._base(spelling.text)
        # The table may list another model under an entry because it costs the same.
        alias = base != self._base(entry)
        media = made_for_media(base)
        if alias and media and not made_for_media(entry):
            return NoPrice(f"{SOURCE} lists it as {entry}, without a price for {media} tokens")
        how = "listed there under that entry" if alias else spelling.how
        model_id = f"{seller.provider.id}/{entry}" + (f"#{base}" if alias else "")
        return Match(prices, model_id, how)

    def _base(self, name: str) -> str:
        return base_name(name, self.known).rsplit("/", 1)[-1]

    def vendor(self, name: str) -> str | None:
        """Return the provider that makes the models of this name, as the library tells them."""
        for seller in self.sellers.values():
            clause = seller.provider.model_match
            if clause is not None and clause.is_match(name):
                return seller.id
        return None

    def offers(self, model: str, *, tails: bool) -> Iterator[tuple[str, Match | NoPrice]]:
        """Yield every provider that lists a model of this name itself, with its prices."""
        for seller in self.sellers.values():
            for spelling in self._spellings(seller.id, model):
                place = seller.find(spelling.text.lower(), tails=tails)
                if place is not None:
                    yield seller.provider.id, self._match(seller, place, spelling)
                    break

    def entries(self) -> Iterator[tuple[Price, ...]]:
        """Yield the dated prices of every entry, in the library's order."""
        for seller in self.sellers.values():
            yield from seller.entries()

    def pricing_urls(self, provider: str) -> tuple[str, ...]:
        """Return where the library read a provider's prices."""
        seller = self.sellers.get(provider_id(provider) or "")
        return tuple(seller.provider.pricing_urls or ()) if seller else ()


@cache
def bundled() -> Bundled:
    """Return the library's table, read once."""
    return Bundled()
