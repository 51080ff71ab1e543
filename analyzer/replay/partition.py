"""Replays one partition of a log: requests in, sums out. It knows nothing of where it runs.

A partition holds together what the levers' ``shard_by`` asks for, or is a stretch of time that
starts a lookback early; requests that another partition counts are not ``counted`` here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import cast

import polars as pl

from analyzer.levers.batching import Batching
from analyzer.levers.prompt_cache import PromptCache
from analyzer.replay.calls import SHAPING, Made, mark_eligible
from analyzer.replay.costing import price_step
from analyzer.replay.cube import add_cells, no_cells, sum_calls
from analyzer.replay.decide import Profile, decide
from analyzer.replay.parts import Coalition, Part
from analyzer.replay.plan import BILLED, FAILED, Plan, scores_of
from analyzer.replay.tally import add_tallies, count_evals, tally

_OVER_TIME = {"batching", "prompt_cache"}


@dataclass(frozen=True, slots=True)
class Sums:
    """What partitions add up to: small tables, whatever the size of the log."""

    cells: pl.DataFrame
    """Tokens and calls by ``part`` (its place in the plan), feature, day, model and price step."""
    tallies: pl.DataFrame
    """Counts of requests by feature and model: see ``tally``."""
    evals: pl.DataFrame
    """Loaded scores by feature and model identity."""


def add(sums: Iterable[Sums]) -> Sums:
    """Add partitions up. Their order and number change nothing."""
    parts = list(sums)
    return Sums(
        add_cells(pl.concat(part.cells for part in parts), "part"),
        add_tallies(pl.concat(part.tallies for part in parts)),
        pl.concat(part.evals for part in parts).group_by("feature", "model_id").sum(),
    )


def replay(requests: pl.DataFrame, plan: Plan) -> Sums:
    """Sum every part of a plan over some requests.

    Args:
        requests: in replay order, numbered by ``row``: the columns of ``replay_requests.sql``,
            ``live, day, counted``, the cache's ``hit, coalesced``, and ``pays_prefix,
            pays_prefix_on_miss`` where a static prefix is compressed.
        plan: what is asked.
    """
    decided = decide_all(requests, plan)
    cells = [logged_cells(requests, plan), part_cells(decided, plan)]
    return Sums(pl.concat(cells), tallies(requests, decided), count(requests, plan))


def decide_all(requests: pl.DataFrame, plan: Plan) -> list[pl.DataFrame]:
    """Return each profile's live requests with their decisions."""
    context = replace(plan.context, scores=scores_of(plan, requests))
    live = requests.filter("live").with_columns(
        called=pl.lit(value=True), called_on_miss=~pl.col("hit")
    )
    # Parting copies every row, and a session asks for one feature at a time.
    first, last = live["feature"].min(), live["feature"].max()
    features: Mapping[tuple[object, ...], pl.DataFrame] = {(first,): live}
    if first != last:
        features = live.partition_by("feature", as_dict=True)
    return [
        decide(_of_profile(live, features, profile), profile, context) for profile in plan.profiles
    ]


def _of_profile(
    live: pl.DataFrame, features: Mapping[tuple[object, ...], pl.DataFrame], profile: Profile
) -> pl.DataFrame:
    if len(profile.features) == 1:
        mine = features.get(profile.features, live.clear())
    else:
        mine = live.filter(pl.col("feature").is_in(profile.features))
    return mine if _OVER_TIME.intersection(profile.rules) else mine.filter("counted")


def logged_cells(requests: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Return the cells of the logged calls, and of failed requests."""
    counted = requests.filter("counted")
    billed, failed = _billed(counted, plan), _failed(counted, plan)
    return pl.concat([_numbered(BILLED, billed), _numbered(FAILED, failed)])


def part_cells(decided: list[pl.DataFrame], plan: Plan) -> pl.DataFrame:
    """Return the cells of every part of a plan."""
    cubes = [_numbered(plan.place(part), cube) for part, cube in _cubes(decided, plan)]
    return pl.concat(cubes) if cubes else _numbered(0, no_cells())


def tallies(requests: pl.DataFrame, decided: list[pl.DataFrame]) -> pl.DataFrame:
    """Count decided requests, and those that no lever touches."""
    rest = requests.filter("counted", ~pl.col("live"))
    return add_tallies(pl.concat(tally(frame) for frame in (*decided, rest)))


def count(requests: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Count the loaded scores of some requests."""
    return count_evals(requests.filter("counted"), scores_of(plan, requests))


def _numbered(place: int, cube: pl.DataFrame) -> pl.DataFrame:
    return cube.select(pl.lit(place, dtype=pl.UInt32).alias("part"), pl.all())


def _billed(requests: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """The logged calls, under the number of their own day's price."""
    calls = plan.composer.as_logged(_plain(requests.filter(~pl.col("served_from_cache"))))
    return plan.eras.date(sum_calls(calls, plan.eras.step()))


def _failed(requests: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    failed = requests.filter(~pl.col("ok") & ~pl.col("served_from_cache"))
    return sum_calls(plan.composer.as_logged(_plain(failed)), price_step(plan.composer.catalog))


def _plain(requests: pl.DataFrame) -> pl.DataFrame:
    """Requests that no lever touches."""
    nothing = pl.lit(None, dtype=pl.Int64)
    return requests.with_columns(
        pack_window=nothing, compressible_tokens=nothing, called=True, called_on_miss=True
    )


def _cubes(decided: list[pl.DataFrame], plan: Plan) -> Iterator[tuple[Part, pl.DataFrame]]:
    """Every part's cells. Calls are composed once for all parts that shape them alike."""
    for number, requests in enumerate(decided):
        mine = [part for part in plan.parts if not part.warmed and part.members[0][0] == number]
        for made in dict.fromkeys(part.members[0][1] & SHAPING for part in mine):
            alike = [part for part in mine if part.members[0][1] & SHAPING == made]
            yield from _alike(requests, number, made, alike, plan)
    for part in plan.parts:
        if part.warmed:
            yield part, _warmed(decided, part, plan)


def _alike(
    requests: pl.DataFrame, number: int, made: Made, parts: list[Part], plan: Plan
) -> Iterator[tuple[Part, pl.DataFrame]]:
    """Parts of one profile that differ in the response cache and in packing only."""
    profile, step = plan.profiles[number], price_step(plan.composer.catalog)
    calls = plan.composer.calls(requests, profile, made)
    plain = sum_calls(calls, step, apart=("called", "called_on_miss"))
    for part in parts:
        levers = part.members[0][1]
        if "batching" in levers:
            packed = _packed(calls.filter(_is_called(levers)), profile, plan)
            yield part, sum_calls(packed, step)
        else:
            yield part, add_cells(plain.filter(_is_called(levers)))


def _is_called(levers: Coalition) -> str:
    return "called_on_miss" if "caching" in levers else "called"


def _packed(calls: pl.DataFrame, profile: Profile, plan: Plan) -> pl.DataFrame:
    return plan.composer.pack(calls, cast("Batching", profile.rules["batching"]))


def _warmed(decided: list[pl.DataFrame], part: Part, plan: Plan) -> pl.DataFrame:
    """Calls of several profiles may share a warm prefix, so they meet here."""
    calls = [
        _eligible(decided[number], plan.profiles[number], levers, plan)
        for number, levers in part.members
    ]
    warmed = plan.composer.warm_prefixes(pl.concat(calls))
    return sum_calls(warmed, price_step(plan.composer.catalog))


def _eligible(
    requests: pl.DataFrame, profile: Profile, levers: Coalition, plan: Plan
) -> pl.DataFrame:
    calls = plan.composer.calls(requests, profile, levers & SHAPING).filter(_is_called(levers))
    if "batching" in levers:
        calls = _packed(calls, profile, plan)
    return mark_eligible(calls, cast("PromptCache", profile.rules["prompt_cache"]))
