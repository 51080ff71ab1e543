"""One name for each provider and model, however a log, an export or a bill writes it."""

from __future__ import annotations

from analyzer.adapter import NO_MODEL
from analyzer.pricing.book import PriceBook
from analyzer.pricing.names import LONG_CONTEXT, base_name
from analyzer.pricing.providers import provider_id

NO_PROVIDER = "(unknown provider)"


class Names:
    """Resolves names through the price book, and, where it lists none, by their spelling."""

    def __init__(self, book: PriceBook) -> None:
        self._book = book
        self._models: dict[tuple[str, str], str] = {}

    def provider(self, provider: str | None, model: str | None) -> str:
        """Return the provider's one name; the seller of the model where the log names none."""
        named = provider_id(provider)
        if named or model is None:
            return named or NO_PROVIDER
        listing = self._book.lookup(None, model)
        return (listing and provider_id(listing.prices[0][0].provider)) or NO_PROVIDER

    def model(self, provider: str | None, model: str) -> str:
        """Return what ``gpt-4o-2024-08-06``, ``openai/gpt-4o`` and ``GPT 4o`` have in common.

        A bill may name a family where the log names a snapshot, so snapshots are one model here;
        each call still has its own snapshot's price.
        """
        if model == NO_MODEL:
            return model
        key = (provider or "", model)
        if key not in self._models:
            plain = model.removesuffix(LONG_CONTEXT)
            listing = self._book.lookup(provider, plain)
            entry, _, alias = listing.model_id.partition("#") if listing else (plain, "", "")
            self._models[key] = alias or self._base(entry)
        return self._models[key]

    def _base(self, name: str) -> str:
        return base_name(name, self._book.known_providers).rsplit("/", 1)[-1]
