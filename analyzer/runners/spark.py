"""Runs a replay on Spark: the local runner's kernels, over rows that travel as they need to.

Cache keys travel together first, sorted by key; then stretches of time, cut further by prefix,
sorted in replay order, each with the requests of a lookback before it. Only sums leave the workers.
"""

from __future__ import annotations

from typing import cast

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812 - its usual name
from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema
from pyspark.sql.types import BooleanType, StructField, StructType

from analyzer.policy import Policy
from analyzer.replay.arrow import (
    ORDER,
    PACKED,
    Batches,
    Made,
    add_batches,
    answer_batches,
    first_batches,
    sum_batches,
    whole_sums,
)
from analyzer.replay.hits import covered
from analyzer.replay.partition import Sums
from analyzer.replay.payers import PrefixPayers
from analyzer.replay.plan import Plan
from analyzer.replay.requests import Log
from analyzer.replay.stretches import Stretch
from analyzer.runners.sizes import Sizes
from analyzer.runners.spark_shards import by_cache_key, in_stretches

_FIRSTS = "rule int, prefix_key bigint, missed boolean, ts_us bigint, request_id string"


def run(
    requests: DataFrame,
    log: Log,
    policy: Policy,
    plan: Plan,
    cuts: tuple[Stretch, ...],
    sizes: Sizes,
) -> Sums:
    """Return the sums of a whole log.

    Args:
        requests: what ``replay_requests.sql`` answers, and ``request_id``; in any order.
        log: what the requests are of.
        policy: what is asked.
        plan: the same, as the kernels read it; sent to each worker once.
        cuts: the stretches of time that partitions are of.
        sizes: how finely the log is cut.
    """  # fmt: skip
    marked = _paid(_answered(requests, log, policy, plan, sizes), plan, sizes)
    if plan.lookback_us:
        marked = in_stretches(marked, plan.lookback_us, cuts, sizes.prefix_parts)
    else:
        marked = marked.withColumn("counted", F.lit(True))
    sent = marked.sparkSession.sparkContext.broadcast(plan)

    def summed(batches: Batches) -> Made:
        return sum_batches(batches, sent.value, sizes.rows_at_once)

    schema = from_arrow_schema(PACKED)
    partial = marked.mapInArrow(summed, schema)
    whole = partial.repartition(1).mapInArrow(add_batches, schema)
    rows = cast("pa.Table", whole.toArrow())
    return whole_sums(rows, to_arrow_schema(marked.schema), plan)


def _answered(requests: DataFrame, log: Log, policy: Policy, plan: Plan, sizes: Sizes) -> DataFrame:
    """Add ``hit`` and ``coalesced``; requests that share a cache key travel together."""
    found = list(covered(policy, log))
    if not found:
        nobody = F.lit(False)
        return requests.withColumns({"hit": nobody, "coalesced": nobody})
    rules = [rule for rule, _ in found]
    ordered = by_cache_key(requests, found, len(log.features), sizes.key_parts)
    sent = requests.sparkSession.sparkContext.broadcast((rules, plan.context))

    def decided(batches: Batches) -> Made:
        return answer_batches(batches, schema, *sent.value, sizes.rows_at_once)

    flags = [StructField(name, BooleanType()) for name in ("hit", "coalesced")]
    told = StructType([*ordered.schema.fields, *flags])
    schema = to_arrow_schema(told)
    return ordered.mapInArrow(decided, told).drop("cache_rule")


def _paid(requests: DataFrame, plan: Plan, sizes: Sizes) -> DataFrame:
    """Add who pays for each static prefix: of all workers' first requests, the very first."""
    if not PrefixPayers(plan).rules():
        return requests
    sent = requests.sparkSession.sparkContext.broadcast(plan)

    def firsts(batches: Batches) -> Made:
        return first_batches(batches, schema, sent.value, sizes.rows_at_once)

    told = cast("StructType", StructType.fromDDL(_FIRSTS))
    schema = to_arrow_schema(told)
    found = requests.mapInArrow(firsts, told).groupBy("rule", "prefix_key", "missed")
    first = found.agg(F.min(F.struct(*ORDER)).alias("first")).select("missed", "first.request_id")
    payers = first.groupBy("request_id").agg(
        F.bool_or(~F.col("missed")).alias("pays_prefix"),
        F.bool_or("missed").alias("pays_prefix_on_miss"),
    )
    flags = {
        name: F.coalesce(name, F.lit(False)) for name in ("pays_prefix", "pays_prefix_on_miss")
    }
    return requests.join(payers, "request_id", "left").withColumns(flags)
