"""Where compression and packing stop paying: a price of the main model, a length of the prefix."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from analyzer.board import Threshold
from analyzer.levers.batching import Batching
from analyzer.levers.compression import Compression
from analyzer.money import round_half_up
from analyzer.replay.costing import INPUT_CLASSES
from analyzer.replay.decide import Profile
from analyzer.replay.ledger import Ledger
from analyzer.replay.requests import Log
from analyzer.savings.quality import Cells


def thresholds(
    log: Log, groups: tuple[Profile, ...], cells: Cells, ledger: Ledger
) -> tuple[Threshold, ...]:
    """Return the break-even of every feature that is compressed or packed, all else as it is."""
    found = [*_compressions(log, groups, cells, ledger), *_packs(log, groups, cells, ledger)]
    return tuple(found)


def _compressions(
    log: Log, groups: tuple[Profile, ...], cells: Cells, ledger: Ledger
) -> Iterator[Threshold]:
    """The compressor's bill over the tokens that it takes off: the price that pays for it."""
    rules = [(p, r) for p in groups if isinstance(r := p.rules.get("compression"), Compression)]
    if not rules:
        return
    whole, without = (cells(s) for s in (ledger.everything, ledger.everything - {"compression"}))
    for profile, rule in rules:
        compressor = log.context.targets[rule.compressor]
        for feature in profile.features:
            after, before = (side.filter(pl.col("feature") == feature) for side in (whole, without))
            if not before.filter(pl.col("model") == compressor).is_empty():
                continue  # It answers as well: its calls cannot be told apart.
            squeezed = after.filter(pl.col("model") != compressor)
            paid = _sum(after, "pico_usd") - _sum(squeezed, "pico_usd")
            tokens = _tokens(before) - _tokens(squeezed)
            if paid and tokens > 0:
                saved = _sum(before, "pico_usd") - _sum(squeezed, "pico_usd")
                yield Threshold(
                    "main_price", log.features[feature],
                    round_half_up(saved, tokens), round_half_up(paid, tokens),
                )  # fmt: skip


def _packs(
    log: Log, groups: tuple[Profile, ...], cells: Cells, ledger: Ledger
) -> Iterator[Threshold]:
    """A call that joins a pack leaves the shared prefix out and brings a marker of its own."""
    rules = [(p, r) for p in groups if isinstance(r := p.rules.get("batching"), Batching)]
    if not rules:
        return
    whole, without = (cells(s) for s in (ledger.everything, ledger.everything - {"batching"}))
    for profile, rule in rules:
        for feature in profile.features:
            after, before = (side.filter(pl.col("feature") == feature) for side in (whole, without))
            calls = _sum(before, "calls")
            if calls:
                shorter = round_half_up(_tokens(before) - _tokens(after), calls)
                yield Threshold("shared_prefix", log.features[feature], shorter, rule.item_tokens)


def _tokens(cells: pl.DataFrame) -> int:
    return sum(_sum(cells, name) for name in INPUT_CLASSES)


def _sum(cells: pl.DataFrame, column: str) -> int:
    return int(cells[column].sum() or 0)
