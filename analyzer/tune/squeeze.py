"""Where compression can only lose: tiers whose prices are too low for what the compressor takes.

A request that ends at a tier has paid for the calls up to it, and compression shortens each. Of
T tokens it takes (1 - ratio) · T off every call, for one compressor call of T tokens in and
ratio · T out (REPLAY.md §4). Instructions, rounding, cached input and packs only make it worse: a
tier that loses here loses on every request that ends there.

    compressor $0.01, ratio 0.5, tiers at $0.01 and $2.50: 0.015 paid for 0.005, then for 1.255
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from analyzer.levers.compression import Compression
from analyzer.money import PPM
from analyzer.pricing.book import PriceBook
from analyzer.pricing.price import Price

Rules = Sequence[tuple[str, Mapping[str, Any]]]
"""A feature's rules, each with its lever's name; without their features."""
_CHANGE_PRICES = "batch_api"


@dataclass(frozen=True, slots=True)
class Losing:
    """A tier at which compression costs more than it saves."""

    tier: int | None
    """Counted from 1; None where one model answers all."""
    model: str
    saved_pico_per_token: int
    """Of a request that ends here, for each of its tokens that may be compressed."""
    paid_pico_per_token: int
    """To the compressor, for the same token."""


def losing_tiers(book: PriceBook, day: date, rules: Rules) -> tuple[Losing, ...]:
    """Return the tiers or target models of one feature at which compression loses.

    Only what prices alone decide: nothing is said of a model that has none, of one that has a
    long-context price, nor where batches change what calls cost.
    """
    squeezes = [rule for lever, rule in rules if lever == "compression"]
    if len(squeezes) != 1 or any(lever == _CHANGE_PRICES for lever, _ in rules):
        return ()
    squeeze = Compression.model_validate({"feature": "*", **squeezes[0]})
    compressor = _price(book, day, squeeze.compressor)
    if squeeze.mode != "dynamic" or squeeze.only_when_profitable or compressor is None:
        return ()
    base, kept = compressor.base, squeeze.ratio
    paid = compressor.tokenizer_ratio_ppm * (base.input * PPM + base.output * kept)
    return tuple(_losing(book, day, rules, PPM - kept, paid))


def _losing(book: PriceBook, day: date, rules: Rules, gone: int, paid: int) -> Iterator[Losing]:
    for tier, models in _ends(rules):
        prices = [_price(book, day, model) for model in models]
        known = [price for price in prices if price is not None]
        saved = sum(price.tokenizer_ratio_ppm * price.base.input * gone for price in known)
        if len(known) == len(models) and saved < paid:
            yield Losing(tier, models[-1], saved // PPM**2, paid // PPM**2)


def _ends(rules: Rules) -> Iterator[tuple[int | None, tuple[str, ...]]]:
    """Yield each tier where a request may end, with the models that it has called by then."""
    routed = [rule for lever, rule in rules if lever == "routing"]
    for rule in routed[:1]:
        models = [str(tier["model"]) for tier in rule["tiers"]]
        alone = rule.get("score") == "difficulty"  # a router: it calls one model
        for place in range(len(models)):
            yield place + 1, tuple(models[place if alone else 0 : place + 1])
    if not routed:
        for model in dict.fromkeys(
            str(r["to"]) for lever, r in rules if lever == "model_selection"
        ):
            yield None, (model,)


def _price(book: PriceBook, day: date, model: str) -> Price | None:
    listing = book.lookup(None, model)
    price = listing.at(day) if listing is not None else None
    return None if price is None or price.above is not None else price
