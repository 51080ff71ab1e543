"""What a replay rests on and what it leaves out: counts, and levers a log cannot answer for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from analyzer.errors import Skipped, Unpriced
from analyzer.findings import Coverage, Tally
from analyzer.lever import UNTAGGED, Rule
from analyzer.levers.caching import Caching
from analyzer.replay.buckets_rules import skipped
from analyzer.replay.coalitions import Replay
from analyzer.replay.decide import Profile
from analyzer.replay.requests import Log

_ANY_MODEL = pl.col("model_id") == ""


def coverage(log: Log, replay: Replay, baseline: Mapping[str, Tally]) -> Coverage:
    """Return the counts behind a replay's figures."""
    tallies, profiles = replay.sums.tallies, replay.plan.profiles
    untagged = baseline.get(UNTAGGED, Tally()).pico_usd
    return Coverage(
        requests=log.total_requests,
        priced_requests=int(tallies["requests"].sum()),
        failed_requests=int(tallies["failed"].sum()),
        cacheable_requests=sum(_cacheable(tallies, profile) for profile in profiles),
        scored_requests=int(replay.sums.evals.filter(_ANY_MODEL)["evals"].sum()),
        already_cached=int(tallies["already_cached"].sum()),
        bucket_requests=log.buckets.total_requests,
        unpriced=_unpriced(log, tallies),
        skipped=(
            *_skipped(log, tallies, profiles),
            *skipped(log.buckets.frame, profiles, log.features),
        ),
        tagged_pico_usd=sum(tally.pico_usd for tally in baseline.values()) - untagged,
        buckets=log.buckets.rows,
        uncounted_buckets=log.buckets.uncounted,
        same_money=log.same_money,
    )


def _unpriced(log: Log, tallies: pl.DataFrame) -> tuple[Unpriced, ...]:
    """What the log holds less what is priced, by model name."""
    logged = log.logged.group_by("model").agg(pl.col("requests", "tokens").sum()).sort("model")
    left = {name: (requests, tokens) for name, requests, tokens in logged.iter_rows()}
    priced = tallies.group_by("model").agg(pl.col("requests", "tokens").sum())
    for number, requests, tokens in priced.iter_rows():
        name = log.catalog.models[number].name
        had_requests, had_tokens = left[name]
        left[name] = (had_requests - requests, had_tokens - tokens)
    return tuple(Unpriced(name, *counts) for name, counts in left.items() if any(counts))


def _cacheable(tallies: pl.DataFrame, profile: Profile) -> int:
    """Requests under a caching rule that have the key it needs."""
    rule = profile.rules.get("caching")
    if not isinstance(rule, Caching):
        return 0
    column = "keyed_by_user" if "user_key" in rule.required_columns else "keyed"
    return int(tallies.filter(pl.col("feature").is_in(profile.features))[column].sum())


def _skipped(log: Log, tallies: pl.DataFrame, profiles: tuple[Profile, ...]) -> Iterator[Skipped]:
    """Levers with a rule for a feature none of whose live requests has what the lever needs."""
    known = tallies.group_by("feature").agg(pl.col("live", *_KNOWN.values()).sum())
    by_feature = {row["feature"]: row for row in known.iter_rows(named=True)}
    for profile in profiles:
        for lever, columns in _needs(profile.rules):
            for feature in profile.features:
                counts = by_feature.get(feature, {"live": 0})
                missing = [name for name in columns if counts["live"] and not counts[_KNOWN[name]]]
                if missing:
                    yield Skipped(lever, log.features[feature], _SPELLED[missing[0]])


def _needs(rules: Mapping[str, Rule]) -> Iterator[tuple[str, tuple[str, ...]]]:
    caching = rules.get("caching")
    if isinstance(caching, Caching) and caching.assumed_hit_rate is None:
        yield "caching", caching.required_columns
    if "prompt_cache" in rules:
        yield "prompt_cache", ("prefix_key",)


_KNOWN = {"prompt_key": "keyed", "user_key": "known_user", "prefix_key": "prefixed"}
"""The count of live requests that have each column."""
_SPELLED = {"prompt_key": "prompt_key", "user_key": "user", "prefix_key": "prefix_key"}
