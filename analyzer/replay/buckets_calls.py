"""Usage totals become calls: the composition of the levers that apply to totals (REPLAY.md §7).

A share of a bucket reaches each call. It is one exact fraction, so that each count is rounded once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from typing import cast

import numpy as np
from numpy.typing import NDArray

from analyzer.lever import Rule
from analyzer.levers.caching import Caching
from analyzer.levers.compression import Compression
from analyzer.levers.routing import Routing
from analyzer.money import PPM, ppm
from analyzer.replay.buckets_columns import Calls, Column, Lot, Numbers
from analyzer.replay.buckets_costing import PriceTable
from analyzer.replay.catalog import Catalog

ALL = Fraction(1)


@dataclass(frozen=True, slots=True)
class BucketComposer:
    """Composes the calls of totals under one catalog of models and prices."""

    catalog: Catalog
    targets: Mapping[str, int]
    """The catalog number of each model that the policy names."""
    list_prices: PriceTable

    def calls(self, lot: Lot, on: Mapping[str, Rule]) -> tuple[Calls, ...]:
        """Return the calls of a lot under some of its rules, each the calls of all its buckets."""
        reached = reaching(on)
        answers = tuple(
            self._call(lot, model, reached * share, cap)
            for model, share, cap in self._answers(lot, on)
        )
        if "compression" not in on:
            return answers
        return self._compress(lot, answers, reached, cast("Compression", on["compression"]))

    def as_logged(self, lot: Lot) -> Calls:
        """Return the calls that the export says were made."""
        return self._call(lot, lot.model, ALL, None)

    def _answers(
        self, lot: Lot, on: Mapping[str, Rule]
    ) -> Iterator[tuple[Numbers, Fraction, int | None]]:
        """The models called, the share of the tokens that reaches each, and its output cap."""
        if "routing" in on:
            rule = cast("Routing", on["routing"])
            for tier, share in zip(rule.tiers, tier_shares(rule), strict=True):
                target = np.full(len(lot.model), self.targets[tier.model])
                yield target, share, tier.max_output_tokens
        else:
            yield lot.selected if "model_selection" in on else lot.model, ALL, None

    def _call(self, lot: Lot, target: Numbers, share: Fraction, cap: int | None) -> Calls:
        """A share of each bucket's tokens, sent to a model (§5): another's cache is cold."""
        to = _Translation(self.catalog, lot.model, target)
        prompt = scaled(lot.input, share)
        cached = np.minimum(scaled(lot.cached, share), prompt)
        write = np.minimum(scaled(lot.write, share), prompt - cached)
        write_1h = np.minimum(scaled(lot.write_1h, share), prompt - cached - write)
        calls = scaled(lot.requests, share)
        output = to.output(scaled(lot.output, share))
        most = output if cap is None else np.minimum(output, scaled(lot.requests * cap, share))
        return Calls(
            model=to.model,
            calls=calls,
            input=to.input(prompt),
            cached=np.where(to.stays, cached, 0),
            write=np.where(to.stays, write, 0),
            write_1h=np.where(to.stays, write_1h, 0),
            output=most,
            truncated=np.where(output > most, calls, 0),
            squeezable=to.input(scaled(lot.squeezable, share)),
            mean_of=to.input(lot.input),
            mean_squeezable=to.input(lot.squeezable),
        )

    def _compress(
        self, lot: Lot, answers: Sequence[Calls], reached: Fraction, rule: Compression
    ) -> tuple[Calls, ...]:
        """Shorten the calls of each bucket and add its compressor's; or, where dear, neither."""
        shorter = [_squeeze(calls, rule) for calls in answers]
        compressor = self._compressor_calls(lot, reached, rule)
        if not rule.only_when_profitable:
            return (*shorter, compressor)
        costs = self.list_prices.pico_usd
        saved = sum(costs(a, lot) for a in answers) - sum(costs(b, lot) for b in shorter)
        worth = costs(compressor, lot) < saved
        kept = [_where(worth, short, long) for short, long in zip(shorter, answers, strict=True)]
        return (*kept, _where(worth, compressor, _nothing_of(compressor)))

    def _compressor_calls(self, lot: Lot, reached: Fraction, rule: Compression) -> Calls:
        """One call for every request: its share of T, and the instruction."""
        target = np.full(len(lot.model), self.targets[rule.compressor])
        to = _Translation(self.catalog, lot.model, target)
        read = to.input(scaled(lot.squeezable, reached))
        instructions = lot.requests * rule.instruction_tokens
        nothing = read * 0
        return Calls(
            model=to.model,
            calls=scaled(lot.requests, reached),
            input=read + scaled(instructions, reached),
            cached=nothing,
            write=nothing,
            write_1h=nothing,
            output=_kept(read, rule),
            truncated=nothing,
            squeezable=nothing,
            mean_of=to.input(lot.squeezable) + instructions,
            mean_squeezable=nothing,
        )


def reaching(on: Mapping[str, Rule]) -> Fraction:
    """Return the share of a bucket that the response cache lets through."""
    rule = on.get("caching")
    return ALL - Fraction((rule.assumed_hit_rate if isinstance(rule, Caching) else 0) or 0, PPM)


def tier_shares(rule: Routing) -> Iterator[Fraction]:
    """Yield the share of a bucket that is expected to reach each tier of a cascade."""
    share = ALL
    for tier in rule.tiers:
        yield share
        share *= ALL - Fraction(ppm(tier.pass_rate or 0), PPM)


def scaled(tokens: Column, share: Fraction) -> Column:
    """Return ``round(tokens · share)``, half up."""
    above, below = share.numerator, share.denominator
    return tokens if share == 1 else (2 * tokens * above + below) // (2 * below)


class _Translation:
    """Totals counted in the tokens of the logged models, in those of the models called."""

    def __init__(self, catalog: Catalog, logged: Numbers, target: Numbers) -> None:
        pairs = logged * len(catalog.models) + target
        self.stays = np.array(catalog.sameness, dtype=bool)[pairs]
        self.model = np.where(self.stays, logged, target)
        self._input, self._output = (
            (
                _each([r.numerator for r in ratios])[pairs],
                _each([r.denominator for r in ratios])[pairs],
            )
            for ratios in (catalog.input_ratios, catalog.output_ratios)
        )

    def input(self, tokens: Column) -> Column:
        above, below = self._input
        return cast("Column", (2 * tokens * above + below) // (2 * below))

    def output(self, tokens: Column) -> Column:
        above, below = self._output
        return cast("Column", (2 * tokens * above + below) // (2 * below))


def _each(numbers: Sequence[int]) -> Column:
    return np.array(numbers, dtype=object)


def _kept(tokens: Column, rule: Compression) -> Column:
    """``ceil(ratio · T)``."""
    return (tokens * rule.ratio + (PPM - 1)) // PPM


def _squeeze(calls: Calls, rule: Compression) -> Calls:
    """Replace T by its compressed length; compressed input is never a provider-cache hit."""
    nothing = calls.cached * 0
    return replace(
        calls,
        input=calls.input - calls.squeezable + _kept(calls.squeezable, rule),
        mean_of=calls.mean_of - calls.mean_squeezable + _kept(calls.mean_squeezable, rule),
        cached=nothing,
        write=nothing,
        write_1h=nothing,
    )


def _nothing_of(calls: Calls) -> Calls:
    zeros = {f.name: getattr(calls, f.name) * 0 for f in fields(Calls) if f.name != "model"}
    return replace(calls, **zeros)


def _where(mask: NDArray[np.bool_], yes: Calls, no: Calls) -> Calls:
    columns = (np.where(mask, getattr(yes, f.name), getattr(no, f.name)) for f in fields(Calls))
    return Calls(*columns)
