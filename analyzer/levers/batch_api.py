"""Batch API: calls that can wait are sent to the provider's batch endpoint at a discount.

Source: REPLAY.md §4. With ``discount = 0.5``:

    service_tier  input price     becomes
    default       $2.50 per M     $1.25 per M
    batch         $1.25 per M     $1.25 per M: never discounted twice
    (failed)      as logged       as logged
"""

from __future__ import annotations

import polars as pl

from analyzer.lever import Context, Lever, Rule, SharePpm


class BatchApi(Rule):
    """Send these features' calls to the batch endpoint."""

    discount: SharePpm | None = None


def decide(requests: pl.DataFrame, rule: BatchApi, context: Context) -> pl.DataFrame:
    """Return ``batchable`` (bool): the request was not logged as batch already."""
    return requests.select(batchable=~pl.col("batch"))


LEVER = Lever(
    name="batch_api",
    rule=BatchApi,
    needs=(),
    shard_by=(),
    decides={"batchable": pl.Boolean()},
    decide=decide,
)
