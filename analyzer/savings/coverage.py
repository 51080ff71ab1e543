"""What a replay rests on and what it leaves out: counts, and levers a log cannot answer for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from analyzer.errors import Skipped
from analyzer.findings import Coverage, Tally
from analyzer.lever import UNTAGGED, Rule
from analyzer.levers.caching import Caching
from analyzer.replay.decide import Profile
from analyzer.replay.requests import Log


def coverage(log: Log, profiles: tuple[Profile, ...], baseline: Mapping[str, Tally]) -> Coverage:
    """Return the counts behind a replay's figures."""
    requests = log.requests
    untagged = baseline.get(UNTAGGED, Tally()).pico_usd
    return Coverage(
        requests=log.total_requests,
        priced_requests=len(requests),
        failed_requests=len(requests.filter(~pl.col("ok"))),
        cacheable_requests=sum(_cacheable(_live(log, p), p.rules.get("caching")) for p in profiles),
        scored_requests=log.context.scores["row"].n_unique(),
        already_cached=len(requests.filter("served_from_cache")),
        bucket_requests=0,
        unpriced=log.unpriced,
        skipped=tuple(_skipped(log, profiles)),
        tagged_pico_usd=sum(tally.pico_usd for tally in baseline.values()) - untagged,
    )


def _live(log: Log, profile: Profile) -> pl.DataFrame:
    return log.requests.filter("live", pl.col("feature").is_in(profile.features))


def _cacheable(live: pl.DataFrame, rule: Rule | None) -> int:
    """Requests under a caching rule that have the key it needs."""
    return len(live.drop_nulls(rule.required_columns)) if isinstance(rule, Caching) else 0


def _skipped(log: Log, profiles: tuple[Profile, ...]) -> Iterator[Skipped]:
    """Levers with a rule for a feature none of whose live requests has what the lever needs."""
    for profile in profiles:
        for lever, columns in _needs(profile.rules):
            for feature in profile.features:
                live = log.requests.filter("live", pl.col("feature") == feature)
                missing = [name for name in columns if live[name].null_count() == len(live)]
                if missing and len(live):
                    yield Skipped(lever, log.features[feature], _SPELLED[missing[0]])


def _needs(rules: Mapping[str, Rule]) -> Iterator[tuple[str, tuple[str, ...]]]:
    caching = rules.get("caching")
    if isinstance(caching, Caching) and caching.assumed_hit_rate is None:
        yield "caching", caching.required_columns
    if "prompt_cache" in rules:
        yield "prompt_cache", ("prefix_key",)


_SPELLED = {"prompt_key": "prompt_key", "user_key": "user", "prefix_key": "prefix_key"}
