"""Decisions become calls: the composition of the levers, in one place (REPLAY.md §4, §5).

The columns of a call: ``model`` is the model called; ``input`` (total), ``cached``, ``write``,
``write_1h`` and ``output`` are the tokens it is billed for; ``prefix`` is the part of its input
that other calls share; ``called`` and ``called_on_miss`` say whether it is made without and with
a response cache.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import polars as pl

from analyzer.kernels.packing import joins_a_pack
from analyzer.kernels.prefix import finds_prefix_warm
from analyzer.lever import Rule
from analyzer.levers.batching import Batching
from analyzer.levers.compression import Compression
from analyzer.levers.prompt_cache import PromptCache
from analyzer.levers.routing import Routing
from analyzer.money import PPM
from analyzer.replay.catalog import Catalog
from analyzer.replay.costing import pico_usd, price_step, with_price_step
from analyzer.replay.decide import Profile
from analyzer.replay.translate import Translator

_OF_THE_REQUEST = (
    "row", "ts_us", "feature", "day", "batch", "prefix_key", "pack_window", "counted",
    "called", "called_on_miss",
)  # fmt: skip
_ZERO = pl.lit(0, dtype=pl.Int64)
_NO = pl.lit(value=False)
_COMPRESSOR_TIER = -1

Made = frozenset[str]
"""The levers that shape calls one request at a time: a model choice, compression, or neither."""
SHAPING = frozenset({"model_selection", "routing", "compression"})


@dataclass(frozen=True, slots=True)
class Composer:
    """Composes calls under one catalog of models and prices."""

    catalog: Catalog
    targets: Mapping[str, int]
    """The catalog number of each model that the policy names."""

    def calls(self, requests: pl.DataFrame, profile: Profile, made: Made) -> pl.DataFrame:
        """Return the calls of a profile's decided requests."""
        calls = self._answers(requests, profile.rules, made)
        if "compression" in made:
            rule = cast("Compression", profile.rules["compression"])
            calls = self._compress(requests, calls, rule)
        return calls

    def pack(self, calls: pl.DataFrame, rule: Batching) -> pl.DataFrame:
        """Later members of a pack leave the shared prefix out and carry an item marker."""
        answering = _in_order(calls.filter(~pl.col("compressor")))
        joins = joins_a_pack(
            answering.with_columns(identity=self._identity()),
            ("pack_window", "feature", "identity", "prefix_key"),
            rule.max_size,
        )
        shared = "prefix" if rule.shared_tokens is None else pl.lit(rule.shared_tokens)
        shorter = pl.col("input") - pl.min_horizontal(shared, "input") + rule.item_tokens
        packed = answering.with_columns(joins_pack=joins).with_columns(
            input=pl.when("joins_pack").then(shorter).otherwise("input")
        )
        return pl.concat([_cut_cached_to_input(packed), calls.filter("compressor")])

    def as_logged(self, requests: pl.DataFrame) -> pl.DataFrame:
        """Return the calls that the log says were made."""
        return self._one_call(requests, pl.col("model"))

    def warm_prefixes(self, calls: pl.DataFrame) -> pl.DataFrame:
        """Apply the provider's prefix cache to eligible calls of every profile at once.

        Calls of two features share a warm prefix, so this step sees them together.
        """
        eligible = calls.filter("eligible").sort("row", "tier")
        named = eligible.with_columns(identity=self._identity())
        warm = finds_prefix_warm(named, ("identity", "prefix_key"), pl.col("warm_ttl_us"))
        prefix = pl.min_horizontal("prefix", "input")
        cold_and_billed = ~pl.col("warm") & pl.col("write_billed")
        served = eligible.with_columns(warm=warm).with_columns(
            cached=pl.when("warm").then(prefix).otherwise(0),
            write=pl.when(cold_and_billed).then(prefix).otherwise(0),
            write_1h=_ZERO,
        )
        return pl.concat([calls.filter(~pl.col("eligible")), served.drop("warm")])

    def _answers(
        self, requests: pl.DataFrame, rules: Mapping[str, Rule], made: Made
    ) -> pl.DataFrame:
        """The calls that answer each request: the cascade's, the chosen model's, or as logged."""
        if "routing" in made:
            return self._cascade(requests, cast("Routing", rules["routing"]))
        if "model_selection" in made:
            return self._one_call(requests, pl.coalesce("selected", "model"))
        return self.as_logged(requests)

    def _cascade(self, requests: pl.DataFrame, rule: Routing) -> pl.DataFrame:
        tiers = [
            self._one_call(
                requests.filter(pl.lit(number).is_between("first_tier", "last_tier")),
                pl.lit(self.targets[tier.model], dtype=pl.UInt32),
                tier=number,
                cap=tier.max_output_tokens,
            )
            for number, tier in enumerate(rule.tiers)
        ]
        return pl.concat(tiers)

    def _one_call(
        self, requests: pl.DataFrame, target: pl.Expr, *, tier: int = 0, cap: int | None = None
    ) -> pl.DataFrame:
        """One call a request at a model (§5): another provider's cache is cold."""
        to = Translator(self.catalog, target)
        output = to.output("output_tokens")
        capped = output if cap is None else pl.min_horizontal(output, pl.lit(cap, dtype=pl.Int64))
        return requests.select(
            *_OF_THE_REQUEST,
            model=to.model(),
            tier=pl.lit(tier, dtype=pl.Int8),
            input=to.input("input_tokens"),
            cached=pl.when(to.same_model()).then("cached_input_tokens").otherwise(0),
            write=pl.when(to.same_model()).then("cache_write_tokens").otherwise(0),
            write_1h=pl.when(to.same_model()).then("cache_write_1h_tokens").otherwise(0),
            output=capped,
            truncated=(output > capped).cast(pl.Int64),
            prefix=to.input("prefix_tokens"),
            squeezable=to.input("compressible_tokens"),
            compressor=_NO,
            squeezed=_NO,
            joins_pack=_NO,
        )

    def _compress(
        self, requests: pl.DataFrame, calls: pl.DataFrame, rule: Compression
    ) -> pl.DataFrame:
        """Shorten the calls of requests that are compressed, and add the compressor's calls."""
        compressors = self._compressor_calls(requests, rule)
        if rule.only_when_profitable:
            worth = self._worth_compressing(calls, compressors, rule)
            compressors = compressors.join(worth, on="row", how="semi")
            marked = calls.join(worth.with_columns(worth=True), on="row", how="left")
            calls = marked.with_columns(squeezable=pl.when("worth").then("squeezable")).drop(
                "worth"
            )
        squeezed = _squeeze(calls, rule)
        return pl.concat([squeezed, compressors.select(squeezed.columns)])

    def _compressor_calls(self, requests: pl.DataFrame, rule: Compression) -> pl.DataFrame:
        """One call a request; with ``static_prefix``, one for the first that needs each prefix."""
        needing = requests.filter(pl.col("compressible_tokens").is_not_null())
        if rule.mode == "static_prefix":
            paying = needing.with_columns(
                called="pays_prefix", called_on_miss="pays_prefix_on_miss"
            )
            needing = paying.filter(pl.col("called") | pl.col("called_on_miss"))
        target = pl.lit(self.targets[rule.compressor], dtype=pl.UInt32)
        to = Translator(self.catalog, target)
        read = to.input("compressible_tokens")
        blank = dict.fromkeys(("cached", "write", "write_1h", "truncated", "prefix"), _ZERO)
        return needing.select(
            *_OF_THE_REQUEST,
            model=to.model(),
            tier=pl.lit(_COMPRESSOR_TIER, dtype=pl.Int8),
            input=read + rule.instruction_tokens,
            output=_kept(read, rule),
            **blank,
            squeezable=_ZERO,
            compressor=~_NO,
            squeezed=_NO,
            joins_pack=_NO,
        )

    def _worth_compressing(
        self, calls: pl.DataFrame, compressors: pl.DataFrame, rule: Compression
    ) -> pl.DataFrame:
        """Return ``row`` of requests whose compressor costs less than it saves on their calls."""
        saved = (
            self._costs(calls)
            .rename({"pico_usd": "before"})
            .with_columns(after=self._costs(_squeeze(calls, rule))["pico_usd"])
            .group_by("row")
            .agg(saved=(pl.col("before") - pl.col("after")).sum())
        )
        paid = self._costs(compressors).join(saved, on="row")
        return paid.filter(pl.col("pico_usd") < pl.col("saved")).select("row")

    def _costs(self, calls: pl.DataFrame) -> pl.DataFrame:
        """Each call's own cost, before batch_api (Int128)."""
        return with_price_step(calls, price_step(self.catalog)).select(
            "row", pico_usd=pico_usd(self.catalog)
        )

    def _identity(self) -> pl.Expr:
        return pl.lit(self.catalog.identities).gather(pl.col("model"))


def _in_order(calls: pl.DataFrame) -> pl.DataFrame:
    """Calls by request and tier; those of one tier stand so already."""
    return calls if calls["row"].is_sorted() else calls.sort("row", "tier")


def _kept(tokens: pl.Expr, rule: Compression) -> pl.Expr:
    """``ceil(ratio · T)`` in integers."""
    return (tokens * rule.ratio + (PPM - 1)) // PPM


def _squeeze(calls: pl.DataFrame, rule: Compression) -> pl.DataFrame:
    """Replace T by its compressed length; compressed input is never a provider-cache hit."""
    applies = pl.col("squeezable").is_not_null()
    kept = _kept(pl.col("squeezable"), rule)
    static = rule.mode == "static_prefix"
    return calls.with_columns(
        input=pl.when(applies)
        .then(pl.col("input") - pl.col("squeezable") + kept)
        .otherwise("input"),
        prefix=pl.when(applies & pl.lit(static)).then(kept).otherwise("prefix"),
        squeezed=applies & pl.lit(not static),
        **{
            name: pl.when(applies).then(0).otherwise(name)
            for name in ("cached", "write", "write_1h")
        },
    )


def _cut_cached_to_input(calls: pl.DataFrame) -> pl.DataFrame:
    """Keep cached, written and 1h-written counts, in that order, as far as the input has room."""
    cached = pl.min_horizontal("cached", "input")
    write = pl.min_horizontal("write", pl.col("input") - cached)
    write_1h = pl.min_horizontal("write_1h", pl.col("input") - cached - write)
    return calls.with_columns(cached=cached, write=write, write_1h=write_1h)


def mark_eligible(calls: pl.DataFrame, rule: PromptCache) -> pl.DataFrame:
    """Mark the calls whose prefix the provider may keep warm, and by which rule."""
    excluded = pl.any_horizontal("compressor", "squeezed", "joins_pack")
    return calls.with_columns(
        eligible=~excluded
        & pl.col("prefix_key").is_not_null()
        & (pl.min_horizontal("prefix", "input") >= rule.min_tokens),
        warm_ttl_us=pl.lit(rule.ttl_us, dtype=pl.Int64),
        write_billed=pl.lit(rule.write == "billed"),
    )
