"""What the window costs under any coalition of a policy's levers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import cast

import polars as pl

from analyzer.levers.batch_api import BatchApi
from analyzer.levers.compression import Compression
from analyzer.replay.calls import Composer
from analyzer.replay.cube import price_cubes, sum_calls
from analyzer.replay.decide import Profile

Coalition = frozenset[str]

_TOGETHER = "prompt_cache"
"""The lever whose step sees the calls of several profiles at once."""

_PRICE_ONLY = "batch_api"
"""The lever that changes what calls cost, and no call."""

_FAILED = -1
"""The place of the cube of failed requests, beside the profiles' own."""


def coalitions(levers: Iterable[str]) -> Iterator[Coalition]:
    """Yield every subset of the levers, the smallest first."""
    names = tuple(levers)
    for size in range(len(names) + 1):
        yield from (frozenset(chosen) for chosen in combinations(names, size))


@dataclass(frozen=True)
class Replay:
    """A decided log, ready to be billed under any coalition. Cubes are kept and reused."""

    requests: pl.DataFrame
    """Priced requests in replay order, with decision columns."""
    profiles: tuple[Profile, ...]
    composer: Composer
    _cubes: dict[Coalition | tuple[int, Coalition], pl.DataFrame] = field(default_factory=dict)

    def bills(self, coalitions: Sequence[Coalition]) -> pl.DataFrame:
        """Return ``coalition`` (its place), ``feature, day``, calls, tokens and ``pico_usd``.

        Failed requests keep their logged cost; requests that a cache already answered cost nothing.
        """
        discounts: list[BatchApi | None] = [None]
        cubes = []
        for place, coalition in enumerate(coalitions):
            for rule, cube in self._parts(coalition):
                if rule not in discounts:
                    discounts.append(rule)
                terms = pl.lit(discounts.index(rule), dtype=pl.UInt32)
                cubes.append(
                    cube.with_columns(coalition=pl.lit(place, dtype=pl.UInt32), discount=terms)
                )
        return price_cubes(pl.concat(cubes), self.composer.catalog, discounts)

    def outcomes(self, coalition: Coalition) -> pl.DataFrame:
        """Return ``feature, requests, hits, coalesced, escalated`` under a coalition."""
        cached = pl.col("hit") & pl.lit("caching" in coalition)
        escalates = (pl.col("last_tier") > pl.col("first_tier")).fill_null(value=False)
        return (
            self.requests.group_by("feature")
            .agg(
                requests=pl.len(),
                hits=cached.sum(),
                coalesced=(pl.col("coalesced") & cached).sum(),
                escalated=(escalates & ~cached & pl.lit("routing" in coalition)).sum(),
            )
            .sort("feature")
        )

    def _parts(self, coalition: Coalition) -> Iterator[tuple[BatchApi | None, pl.DataFrame]]:
        """The cubes that add up to a coalition, each with the batch discount it is under."""
        yield None, self._failed()
        together = [
            n for n, p in enumerate(self.profiles) if _TOGETHER in coalition.intersection(p.rules)
        ]
        if together:
            warm = self._warm(together, coalition)
        for number, profile in enumerate(self.profiles):
            rule = profile.rules.get(_PRICE_ONLY) if _PRICE_ONLY in coalition else None
            if number in together:
                cube = warm.filter(pl.col("feature").is_in(profile.features))
            else:
                cube = self._cube(number, self._effective(number, coalition))
            yield cast("BatchApi | None", rule), cube

    def _cube(self, number: int, effective: Coalition) -> pl.DataFrame:
        if (number, effective) not in self._cubes:
            calls = self._calls(number, effective)
            self._cubes[number, effective] = sum_calls(calls, self.composer.catalog)
        return self._cubes[number, effective]

    def _calls(self, number: int, effective: Coalition) -> pl.DataFrame:
        profile = self.profiles[number]
        mine = self.requests.filter(pl.col("live") & pl.col("feature").is_in(profile.features))
        return self.composer.calls(mine, profile, effective)

    def _effective(self, number: int, coalition: Coalition) -> Coalition:
        """The levers that can change a profile's calls: others need no cube of their own."""
        profile = self.profiles[number]
        own = coalition.intersection(profile.rules) - {_PRICE_ONLY}
        if "routing" in own:
            own -= {"model_selection"}
        compression = profile.rules.get("compression")
        if isinstance(compression, Compression) and compression.mode == "static_prefix":
            # Another feature's cache hits decide who pays for a shared prefix.
            own |= coalition.intersection({"caching"})
        return own

    def _warm(self, together: Sequence[int], coalition: Coalition) -> pl.DataFrame:
        """The cube of every profile under a prompt_cache rule, their calls warmed together."""
        effective = [self._effective(number, coalition) for number in together]
        key = frozenset(
            f"{n}:{lever}" for n, own in zip(together, effective, strict=True) for lever in own
        )
        if key not in self._cubes:
            calls = [self._calls(n, own) for n, own in zip(together, effective, strict=True)]
            warm = self.composer.warm_prefixes(pl.concat(calls))
            self._cubes[key] = sum_calls(warm, self.composer.catalog)
        return self._cubes[key]

    def _failed(self) -> pl.DataFrame:
        key = (_FAILED, frozenset[str]())
        if key not in self._cubes:
            failed = self.requests.filter(~pl.col("ok") & ~pl.col("served_from_cache"))
            calls = self.composer.as_logged(failed)
            self._cubes[key] = sum_calls(calls, self.composer.catalog)
        return self._cubes[key]
