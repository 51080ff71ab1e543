"""What a provider can do to the saving: double its prices, or be down for a day."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from analyzer.board import Pair, Reroute, Shock
from analyzer.findings import Window
from analyzer.money import round_half_up
from analyzer.replay.catalog import Catalog, CatalogModel
from analyzer.replay.costing import INPUT_CLASSES
from analyzer.replay.requests import DAY_US
from analyzer.savings.project import MONTHS_A_YEAR, monthly
from analyzer.savings.spend import provider_of


def shocks(
    catalog: Catalog, window: Window, before: pl.DataFrame, after: pl.DataFrame
) -> tuple[Shock, ...]:
    """Return a shock for every provider that the policy pays, the most paid first.

    None where the window has no length: no day and no year can be told.

    Args:
        catalog: the models in play.
        window: the log's.
        before: today's priced cells.
        after: those under the whole policy.
    """
    span_us = window.end_us - window.start_us
    if span_us <= 0:
        return ()
    payees = pl.Series([provider_of(model) for model in catalog.models])
    sides = [side.with_columns(payee=payees.gather(side["model"])) for side in (before, after)]
    paid = sides[1].group_by("payee").agg(pl.col("pico_usd").sum()).sort("pico_usd", "payee")
    in_play = {n for side in (before, after) for n in side.filter(pl.col("calls") > 0)["model"]}
    totals = [int(side["pico_usd"].sum() or 0) for side in sides]
    found = []
    for provider, pico in reversed(paid.rows()):
        if not pico:
            continue
        own = [_of(side, provider) for side in sides]
        doubled = [_annual(total + mine, window) for total, mine in zip(totals, own, strict=True)]
        live = sides[1].filter("live", pl.col("payee") == provider)
        others = [catalog.models[n] for n in sorted(in_play) if payees[n] != provider]
        costs = sorted(_rerouted(catalog, live, others, span_us), key=lambda r: r.pico_usd)
        found.append(
            Shock(
                provider=provider,
                doubled=Pair(*doubled),
                day_calls=_a_day(int(live["calls"].sum() or 0), span_us),
                day_pico_usd=_a_day(int(live["pico_usd"].sum() or 0), span_us),
                cheapest=costs[0] if costs else None,
                dearest=costs[-1] if costs else None,
            )
        )
    return tuple(found)


def _of(side: pl.DataFrame, provider: str) -> int:
    return int(side.filter(pl.col("payee") == provider)["pico_usd"].sum() or 0)


def _annual(pico_usd: int, window: Window) -> int:
    return monthly(MONTHS_A_YEAR * pico_usd, window) or 0


def _a_day(amount: int, span_us: int) -> int:
    return round_half_up(amount * DAY_US, span_us)


def _rerouted(
    catalog: Catalog, live: pl.DataFrame, others: list[CatalogModel], span_us: int
) -> Iterator[Reroute]:
    """What an average day's calls cost elsewhere: at list price, nothing cached, all at one model.

    Tokens are counted and answers are as long as the other model's price entry says.
    """
    read = pl.sum_horizontal(*INPUT_CLASSES).sum()
    sums = live.group_by("model").agg(read=read, written=pl.col("output").sum()).rows()
    seen = set()
    for other in others:
        if other.model_id in seen:
            continue
        seen.add(other.model_id)
        units, total = other.price.units(above=False), 0
        for number, tokens_in, tokens_out in sums:
            was, now = catalog.models[number].price, other.price
            tokens = int(tokens_in) * now.tokenizer_ratio_ppm, was.tokenizer_ratio_ppm
            total += round_half_up(*tokens) * units.input
            answer = int(tokens_out) * now.tokenizer_ratio_ppm * now.verbosity_ppm
            total += round_half_up(answer, was.tokenizer_ratio_ppm * was.verbosity_ppm) * (
                units.output
            )
        yield Reroute(other.name, provider_of(other), _a_day(total, span_us))
