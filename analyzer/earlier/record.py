"""What two reports of different times have in common, and what changed between them.

Frozen, like all findings. Money is integer pico-dollars; a month is an average one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analyzer.board import Range
from analyzer.findings import Window


@dataclass(frozen=True, slots=True)
class FeatureMonth:
    """One feature's month: today, under the policy, and how many requests."""

    before_pico_usd: int
    after_pico_usd: int
    requests: int


@dataclass(frozen=True, slots=True)
class Told:
    """What one report told."""

    policy: str
    policy_sha256: str
    """Empty where the report does not say."""
    version: str
    price_date: str
    window: Window
    files: tuple[str, ...]
    """Digests of its input files, sorted."""
    before_pico_usd: int
    """Of an average month, as is all money here but ``annual``."""
    after_pico_usd: int
    features: Mapping[str, FeatureMonth]
    levers: Mapping[str, int]
    """Shapley saving of a month."""
    annual: Range | None


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the change of a month's spend: the parts add up to it, to the pico."""

    name: str
    """``volume``, ``mix``, ``unit_cost`` or ``new_features``."""
    pico_usd: int


@dataclass(frozen=True, slots=True)
class Realised:
    """The requests of now, at three costs each: what a saving was, and how much of it came."""

    features: tuple[str, ...]
    """Those that both reports know, with requests in both."""
    unchanged_pico_usd: int
    """A month of them at the earlier cost of a request."""
    promised_pico_usd: int
    """At the cost of a request that the earlier report promised."""
    actual_pico_usd: int
    share_ppm: int | None
    """Of the promised saving; None where it promised none."""


@dataclass(frozen=True, slots=True)
class Change:
    """A report beside an earlier one."""

    earlier: Told
    now: Told
    parts: tuple[Part, ...]
    error_ppm: int | None
    """How far the earlier month missed the present one's spend; None from nothing."""
    realised: Realised
