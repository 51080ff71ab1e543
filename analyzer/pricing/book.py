"""Which price a model name means, on a day: user files first, then the bundled tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from analyzer.pricing.bundled import SOURCE, Bundled, bundled
from analyzer.pricing.convert import NoPrice
from analyzer.pricing.discounts import ProviderDiscount, discounted
from analyzer.pricing.files import PriceFile, bundled_table, read_prices
from analyzer.pricing.match import Match, in_force
from analyzer.pricing.names import LONG_CONTEXT, leading_provider, spellings
from analyzer.pricing.nearest import nearest_names
from analyzer.pricing.price import Price
from analyzer.pricing.providers import MAKERS, provider_id
from analyzer.pricing.tables import FIELD_NOTES, Table


@dataclass(frozen=True, slots=True)
class Listing:
    """What a (provider, model) name resolves to."""

    model_id: str
    """Two names with one ``model_id`` are the same model: aliases, snapshots, prefixes."""
    prices: tuple[tuple[Price, ...], ...]
    """Groups in order of precedence; within a group, dated entries of the same price."""

    def at(self, day: date) -> Price | None:
        """Return the price in force on a day: of the first group that has one, the latest."""
        prices = (in_force(group, day) for group in self.prices)
        return next((price for price in prices if price is not None), None)


@dataclass(frozen=True, slots=True)
class Resolution:
    """Every group that a name means, in order of precedence, or why there is none."""

    matches: tuple[Match, ...]
    reason: str = ""
    """Empty where no table lists the name at all."""


class PriceBook:
    """Price tables in order of precedence."""

    def __init__(
        self,
        sources: Sequence[Sequence[Price]],
        *,
        library: Bundled | None = None,
        notes: Sequence[Price] = (),
        discounts: Sequence[ProviderDiscount] = (),
    ) -> None:
        """Put ``sources`` (one sequence of entries each) over the bundled tables, if any.

        ``discounts`` come off every price of their providers, whichever table it stands in.
        """
        self.tables = tuple(Table(prices) for prices in sources)
        self.discounts = tuple(discounts)
        self.library = library
        self.notes = Table(notes)
        self._known = frozenset(library.known if library else ()).union(
            *(table.providers for table in (*self.tables, self.notes))
        )
        self._resolved: dict[tuple[str | None, str], Resolution] = {}

    def lookup(self, provider: str | None, model: str) -> Listing | None:
        """Return the listing that a logged or configured name means, or None: unpriced."""
        matches = self.resolve(provider, model).matches
        if not matches:
            return None
        return Listing(matches[0].model_id, tuple(match.prices for match in matches))

    def explain(self, provider: str | None, model: str) -> str:
        """Say in a few words what prices a name, or why nothing does and what would."""
        resolution = self.resolve(provider, model)
        if not resolution.matches:
            return resolution.reason or self._unknown(provider_id(provider), model)
        first = resolution.matches[0]
        price = first.prices[0]
        seller = f"{price.provider}/" if price.provider else ""
        starts = [p.effective_from for match in resolution.matches for p in match.prices]
        dates = [start for start in starts if start is not None]
        since = f", from {min(dates)} on" if len(dates) == len(starts) else ""
        return f"priced by {price.source} as {seller}{price.model} ({first.how}){since}"

    def resolve(self, provider: str | None, model: str) -> Resolution:
        """Return every group of prices that a name means, and where there is none, why."""
        key = (provider_id(provider), model)
        if key not in self._resolved:
            self._resolved[key] = self._resolve(*key)
        return self._resolved[key]

    def _resolve(self, provider: str | None, model: str) -> Resolution:
        own = tuple(m for table in self.tables for m in table.matches(provider, model, self._known))
        if model.endswith(LONG_CONTEXT) and not own:
            found = self.resolve(provider, model.removesuffix(LONG_CONTEXT))
            return replace(found, matches=tuple(match.beyond_step() for match in found.matches))
        rest = self._bundled(provider, model)
        sold_by = provider, leading_provider(model, self._known)
        matches = (discounted(match, sold_by, self.discounts) for match in own + rest.matches)
        return Resolution(tuple(matches), "" if own else rest.reason)

    @property
    def known_providers(self) -> frozenset[str]:
        """The providers that some table prices, as ``provider_id`` spells them."""
        return self._known

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of the tables, in order of precedence, and the discounts off them."""
        own = (table.prices[0].source for table in self.tables if table.prices)
        library = [SOURCE] if self.library else []
        notes = [self.notes.prices[0].source] if self.notes.prices else []
        terms = (discount.terms for discount in self.discounts)
        return (*terms, *own, *library, *notes)

    def groups(self) -> Iterator[tuple[Price, ...]]:
        """Yield every group of dated prices, table by table in order of precedence."""
        for group in self._listed():
            yield discounted(Match(group, "", ""), (None, None), self.discounts).prices

    def _listed(self) -> Iterator[tuple[Price, ...]]:
        for table in self.tables:
            yield from (group for _, group in table.groups)
        if self.library is not None:
            yield from self.library.entries()
        yield from (group for _, group in self.notes.groups)

    def _bundled(self, provider: str | None, model: str) -> Resolution:
        if provider is not None:
            return self._of(provider, model)
        named = leading_provider(model, self._known)
        if named is not None:
            found = self._of(named, model)
            if found.matches or named not in MAKERS:
                return found
            # meta/x or google/x may also be how a host of open models spells its own name.
            hosted = self._hosted(model, tails=False)
            return hosted if hosted.matches else found
        return self._unnamed(model)

    def _of(self, provider: str, model: str) -> Resolution:
        """Resolve a name at a provider that is known from the log or the name itself."""
        offer = self.library.offer(provider, model) if self.library else None
        noted = tuple(self.notes.matches(provider, model, self._known))
        if isinstance(offer, Match):
            return Resolution((offer, *noted))
        if offer is not None and not noted:
            return Resolution((), offer.reason)
        return Resolution(noted)

    def _unnamed(self, model: str) -> Resolution:
        """Resolve a bare name: its maker's price, the field notes, or what all hosts agree on."""
        noted = tuple(self.notes.matches(None, model, self._known))
        maker = self._maker(model)
        if isinstance(maker, Match):
            return Resolution((maker, *noted))
        if maker is not None:
            return Resolution((), maker.reason)
        return Resolution(noted) if noted else self._hosted(model, tails=True)

    def _maker(self, model: str) -> Match | NoPrice | None:
        if self.library is None:
            return None
        for spelling in spellings(model, self._known):
            vendor = self.library.vendor(spelling.text.lower())
            if vendor and not spelling.organisation and "/" not in spelling.text:
                return self.library.offer(vendor, model)
        return None

    def _hosted(self, model: str, *, tails: bool) -> Resolution:
        """Resolve a name that hosts share: only where all of them ask the same known price."""
        offers = list(self.library.offers(model, tails=tails)) if self.library else []
        matches = [match for _, match in offers if isinstance(match, Match)]
        if not matches:
            refused = [match.reason for _, match in offers if isinstance(match, NoPrice)]
            return Resolution((), next(iter(refused), ""))
        if len(matches) == len(offers) and len({match.terms for match in matches}) == 1:
            return Resolution((matches[0],))
        hosts = sorted((host for host, match in offers), key=_is_reseller)
        priced = {host for host, match in offers if isinstance(match, Match)}
        shown = ", ".join(hosts[:3]) + (f" and {len(hosts) - 3} more" if hosts[3:] else "")
        first = next(host for host in hosts if host in priced)
        why = "different prices" if len(priced) == len(hosts) else "different or unknown prices"
        return Resolution((), f"offered by {shown} at {why}: write {first}/{model}")

    def _unknown(self, provider: str | None, model: str) -> str:
        kind = model.rpartition(" + ")[2]
        if kind in ("audio", "image"):
            return f"holds {kind} tokens, which have a price of their own and are not told apart"
        if provider is not None and provider not in self._known:
            return f"no price table knows the provider {provider}: price it with --prices FILE"
        names = nearest_names(self, provider, model)
        seller = f" of {provider}" if provider else ""
        hint = f"; the nearest names are {', '.join(names)}" if names else ""
        return f"no price table lists this name{seller}{hint}"


def _is_reseller(provider: str) -> bool:
    return provider.startswith("huggingface")


def open_book(files: Sequence[str] = ()) -> PriceBook:
    """Return the user's price files, in order, over the bundled book.

    A file may be a path or the name of the bundled catalogue ``field-notes``, which then stands
    where it is named instead of behind the genai-prices table.

    Raises:
        PriceError: a file is missing, is no TOML, or has a bad field.
    """
    notes = bundled_table(FIELD_NOTES)
    read = [PriceFile(notes) if file == FIELD_NOTES else read_prices(file) for file in files]
    behind = () if FIELD_NOTES in files else notes
    return PriceBook(
        [file.prices for file in read],
        library=bundled(),
        notes=behind,
        discounts=_first_of_each(read),
    )


def _first_of_each(files: Sequence[PriceFile]) -> list[ProviderDiscount]:
    """The discounts of each provider, from the first file that has some."""
    kept: dict[str, list[ProviderDiscount]] = {}
    for file in files:
        by_provider: dict[str, list[ProviderDiscount]] = {}
        for discount in file.discounts:
            by_provider.setdefault(discount.provider, []).append(discount)
        kept = {**by_provider, **kept}
    return [discount for discounts in kept.values() for discount in discounts]
