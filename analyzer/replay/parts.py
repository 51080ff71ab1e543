"""The parts that coalitions' bills are made of, so that each is summed once.

Many coalitions share a part: a lever without a rule for a profile does not change its calls, and
a discount changes what calls cost, not which are made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from analyzer.levers.compression import Compression
from analyzer.replay.decide import Profile

Coalition = frozenset[str]

PRICE_ONLY = "batch_api"
"""The lever that changes what calls cost, and no call."""

_TOGETHER = "prompt_cache"
"""The lever whose step sees the calls of several profiles at once."""


def coalitions(levers: Iterable[str]) -> Iterator[Coalition]:
    """Yield every subset of the levers, the smallest first."""
    names = tuple(levers)
    for size in range(len(names) + 1):
        yield from (frozenset(chosen) for chosen in combinations(names, size))


@dataclass(frozen=True, slots=True)
class Part:
    """Profiles, by number, each under the levers that change its calls; summed together."""

    members: tuple[tuple[int, Coalition], ...]

    @property
    def warmed(self) -> bool:
        """Whether the calls go through the provider's prefix cache together."""
        return any(_TOGETHER in levers for _, levers in self.members)


def parts_of(profiles: Sequence[Profile], coalition: Coalition) -> tuple[Part, ...]:
    """Return the parts that add up to a coalition's bill, failed requests aside."""
    members = [(n, _effective(profile, coalition)) for n, profile in enumerate(profiles)]
    warmed = tuple(member for member in members if _TOGETHER in member[1])
    alone = tuple(Part((member,)) for member in members if _TOGETHER not in member[1])
    return (*alone, Part(warmed)) if warmed else alone


def _effective(profile: Profile, coalition: Coalition) -> Coalition:
    """The levers that can change a profile's calls: others need no part of their own."""
    own = coalition.intersection(profile.rules) - {PRICE_ONLY}
    if "routing" in own:
        own -= {"model_selection"}
    compression = profile.rules.get("compression")
    if isinstance(compression, Compression) and compression.mode == "static_prefix":
        # Another feature's cache hits decide who pays for a shared prefix.
        own |= coalition.intersection({"caching"})
    return own
