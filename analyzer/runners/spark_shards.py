"""What travels together on Spark: the requests of a cache key, and those of a stretch of time."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812 - its usual name

from analyzer.levers.caching import Caching
from analyzer.replay.arrow import ORDER
from analyzer.replay.stretches import Stretch


def by_cache_key(
    requests: DataFrame, found: list[tuple[Caching, list[int]]], features: int, parts: int
) -> DataFrame:
    """Add ``cache_rule``; requests of one key stand in one partition, in replay order.

    Args:
        requests: one row a request.
        found: each caching rule, and the numbers of the features that it covers.
        features: how many there are.
        parts: how many partitions.
    """
    keyed = requests.withColumns(_cache_key(found, features))
    lone = F.col("cache_rule").isNull() | F.col("prompt_key").isNull()
    shard = F.when(lone, F.xxhash64("request_id")).otherwise(F.xxhash64("cache_key"))
    together = keyed.repartition(parts, shard)
    return together.sortWithinPartitions("cache_rule", "cache_key", *ORDER).drop("cache_key")


def _cache_key(found: list[tuple[Caching, list[int]]], features: int) -> dict[str, Column]:
    """The place of each request's caching rule, and the values that it keys by."""
    places: list[int | None] = [None] * features
    keys: list[Column] = []
    for place, (rule, covering) in enumerate(found):
        for feature in covering:
            places[feature] = place
        parts = [F.col(name).cast("bigint") for name in rule.key_columns]
        keys.append(F.array(*parts))
    numbers = F.array(*(F.lit(place).cast("int") for place in places))
    live = F.col("ok") & ~F.col("served_from_cache")
    rule_of = F.when(live, F.get(numbers, F.col("feature").cast("int")))
    return {"cache_rule": rule_of, "cache_key": F.get(F.array(*keys), rule_of)}


def in_stretches(
    requests: DataFrame, lookback_us: int, cuts: tuple[Stretch, ...], parts: int
) -> DataFrame:
    """Send each request to its stretch of time, and, not ``counted``, to those it bears on.

    Each stretch is cut into ``parts`` by prefix and stands in replay order.
    """
    own, last = _stretch_of(F.col("ts_us"), cuts), F.col("ts_us") + lookback_us
    spread = requests.withColumn("own", own).withColumn(
        "stretch", F.explode(F.sequence("own", _stretch_of(last, cuts)))
    )
    part = F.pmod(F.xxhash64(F.coalesce("prefix_key", "feature")), F.lit(parts))
    place = (F.col("stretch") * parts + part).cast("int")
    sent = spread.repartitionById(len(cuts) * parts, place)
    counted = F.col("own") == F.col("stretch")
    ordered = sent.withColumn("counted", counted).drop("own", "stretch")
    return ordered.sortWithinPartitions(*ORDER)


def _stretch_of(moment: Column, cuts: tuple[Stretch, ...]) -> Column:
    """The number of the last stretch that starts at a moment or before it: a binary search."""

    def within(low: int, high: int) -> Column:
        if low == high:
            return F.lit(low)
        middle = (low + high + 1) // 2
        later = moment >= cuts[middle].from_us
        return F.when(later, within(middle, high)).otherwise(within(low, middle - 1))

    return within(0, len(cuts) - 1)
