"""What the figures rest on and where it comes from: files, prices, assumptions, policy, seed.

Frozen, like all findings. Prices are integer pico-dollars per token.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PriceUsed:
    """A price that these figures rest on, in pico-dollars per token, and where it comes from."""

    model: str
    role: str
    """``logged`` or ``policy``."""
    source: str
    provider: str
    effective_from: str
    input: int
    cached_input: int
    cache_write: int
    cache_write_1h: int
    output: int
    note: str
    """A disagreement between sources, or a limit of the entry; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Source:
    """One input file, as the ``sources`` table accounts for it."""

    file: str
    sha256: str
    format: str
    rows_in: int
    rows_loaded: int
    duplicates: int
    rejects: int
    set_aside: int
    """Rows that a mapping file's ``where`` leaves out."""
    notes: tuple[str, ...] = ()
    """What was noticed when it was loaded: rows seen before, read in odd ways, told twice."""


@dataclass(frozen=True, slots=True)
class Assumption:
    """Something the figures take for granted, and where it comes from."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """What it takes to make this report again, byte for byte."""

    version: str
    policy_file: str
    policy_sha256: str
    policy_text: str
    price_sources: tuple[str, ...]
    seed: int
    sources: tuple[Source, ...]
