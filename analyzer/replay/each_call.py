"""What each request's own call costs, where one call answers it: no sums, one row a request."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from analyzer.replay.costing import pico_usd, price_step, with_price_step
from analyzer.replay.partition import decide_all
from analyzer.replay.plan import Plan


def each_call(requests: pl.DataFrame, plan: Plan) -> Iterator[pl.DataFrame]:
    """Yield ``feature, request_id, pico_usd`` (Int128) of live requests, profile by profile.

    Args:
        requests: as for ``partition.replay``, with their ``request_id``.
        plan: of a policy that selects models, or does nothing.
    """
    catalog = plan.composer.catalog
    for profile, decided in zip(plan.profiles, decide_all(requests, plan), strict=True):
        made = frozenset({"model_selection"}).intersection(profile.rules)
        calls = plan.composer.calls(decided, profile, made)
        priced = with_price_step(calls, price_step(catalog)).select(
            "row", "feature", pico_usd=pico_usd(catalog)
        )
        yield priced.join(decided.select("row", "request_id"), on="row").select(
            "feature", "request_id", "pico_usd"
        )
